"""The calibrated file: what it is bound to, what its hash covers, what is refused on reading."""

import pytest
from pydantic import ValidationError

from calibrated import calibration, cut, factor, term
from policies import small
from selector.errors import CalibrationError
from selector.policy import calibration as room
from selector.policy.calibration import Calibration, bound
from selector.policy.policy import Policy

BLANK = "filters.blank.structure"
POLICY = small(
    method={"weighted_sum": [{"of": BLANK, "weight": "calibrated", "until_then": 1,
                              "scale": {"ends": "calibrated", "until_then": [0, 1]}}]},
    cut={"of": "probability", "reject_below": "calibrated", "accept_above": "calibrated"},
)  # fmt: skip
MADE = calibration(
    POLICY,
    scales=[{"of": BLANK, "knots": ((0.0, 0.0), (0.2, 0.5), (0.9, 1.0)), "spread": 0.1}],
    weights=[{"of": BLANK, "weight": 3}],
    probability=[factor(term(BLANK), curve=((0.0, 0.2), (1.0, 0.9)))],
    cuts=[cut("cut", "reject_below", 0.25), cut("cut", "accept_above", 0.75)],
)


def changed(*path, to) -> Calibration:
    """Return the file with another entry at that place."""
    data = MADE.model_dump(mode="json", by_alias=True)
    at = data
    for key in path[:-1]:
        at = at[key]
    assert at[path[-1]] != to
    at[path[-1]] = to
    return Calibration.model_validate(data)


TOLD = [
    (("claim",), "Other words."), (("date",), "2026-04-01"), (("command",), "by hand"),
    (("data", "requests"), 10), (("data", "hash"), "1" * 64), (("weights_by",), "learned"),
    (("scales", 0, "spread"), 0.2), (("weights", 0, "interval"), [1, 4]),
    (("probability", 0, "of"), "other"), (("probability", 0, "method"), "beta"),
    (("cuts", 0, "why"), "because"), (("cuts", 0, "labels"), 7), (("cuts", 0, "bad"), 1),
    (("cuts", 0, "interval"), [0.2, 0.3]), (("cuts", 0, "risk_at_most"), 0.02),
]  # fmt: skip
DECIDING = [
    (("policy",), "q"), (("holds_for", "policy"), "1" * 64), (("holds_for", "measures"), {}),
    (("holds_for", "candidates"), [1, 8]), (("holds_for", "generators"), ["flux"]),
    (("holds_for", "deliver"), 2), (("scales", 0, "of"), "x"),
    (("scales", 0, "knots"), [[0, 0], [0.2, 0.6], [0.9, 1]]), (("weights", 0, "of"), "x"),
    (("weights", 0, "weight"), 3.1), (("probability", 0, "terms", 0, "of"), "x"),
    (("probability", 0, "terms", 0, "weight"), 2), (("probability",), []),
    (("probability", 0, "terms", 0, "knots"), [[0, 0], [1, 0.5]]),
    (("probability", 0, "curve"), [[0, 0.2], [1, 0.8]]), (("cuts", 0, "on"), "x"),
    (("cuts", 0, "line"), "accept_below"), (("cuts", 0, "value"), 0.2),
    (("cuts", 0, "value"), None), (("cuts", 0, "segment"), ""),
]  # fmt: skip


@pytest.mark.parametrize(("path", "to"), TOLD)
def test_what_is_told_of_numbers_makes_no_other_meaning(path, to):
    """A number found again from more labels is the same number."""
    assert changed(*path, to=to).hash == MADE.hash


@pytest.mark.parametrize(("path", "to"), DECIDING)
def test_whatever_decides_makes_another_meaning(path, to):
    """No two files that decide differently have one hash."""
    assert changed(*path, to=to).hash != MADE.hash


def test_what_a_call_costs_binds_a_file():
    """With it the saving mode stops elsewhere, and delivers others."""
    cascade = {"value_of_quality": 5, "price_of_call": 0.01}
    one, other, audited = (
        bound(Policy.load(POLICY | {"cascade": cascade | more, "journal": "required"}))
        for more in ({}, {"price_of_call": 10}, {"audit": 0.5})
    )
    assert one != other
    assert one == audited


def test_a_file_in_another_encoding_is_refused_with_its_line(tmp_path, monkeypatch):
    """Read with marks in place of bytes it would be another text than the one that lies there."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "policies" / "calibrated" / "p.yaml"
    path.parent.mkdir(parents=True)
    text = MADE.text.replace("At most", "Ät most")
    path.write_bytes(text.encode("latin-1"))
    line = text[: text.index("Ät most")].count("\n") + 1
    origin, found = room.of_policy("p")
    with pytest.raises(CalibrationError, match=rf"policies/calibrated/p\.yaml:{line}: not UTF-8"):
        Calibration.read(found, origin)
    path.write_bytes(text.encode())
    assert Calibration.read(room.of_policy("p")[1]).claim == MADE.claim.replace("At", "Ät")


@pytest.mark.parametrize("path", [("weights", 0), ("probability", 0, "terms", 0)])
def test_weights_whose_sum_is_no_number_are_refused(path):
    """Shares of infinity are none; a million millions is more than labels ever tell."""
    assert changed(*path, "weight", to=1e12)
    for weight in (1.1e12, 1.7e308):
        with pytest.raises(ValidationError, match="weight"):
            changed(*path, "weight", to=weight)


def test_more_candidates_at_least_than_at_most_are_refused():
    """It would hold for no request, and say so of every one."""
    with pytest.raises(ValidationError, match="candidates: expected numbers that rise"):
        changed("holds_for", "candidates", to=[16, 1])
    assert changed("holds_for", "candidates", to=[4, 4])

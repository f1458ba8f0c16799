"""A selector obeys the calibrated file that lies beside its policy, or does not start."""

import io
from dataclasses import replace

import PIL.Image
import pytest

import outside
from calibrated import calibration, cut, factor, term, written
from selector import Candidate, Selector, select
from selector.decision.decide import decide
from selector.errors import CalibrationError
from selector.journal import Journal
from selector.planning import plan_of
from selector.types import Outcomes, Score

DARK = "filters.clipping.shadows"
POLICY = {
    "name": "shop",
    "version": 1,
    "method": {"weighted_sum": [{"of": "filters.resolution.short_side",
                                 "scale": {"ends": [0, 100]}}]},
    "cut": {"of": "probability", "reject_below": 0.25, "accept_above": "calibrated"},
    "cascade": {"parallelism": 1, "audit": 0},
}  # fmt: skip
KNOTS = ((0.0, 1.0), (1.0, 0.0))  # the darker, the worse


def shade(side: int, level: int) -> bytes:
    """Return a picture of one grey, as PNG."""
    file = io.BytesIO()
    PIL.Image.new("RGB", (side, side), (level, level, level)).save(file, "PNG")
    return file.getvalue()


def made(policy=POLICY, **rest):
    return calibration(
        policy,
        probability=[factor(term(DARK, KNOTS))],
        cuts=[cut("cut", "accept_above", 0.75)],
        **rest,
    )


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder of a product."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_file_decides_as_soon_as_it_lies_there(folder):
    """Before, a person sees the best; then the dark one is rejected, and the bright one accepted."""
    pictures = [Candidate(shade(90, 0), id="dark"), Candidate(shade(40, 200), id="bright")]
    before = select("p", pictures, POLICY, journal=False)
    assert [one.id for one in before.review] == ["dark"]
    assert before.outcomes["dark"].get(f"{DARK}") is None
    written(made(), folder)
    after = select("p", pictures, POLICY, journal=False)
    assert [one.id for one in after.accepted] == ["bright"]
    (reason,) = after.reasons["dark"]
    assert str(reason) == "probability is 0, below 0.25"


def test_a_file_that_does_not_fit_stops_the_selector_at_once(folder):
    """Before any request: whoever calibrates is told what to do."""
    written(made(), folder)
    with pytest.raises(CalibrationError, match=r"policies/calibrated/shop\.yaml: made for another"):
        Selector(POLICY | {"cut": POLICY["cut"] | {"reject_below": 0.5}}, journal=False)
    other = made(holds={"measures": {}})
    written(other, folder)
    with pytest.raises(CalibrationError, match="another measure than now"):
        Selector(POLICY, journal=False)


def test_a_request_of_another_number_is_decided_and_goes_to_a_person(folder):
    """It is never refused; the journal keeps why, and that decides the same again."""
    written(made(holds={"candidates": [2, 2]}), folder)
    with Journal(folder / "j.sqlite") as journal, Selector(POLICY, journal=journal) as selector:
        one = selector.select("p", [shade(40, 200)])
        two = selector.select("p", [shade(40, 200), shade(90, 0)])
        plan, again = journal.read(one.request_id)
        (row,) = journal.policies("shop")
    assert [str(reason) for reason in one.reasons[one.review[0].id]] == [
        "calibrated for 2 candidates (got 1)"
    ]
    assert two.answer == "complete"
    assert again.decision == one.decision
    assert decide(plan, Outcomes(again.candidates, again.outcomes)) == one.decision
    assert row.calibrated == made(holds={"candidates": [2, 2]}).text
    assert row.policy_hash == plan_of(POLICY).policy_hash


def test_what_made_the_images_is_told_by_all_of_them(folder):
    """One that names another generator, or none, and nothing is certified."""
    written(made(holds={"generators": ["flux"]}), folder)
    bright, other = (Candidate(shade(40, at), metadata={"generator": "flux"}) for at in (200, 210))
    with Selector(POLICY, journal=False) as selector:
        assert selector.select("p", [bright, other]).answer == "complete"
        assert selector.select("p", [bright, replace(other, metadata={})]).answer == "review"


def test_a_dear_measure_of_the_cut_is_asked_of_whom_the_walk_reaches(folder, monkeypatch):
    """Of four it looks at one: the best was good enough."""
    monkeypatch.syspath_prepend(folder)
    path = outside.write(folder, "dear", "return [{'value': Score(0.9)} for _ in subjects]")
    file = folder / "dear" / "own.py"
    file.write_text(file.read_text().replace("Cost(0.01)", "Cost(5.0)"))
    policy = POLICY | {"measures": {"sees": {"use": path}}}
    likely = [factor(term("sees", ((0.0, 0.0), (1.0, 1.0))))]
    cuts = [cut("cut", "accept_above", 0.75)]
    written(calibration(policy, probability=likely, cuts=cuts), folder)
    pictures = [Candidate(shade(40 + at, 200), id=f"{at}") for at in range(4)]
    lazy = select("p", pictures, policy, journal=False)
    assert [one.id for one in lazy.accepted] == ["3"]
    assert lazy.cost["sees"] == 1
    assert lazy.outcomes["3"]["sees.value"] == Score(0.9)
    whole = policy | {"cascade": {"mode": "exhaustive"}}
    assert select("p", pictures, whole, journal=False).decision.verdicts == lazy.decision.verdicts

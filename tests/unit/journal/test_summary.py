"""One row says what there is to watch about a request."""

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from selector.journal.summary import summary
from selector.types import Candidate, Score, Selection

Build = Callable[..., Selection]


def test_the_row_of_a_request(build: Build) -> None:
    """Every column says what happened to the request of the examples."""
    row = summary(build("one"))
    outputs = json.loads(row.pop("outputs"))
    assert row == {
        "created": "2026-03-01T12:00:00.000001+00:00",
        "generator": "g",
        "failures": 1,
        "margin": 0.5,
        "accepted": 1,
        "review": 1,
        "rejected": 1,
        "needs_person": False,
        "audit": False,
        "disagreed": None,
        "segment": None,
    }
    assert outputs == {
        "scorers.taste.score": {"count": 2, "mean": 0.5, "sd": 0.25, "failures": 0, "absent": 0},
        "hands.count": {"count": 2, "mean": 1.0, "sd": 1.0, "failures": 0, "absent": 0},
        "hands.defect": {"count": 0, "mean": None, "sd": None, "failures": 1, "absent": 1},
    }


def test_an_audited_request_is_flagged(build: Build) -> None:
    """Whoever fits to dear outputs can tell the requests of which all is known."""
    assert summary(build("one", audited=True))["audit"] is True


@pytest.mark.parametrize(
    ("ranking", "quality"),
    [((), {}), (("a",), {"a": 0.5}), (("a", "b"), {}), (("a", "b"), {"a": 0.5})],
)
def test_no_margin_without_two_composites(
    build: Build, ranking: tuple[str, ...], quality: dict[str, float]
) -> None:
    """Where fewer than two are ranked, or the method has no composite, there is no margin."""
    one = build("one")
    decision = replace(one.decision, ranking=ranking, quality=quality)
    assert summary(replace(one, decision=decision))["margin"] is None


@pytest.mark.parametrize(
    ("named", "generator"),
    [
        ([], None),
        ([{"generator": "x"}], "x"),
        ([{"generator": "x"}, {"generator": "x", "seed": 2}], "x"),
        ([{"generator": "x"}, {"generator": "y"}], None),
        ([{"generator": "x"}, {}], None),
        ([{}, {}], None),
        ([{"generator": ["x"]}], None),
    ],
)
def test_the_generator_is_what_all_agree_on(
    build: Build, named: list[dict[str, str]], generator: str | None
) -> None:
    """One candidate of another generator, of an unnamed or an odd one, leaves it open."""
    candidates = tuple(
        Candidate(id=str(number), metadata=metadata) for number, metadata in enumerate(named)
    )
    assert summary(build("one", candidates=candidates))["generator"] == generator


@example(values=[5e-324, 5e-324])
@example(values=[sys.float_info.max] * 3)
@given(values=st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=9))
def test_the_mean_is_a_mean(build: Build, values: list[float]) -> None:
    """Huge or tiny, the mean lies among the values and is theirs up to rounding."""
    table = {str(number): {"x.y": Score(value)} for number, value in enumerate(values)}
    mean = json.loads(summary(build("one", outcomes=table))["outputs"])["x.y"]["mean"]
    assert min(values) <= mean <= max(values)
    exact = sum(map(Fraction, values), Fraction()) / len(values)
    slack = Fraction(max(map(abs, values))) / 10**14 + Fraction(5e-324) * len(values)
    assert abs(Fraction(mean) - exact) <= slack

"""What a bound makes of values, drawn and in words: just what deciding makes of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import random_worlds
from selector.decision.gates import judge
from selector.policy.plan import Gate
from selector.report.zones import asks, zones
from selector.types import Score
from worlds import ref

STANDINGS = {"refused": "refused", "review": "doubtful"}


def drawn(gate: Gate, value: float, expect, *, whole: bool) -> str:
    """Return what the zones show at *value*."""
    found = [zone for zone in zones(gate, expect, whole=whole) if zone.start < value < zone.end]
    return STANDINGS[found[-1].standing] if found else "passed"


@given(random_worlds.gates(), st.floats(0, 1), st.sampled_from([{}, {"wanted": 0.5}]))
def test_zones_are_what_deciding_makes_of_values(gate, value, expect):
    """For every gate and value the drawing shows how a candidate stands."""
    assert drawn(gate, value, expect, whole=False) == judge(gate, Score(value), expect).standing


bounds = st.sampled_from([0.0, 1.0, 1.5, 2.0, 3.0, 4.0])


@st.composite
def counts(draw: st.DrawFn) -> Gate:
    low, high = sorted((draw(bounds), draw(bounds)))
    lines = [
        {"reject_below": low}, {"reject_above": high}, {"accept_above": low}, {"accept_below": low},
        {"reject_below": low, "accept_above": high}, {"reject_above": high, "accept_below": low},
        {"equals": low}, {"at_least": low}, {"equals": "n"}, {"at_least": "n", "reject_above": high},
    ]  # fmt: skip
    return Gate(ref("g"), **draw(st.sampled_from(lines)))


@given(counts(), st.integers(0, 5), st.sampled_from([{}, {"n": 2.0}]))
def test_whole_numbers_never_lie_on_an_edge(gate, value, expect):
    """Zones of counts end between two numbers, so that a mark is clearly in one of them."""
    found = zones(gate, expect, whole=True)
    assert value not in {end for zone in found for end in (zone.start, zone.end)}
    assert (
        drawn(gate, value, expect, whole=True) == judge(gate, Score(float(value)), expect).standing
    )


@pytest.mark.parametrize(
    ("gate", "said"),
    [
        (
            Gate(ref("g"), reject_below=1, accept_above=2),
            ["refused below 1 px", "accepted from 2 px"],
        ),
        (
            Gate(ref("g"), reject_above=4, accept_below=3),
            ["refused above 4 px", "accepted up to 3 px"],
        ),
        (Gate(ref("g"), at_least="n"), ["refused below 2 px"]),
        (Gate(ref("g"), equals="n"), ["wanted exactly 2 px"]),
        (
            Gate(ref("g"), equals="m"),
            ["for a person, as this request did not say \u2068expect.m\u2069"],
        ),
    ],
)
def test_bounds_in_words(gate, said):
    """Each bound says its number with its unit, expectations filled in."""
    assert asks(gate, {"n": 2.0}, " px") == said

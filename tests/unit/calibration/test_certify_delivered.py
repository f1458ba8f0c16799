"""What is delivered along a path is found as deciding every request afresh would find it."""

from dataclasses import replace

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from remembered import BLANK, FADED, SHARP, World, policy
from selector.calibration.delivered import Deliveries, chance, drawn
from selector.calibration.gather import Known
from selector.calibration.lines import Open, at, open_lines
from selector.decision.decide import decide
from selector.planning import plan_of
from selector.types import Decision, Outcomes

POLICIES = {
    "cut": {},
    "gates": {
        "gates": [{"on": SHARP, "accept_above": "calibrated", "reject_below": 1},
                  {"on": FADED, "accept_below": "calibrated"}],
        "cut": None,
    },
    "constraint": {
        "method": {"constrained": {"objective": [{"of": BLANK}],
                                   "constraints": [{"on": FADED, "accept_below": "calibrated"}]}},
    },
    "lexicographic": {
        "method": {"lexicographic": [{"of": BLANK, "eps": 0.1}, {"of": FADED}]},
        "gates": [{"on": FADED, "accept_below": "calibrated"}],
        "cut": None,
    },
}  # fmt: skip


def knowns(world: World) -> list[Known]:
    return [
        Known(one.request_id, Outcomes(one.candidates, one.outcomes), one.decision.ranking, None,
              None)
        for one in world.selections()
    ]  # fmt: skip


@pytest.mark.parametrize(("deliver", "most"), [(1, 1), (2, 2), ("all", 5)])
@pytest.mark.parametrize("name", POLICIES)
def test_a_course_is_what_deciding_afresh_gives(name, deliver, most):
    """At every place: what is kept between places, and not decided again, changes nothing."""
    meant = policy(**POLICIES[name], deliver=deliver, on_empty="review")
    world = World(meant, requests=25, count=5, clear=0.5)
    plan = plan_of(meant, None)
    lines = open_lines(meant, plan)
    deliveries = Deliveries(plan, lines)
    shares = np.linspace(1, 0, 9)
    places = [
        tuple(
            line.near(share if line.on == "cut" or "sharp" not in line.on else 16 * share)
            if line.rises else line.near(1 - share)
            for line in lines
        )
        for share in shares
    ]  # fmt: skip
    bare = replace(plan, uncertified=(), certified=None)
    for known in knowns(world):
        course = deliveries.course(known, places, most)
        for place, unit in zip(places, course.units, strict=True):
            found = decide(at(bare, lines, place), known.outcomes)
            assert isinstance(found, Decision)
            assert drawn(known.id, found, most) == unit


def accepts(*names) -> Decision:
    return Decision(names, dict.fromkeys(names, "accept"), {}, {}, "complete", False)


@pytest.mark.parametrize("most", [2, 4, 8])
def test_who_gets_more_counts_more(most):
    """Each candidate that is delivered stands for one delivery, of however many requests get."""
    requests = [f"r{at}" for at in range(1600)]
    for count in range(most + 1):
        found = accepts(*(f"c{at}" for at in range(count)))
        units = [drawn(request, found, most) for request in requests]
        filled = [unit for unit in units if unit is not None]
        assert len(filled) / 1600 == pytest.approx(count / most, abs=0.05)
        for name in found.verdicts:
            assert filled.count(name) / 1600 == pytest.approx(1 / most, abs=0.05)


def test_where_requests_get_one_every_delivery_counts():
    """No slot is empty, and how many others might have got changes nobody's draw of one."""
    assert all(drawn(f"r{at}", accepts("a"), 1) == "a" for at in range(100))
    assert drawn("r", accepts(), 1) is None


def test_of_several_deliveries_of_a_request_chance_draws_one():
    """By a hash of names: always the same, each about as often, and the same at laxer places."""
    units = [drawn(f"r{at}", accepts("a", "b")) for at in range(400)]
    assert units == [drawn(f"r{at}", accepts("b", "a")) for at in range(400)]
    assert 150 < units.count("a") < 250
    assert drawn("r", Decision(("a",), {"a": "review"}, {}, {}, "review", True)) is None


@given(st.text(max_size=9), st.text(max_size=9))
def test_chance_follows_from_names(one, other):
    """From 0 up to 1, and of no other text alike."""
    assert 0 <= chance((one, other)) < 1
    assert chance((one, other)) == chance((one, other))
    assert (chance((one, "x")) == chance((other, "x"))) == (one == other)


LINE = Open("o", "accept_above", None, (), -np.inf, np.inf)


@settings(max_examples=300)
@given(st.floats(-1e9, 1e9, allow_nan=False), st.booleans())
def test_a_line_that_is_written_with_six_digits_lets_its_value_pass(value, rises):
    """Rounding never shuts out what the line was drawn at."""
    line = replace(LINE, line="accept_above" if rises else "accept_below")
    near = line.near(value)
    assert line.passes(value, near)
    assert near == pytest.approx(value, rel=2e-5, abs=1e-300)
    assert float(f"{near:.6g}") == near


def test_a_line_does_not_cross_those_of_its_gate():
    """What the policy refuses anyway bounds where an accept line may stand."""
    meant = policy(gates=[{"on": FADED, "accept_below": "calibrated", "reject_above": 0.5}])
    gate, cut = open_lines(meant, plan_of(meant, None))
    assert (gate.on, gate.line, gate.near(0.8)) == (FADED, "accept_below", 0.5)
    assert (cut.on, cut.line, cut.near(2.0)) == ("cut", "accept_above", 1.0)

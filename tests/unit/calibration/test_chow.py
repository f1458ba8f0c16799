"""Accepting, asking and rejecting by these lines costs least, and costs move them the right way."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from selector.calibration import chow
from selector.policy.grammar import Costs

costs = st.floats(1e-3, 1e3)
triples = st.tuples(costs, costs, costs)


def stated(triple):
    return Costs(false_accept=triple[0], false_reject=triple[1], review=triple[2])


@given(triples, st.floats(0, 1))
def test_no_choice_is_cheaper_at_any_probability(triple, p):
    """Whatever is done at p costs the least of the three."""
    false_accept, false_reject, review = triple
    probable = np.array([p])
    cost = chow.mean_cost(probable, probable, at=chow.lines(*triple), costs=stated(triple))
    least = min((1 - p) * false_accept, p * false_reject, review)
    assert cost == pytest.approx(least, rel=1e-9, abs=1e-9 * max(triple))


@given(triples, st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_it_never_costs_more_than_doing_always_the_same(triple, p):
    """With true probabilities: not more than accepting all, rejecting all or looking at all."""
    p = np.array(p)
    cost = chow.mean_cost(p, p, at=chow.lines(*triple), costs=stated(triple))
    always = [
        chow.mean_cost(p, p, at=chow.Lines(accept, reject), costs=stated(triple))
        for accept, reject in ((-1.0, -1.0), (2.0, 2.0), (2.0, -1.0))
    ]
    assert cost <= min(always) * (1 + 1e-9)


@given(triples, st.floats(1, 100))
def test_what_is_dearer_is_done_less(triple, times):
    """Dearer bad deliveries: no lower accept line; dearer looks: no wider review."""
    false_accept, false_reject, review = triple
    before = chow.lines(*triple)
    assert chow.lines(false_accept * times, false_reject, review).accept >= before.accept - 1e-12
    assert chow.lines(false_accept, false_reject * times, review).reject <= before.reject + 1e-12
    dearer = chow.lines(false_accept, false_reject, review * times)
    assert dearer.accept - dearer.reject <= before.accept - before.reject + 1e-12


@given(triples, st.floats(0.01, 100))
def test_the_unit_of_costs_does_not_matter(triple, factor):
    """Euro or cent."""
    one, other = chow.lines(*triple), chow.lines(*(factor * cost for cost in triple))
    assert (one.accept, one.reject) == pytest.approx((other.accept, other.reject))


@given(triples)
def test_a_look_pays_exactly_where_the_ratios_leave_room(triple):
    """Lines are in order, and one where review costs too much for both mistakes."""
    false_accept, false_reject, review = triple
    lines = chow.lines(*triple)
    assert 0 < lines.reject <= lines.accept < 1
    room = review / false_accept + review / false_reject
    if not math.isclose(room, 1):
        assert lines.review == (room < 1)
    if not lines.review:
        assert lines.accept == pytest.approx(false_accept / (false_accept + false_reject))


def test_a_bad_one_that_costs_twenty_looks_is_accepted_from_95_percent_on():
    """The published example, counted by hand: one bad accepted, one good rejected, one look."""
    lines = chow.lines(20, 2, 1)
    assert (lines.accept, lines.reject) == (0.95, 0.5)
    p, good = np.array([0.96, 0.95, 0.94, 0.5]), np.array([True, False, True, True])
    assert chow.mean_cost(p, good, at=lines, costs=stated((20, 2, 1))) == (0 + 20 + 1 + 2) / 4


@pytest.mark.parametrize(
    ("given_costs", "said"),
    [
        ((0, 1, 1), "false_accept: expected a finite number above 0"),
        ((1, -1, 1), "false_reject: expected"),
        ((1, 1, math.inf), "review: expected"),
        ((1, math.nan, 1), "false_reject: expected"),
    ],
)
def test_what_is_no_cost_is_refused(given_costs, said):
    """By its name."""
    with pytest.raises(ValueError, match=said):
        chow.lines(*given_costs)


@pytest.mark.parametrize(("p", "good"), [([], []), ([0.5], [1, 0]), ([[0.5]], [[1]])])
def test_costs_need_a_truth_for_each(p, good):
    """One number for each candidate, and at least one candidate."""
    with pytest.raises(ValueError, match="p: expected shape"):
        chow.mean_cost(np.array(p), np.array(good), at=chow.Lines(1, 0), costs=stated((1, 1, 1)))

"""Coverage against risk: counts, exact limits, and what the lines of costs do."""

import numpy as np
import pytest
from scipy import stats

from selector.calibration.risk import coverage
from selector.policy.grammar import Costs

SCORE = np.array([0.99, 0.97, 0.97, 0.7, 0.4, 0.1])
GOOD = np.array([True, True, False, True, False, False])
COSTS = Costs(false_accept=20, false_reject=2, review=1)


def asked(**given):
    return coverage(SCORE, GOOD, **{"good_from": 4.0, "is_probability": True} | given)


def test_lines_go_from_strict_to_lax():
    """Every line is a score that occurs; what ties is accepted together."""
    points = asked().points
    assert [one.line for one in points] == [0.99, 0.97, 0.7, 0.4, 0.1]
    assert [one.accepted.count for one in points] == [1, 3, 4, 5, 6]
    assert [one.bad.count for one in points] == [0, 1, 1, 2, 3]
    assert {one.accepted.of for one in points} == {6}
    assert [one.bad.of for one in points] == [1, 3, 4, 5, 6]


def test_limits_are_exact():
    """Those of Clopper and Pearson, as another library has them."""
    bad = asked().points[3].bad
    exact = stats.binomtest(2, 5).proportion_ci(method="exact")
    assert (bad.low, bad.high) == pytest.approx((exact.low, exact.high))


def test_costs_make_three_zones():
    """Accept from 0.95, reject up to 0.5, a person between; what is wrong there is counted."""
    zones = asked(costs=COSTS).zones
    assert (zones.accept, zones.reject) == (0.95, 0.5)
    counts = [one.count for one in (zones.accepted, zones.reviewed, zones.rejected)]
    assert counts == [3, 1, 2]
    assert (zones.bad_accepted.count, zones.good_rejected.count) == (1, 0)


def test_without_probabilities_costs_have_no_lines():
    """A raw score says nothing of what a mistake costs."""
    assert asked(costs=COSTS, is_probability=False).zones is None
    assert asked().zones is None


def test_nothing_in_a_zone_is_no_share():
    """No division by zero, and limits that say nothing."""
    zones = coverage(
        np.array([0.7]), np.array([True]), good_from=1, is_probability=True, costs=COSTS
    ).zones
    assert zones.bad_accepted.share is None
    assert (zones.bad_accepted.low, zones.bad_accepted.high) == (0, 1)


def test_many_lines_are_thinned_with_both_ends():
    """A page holds no thousand points; the strictest and the laxest stay."""
    score = np.linspace(0, 1, 1000)
    points = coverage(score, score > 0.5, good_from=1, is_probability=False).points
    assert len(points) <= 60
    assert (points[0].line, points[-1].line) == (1, 0)

"""What mistakes cost draws lines on the quality, also where no quality is good enough."""

import pytest

from remembered import policy
from selector.calibration.costs import by_costs
from selector.calibration.curves import Curve

COSTS = {"false_accept": 20, "false_reject": 2, "review": 1}  # reject under 0.5, accept from 0.95
CUT = {"of": "quality", "reject_below": "calibrated"}
PRICED = policy(cut=CUT, costs=COSTS, target=None)


def lines(*knots):
    found = by_costs(PRICED, Curve(knots, "platt"))
    return found.accept, found.reject


def test_where_no_quality_is_good_enough_all_is_rejected():
    """A line at 0 would let pass what costs say to reject, every one of it."""
    assert lines((0.0, 0.05), (1.0, 0.4)) == (None, 1.0)


def test_where_every_quality_is_good_enough_nothing_is_rejected():
    """The line is at the lowest quality there is."""
    assert lines((0.0, 0.6), (1.0, 0.99))[1] == 0.0


@pytest.mark.parametrize(("top", "at"), [(0.5, 1.0), (0.625, 0.8), (0.8, 0.625)])
def test_the_line_stands_where_it_is_as_probable_as_costs_say(top, at):
    """It moves up to the end as the best of all gets less probable, and jumps nowhere."""
    assert lines((0.0, 0.0), (1.0, top))[1] == pytest.approx(at)

"""A cut whose only line waits for labels, and lines whose names are taken."""

import pytest

from calibrated import calibration, cut, factor, term
from policies import small
from selector.errors import PolicyError
from selector.planning import plan_of
from selector.policy import plan as p

BLANK = "filters.blank.structure"
PROBABLE = [factor(term(BLANK))]


def cutting(of, **lines):
    return small(cut={"of": of} | lines)


@pytest.mark.parametrize(
    ("of", "parts"), [("quality", {}), ("probability", {"probability": PROBABLE})]
)
def test_a_reject_line_that_stands_alone_waits_for_its_number(of, parts):
    """It alone says who passes: without a number everyone would, and be called certified."""
    alone = cutting(of, reject_below="calibrated")
    for cuts in ([], [cut("cut", "reject_below", None)]):
        plan = plan_of(alone, calibration(alone, cuts=cuts, **parts))
        assert plan.uncertified == ("cut.reject_below",)
    plan = plan_of(alone, calibration(alone, cuts=[cut("cut", "reject_below", 0.25)], **parts))
    assert (plan.uncertified, plan.cut) == ((), p.Cut(of, 0.25, None))


def test_without_a_file_a_reject_line_that_stands_alone_waits_too():
    """Of the quality the line, of the probability the whole cut."""
    for of, waits in (("quality", "cut.reject_below"), ("probability", "cut of the probability")):
        assert plan_of(cutting(of, reject_below="calibrated"), None).uncertified == (waits,)


def test_beside_an_accept_line_a_reject_line_promises_nothing():
    """Then the accept line says who passes."""
    both = cutting("quality", reject_below="calibrated", accept_above=0.5)
    assert plan_of(both, calibration(both)).uncertified == ()


def test_a_calibrated_line_of_what_is_called_cut_is_refused():
    """The file could not say of which of the two a number is."""
    measures = {"cut": {"use": "detectors.nudity"}}
    gates = [{"on": "cut", "accept_below": "calibrated"}]
    with pytest.raises(PolicyError, match="cut: a calibrated line of what is called so") as told:
        plan_of(small(measures=measures, gates=gates), None)
    assert len(told.value.problems) == 1
    fixed = [{"on": "cut", "accept_below": 0.1}]
    assert plan_of(small(measures=measures, gates=fixed), None).gates[0].accept_below == 0.1

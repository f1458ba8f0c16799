"""Policies and requests of unusual form are calibrated, or refused with a reason."""

from dataclasses import replace

import pytest

from remembered import BLANK, FADED, World, policy
from selector.calibration.calibrate import Asked, calibrate
from selector.decision.certified import for_request
from selector.errors import CalibrationError
from selector.journal import Journal
from selector.planning import plan_of
from worlds import candidate

ASKED = Asked(date="2026-03-02", command="selector calibrate portrait")
SCALE = {"ends": "calibrated", "until_then": [0, 1]}
FITTED = {"weight": "calibrated", "until_then": 1}


def made(folder, *each, asked=ASKED):
    """Return what labels of all requests of some worlds of one policy support."""
    labels = [label for one in each for label in one.labels()]
    with Journal(folder / "journal.sqlite") as book:
        for one in each:
            one.remember(book)
        return calibrate(book, labels, policy=each[0].policy, asked=asked).calibration


def told(plan, **metadata):
    """Return why a request of four such candidates is not certified; "" if it is."""
    return for_request(plan, [replace(candidate(f"c{at}"), metadata=metadata) for at in range(4)])[
        1
    ]


def test_one_request_that_names_no_generator_makes_no_promise_for_all(tmp_path):
    """What was labelled is of one; that another request is silent labels no other."""
    named = World(policy(), requests=150, clear=2.5, bad=0.1)
    silent = replace(named, requests=1, seed=5, generator=None)
    found = made(tmp_path, named, silent)
    assert found.holds_for.generators == ("sdxl-turbo",)
    plan = plan_of(named.policy, found)
    assert told(plan, generator="sdxl-turbo") == ""
    assert "calibrated for images of sdxl-turbo (got other)" in told(plan, generator="other")


def test_an_output_that_ranks_twice_has_one_scale(tmp_path):
    """As an axis and in the pick: fitted once, and planned with."""
    step = {"of": BLANK, "scale": SCALE}
    method = {"pareto": {"objectives": [step, {"of": FADED}], "pick": [step]}}
    cut = {"of": "probability", "accept_above": "calibrated"}
    world = World(policy(method=method, cut=cut), requests=200, clear=2.5, bad=0.2)
    found = made(tmp_path, world)
    assert [one.of for one in found.scales] == [BLANK]
    parts = [one for one in plan_of(world.policy, found).parts if one.of.key == BLANK]
    assert [one.scale.knots for one in parts] == [found.scales[0].knots] * 2


def test_two_calibrated_weights_on_one_output_are_told(tmp_path):
    """Only their sum means something, so labels can't give each its own."""
    terms = [{"of": BLANK, **FITTED}, {"of": FADED, **FITTED}, {"of": BLANK, **FITTED}]
    world = World(policy(method={"weighted_sum": terms}), requests=2)
    with pytest.raises(CalibrationError, match=f"{BLANK}: two terms of it have a calibrated"):
        made(tmp_path, world)

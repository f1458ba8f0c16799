"""A request begun by one that hosts some instances, and ended by another, ends as with one alone."""

import os
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

import random_worlds
from selector import cascade
from selector.types import Outcomes

THOROUGH = os.environ.get("HYPOTHESIS_PROFILE") == "thorough"
MANY = settings(max_examples=3000 if THOROUGH else 300, deadline=None)
hosts = st.sets(st.sampled_from([*random_worlds.NAMES, *random_worlds.SETS]))
modes = st.sampled_from(["exact", "exact", "exhaustive"])
methods = st.sampled_from(random_worlds.METHODS).flatmap(random_worlds.methods)


@MANY
@given(random_worlds.worlds(random_worlds.plans(methods)), hosts, modes)
def test_a_request_that_is_handed_over_ends_as_with_one_alone(world, hosted, mode):
    """The same decision, outcomes and rounds, the same calls in the same order; hosts keep to theirs."""
    world = replace(world, plan=replace(world.plan, mode=mode))
    alone = world.resolve()
    asked = list(world.asked)
    world.asked.clear()
    request = Outcomes(world.candidates, {}, world.expect)
    begun = cascade.driven(
        cascade.beginning(world.plan, request, hosted, world.rates), world.measure
    )
    assert {ask.instance for ask in world.asked} <= hosted
    if isinstance(begun, cascade.Resolved):
        assert begun == alone
        assert world.asked == asked
        return
    known = Outcomes(world.candidates, begun.table, world.expect)
    found = cascade.resolve(world.plan, known, world.measure, world.rates)
    assert (found.decision, found.table) == (alone.decision, alone.table)
    assert begun.rounds + found.rounds == alone.rounds
    assert world.asked == asked


@MANY
@given(random_worlds.worlds(random_worlds.plans(methods)))
def test_whoever_hosts_everything_hands_nothing_over(world):
    """With every instance hosted a request is decided where it began."""
    request = Outcomes(world.candidates, {}, world.expect)
    asking = cascade.beginning(world.plan, request, world.plan.instances, world.rates)
    assert cascade.driven(asking, world.measure) == world.resolve()

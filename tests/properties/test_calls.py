"""How much the lazy cascade measures: what a closed form over the known truth says, and no more."""

import os
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import random_worlds
from closed_form import Form
from second import Second
from selector.cascade import AT_STAKE, AT_STAKE_S, CHEAP
from selector.policy import plan as p
from selector.policy.order import Rate
from selector.types import Cost
from worlds import plan

pytestmark = pytest.mark.timeout(1800)  # thousands of examples, on a busy machine too
THOROUGH = os.environ.get("HYPOTHESIS_PROFILE") == "thorough"
MANY = settings(max_examples=5000 if THOROUGH else 300, deadline=None)


def even(a_plan: p.Plan) -> p.Plan:
    """Return a plan whose measures all cost the same and look at one candidate at a time.

    But for the distances, which a filter takes.
    """
    made = {}
    for name, one in a_plan.instances.items():
        kind = "filter" if one.scope == "set" else "detector" if one.kind == "filter" else one.kind
        made[name] = replace(one, kind=kind, cost=Cost(1.0), needs=(), fingerprint=name)
    ordered = sorted(
        made.values(), key=lambda one: ["filter", "detector", "scorer"].index(one.kind)
    )
    return replace(a_plan, parallelism=1, instances={one.name: one for one in ordered})


ranked = st.sampled_from(["weighted_sum", "constrained"]).flatmap(
    lambda kind: random_worlds.plans(
        random_worlds.methods(kind, random_worlds.of_candidates), random_worlds.of_candidates
    )
)


def pairs(asks) -> list[tuple[str, str]]:
    return [(ask.instance, one) for ask in asks for one in ask.candidates]


@MANY
@given(random_worlds.worlds(ranked.map(even)))
def test_calls_are_those_of_the_closed_form(world):
    """One at a time, just the pairs are measured that the truth makes necessary, each once."""
    refused = {name: rate.refused for name, rate in world.rates.items()}
    world = replace(world, rates={name: Rate(None, 50, of) for name, of in refused.items()})
    world.resolve()
    assert sorted(pairs(world.asked)) == sorted(Form(world).calls())


@MANY
@given(random_worlds.worlds(ranked), st.integers(1, 8))
def test_what_may_be_in_vain_is_bounded(world, parallelism):
    """Each round answers what is necessary, and beside it no more than the plan puts at stake."""
    a_plan = replace(even_kinds(world.plan), parallelism=parallelism)
    world = replace(world, plan=a_plan, rates={})
    costs = {name: one.cost.seconds for name, one in a_plan.instances.items()}
    form = Form(world)
    necessary, dearest = form.calls(), max(costs[name] for name in form.stages)
    at_stake = parallelism * max(AT_STAKE * dearest, AT_STAKE_S)
    for asks in world.resolve().rounds:
        assert set(pairs(asks[:1])) <= necessary
        cost = costs[asks[0].instance]
        more = [ask for ask in asks[parallelism:] if ask.at_most != asks[0].at_most]
        if cost > CHEAP * dearest:
            more = asks[parallelism:]
        assert not more or len(asks) * cost <= at_stake


def even_kinds(a_plan: p.Plan) -> p.Plan:
    """Return the plan of `even` with the costs as they were."""
    made = {
        name: replace(one, cost=a_plan.instances[name].cost)
        for name, one in even(a_plan).instances.items()
    }
    return replace(a_plan, instances=made)


steps = random_worlds.criteria(1, random_worlds.of_values)


@MANY
@given(random_worlds.worlds(steps.map(lambda found: plan(p.Lexicographic(found), deliver=2))))
def test_a_criterion_is_asked_of_those_whom_the_earlier_ones_leave(world):
    """The first of all, a later one of each group of more than one, rank after rank."""
    world.resolve()
    second = Second(world)
    second.decide()
    assert set(pairs(world.asked)) == second.asked

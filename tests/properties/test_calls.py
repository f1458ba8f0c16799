"""How much the lazy cascade measures: what a closed form over the known truth says, and no more.

A candidate is shown to a stage if no earlier stage dropped it, and if the best that it could be
before that stage is not behind the last one that the walk took (Chang and Hwang, "Minimal
Probing", SIGMOD 2002). The form is taken from the truth by the second decider alone.
"""

import os
from dataclasses import dataclass, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import random_worlds
from second import Second
from selector.cascade import AT_STAKE, AT_STAKE_S, CHEAP
from selector.policy import plan as p
from selector.policy.order import Rate, order
from selector.types import Cost
from worlds import World, plan

pytestmark = pytest.mark.timeout(1800)  # thousands of examples, on a busy machine too
THOROUGH = os.environ.get("HYPOTHESIS_PROFILE") == "thorough"
MANY = settings(max_examples=5000 if THOROUGH else 300, deadline=None)
LAST = (2.0, "")  # behind everybody


@dataclass
class Form:
    """The closed form of one request that is ranked by a weighted sum."""

    world: World

    def __post_init__(self) -> None:
        self.plan, self.second = self.world.plan, Second(self.world)
        self.second.decide()
        unread = {one.id for one in self.world.candidates if one.error}
        self.ids = [name for name in self.second.doubts if name not in unread]
        asked = {of.instance for of in self.plan.refs} - {"near"}
        self.stages = [name for name in order(self.plan, self.world.rates) if name in asked]

    def calls(self) -> set[tuple[str, str]]:
        """Return each pair of instance and candidate that has to be measured."""
        taken = [name for name, verdict in self.second.walked.items() if verdict != "reject"]
        last = self.key(taken[-1]) if self.second.enough else LAST
        found = self.until(last, self.stages, self.dropped)
        if self.plan.distinct and self.second.accepted and self.plan.deliver != 1:
            first = self.key(self.second.accepted[0])
            if any(self.comes_after(name, first) for name in self.ids):
                found |= {("near", name) for name in self.ids}
        if not taken and self.plan.on_empty == "review":
            found |= self.promotion()
        return found

    def promotion(self) -> set[tuple[str, str]]:
        """Return what is measured to know who is the best that was not refused for good."""
        gates, strict = self.plan.gates, [g for g in self.plan.constraints if rejects(g)]
        asked = {part.on.instance for part in (*gates, *strict)}
        asked |= {part.of.instance for part in self.plan.parts}
        best = [name for name, why in self.second.why.items() if "promoted" in why]
        last = self.key(best[0]) if best else LAST
        return self.until(last, [one for one in self.stages if one in asked], self.lost)

    def until(self, last, stages, dropped) -> set[tuple[str, str]]:
        return {
            (stage, name)
            for name in self.ids
            for at, stage in enumerate(stages)
            if not dropped(name, stages[:at]) and self.key(name, stages[:at]) <= last
        }

    def key(self, name, known=None) -> tuple[float, str]:
        """Return what ranks a candidate, the best that it can be, while only *known* is known."""
        known = self.stages if known is None else known
        return -self.second.at_most(name, frozenset(known)), self.second.hashes[name]

    def refused(self, name, known) -> bool:
        """Return whether it does not stand: gates, or parts of the ranking whose failure refuses."""
        return any(
            "refused" in self.second.before(gate, name) for gate in on(self.plan.gates, known)
        ) or any(
            rejects(part) and self.second.failed(part, name)
            for part in self.plan.parts
            if part.of.instance in known
        )

    def lost(self, name, known) -> bool:
        """Return whether it is refused for good, by failed constraints too."""
        bounds = on(self.plan.constraints, known)
        failed = [self.second.before(one, name) == "failed and refused" for one in bounds]
        return self.refused(name, known) or any(failed)

    def out(self, name, known) -> bool:
        """Return whether a constraint or the cut rejects it, whatever else is measured."""
        low = self.plan.cut.reject_below if self.plan.cut else None
        bounds = on(self.plan.constraints, known)
        return any("refused" in self.second.before(one, name) for one in bounds) or (
            low is not None and self.second.at_most(name, frozenset(known), "best") < low
        )

    def dropped(self, name, known) -> bool:
        """Return whether it is rejected as soon as *known* is known, as a duplicate also."""
        if self.refused(name, known) or self.out(name, known):
            return True
        ahead = [one for one in self.second.accepted if self.key(one) < self.key(name, known)]
        within = self.plan.distinct.within if self.plan.distinct else -1
        return any(within >= 0 and self.second.distance(name, one) <= within for one in ahead)

    def comes_after(self, name, first) -> bool:
        """Return whether it comes up, dropped or not, after the *first* one was accepted."""
        for at in range(len(self.stages) + 1):
            known = self.stages[:at]
            if self.refused(name, known):
                return False
            if self.key(name, known) > first:
                return True
            if self.out(name, known):
                return False
        return False


def on(gates, known):
    return [gate for gate in gates if gate.on.instance in known]


def rejects(part) -> bool:
    return part.on_failure == "reject"


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

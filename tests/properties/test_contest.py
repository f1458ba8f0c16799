"""A contest that learns is at every step what a new one would be, and its bounds are bounds."""

import os
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import random_worlds
from closed_form import Form, on
from selector.cascade import complete
from selector.decision.contest import Contest
from selector.decision.decide import decided
from selector.policy import plan as p
from selector.policy.order import order
from selector.types import Decision, Outcomes, evidence_needed
from worlds import same_answer

pytestmark = pytest.mark.timeout(1800)  # thousands of examples, on a busy machine too
THOROUGH = os.environ.get("HYPOTHESIS_PROFILE") == "thorough"
MANY = settings(max_examples=3000 if THOROUGH else 150, deadline=None)
randoms = st.randoms(use_true_random=True)  # one draw, a seed: quick


class Steps:
    """One request measured ask by ask, from the truth that measuring everything found."""

    def __init__(self, world, contest=Contest) -> None:
        self.world, self.full = world, world.exhaustive()
        self.table = {one.id: {} for one in world.candidates}
        self.stages = order(world.plan, world.rates)
        self.known = Outcomes(world.candidates, self.table, world.expect)
        self.contest = contest(world.plan, self.known, self.stages)
        self.calls: set[tuple[str, str]] = set()

    def answer(self, ask) -> None:
        for one in ask.candidates:
            for output in self.world.plan.instances[ask.instance].outputs:
                key = f"{ask.instance}.{output}"
                self.table[one][key] = self.full.table[one][key]
            self.calls.add((ask.instance, one))
        self.contest.learn(ask.instance, ask.candidates)

    def finish(self, choose) -> Decision:
        """Answer what *choose* picks of the asks until the request is decided."""
        while not isinstance(found := decided(self.contest), Decision):
            self.answer(choose(found.asks))
        return found


@MANY
@given(random_worlds.worlds(), randoms)
def test_what_has_learned_is_as_new(world, random):
    """Whatever was answered in whatever order: the same rows, sets, asks and decision."""
    steps = Steps(world)
    while True:
        fresh = Contest(world.plan, steps.known, steps.stages)
        assert steps.contest.rows == fresh.rows
        assert steps.contest.known.members == fresh.known.members
        found = decided(steps.contest)
        assert found == decided(fresh)
        if isinstance(found, Decision):
            break
        steps.answer(random.choice(found.asks))
    assert same_answer(found, steps.full.decision)


@MANY
@given(random_worlds.worlds(), randoms)
def test_bounds_hold_bit_for_bit(world, random):
    """However little is known: what quality is told to be at most, it is, without an epsilon."""
    full = world.exhaustive()
    some = {
        name: {key: value for key, value in row.items() if random.random() < share}
        for share in [random.random()]
        for name, row in full.table.items()
    }
    contest = Contest(world.plan, Outcomes(world.candidates, some, world.expect))
    whole = Contest(world.plan, Outcomes(world.candidates, full.table, world.expect))
    for name, row in whole.rows.items():
        assert contest.rows[name].quality >= row.quality
        assert contest.rows[name].best >= row.best >= row.quality
        assert contest.rows[name].probability >= row.probability
        assert contest.rows[name].hope >= row.hope >= row.probability
    found = decided(contest)
    if isinstance(found, Decision):
        assert all(at_most >= whole.rows[name].quality for name, at_most in found.at_most.items())
        assert all(found.quality[name] == whole.rows[name].quality for name in found.quality)
        return
    for ask in found.asks:
        assert ask.at_most is None or ask.at_most >= whole.rows[ask.candidates[0]].quality


@pytest.mark.parametrize("slack", [0.01, 0.3, 100.0])
def test_a_higher_bound_costs_calls_and_changes_nothing(slack):
    """Whoever is credited with more than can be is measured too; the answer stays."""

    class Credulous(Contest):
        def key(self, candidate):
            worst, tie = super().key(candidate)
            return worst - (0.0 if self.is_whole(candidate) else slack), tie

    @MANY
    @given(random_worlds.worlds(RANKED))
    def holds(world):
        tight, loose = Steps(world), Steps(world, Credulous)
        one = tight.finish(lambda asks: asks[0])
        other = loose.finish(lambda asks: asks[0])
        assert same_answer(one, other)
        assert tight.calls <= loose.calls

    holds()


# Without sets, whose distances are asked for as soon as a second one comes up.
RANKED = (
    st.sampled_from(["weighted_sum", "constrained"])
    .flatmap(
        lambda kind: random_worlds.plans(
            random_worlds.methods(kind, random_worlds.of_candidates), random_worlds.of_candidates
        )
    )
    .map(lambda plan: replace(plan, distinct=None))
)


@MANY
@given(random_worlds.worlds(), randoms)
def test_order_of_input_is_irrelevant_to_what_is_asked(world, random):
    """Shuffled candidates are asked for the same, round by round, and get the same."""
    shuffled = list(world.candidates)
    random.shuffle(shuffled)
    before, after = world.resolve(), replace(world, candidates=tuple(shuffled), asked=[]).resolve()
    assert before.rounds == after.rounds
    assert before.decision == after.decision


@MANY
@given(random_worlds.worlds())
def test_nothing_is_measured_in_vain(world):
    """No measure that nothing refers to, nothing twice, nobody who was rejected already."""
    plan, rounds = world.plan, world.resolve().rounds
    named = {ref.instance for ref in plan.refs}
    named |= {other for one in named for other in evidence_needed(plan.instances[one].needs)}
    assert {ask.instance for ask in world.asked} <= named
    prints = [
        (plan.instances[ask.instance].fingerprint, one)
        for ask in world.asked
        for one in ask.candidates
    ]
    assert len(prints) == len(set(prints))
    form, known = Form(world), {one.id: set() for one in world.candidates}
    for asks in rounds:
        for ask in asks:
            if plan.instances[ask.instance].scope == "candidate":
                assert not any(rejected(form, one, known[one]) for one in ask.candidates)
        for ask in asks:
            for one in ask.candidates:
                known[one].add(ask.instance)


def rejected(form, name, known) -> bool:
    """Return whether what is known of a candidate rejects it already, whatever else is measured."""
    # A set is of all whom gates leave, and a criterion that failed counts where it was asked for.
    sets = any(form.plan.instances[ref.instance].scope == "set" for ref in form.plan.refs)
    if sets or isinstance(form.plan.method, p.Lexicographic):
        return any("refused" in form.second.before(one, name) for one in on(form.plan.gates, known))
    if isinstance(form.plan.method, p.Pareto):  # there whoever is out keeps others behind it
        return form.refused(name, known)
    promotes = form.plan.on_empty == "review"  # then one of them may be wanted after all
    return form.refused(name, known) or (not promotes and form.out(name, known))


@MANY
@given(random_worlds.worlds(), randoms)
def test_what_is_known_already_is_used(world, random):
    """Half-known requests, twins among it, end as unknown ones do; nothing known is measured."""
    full = world.exhaustive()
    some = {
        name: {key: value for key, value in row.items() if random.random() < 0.5}
        for name, row in full.table.items()
    }
    found = world.resolve(some)
    assert same_answer(found.decision, full.decision)
    for ask in world.asked:
        its = world.plan.instances[ask.instance]
        twins = [one for one in world.plan.instances.values() if one.fingerprint == its.fingerprint]
        for one in ask.candidates if its.scope == "candidate" else ():
            for twin in twins:
                assert not {f"{twin.name}.{output}" for output in twin.outputs} <= set(some[one])


@MANY
@given(random_worlds.worlds())
def test_what_laziness_left_can_be_measured_afterwards(world):
    """After the decision the rest is measured, and all that is known is what it would have been."""
    full, lazy = world.exhaustive(), world.resolve()
    request = Outcomes(world.candidates, lazy.table, world.expect)
    assert complete(world.plan, request, world.measure) == full.table
    prints = [(world.plan.instances[ask.instance].fingerprint, ask) for ask in world.asked]
    calls = [(name, one) for name, ask in prints for one in ask.candidates]
    assert len(calls) == len(set(calls))

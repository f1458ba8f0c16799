"""Promises of `decide` and of the cascade, on made-up requests of every shape."""

import os
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import random_worlds
import worlds
from selector.decision.certified import for_request
from selector.decision.composite import probability_of
from selector.decision.decide import decide
from selector.decision.pareto import dominates
from selector.policy import plan as p
from selector.types import (
    Decision,
    Failure,
    Outcomes,
    Score,
    Selection,
    Undecided,
    from_data,
    to_data,
)

pytestmark = pytest.mark.timeout(1800)  # thousands of examples, on a busy machine too
THOROUGH = os.environ.get("HYPOTHESIS_PROFILE") == "thorough"
MANY = settings(max_examples=5000 if THOROUGH else 200, deadline=None)
STEPS = random_worlds.criteria(1, random_worlds.of_values)
AXES = random_worlds.criteria(2, random_worlds.of_values)
# Without sets and lexicographic orders: what these ask depends on who is left.
OF_EACH = st.sampled_from(["weighted_sum", "constrained", "pareto"]).flatmap(
    lambda kind: random_worlds.plans(
        random_worlds.methods(kind, random_worlds.of_candidates), random_worlds.of_candidates
    )
)
TERMS = random_worlds.term_lists(random_worlds.of_values)


@MANY
@given(random_worlds.worlds(), st.randoms(use_true_random=True))
def test_partial_outcomes_never_decide_wrongly(world, random):
    """Whenever `decide` answers on some of the outcomes, it answers as on all of them."""
    full = world.exhaustive()
    share = random.random()
    some = {
        name: {key: value for key, value in row.items() if random.random() < share}
        for name, row in full.table.items()
    }
    decided = decide(world.plan, Outcomes(world.candidates, some, world.expect))
    if isinstance(decided, Decision):
        assert worlds.same_answer(decided, full.decision)
    else:
        assert decided.asks


@MANY
@given(random_worlds.worlds())
def test_asks_name_only_what_is_unknown(world):
    """Every ask is for something that is not known yet, so that answering it is progress."""
    decided = decide(world.plan, Outcomes(world.candidates, {}, world.expect))
    if isinstance(decided, Undecided):
        ids = {one.id for one in world.candidates if one.error is None}
        for ask in decided.asks:
            assert ask.candidates
            assert set(ask.candidates) <= ids
    table = world.resolve().table
    seen = [(ask.instance, one) for ask in world.asked for one in ask.candidates]
    assert len(seen) == len(set(seen))
    assert all(f"{name}." in "".join(table[one]) for name, one in seen)


@MANY
@given(random_worlds.worlds(), st.randoms(use_true_random=True))
def test_order_of_input_is_irrelevant(world, random):
    """Shuffled candidates get the same decision, with the same reasons."""
    before = world.exhaustive().decision
    shuffled = list(world.candidates)
    random.shuffle(shuffled)
    after = replace(world, candidates=tuple(shuffled)).exhaustive().decision
    assert before == after


@MANY
@given(random_worlds.worlds())
def test_verdicts_partition_the_candidates(world):
    """Every candidate has one verdict; what is not accepted has a reason; the ranking fits."""
    decision = world.resolve().decision
    ids = {one.id for one in world.candidates}
    assert set(decision.verdicts) == ids == set(decision.reasons)
    for name, verdict in decision.verdicts.items():
        assert (verdict == "accept") == (decision.reasons[name] == ())
    unranked = ids - set(decision.ranking)
    assert all(decision.verdicts[name] == "reject" for name in unranked)
    accepted = [one for one in decision.verdicts.values() if one == "accept"]
    assert world.plan.deliver is None or len(accepted) <= world.plan.deliver


@MANY
@given(random_worlds.worlds())
def test_nothing_is_accepted_by_accident(world):
    """What is accepted was readable, and passed every gate and constraint on a real outcome."""
    found = world.resolve()
    decision, table = found.decision, found.table
    plan, uncertified = for_request(world.plan, world.candidates)
    errors = {one.id: one.error for one in world.candidates}
    for name, verdict in decision.verdicts.items():
        if verdict != "accept":
            continue
        assert errors[name] is None
        assert not uncertified or plan.if_uncertified == "accept"
        for gate in (*plan.gates, *plan.constraints):
            outcome = table[name][gate.on.key]
            assert not hasattr(outcome, "reason") or gate.if_absent == "pass"
            if isinstance(outcome, Score):
                assert gate.reject_below is None or outcome.value >= gate.reject_below
                assert gate.reject_above is None or outcome.value <= gate.reject_above
                assert gate.accept_below is None or outcome.value <= gate.accept_below
                assert gate.accept_above is None or outcome.value >= gate.accept_above
                for wanted in (gate.equals, gate.at_least):
                    assert not isinstance(wanted, str) or wanted in world.expect
        if plan.cut:
            bounds = [plan.cut.reject_below, plan.cut.accept_above]
            value = decision.quality.get(name)
            if plan.cut.of == "probability":
                value = probability_of(plan.probability, table[name])
                assert not any(
                    isinstance(table[name][one.of.key], Failure) for one in plan.probability.terms
                )
            assert value >= max(bound for bound in bounds if bound is not None)


@MANY
@given(random_worlds.worlds())
def test_copies_change_nothing(world):
    """A copy of a candidate, under a later id, is rejected as a copy and changes nothing else.

    But that there is one candidate more, where what is certified is so for so many.
    """
    world = replace(world, plan=replace(world.plan, certified=None))
    first = min(world.candidates, key=lambda one: one.id)
    before = world.exhaustive().decision
    twin = replace(first, id="zz")
    doubled = replace(
        world,
        candidates=(*world.candidates, twin),
        truth={**world.truth, "zz": world.truth[first.id]},
        places={**world.places, "zz": world.places[first.id]},
    )
    after = doubled.exhaustive().decision
    assert after.verdicts["zz"] == "reject"
    assert after.reasons["zz"][0].kind == "copy"
    assert {name: v for name, v in after.verdicts.items() if name != "zz"} == before.verdicts
    assert after.ranking == before.ranking


@MANY
@given(random_worlds.worlds(OF_EACH), random_worlds.gates(random_worlds.of_candidates))
def test_tighter_gates_never_admit_more(world, extra):
    """One more gate never lets a candidate be ranked that was refused without it."""
    plan = world.plan
    loose = world.exhaustive().decision
    tight = replace(world, plan=replace(plan, gates=(*plan.gates, extra))).exhaustive().decision
    assert set(tight.ranking) <= set(loose.ranking)
    walks_all = plan.deliver is None and plan.distinct is None and plan.review_at_most is None
    if walks_all and plan.on_empty != "review" and not isinstance(plan.method, p.Pareto):
        admitted = [name for name, verdict in tight.verdicts.items() if verdict == "accept"]
        assert all(loose.verdicts[name] == "accept" for name in admitted)


@MANY
@given(random_worlds.worlds())
def test_recorded_outcomes_decide_the_same_again(world):
    """Plan and outcomes written as JSON and read back decide bit for bit the same."""
    found = world.resolve()
    decision, table = found.decision, found.table
    selection = Selection(
        "id", "now", "prompt", "test@1", world.plan.hash, world.candidates, table, decision,
        world.expect,
    )  # fmt: skip
    again = Selection.from_json(selection.to_json())
    plan = p.Plan.from_dict(world.plan.to_dict())
    assert again == selection
    assert plan == world.plan
    assert plan.hash == world.plan.hash
    assert decide(plan, Outcomes(again.candidates, again.outcomes, again.expect)) == decision
    assert from_data(Decision, to_data(Decision, decision)) == decision


def clean(world):
    """Return the world with a number for everything that was measured."""
    truth = {
        name: {key: value if isinstance(value, Score) else Score(0.5) for key, value in row.items()}
        for name, row in world.truth.items()
    }
    return replace(world, truth=truth)


def upward(world, part, name, *, clipped=False):
    """Return a candidate's value on one axis, turned so that higher is better."""
    value = world.truth[name][part.of.key].value
    value = part.scale.clip(value) if clipped else value
    return value if part.scale.higher_is_better else -value


@MANY
@given(random_worlds.worlds(STEPS.map(p.Lexicographic).map(worlds.plan)))
def test_lexicographic_winner_is_in_every_best_set(world):
    """Each rank's winner is in every set that the criteria leave of whom is left, by definition."""
    world = clean(world)
    decision = world.exhaustive().decision
    hashes = {one.id: one.content_hash for one in world.candidates}
    left = list(decision.ranking)
    while left:
        group = list(left)
        for part in world.plan.method.criteria:
            at = {one: upward(world, part, one, clipped=True) for one in group}
            group = [one for one in group if at[one] >= max(at.values()) - part.eps]
        assert left[0] == min(group, key=hashes.__getitem__)
        left.pop(0)


@MANY
@given(random_worlds.worlds(st.builds(p.Pareto, AXES, TERMS).map(worlds.plan)))
def test_nothing_dominated_ranks_before_its_dominator(world):
    """In a Pareto order nobody stands before someone who is at least as good in everything."""
    world = clean(world)
    decision = world.exhaustive().decision
    axes = world.plan.method.objectives
    vectors = [tuple(upward(world, axis, one) for axis in axes) for one in decision.ranking]
    for at, vector in enumerate(vectors):
        assert not any(dominates(later, vector) for later in vectors[at + 1 :])


@pytest.mark.parametrize("flip", [False, True])
def test_ties_go_by_content_hash_not_by_id(flip):
    """Equal candidates rank by content hash, whatever they are called and wherever they stand."""
    names = ["a", "b"]
    contents = ["x", "y"] if not flip else ["y", "x"]
    made = tuple(worlds.candidate(n, c) for n, c in zip(names, contents, strict=True))
    given_ = worlds.outcomes({"a": {"s": 0.5}, "b": {"s": 0.5}}, candidates=made)
    decision = decide(worlds.by_score(), given_)
    first = min(made, key=lambda one: one.content_hash)
    assert decision.ranking[0] == first.id

"""The four ways to rank: by the smallest request that shows each rule."""

import math

import pytest

import worlds
from selector.decision.decide import decide
from selector.policy import plan as p
from selector.types import Ask, Failure, NotApplicable, Score, Undecided
from worlds import UP, by_score, decided, kinds, outcomes, plan, ref


def test_doubtful_candidates_are_ranked_too():
    """A doubtful best one is reviewed, and the walk goes on to the next that is clear."""
    gated = by_score(gates=(p.Gate(ref("g"), reject_above=0.9, accept_below=0.1),))
    decision = decided(gated, outcomes({"a": {"g": 0.5, "s": 1.0}, "b": {"g": 0.0, "s": 0.5}}))
    assert decision.ranking == ("a", "b")
    assert decision.verdicts == {"a": "review", "b": "accept"}


def test_a_failed_score_counts_as_the_worst_and_is_doubtful():
    """Nothing is imputed: a failed term ranks last and can't be accepted."""
    a_plan = by_score(deliver=None)
    decision = decided(a_plan, outcomes({"a": {"s": Failure("nan")}, "b": {"s": 0.25}}))
    assert decision.ranking == ("b", "a")
    assert decision.verdicts == {"a": "review", "b": "accept"}


def test_lower_is_better_scales_turn_round():
    """A term on a defect prefers less of it."""
    a_plan = plan(p.WeightedSum((p.Term(ref("s"), 1.0, worlds.DOWN),)))
    assert decided(a_plan, outcomes({"a": {"s": 0.9}, "b": {"s": 0.1}})).ranking[0] == "b"


def test_scales_clip():
    """Beyond the ends of its scale a score gains nothing."""
    scale = p.Scale(0.25, 0.5, higher_is_better=True)
    a_plan = plan(p.WeightedSum((p.Term(ref("s"), 1.0, scale),)))
    quality = decided(a_plan, outcomes({"a": {"s": 0.9}, "b": {"s": 0.5}, "c": {"s": 0.1}})).quality
    assert quality == {"a": 1.0, "b": 1.0, "c": 0.0}


def test_an_absent_score_counts_what_the_policy_says():
    """`if_absent` is a raw value that stands for "nothing to measure"; it is no failure."""
    a_plan = plan(p.WeightedSum((p.Term(ref("s"), 1.0, UP, if_absent=0.75),)))
    decision = decided(a_plan, outcomes({"a": {"s": NotApplicable("none")}, "b": {"s": 0.5}}))
    assert decision.quality["a"] == 0.75
    assert decision.verdicts["a"] == "accept"


def lexicographic(*eps: float, **rest) -> p.Plan:
    steps = tuple(p.Criterion(ref(f"s{at}"), UP, one) for at, one in enumerate(eps))
    return plan(p.Lexicographic(steps), **rest)


def test_lexicographic_uses_sets_not_pairs():
    """Within eps of the best is a set: b is within .3 of a, c within .3 of b but not of a."""
    rows = {"a": (1.0, 0.0), "b": (0.75, 0.5), "c": (0.5, 1.0)}
    given = outcomes({name: {"s0": x, "s1": y} for name, (x, y) in rows.items()})
    assert decided(lexicographic(0.3, 0.0, deliver=None), given).ranking == ("b", "a", "c")


def test_the_first_criterion_is_asked_of_all_and_its_failure_is_always_doubtful():
    """Whoever it befalls, alone or last, is never accepted."""
    rows: dict = {"a": {"s0": Failure("x")}}
    assert decided(lexicographic(0.0, 0.0), outcomes(rows)).verdicts == {"a": "review"}
    rows["b"] = {"s0": 0.5}
    decision = decided(lexicographic(0.0, 0.0, deliver=2), outcomes(rows))
    assert decision.ranking == ("b", "a")
    assert decision.verdicts == {"b": "accept", "a": "review"}


def test_a_later_criterion_that_was_asked_is_doubtful_where_it_failed():
    """While more than one was left it had to tell them apart, and could not."""
    rows: dict = {"a": {"s0": 1.0, "s1": Failure("x")}, "b": {"s0": 1.0, "s1": 0.5}}
    decision = decided(lexicographic(0.0, 0.0, deliver=2), outcomes(rows))
    assert decision.ranking == ("b", "a")
    assert decision.verdicts == {"b": "accept", "a": "review"}
    assert decision.reasons["a"][0].note == "x"


def test_a_later_criterion_that_nobody_asked_counts_for_nothing():
    """With one left it is not asked: not known, failed or refusing failures is all the same."""
    steps = (p.Criterion(ref("s0"), UP), p.Criterion(ref("s1"), UP, on_failure="reject"))
    for a_plan in (lexicographic(0.0, 0.0), plan(p.Lexicographic(steps))):
        for s1 in ({}, {"s1": Failure("x")}, {"s1": 0.5}):
            rows: dict = {"a": {"s0": 1.0, **s1}, "b": {"s0": 0.5, **s1}}
            decision = decided(a_plan, outcomes(rows))
            assert decision.verdicts == {"a": "accept", "b": "reject"}
            assert kinds(decision, "b") == ["outranked"]


def test_a_later_criterion_is_asked_of_those_whom_the_first_can_not_tell_apart():
    """All of them together: each may set the line for the others."""
    rows: dict = {"a": {"s0": 1.0}, "b": {"s0": 0.75}, "c": {"s0": 0.5}}
    assert decide(lexicographic(0.3, 0.0), outcomes(rows)) == Undecided((Ask("s1", ("a", "b")),))
    rows |= {"a": {}, "b": {}}
    assert decide(lexicographic(0.3, 0.0), outcomes(rows)) == Undecided((Ask("s0", ("a", "b")),))


def test_a_criterion_that_refuses_failures_takes_them_out_of_the_order():
    """With on_failure: reject the failed one is out, and may not set the best for the others."""
    steps = (
        p.Criterion(ref("s0"), UP, 0.25),
        p.Criterion(ref("s1"), UP, on_failure="reject"),
    )
    rows = {
        "a": {"s0": 1.0, "s1": Failure("x")},
        "b": {"s0": 0.75, "s1": 0.5},
        "c": {"s0": 0.5, "s1": 1.0},
    }
    decision = decided(plan(p.Lexicographic(steps)), outcomes(rows))
    assert decision.ranking == ("c", "b")
    assert kinds(decision, "a") == ["failure"]


def test_a_term_that_refuses_failures_takes_them_out_of_the_order():
    """A term with on_failure: reject refuses whom it fails on; the others are ranked."""
    term = p.Term(ref("s"), 1.0, UP, on_failure="reject")
    decision = decided(
        plan(p.WeightedSum((term,))), outcomes({"a": {"s": Failure("x")}, "b": {"s": 0.1}})
    )
    assert decision.ranking == ("b",)
    assert decision.verdicts == {"a": "reject", "b": "accept"}
    assert kinds(decision, "a") == ["failure"]


def test_a_sum_of_the_best_is_the_best():
    """Six equal terms at their best make 1, not a little less; the cut at 1 lets them pass."""
    terms = tuple(p.Term(ref(f"s{at}"), 1 / 6, UP) for at in range(6))
    a_plan = plan(p.WeightedSum(terms), cut=p.Cut("quality", reject_below=1.0))
    rows = {"a": {f"s{at}": 1.0 for at in range(6)}}
    assert decided(a_plan, outcomes(rows)).verdicts == {"a": "accept"}


def test_what_is_no_number_passes_no_gate():
    """A NaN among recorded outcomes is past every line."""
    gated = by_score(gates=(p.Gate(ref("g"), reject_above=0.5),))
    assert decided(gated, outcomes({"a": {"g": math.nan, "s": 1.0}})).verdicts == {"a": "reject"}


def test_pareto_dominates_on_raw_outputs():
    """Beyond the ends of a scale more is still more: the dominated one never comes first."""
    scale = p.Scale(0.0, 0.5, higher_is_better=True)
    axes = tuple(p.Criterion(ref(name), scale) for name in ("x", "y"))
    a_plan = plan(p.Pareto(axes, (p.Term(ref("z"), 1.0, UP),)))
    rows = {"a": {"x": 0.9, "y": 0.9, "z": 0.0}, "b": {"x": 0.6, "y": 0.6, "z": 1.0}}
    assert decided(a_plan, outcomes(rows)).ranking == ("a", "b")


def test_a_front_tells_its_doubts():
    """A member of the first front that is doubtful says so beside being on the front."""
    rows = {"a": {"x": 1.0, "y": Failure("down")}}
    assert kinds(decided(pareto(pick=False), outcomes(rows)), "a") == ["front", "failure"]


def pareto(*, pick: bool = True, **rest) -> p.Plan:
    axes = tuple(p.Criterion(ref(name), UP) for name in ("x", "y"))
    terms = (p.Term(ref("z"), 1.0, UP),) if pick else ()
    return plan(p.Pareto(axes, terms), **rest)


def test_pareto_picks_inside_the_front_and_frees_the_dominated():
    """Rank 2 is chosen from the front of what rank 1 leaves, the newly free among them."""
    rows = {
        "top": {"x": 1.0, "y": 0.5, "z": 0.9},
        "side": {"x": 0.0, "y": 1.0, "z": 0.1},
        "under": {"x": 0.75, "y": 0.5, "z": 0.8},  # dominated by top only
    }
    assert decided(pareto(deliver=None), outcomes(rows)).ranking == ("top", "under", "side")


def test_pareto_without_a_pick_leaves_the_front_to_a_person():
    """Nothing is accepted: the first front is review, the rest outranked; equals share a front."""
    rows = {"a": {"x": 1.0, "y": 0.5}, "b": {"x": 1.0, "y": 0.5}, "c": {"x": 0.5, "y": 0.5}}
    decision = decided(pareto(pick=False), outcomes(rows))
    assert decision.verdicts == {"a": "review", "b": "review", "c": "reject"}
    assert kinds(decision, "a") == ["front"]
    assert kinds(decision, "c") == ["outranked"]
    assert (decision.answer, decision.needs_person) == ("review", True)


@pytest.mark.parametrize(("parallelism", "rounds"), [(1, 6), (2, 4), (4, 3)])
def test_the_gates_of_a_lexicographic_order_are_asked_side_by_side(parallelism, rounds):
    """Behind who draws the line the next best are told singly: those that refuse cost no round."""
    made = [worlds.instance("s0", cost=0.001), worlds.instance("g", cost=9.0)]
    gate = p.Gate(ref("g"), reject_above=0.5)
    a_plan = lexicographic(0.0, gates=(gate,), instances=made, parallelism=parallelism)
    truth = {
        name: {"s0.value": Score(1.0 - at / 10), "g.value": Score(float(at < 4))}
        for at, name in enumerate("abcdef")
    }
    world = worlds.World(a_plan, tuple(map(worlds.candidate, truth)), truth, {})
    found = world.resolve()
    assert found.decision.verdicts == world.exhaustive().decision.verdicts
    assert len(found.rounds) == rounds
    asked = [one for ask in world.asked if ask.instance == "g" for one in ask.candidates]
    assert asked[:5] == list("abcde")
    assert parallelism > 1 or len(asked) == 5

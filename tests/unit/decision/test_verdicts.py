"""Each rule of the verdicts, by the smallest request that shows it."""

import math
from dataclasses import replace

import pytest

import worlds
from selector.decision.decide import decide
from selector.policy import plan as p
from selector.types import (
    Ask,
    Candidate,
    Decision,
    Failure,
    NotApplicable,
    Outcomes,
    Score,
    Undecided,
    members_hash,
)
from worlds import UP, by_score, outcomes, plan, ref


def decided(a_plan: p.Plan, given: Outcomes) -> Decision:
    decision = decide(a_plan, given)
    assert isinstance(decision, Decision), decision
    return decision


def kinds(decision: Decision, name: str) -> list[str]:
    return [reason.kind for reason in decision.reasons[name]]


# -- copies, unreadable ---------------------------------------------------------------------


def test_the_smallest_id_stands_for_its_copies():
    """Equal bytes are one candidate: the smallest id is judged, the others are copies of it."""
    made = (worlds.candidate("b", "same"), worlds.candidate("a", "same"))
    decision = decided(by_score(), outcomes({"a": {"s": 0.5}}, candidates=made))
    assert decision.verdicts == {"a": "accept", "b": "reject"}
    assert kinds(decision, "b") == ["copy"]
    assert "a" in decision.reasons["b"][0].note


def test_candidates_without_bytes_are_no_copies_of_each_other():
    """Two files that could not be read at all are refused each for itself."""
    made = tuple(Candidate(id=name, error=f"{name}: no such file") for name in "ab")
    decision = decided(by_score(), Outcomes(made, {}))
    assert [kinds(decision, name) for name in "ab"] == [["refused"], ["refused"]]
    assert decision.answer == "empty"


def test_what_can_not_be_read_is_refused_and_asks_for_nothing():
    """An undecodable candidate is refused with the reason, and no measure is asked of it."""
    made = (worlds.candidate("a"), worlds.candidate("b", error="b: truncated"))
    undecided = decide(by_score(), Outcomes(made, {}))
    assert undecided == Undecided((Ask("s", ("a",)),))
    decision = decided(by_score(), outcomes({"a": {"s": 1.0}}, candidates=made))
    assert str(decision.reasons["b"][0]) == "image: b: truncated"


# -- gates ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "value", "verdict", "kind"),
    [
        ({"reject_above": 0.5}, 0.5, "accept", []),
        ({"reject_above": 0.5}, 0.51, "reject", ["refused"]),
        ({"reject_below": 0.5}, 0.5, "accept", []),
        ({"reject_below": 0.5}, 0.49, "reject", ["refused"]),
        ({"reject_above": 0.5, "accept_below": 0.1}, 0.1, "accept", []),
        ({"reject_above": 0.5, "accept_below": 0.1}, 0.11, "review", ["band"]),
        ({"reject_above": 0.5, "accept_below": 0.1}, 0.5, "review", ["band"]),
        ({"reject_below": 0.2, "accept_above": 0.4}, 0.3, "review", ["band"]),
        ({"reject_below": 0.2, "accept_above": 0.4}, 0.4, "accept", []),
        ({"accept_above": 0.4}, 0.1, "review", ["band"]),
        ({"equals": 1.0}, 1.0, "accept", []),
        ({"equals": 1.0}, 0.5, "reject", ["refused"]),
        ({"at_least": 0.5}, 0.5, "accept", []),
        ({"at_least": 0.5}, 0.4, "reject", ["refused"]),
    ],
)
def test_lines_of_a_gate(lines, value, verdict, kind):
    """Past a reject line is refused, all accept lines met passes, between them is for a person."""
    gated = by_score(gates=(p.Gate(ref("g"), **lines),))
    decision = decided(gated, outcomes({"a": {"g": value, "s": 0.5}}))
    assert decision.verdicts["a"] == verdict
    assert kinds(decision, "a") == kind


def test_a_refusal_says_value_bound_and_margin():
    """The reason carries the measure, its value, the line and by how much it was missed."""
    gated = by_score(gates=(p.Gate(ref("g"), reject_above=0.5),))
    (reason,) = decided(gated, outcomes({"a": {"g": 0.75, "s": 1.0}})).reasons["a"]
    assert (reason.instance, reason.output) == ("g", "value")
    assert (reason.value, reason.bound, reason.margin) == (0.75, 0.5, -0.25)
    assert str(reason) == "g.value is 0.75, above 0.5"


@pytest.mark.parametrize(
    ("expect", "verdict"), [({"faces": 2.0}, "accept"), ({"faces": 1.0}, "reject"), ({}, "review")]
)
def test_expectation(expect, verdict):
    """`equals: expect.faces` holds the request's own number; without one a person looks."""
    gated = by_score(gates=(p.Gate(ref("g"), equals="faces"),))
    given = outcomes({"a": {"g": 2.0, "s": 0.5}}, expect=expect)
    assert decided(gated, given).verdicts["a"] == verdict


@pytest.mark.parametrize(
    ("outcome", "rest", "verdict", "kind"),
    [
        (Failure("broken"), {}, "review", ["failure"]),
        (Failure("broken"), {"on_failure": "reject"}, "reject", ["failure"]),
        (NotApplicable("no hands"), {}, "accept", []),
        (NotApplicable("no hands"), {"if_absent": "review"}, "review", ["band"]),
        (NotApplicable("no hands"), {"if_absent": "reject"}, "reject", ["refused"]),
    ],
)
def test_gate_on_what_is_no_number(outcome, rest, verdict, kind):
    """A failure is doubtful, or refused where the policy says so; absence passes unless told."""
    gated = by_score(gates=(p.Gate(ref("g"), reject_above=0.5, **rest),))
    decision = decided(gated, outcomes({"a": {"g": outcome, "s": 0.5}}))
    assert decision.verdicts["a"] == verdict
    assert kinds(decision, "a") == kind


def test_earlier_kinds_are_asked_first_and_the_refused_never():
    """Filters come before detectors; whoever a filter refuses is asked for nothing more."""
    made = [worlds.instance("f", "filter"), worlds.instance("d", "detector")]
    gates = (p.Gate(ref("d"), reject_below=0.5), p.Gate(ref("f"), reject_below=0.5))
    a_plan = by_score(gates=gates, instances=made)
    rows: dict = {"a": {}, "b": {}}
    assert decide(a_plan, outcomes(rows)) == Undecided((Ask("f", ("a", "b")),))
    rows = {"a": {"f": 0.0}, "b": {"f": 1.0}}
    assert decide(a_plan, outcomes(rows)) == Undecided((Ask("d", ("b",)),))
    rows["b"]["d"] = 1.0
    assert decide(a_plan, outcomes(rows)) == Undecided((Ask("s", ("b",)),))


def test_cheaper_measures_of_a_kind_are_asked_first():
    """Among measures of one kind the asks name the cheapest first."""
    made = [worlds.instance("f1", "filter", cost=2.0), worlds.instance("f2", "filter", cost=1.0)]
    gates = tuple(p.Gate(ref(name), reject_below=0.5) for name in ("f1", "f2"))
    undecided = decide(by_score(gates=gates, instances=made), outcomes({"a": {}}))
    assert [ask.instance for ask in undecided.asks] == ["f2", "f1"]


# -- ranking --------------------------------------------------------------------------------


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


def test_a_failed_criterion_is_doubtful_whoever_it_befalls():
    """A candidate whose criterion failed is never accepted, alone, last, or by the first one."""
    rows: dict = {"a": {"s0": 1.0, "s1": Failure("x")}}
    assert decided(lexicographic(0.0, 0.0), outcomes(rows)).verdicts == {"a": "review"}
    rows["b"] = {"s0": 1.0, "s1": 0.5}
    decision = decided(lexicographic(0.0, 0.0, deliver=2), outcomes(rows))
    assert decision.ranking == ("b", "a")
    assert decision.verdicts == {"b": "accept", "a": "review"}
    assert decision.reasons["a"][0].note == "x"


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


# -- constraints and the cut ----------------------------------------------------------------


def constrained(bound: p.Gate, **rest) -> p.Plan:
    return plan(p.Constrained((p.Term(ref("s"), 1.0, UP),), (bound,)), **rest)


def test_constraints_are_asked_in_rank_order_of_one_at_a_time():
    """A dear bound is asked of the current best only; the first that meets it ends the walk."""
    a_plan = constrained(p.Gate(ref("dear"), reject_below=0.5))
    rows: dict = {"a": {"s": 1.0}, "b": {"s": 0.75}, "c": {"s": 0.5}}
    assert decide(a_plan, outcomes(rows)) == Undecided((Ask("dear", ("a",)),))
    rows["a"]["dear"] = 0.0
    assert decide(a_plan, outcomes(rows)) == Undecided((Ask("dear", ("b",)),))
    rows["b"]["dear"] = 1.0
    decision = decided(a_plan, outcomes(rows))
    assert decision.verdicts == {"a": "reject", "b": "accept", "c": "reject"}
    assert [kinds(decision, name) for name in "abc"] == [["infeasible"], [], ["outranked"]]


def test_a_failed_constraint_is_for_a_person_unless_it_rejects():
    """A constraint that fails leaves its candidate to a person, or refuses it if told to."""
    rows = {"a": {"s": 1.0, "c": Failure("down")}}
    assert decided(constrained(p.Gate(ref("c"), reject_below=0.5)), outcomes(rows)).verdicts == {
        "a": "review"
    }
    strict = p.Gate(ref("c"), reject_below=0.5, on_failure="reject")
    decision = decided(constrained(strict, on_empty="review"), outcomes(rows))
    assert decision.verdicts == {"a": "reject"}
    assert decision.answer == "empty"  # refused for good, so it is not promoted either


@pytest.mark.parametrize(
    ("value", "verdict", "kind"),
    [(0.25, "reject", "cut"), (0.5, "review", "band"), (0.6, "review", "band")],
)
def test_cut(value, verdict, kind):
    """Below the cut is rejected, its band is for a person, above its accept line is delivered."""
    a_plan = by_score(cut=p.Cut("quality", reject_below=0.5, accept_above=0.75))
    decision = decided(a_plan, outcomes({"a": {"s": value}}))
    assert decision.verdicts["a"] == verdict
    assert kinds(decision, "a") == [kind]
    assert decided(a_plan, outcomes({"a": {"s": 0.75}})).verdicts["a"] == "accept"


def test_a_cut_without_an_accept_line_accepts_what_is_not_below_it():
    """With reject_below alone there is no band."""
    a_plan = by_score(cut=p.Cut("quality", reject_below=0.5), deliver=None)
    decision = decided(a_plan, outcomes({"a": {"s": 0.5}, "b": {"s": 0.25}}))
    assert decision.verdicts == {"a": "accept", "b": "reject"}


def test_a_failed_score_is_cut_only_if_even_its_best_would_be():
    """What failed is given the benefit of the doubt: reject by the cut, else a person."""
    terms = (p.Term(ref("s"), 0.5, UP), p.Term(ref("t"), 0.5, UP))
    a_plan = plan(p.WeightedSum(terms), cut=p.Cut("quality", reject_below=0.6), deliver=None)
    rows = {"hopeless": {"s": Failure("x"), "t": 0.0}, "open": {"s": Failure("x"), "t": 0.5}}
    decision = decided(a_plan, outcomes(rows))
    assert decision.verdicts == {"hopeless": "reject", "open": "review"}
    assert kinds(decision, "hopeless") == ["cut"]


# -- the walk -------------------------------------------------------------------------------


def near_plan(within: float, **rest) -> p.Plan:
    made = [worlds.instance("near", "filter", scope="set")]
    distinct = p.Distinct(p.Ref("near", "nearest"), within)
    return by_score(distinct=distinct, instances=made, **rest)


def with_distances(rows, matrix) -> Outcomes:
    """Return outcomes in which *matrix* holds the distances in the order of the ids given."""
    given = outcomes(rows)
    names = list(rows)
    hashes = {one.id: one.content_hash for one in given.candidates}
    order = sorted(names, key=hashes.__getitem__)
    stamp = members_hash(hashes.values())
    for name in names:
        listed = [matrix[names.index(name)][names.index(other)] for other in order]
        given.table[name]["near.nearest"] = Score(0.0, {"distances": listed}, stamp)
    return given


def test_near_duplicates_of_the_accepted_are_rejected():
    """What lies within the distance of something accepted is a duplicate of it; the next counts."""
    a_plan = near_plan(3, deliver=2)
    rows = {"a": {"s": 1.0}, "b": {"s": 0.75}, "c": {"s": 0.5}}
    matrix = [[0, 3, 4], [3, 0, 1], [4, 1, 0]]
    decision = decided(a_plan, with_distances(rows, matrix))
    assert decision.verdicts == {"a": "accept", "b": "reject", "c": "accept"}
    (reason,) = decision.reasons["b"]
    assert (reason.kind, reason.value, reason.bound) == ("duplicate", 3, 3)
    assert "of a" in reason.note


def test_one_delivery_never_asks_for_distances():
    """With one to deliver nothing has to be distinct from anything."""
    rows = {"a": {"s": 1.0}, "b": {"s": 0.75}}
    assert decided(near_plan(3), outcomes(rows)).verdicts["a"] == "accept"


def test_distances_of_another_set_do_not_count():
    """Distances measured over another set of candidates are asked for again, not trusted."""
    a_plan = near_plan(3, deliver=2)
    given = with_distances({"a": {"s": 1.0}, "b": {"s": 0.75}}, [[0, 9], [9, 0]])
    extra = worlds.candidate("c")
    given.table["c"] = {"s.value": Score(0.0)}
    more = replace(given, candidates=(*given.candidates, extra))
    undecided = decide(a_plan, more)
    assert [ask.instance for ask in undecided.asks] == ["near"]
    assert set(undecided.asks[0].candidates) == {"a", "b", "c"}


def test_unknown_distance_is_never_accepted():
    """If the distance from what is accepted failed, a person looks."""
    a_plan = near_plan(3, deliver=2)
    given = with_distances({"a": {"s": 1.0}, "b": {"s": 0.75}}, [[0, 9], [9, 0]])
    stamp = given.table["b"]["near.nearest"].members
    given.table["b"]["near.nearest"] = Failure("deadline", members=stamp)
    decision = decided(a_plan, given)
    assert decision.verdicts == {"a": "accept", "b": "review"}
    assert "deadline" in str(decision.reasons["b"][0])


@pytest.mark.parametrize("evidence", [None, {"distances": [0]}, {"distances": "far"}, [1], {}])
def test_distances_that_were_not_left_are_not_known(evidence):
    """Without the evidence that the distances stand in, a person looks."""
    a_plan = near_plan(3, deliver=2)
    given = with_distances({"a": {"s": 1.0}, "b": {"s": 0.75}}, [[0, 9], [9, 0]])
    stamp = given.table["b"]["near.nearest"].members
    given.table["b"]["near.nearest"] = Score(9.0, evidence, stamp)
    assert decided(a_plan, given).verdicts == {"a": "accept", "b": "review"}


def test_review_at_most_ends_the_walk():
    """When enough wait for a person the rest is outranked."""
    gated = by_score(gates=(p.Gate(ref("g"), accept_above=0.5),), review_at_most=1, deliver=None)
    rows = {name: {"g": 0.0, "s": score} for name, score in zip("abc", (1, 0.5, 0), strict=True)}
    decision = decided(gated, outcomes(rows))
    assert [decision.verdicts[name] for name in "abc"] == ["review", "reject", "reject"]


def test_outranked_says_by_how_much():
    """What was not needed carries its quality, that of the last delivered, and its rank."""
    decision = decided(by_score(), outcomes({"a": {"s": 1.0}, "b": {"s": 0.25}}))
    (reason,) = decision.reasons["b"]
    assert (reason.value, reason.bound, reason.margin) == (0.25, 1.0, -0.75)
    assert "rank 2" in reason.note


# -- uncertified, the answer, on_empty ------------------------------------------------------


def test_uncertified_turns_accept_into_review():
    """While a line waits for calibration nothing is accepted, unless the policy says so."""
    waiting = by_score(uncertified=("cut.accept_above",))
    decision = decided(waiting, outcomes({"a": {"s": 1.0}, "b": {"s": 0.5}}))
    assert decision.verdicts == {"a": "review", "b": "reject"}
    assert kinds(decision, "a") == ["uncertified"]
    bold = replace(waiting, if_uncertified="accept")
    assert decided(bold, outcomes({"a": {"s": 1.0}})).verdicts == {"a": "accept"}


@pytest.mark.parametrize(
    ("deliver", "good", "doubtful", "answer", "needs_person"),
    [
        (1, 1, 0, "complete", False),
        (1, 1, 1, "complete", False),
        (2, 1, 0, "short", False),
        (2, 1, 1, "short", True),
        (2, 0, 1, "review", True),
        (2, 0, 0, "empty", False),
        (None, 1, 1, "complete", False),
        (None, 0, 1, "review", True),
        (None, 0, 0, "empty", False),
    ],
)
def test_answer(deliver, good, doubtful, answer, needs_person):
    """The answer follows from how many were accepted and how many wait for a person."""
    gated = by_score(gates=(p.Gate(ref("g"), reject_below=0.2, accept_above=0.5),), deliver=deliver)
    levels = [1.0] * good + [0.3] * doubtful + [0.0]
    rows = {f"c{at}": {"g": level, "s": level} for at, level in enumerate(levels)}
    decision = decided(gated, outcomes(rows))
    assert (decision.answer, decision.needs_person) == (answer, needs_person)


def test_on_empty_review_promotes_the_best_that_is_not_refused():
    """If nothing is good enough the best of the rest goes to a person, never a refused one."""
    gated = by_score(
        gates=(p.Gate(ref("g"), reject_below=0.5),),
        cut=p.Cut("quality", reject_below=0.9),
        on_empty="review",
    )
    rows = {"a": {"g": 0.0, "s": 1.0}, "b": {"g": 1.0, "s": 0.5}, "c": {"g": 1.0, "s": 0.25}}
    decision = decided(gated, outcomes(rows))
    assert decision.verdicts == {"a": "reject", "b": "review", "c": "reject"}
    assert kinds(decision, "b") == ["cut", "promoted"]
    assert (decision.answer, decision.needs_person) == ("review", True)
    refused = decided(gated, outcomes({"a": rows["a"]}))
    assert refused.answer == "empty"


def test_on_empty_does_nothing_while_something_is_in_review():
    """With one candidate for a person the answer is review: no promotion, no advice."""
    gate = p.Gate(ref("g"), reject_below=0.1, accept_above=0.5)
    rows = {"a": {"g": 0.3, "s": 0.1}, "b": {"g": 0.0, "s": 1.0}}
    for what in ("review", "regenerate"):
        decision = decided(by_score(gates=(gate,), on_empty=what), outcomes(rows))
        assert decision.verdicts == {"a": "review", "b": "reject"}
        assert (decision.advice, kinds(decision, "a")) == (None, ["band"])


def test_on_empty_promotes_an_infeasible_one():
    """What only a constraint refuses may be shown to a person when there is nothing else."""
    a_plan = constrained(p.Gate(ref("c"), reject_below=0.5), on_empty="review")
    decision = decided(a_plan, outcomes({"a": {"s": 1.0, "c": 0.0}, "b": {"s": 0.5, "c": 0.0}}))
    assert decision.verdicts == {"a": "review", "b": "reject"}


def test_on_empty_promotion_knows_every_constraint_that_may_refuse():
    """Before it promotes it asks the constraints whose failure would refuse the candidate."""
    strict = p.Gate(ref("c"), reject_below=0.5, on_failure="reject")
    a_plan = constrained(strict, cut=p.Cut("quality", reject_below=0.9), on_empty="review")
    rows: dict = {"a": {"s": 0.5}, "b": {"s": 0.25}}
    assert decide(a_plan, outcomes(rows)) == Undecided((Ask("c", ("a",)),))
    rows["a"]["c"] = Failure("down")
    assert decide(a_plan, outcomes(rows)) == Undecided((Ask("c", ("b",)),))
    rows["b"]["c"] = 1.0
    assert decided(a_plan, outcomes(rows)).verdicts == {"a": "reject", "b": "review"}


def test_on_empty_regenerate_is_advice():
    """The selection advises to generate again only if nothing was found."""
    gated = by_score(gates=(p.Gate(ref("g"), reject_below=0.5),), on_empty="regenerate")
    assert decided(gated, outcomes({"a": {"g": 0.0, "s": 1.0}})).advice == "regenerate"
    assert decided(gated, outcomes({"a": {"g": 1.0, "s": 1.0}})).advice is None

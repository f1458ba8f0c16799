"""Constraints, the cut, the walk, the answer: by the smallest request that shows each rule."""

from dataclasses import replace

import pytest

import worlds
from selector.decision.decide import decide
from selector.policy import plan as p
from selector.types import (
    Ask,
    Failure,
    Outcomes,
    Score,
    Undecided,
    members_hash,
)
from worlds import UP, by_score, decided, kinds, outcomes, plan, ref


def constrained(bound: p.Gate, **rest) -> p.Plan:
    return plan(p.Constrained((p.Term(ref("s"), 1.0, UP),), (bound,)), **rest)


def test_a_duplicate_keeps_its_place_under_dominance():
    """Whom a duplicate dominates comes behind it, so its place is found before it is rejected."""
    axes = (p.Criterion(ref("x"), UP), p.Criterion(ref("y"), UP))
    near = p.Distinct(p.Ref("near", "nearest"), 0)
    a_plan = plan(
        p.Pareto(axes, (p.Term(ref("p"), 0.5, UP), p.Term(ref("q"), 0.5, UP))),
        instances=[worlds.instance("near", "filter", scope="set")],
        distinct=near,
        deliver=2,
    )
    rows: dict = {
        "best": {"x": 1.0, "y": 0.0, "p": 1.0, "q": 1.0},
        "twin": {"x": 0.5, "y": 0.5, "p": 0.75},
        "under": {"x": 0.5, "y": 0.25, "p": 0.75, "q": 0.75},  # dominated by the twin only
        "other": {"x": 0.0, "y": 1.0, "p": 0.5, "q": 0.5},
    }
    matrix = [[0, 0, 9, 9], [0, 0, 9, 9], [9, 9, 0, 9], [9, 9, 9, 0]]
    undecided = decide(a_plan, with_distances(rows, matrix))
    assert undecided == Undecided((Ask("q", ("twin",)),))
    rows["twin"]["q"] = 0.0
    decision = decided(a_plan, with_distances(rows, matrix))
    assert decision.ranking == ("best", "other", "twin", "under")
    assert decision.verdicts["other"] == "accept"


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


def test_outranked_says_why_the_walk_went_no_further():
    """Enough were found, a person has enough to look at, or there is no first front to be in."""
    rows: dict = {"a": {"s": 1.0, "t": 1.0}, "b": {"s": 0.5, "t": 0.5}}
    assert last_note(by_score(), rows) == "rank 2; enough were found before it"
    waiting = by_score(uncertified=("cut.accept_above",))
    assert last_note(waiting, rows) == "rank 2; enough were found before it"
    doubtful = by_score(gates=(p.Gate(ref("t"), accept_above=2.0),), review_at_most=1)
    assert last_note(doubtful, rows) == "rank 2; a person has enough to look at before it"
    axes = (p.Criterion(ref("s"), UP), p.Criterion(ref("t"), UP))
    assert last_note(plan(p.Pareto(axes)), rows) == "rank 2; not in the first front"


def last_note(a_plan: p.Plan, rows: dict) -> str:
    (outranked, *_) = decided(a_plan, outcomes(rows)).reasons["b"]
    return outranked.note


def test_quality_is_not_compared_where_it_does_not_rank():
    """Under dominance, who stands lower may have the higher quality."""
    axes = (p.Criterion(ref("s"), UP), p.Criterion(ref("t"), UP))
    pick = (p.Term(ref("u"), 1.0, UP),)
    rows: dict = {"a": {"s": 1.0, "t": 1.0, "u": 0.0}, "b": {"s": 0.5, "t": 0.5, "u": 1.0}}
    decision = decided(plan(p.Pareto(axes, pick)), outcomes(rows))
    (outranked,) = decision.reasons["b"]
    assert (outranked.value, outranked.bound, outranked.margin) == (None, None, None)
    assert decision.quality == {"a": 0.0, "b": 1.0}


def test_the_other_of_a_copy_and_of_a_duplicate_is_named():
    """As data, so that nobody need read it out of the words."""
    same = (worlds.candidate("a", "x"), worlds.candidate("b", "x"))
    decision = decided(by_score(), outcomes({"a": {"s": 1.0}}, candidates=same))
    assert [reason.other for reason in decision.reasons["b"]] == ["a"]


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

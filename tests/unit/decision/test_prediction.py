"""What a prediction changes: who is asked next. What stays: bounds, gates, cuts, what is known."""

import math
import os
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import random_worlds
from selector.decision.decide import decide
from selector.decision.prediction import advice, cap
from selector.policy import plan as p
from selector.types import Failure, Score, Undecided
from worlds import UP, World, by_score, candidate, decided, instance, outcomes, plan, ref

CHEAP = 0.6
FEW = 2000 if os.environ.get("HYPOTHESIS_PROFILE") == "thorough" else 75
TERMS = (p.Term(ref("cheap"), CHEAP, UP), p.Term(ref("dear"), 1 - CHEAP, UP))
INSTANCES = [instance("cheap", cost=0.01), instance("dear", cost=1.0)]
LINE = p.Prediction(
    instance="dear",
    intercept=0.02,
    slopes=(0.4, 0.0),
    spread=0.1,
    offset=0.05,
    gain=0.2,
    within=0.2,
    fewest=1,
    most=64,
    generators=(),
    basis="basis",
)
SAVES = plan(p.WeightedSum(TERMS), instances=INSTANCES, prediction=LINE, parallelism=1)
EXACT = replace(SAVES, prediction=None)


def asked(a_plan, rows):
    """Return what is asked next: the instance and the candidates, best first."""
    found = decide(a_plan, outcomes(rows))
    assert isinstance(found, Undecided), found
    return [(ask.instance, ask.candidates[0]) for ask in found.asks]


def test_the_cap_is_what_is_known_what_is_expected_and_the_offset():
    """Where 0.3 is known, 0.4 times that and 0.02 are expected of the dear one, 0.05 is credited."""
    assert cap(LINE, TERMS, [0.3, 0.4]) == pytest.approx(0.3 + 0.12 + 0.02 + 0.05)


def test_the_cap_is_in_units_of_quality():
    """Weights that do not sum to 1 stand for the same policy."""
    doubled = [replace(term, weight=2 * term.weight) for term in TERMS]
    assert cap(LINE, doubled, [0.6, 0.8]) == pytest.approx(cap(LINE, TERMS, [0.3, 0.4]))


def test_who_is_predicted_to_stay_behind_is_not_asked_for():
    """`b` could be worth 0.88, but is given credit for 0.74, and `a` has 0.8."""
    rows = {"a": {"cheap": 1.0, "dear": 0.5}, "b": {"cheap": 0.8}}
    assert asked(EXACT, rows) == [("dear", "b")]
    decision = decided(SAVES, outcomes(rows))
    assert decision.verdicts == {"a": "accept", "b": "reject"}


def test_what_is_told_stays_true():
    """The bound of who was not asked is its real one; why it is outranked says "as predicted"."""
    rows = {"a": {"cheap": 1.0, "dear": 0.5}, "b": {"cheap": 0.8}}
    decision = decided(SAVES, outcomes(rows))
    (why,) = decision.reasons["b"]
    assert decision.at_most == {"b": pytest.approx(0.88)}
    assert why.value == pytest.approx(0.48 + 0.192 + 0.02 + 0.05)
    assert why.margin == pytest.approx(why.value - 0.8)
    assert why.note.startswith("this as predicted; ")


def test_a_prediction_is_told_as_one():
    """The words say of the number itself that it is put there, or is a bound."""
    rows = {"a": {"cheap": 1.0, "dear": 0.5}, "b": {"cheap": 0.8}}
    (put,) = decided(SAVES, outcomes(rows)).reasons["b"]
    assert str(put) == "quality is put at 0.742, below 0.8: enough were found before it"
    (bound,) = decided(EXACT, outcomes(rows | {"b": {"cheap": 0.5}})).reasons["b"]
    assert str(bound) == "quality is at most 0.7, below 0.8: enough were found before it"


@pytest.mark.parametrize(("best", "note"), [(0.8, ""), (0.3, "rank 2; ")])
def test_a_rank_is_told_where_no_hard_bound_could_beat_it(best, note):
    """`c`, which is known, stands before `b` as predicted; whether it does, `b` would tell."""
    rows = {
        "a": {"cheap": 1.0, "dear": 0.5},
        "b": {"cheap": best},  # worth up to 0.88, or up to 0.58
        "c": {"cheap": 0.95, "dear": 0.5},  # worth 0.77
    }
    decision = decided(SAVES, outcomes(rows))
    assert decision.ranking == ("a", "c", "b")
    assert decision.reasons["c"][0].note == f"{note}enough were found before it"


def test_an_ask_tells_what_it_is_credited_with():
    """Best first by the cap, not by the bound."""
    found = decide(SAVES, outcomes({"a": {"cheap": 0.9}, "b": {"cheap": 0.8}}))
    assert isinstance(found, Undecided)
    assert [ask.candidates for ask in found.asks] == [("a",), ("b",)]
    assert found.asks[0].at_most == pytest.approx(0.54 + 0.216 + 0.02 + 0.05)


def test_a_cap_above_the_bound_is_none():
    """No more than the real bound is ever credited."""
    generous = replace(SAVES, prediction=replace(LINE, offset=0.9))
    rows = {"a": {"cheap": 1.0, "dear": 0.5}, "b": {"cheap": 0.6}}
    found = decide(generous, outcomes(rows))
    assert not isinstance(found, Undecided)
    assert found.reasons["b"][0].value == found.at_most["b"] == pytest.approx(0.76)


def test_before_the_cheap_ones_are_known_the_hard_bound_counts():
    """Nothing is predicted from what is not measured."""
    rows = {"a": {"cheap": 0.95, "dear": 0.95}, "b": {}}  # at its best `b` is credited with 0.91
    assert asked(SAVES, rows) == [("cheap", "b")]


def test_a_cut_is_held_against_the_hard_bound():
    """Whom the prediction puts under the cut is not rejected for that: it is measured."""
    cut = replace(SAVES, cut=p.Cut("quality", reject_below=0.75), deliver=None)
    rows = {"a": {"cheap": 0.6}}  # credited with 0.57, worth up to 0.76
    assert asked(cut, rows) == [("dear", "a")]
    (why,) = decided(cut, outcomes({"a": {"cheap": 0.5}})).reasons["a"]
    assert (why.kind, why.value) == ("cut", pytest.approx(0.7))


def test_lexicographic_has_nothing_to_predict():
    """A prediction without a quality changes nothing and breaks nothing."""
    steps = (p.Criterion(ref("cheap"), UP), p.Criterion(ref("dear"), UP))
    exact = plan(p.Lexicographic(steps), instances=INSTANCES)
    rows = {"a": {"cheap": 0.5}, "b": {"cheap": 0.5}}
    assert asked(replace(exact, prediction=LINE), rows) == asked(exact, rows)


composites = random_worlds.plans(
    st.sampled_from(["weighted_sum", "constrained"]).flatmap(random_worlds.methods)
)


@st.composite
def predicted_worlds(draw, offsets):
    """Draw a request with a prediction of one of its terms."""
    world = draw(random_worlds.worlds(composites))
    number = st.floats(-1.0, 1.0)
    terms = world.plan.terms
    name = draw(st.sampled_from(sorted({term.of.instance for term in terms})))
    slopes = tuple(0.0 if term.of.instance == name else draw(number) for term in terms)
    line = replace(LINE, instance=name, intercept=draw(number), slopes=slopes, offset=draw(offsets))
    return replace(world, plan=replace(world.plan, prediction=line))


def exactly(world: World) -> World:
    return replace(world, plan=replace(world.plan, prediction=None), asked=[])


@settings(max_examples=FEW)
@given(predicted_worlds(st.just(math.inf)))
def test_without_limit_it_is_exact_bit_for_bit(world):
    """With an infinite offset the same is asked, in the same rounds, and the same decided."""
    saves, exact = world.resolve(), exactly(world).resolve()
    assert saves == exact
    assert [[ask.at_most for ask in asks] for asks in saves.rounds] == [
        [ask.at_most for ask in asks] for asks in exact.rounds
    ]


@settings(max_examples=FEW)
@given(predicted_worlds(st.floats(-1.0, 1.0)))
def test_whatever_is_predicted_only_what_is_good_is_delivered(world):
    """Who is accepted was measured in full, and by measuring everything nothing refuses it."""
    found, whole = world.resolve().decision, exactly(world).exhaustive().decision
    for one in (name for name, verdict in found.verdicts.items() if verdict == "accept"):
        assert found.quality[one] == whole.quality[one]
        assert {why.kind for why in whole.reasons[one]} <= {"outranked", "duplicate"}


@settings(max_examples=FEW)
@given(predicted_worlds(st.floats(-1.0, 1.0)))
def test_where_all_is_known_nothing_is_predicted(world):
    """Measuring everything decides the same with a prediction and without."""
    assert world.exhaustive().decision == exactly(world).exhaustive().decision


@settings(max_examples=FEW)
@given(predicted_worlds(st.floats(-1.0, 1.0)))
def test_bounds_hold_whatever_is_predicted(world):
    """`at_most` is the most that a candidate can be, never the prediction."""
    found, whole = world.resolve().decision, exactly(world).exhaustive().decision
    for name, bound in found.at_most.items():
        if name in whole.quality:
            assert whole.quality[name] <= bound


# -- more candidates ---------------------------------------------------------------------------

PRICED = replace(SAVES, worth=p.Worth(quality=5.0, call=0.01, candidate=0.04, more=4))


def advised(worth, best=0.6, qualities=(0.6, 0.5, 0.4, 0.5), count=4):
    return advice(replace(SAVES, worth=worth), best, qualities, count)


def test_more_are_advised_where_they_pay():
    """Four more of mean 0.5 ± 0.2 lift a best of 0.6 by 0.13: worth 0.67, for 0.17."""
    assert advised(PRICED.worth) == "generate 4 more"
    assert advised(replace(PRICED.worth, candidate=0.17)) is None
    assert advised(replace(PRICED.worth, call=0.45)) == "generate 4 more"
    assert advised(replace(PRICED.worth, call=0.60)) is None


def test_more_are_advised_in_the_number_that_the_policy_says():
    """Two at a time, if it says so."""
    assert advised(replace(PRICED.worth, more=2)) == "generate 2 more"


def test_who_will_not_stand_is_no_gain():
    """Where one in ten stands, four more are none; twenty are two."""
    few = replace(PRICED.worth, candidate=0.001)
    assert advised(few, qualities=(0.6,), count=10) is None
    assert advised(replace(few, more=20), qualities=(0.6,), count=10) == "generate 20 more"


@pytest.mark.parametrize("worth", [None, replace(PRICED.worth, candidate=None)])
def test_nobody_asks_nobody_is_told(worth):
    """Without a price there is no advice."""
    assert advised(worth) is None


def test_without_a_prediction_there_is_no_advice():
    """How far candidates differ is known from measured requests only."""
    assert advice(replace(PRICED, prediction=None), 0.6, [0.5], 1) is None


numbers = st.floats(0.0, 1.0)
worths = st.builds(
    p.Worth, st.floats(0.01, 100.0), st.floats(1e-4, 10.0), st.floats(1e-4, 10.0), st.integers(1, 9)
)


@given(worths, numbers, st.lists(numbers, min_size=1, max_size=6), st.floats(1.0, 9.0))
def test_the_advice_follows_price_and_value(worth, best, qualities, factor):
    """Dearer candidates or calls never earn one, quality that is worth more never costs one."""
    given_ = (best, qualities, len(qualities) + 1)
    if advised(worth, *given_) is None:
        assert advised(replace(worth, candidate=worth.candidate * factor), *given_) is None
        assert advised(replace(worth, call=worth.call * factor), *given_) is None
    else:
        assert advised(replace(worth, quality=worth.quality * factor), *given_) is not None


def test_what_is_nearly_perfect_can_hardly_be_bettered():
    """However far candidates differ, no quality is above 1: 0.02 more is worth 0.1, for 0.17."""
    wild = replace(SAVES, worth=PRICED.worth, prediction=replace(LINE, within=0.5))
    assert advice(wild, 0.98, [0.98, 0.9], 2) is None
    assert advice(wild, 0.90, [0.90, 0.9], 2) == "generate 4 more"


@given(worths, numbers, st.lists(numbers, min_size=1, max_size=6))
def test_never_for_more_than_all_quality_is_worth(worth, best, qualities):
    """No quality is above 1, so nothing that costs more than that pays."""
    if worth.more * worth.candidate + worth.call >= worth.quality * (1 - best):
        assert advised(worth, best, qualities, len(qualities)) is None


def test_a_decision_advises_by_what_it_knows():
    """The best is what is delivered; the others count as measured, or as predicted."""
    dull = replace(PRICED, prediction=replace(LINE, within=0.2, offset=0.0))
    rows = {"a": {"cheap": 0.9, "dear": 0.2}, "b": {"cheap": 0.2}, "c": {"cheap": 0.2}}
    assert decided(dull, outcomes(rows)).advice is None  # mean 0.33 under a best of 0.62
    better = {"a": {"cheap": 0.7, "dear": 0.2}, "b": {"cheap": 0.43}, "c": {"cheap": 0.43}}
    assert decided(dull, outcomes(better)).advice == "generate 4 more"  # mean 0.42 under 0.5


def test_refused_candidates_make_more_less_worth():
    """The same request with many refused ones is advised nothing: as many of the next will be."""
    gated = replace(
        PRICED,
        gates=(p.Gate(ref("ok"), reject_below=0.5),),
        instances={**PRICED.instances, "ok": instance("ok", "filter")},
    )
    good = {"ok": 1.0, "cheap": 0.5, "dear": 0.5}
    assert decided(gated, outcomes({"a": good})).advice == "generate 4 more"
    refused = {f"r{at}": {"ok": 0.0} for at in range(7)}
    assert decided(gated, outcomes({"a": good, **refused})).advice is None


@pytest.mark.parametrize("never", [{"ok": 0.0, "cheap": 0.5}, {"ok": 1.0, "cheap": 0.1}])
def test_who_can_not_be_delivered_is_as_if_refused(never):
    """Infeasible, or under the cut as measured: more of these would be no gain."""
    bound = replace(
        PRICED,
        method=p.Constrained(TERMS, (p.Gate(ref("ok"), reject_below=0.5),)),
        instances={**PRICED.instances, "ok": instance("ok", cost=0.001)},
        cut=p.Cut("quality", reject_below=0.3),
    )
    good = {"ok": 1.0, "cheap": 0.5, "dear": 0.5}
    assert decided(bound, outcomes({"a": good})).advice == "generate 4 more"
    others = {f"n{at}": {"dear": 0.5, **never} for at in range(7)}
    assert decided(bound, outcomes({"a": good, **others})).advice is None


@pytest.mark.parametrize("others", [("a", None), ("", "truncated")], ids=["copies", "unread"])
def test_what_could_not_be_read_and_copies_count_too(others):
    """They were paid for, and did not stand."""
    rows = {"a": {"cheap": 0.5, "dear": 0.5}}
    content, error = others
    more = (candidate(f"b{at}", content or None, error) for at in range(4))
    assert decided(PRICED, outcomes(rows, candidates=(candidate("a"), *more))).advice is None
    assert decided(PRICED, outcomes(rows)).advice == "generate 4 more"


def test_what_waits_for_a_person_is_delivered_too():
    """A doubtful one that leads is the best there is."""
    doubtful = {"cheap": Failure("broken"), "dear": 0.9}
    assert decided(PRICED, outcomes({"a": doubtful})).advice == "generate 4 more"


@pytest.mark.parametrize(
    ("on_empty", "advised"), [("regenerate", "regenerate"), ("none", None), ("review", None)]
)
def test_where_nothing_is_delivered_on_empty_says_what_to_do(on_empty, advised):
    """Prices say nothing of a request that got nothing."""
    cut = replace(PRICED, cut=p.Cut("quality", reject_below=0.9), on_empty=on_empty)
    assert decided(cut, outcomes({"a": {"cheap": 0.5, "dear": 0.5}})).advice == advised


def test_a_plan_without_prices_advises_nothing():
    """Exact plans are as they were."""
    assert decided(by_score(), outcomes({"a": {"s": Score(0.1)}})).advice is None

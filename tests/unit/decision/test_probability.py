"""A cut of the probability of being good: under every method, lazily, with what failed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import random_worlds
from selector import cascade
from selector.decision.composite import probability, probability_of
from selector.decision.decide import decide
from selector.policy import plan as p
from selector.policy.order import order
from selector.types import Ask, Failure, NotApplicable, Outcomes, Score, Undecided
from worlds import DOWN, UP, candidate, decided, instance, kinds, outcomes, plan, ref

STRAIGHT = ((0.0, 0.0), (1.0, 1.0))
KNEE = ((0.0, 0.1), (0.5, 0.8), (1.0, 0.9))
SUM = p.WeightedSum((p.Term(ref("s"), 1.0, UP),))


def likely(*names: str, curve=STRAIGHT, scale=UP) -> p.Probability:
    """Return a probability of one factor for each of these measures."""
    return p.Probability(tuple(p.Factor((p.Term(ref(name), 1.0, scale),), curve) for name in names))


def cut(low=None, high=None, *, of=None, method=SUM, **rest) -> p.Plan:
    of = likely("d") if of is None else of
    made = [instance(one) for one in ("s", "t", "d", "e")]
    return plan(method, instances=made, cut=p.Cut("probability", low, high), probability=of, **rest)


def one(value, low=0.3, high=0.7, **rest):
    """Return the verdict on one candidate whose probability is *value*, and the kinds of reasons."""
    decision = decided(cut(low, high, **rest), outcomes({"c": {"s": 0.5, "t": 0.5, "d": value}}))
    return decision.verdicts["c"], kinds(decision, "c")


METHODS = {
    "weighted_sum": SUM,
    "constrained": p.Constrained(SUM.terms, (p.Gate(ref("t"), reject_below=0.1),)),
    "lexicographic": p.Lexicographic((p.Criterion(ref("s"), UP), p.Criterion(ref("t"), UP))),
    "pareto": p.Pareto((p.Criterion(ref("s"), UP), p.Criterion(ref("t"), UP)), SUM.terms),
}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("value", "verdict", "why"), [
    (0.29, "reject", ["cut"]), (0.3, "review", ["band"]), (0.69, "review", ["band"]),
    (0.7, "accept", []), (1.0, "accept", []),
])  # fmt: skip
def test_a_cut_of_the_probability_has_three_sides(method, value, verdict, why):
    """Under any method: below the first line rejected, from the second on accepted."""
    assert one(value, method=METHODS[method]) == (verdict, why)


def test_each_line_may_stand_alone():
    """Without an accepting one all that is not rejected is accepted; without a rejecting one none is."""
    assert one(0.3, high=None) == ("accept", [])
    assert one(0.29, high=None) == ("reject", ["cut"])
    assert one(0.0, low=None) == ("review", ["band"])


def test_a_cut_without_a_line_cuts_nothing():
    """Both lines wait for labels: everything clear passes."""
    assert one(0.0, low=None, high=None) == ("accept", [])
    quality = plan(SUM, cut=p.Cut("quality", None, None))
    assert decided(quality, outcomes({"c": {"s": 0.0}})).verdicts["c"] == "accept"


def test_reasons_tell_value_and_line():
    """As data and in words."""
    decision = decided(cut(0.3, 0.7), outcomes({"c": {"s": 0.5, "d": 0.2}}))
    (reason,) = decision.reasons["c"]
    assert (reason.kind, reason.instance, reason.output) == ("cut", "probability", "")
    assert (reason.value, reason.bound, reason.margin) == (0.2, 0.3, 0.2 - 0.3)
    assert str(reason) == "probability is 0.2, below 0.3"
    (band,) = decided(cut(0.3, 0.7), outcomes({"c": {"s": 0.5, "d": 0.5}})).reasons["c"]
    assert (band.kind, band.value, band.bound) == ("band", 0.5, 0.7)


# -- what failed, and what is not there -------------------------------------------------------


def test_a_failed_output_that_the_cut_needs_is_in_doubt():
    """At its best it is not rejected, at its worst not accepted; it is told as a failure."""
    assert one(Failure("down")) == ("review", ["failure", "band"])
    assert one(Failure("down"), low=0.3, high=None) == ("review", ["failure", "band"])
    decision = decided(cut(0.3, 0.7), outcomes({"c": {"s": 0.5, "d": Failure("down")}}))
    assert str(decision.reasons["c"][1]) == "probability is at least 0, below 0.7"


def test_what_is_under_the_cut_even_at_its_best_is_rejected():
    """One fault is seen, another could not be looked for."""
    of = likely("d", "e")
    rows = {"c": {"s": 0.5, "d": 0.2, "e": Failure("down")}}
    decision = decided(cut(0.3, 0.7, of=of), outcomes(rows))
    assert decision.verdicts["c"] == "reject"
    assert kinds(decision, "c") == ["cut"]
    assert str(decision.reasons["c"][0]) == "probability is at most 0.2, below 0.3"


def test_where_there_is_nothing_to_measure_nothing_is_wrong():
    """It counts at the best end of its scale, unless the term says what it counts as."""
    nothing = NotApplicable("no hands")
    assert one(nothing) == ("accept", [])
    assert one(nothing, of=likely("d", scale=DOWN)) == ("accept", [])
    said = p.Probability((p.Factor((p.Term(ref("d"), 1.0, UP, if_absent=0.4),), STRAIGHT),))
    assert one(nothing, of=said) == ("review", ["band"])


def test_a_failure_of_what_the_cut_shares_with_the_ranking_is_told_once():
    """It is one failure, whatever needs it."""
    rows = {"c": {"s": Failure("down")}}
    decision = decided(cut(0.3, 0.7, of=likely("s")), outcomes(rows))
    assert kinds(decision, "c") == ["failure", "band"]


def test_a_failed_criterion_that_only_the_cut_asks_makes_doubtful():
    """The order never came to ask it, the cut did."""
    method = p.Lexicographic((p.Criterion(ref("s"), UP), p.Criterion(ref("d"), UP)))
    assert one(Failure("down"), method=method) == ("review", ["failure", "band"])


# -- the probability itself -------------------------------------------------------------------


def test_it_is_a_product_of_curves_over_weighted_sums():
    """A factor for each fault; a factor may be of several outputs."""
    both = p.Factor((p.Term(ref("a"), 3.0, UP), p.Term(ref("b"), 1.0, DOWN)), KNEE)
    of = p.Probability((both, p.Factor((p.Term(ref("c"), 1.0, UP),), STRAIGHT)))
    row = {"a.value": Score(0.25), "b.value": Score(0.75), "c.value": Score(0.5)}
    # (3 * 0.25 + 1 * 0.25) / 4 = 0.25; half-way up the knee's first piece is 0.45
    assert probability_of(of, row) == pytest.approx(0.45 * 0.5)
    assert probability_of(of, {}) == pytest.approx(0.9)
    assert probability_of(of, row | {"c.value": Failure("x")}) == 0
    assert probability_of(of, row | {"c.value": Failure("x")}, "best") == pytest.approx(0.45)


@given(random_worlds.probabilities, st.data())
def test_more_of_anything_good_is_never_less_probable(of, data):
    """To the last bit, and always in [0, 1]: so bounds on it hold without an epsilon."""
    shares = [data.draw(st.floats(0, term.weight)) for term in of.terms]
    more = [
        data.draw(st.floats(share, term.weight))
        for share, term in zip(shares, of.terms, strict=True)
    ]
    assert 0 <= probability(of, shares) <= probability(of, more) <= 1


# -- lazily -----------------------------------------------------------------------------------

REQUEST = tuple(candidate(name) for name in "abc")
TRUTH = {"a": {"s": 0.9, "d": 0.1}, "b": {"s": 0.8, "d": 0.9}, "c": {"s": 0.7, "d": 0.9}}


def calls(a_plan: p.Plan, truth=TRUTH) -> dict[str, list[str]]:
    """Return whom each measure was asked on, in the order of asking."""
    asked: dict[str, list[str]] = {}

    def measure(ask, _):
        asked.setdefault(ask.instance, []).extend(ask.candidates)
        return [{"value": Score(truth[one][ask.instance])} for one in ask.candidates]

    cascade.resolve(a_plan, Outcomes(REQUEST, {}), measure)
    return asked


def test_what_only_the_cut_needs_is_asked_of_whom_the_walk_reaches():
    """The first is under the cut, the second is accepted, the third is never asked."""
    found = calls(cut(0.3, 0.7, parallelism=1))
    assert sorted(found["s"]) == ["a", "b", "c"]
    assert found["d"] == ["a", "b"]


def test_it_is_asked_after_all_that_ranks_however_cheap():
    """Else it would be asked of those whom a dearer measure ranks behind."""
    a_plan = cut(0.3, 0.7)
    cheap = a_plan.instances | {"d": instance("d", "filter", cost=1e-6)}
    assert order(plan(SUM, instances=cheap.values(), cut=a_plan.cut,
                      probability=a_plan.probability))[-1] == "d"  # fmt: skip


def test_who_is_under_the_cut_at_best_is_asked_nothing_more():
    """One factor is enough to be rejected by; the other, dearer, is spared."""
    a_plan = cut(0.3, 0.7, of=likely("s", "d"), parallelism=1, deliver=None)
    truth = {"a": {"s": 0.9, "d": 0.9}, "b": {"s": 0.2, "d": 0.9}, "c": {"s": 0.1, "d": 0.9}}
    assert calls(a_plan, truth)["d"] == ["a"]


def test_nobody_is_accepted_before_the_cut_is_known():
    """Whoever comes first is asked for the rest of what the cut needs."""
    found = decide(cut(0.3, 0.7), outcomes({"c": {"s": 0.5}}))
    assert isinstance(found, Undecided)
    assert [ask.instance for ask in found.asks] == ["d"]


def test_what_laziness_knows_of_a_rejected_one_is_told_as_a_bound():
    """It is at most so probable that it is good."""
    a_plan = cut(0.3, 0.7, of=likely("s", "d"))
    (reason,) = decided(a_plan, outcomes({"c": {"s": 0.2}})).reasons["c"]
    assert str(reason) == "probability is at most 0.2, below 0.3"


def test_who_is_out_still_keeps_others_behind_it_on_a_front():
    """Under dominance a place matters: it is settled before the cut takes who holds it away."""
    axes = (p.Criterion(ref("x"), UP), p.Criterion(ref("y"), UP))
    made = plan(
        p.Pareto(axes, (p.Term(ref("s"), 1.0, UP),)),
        instances=[instance(one) for one in "xysd"],
        cut=p.Cut("probability", 0.3, None),
        probability=likely("d"),
    )
    # a beats c on both axes, and is out; by s it comes after b, and so c comes after b too.
    rows = {
        "a": {"x": 0.5, "y": 0.9, "s": 0.1, "d": 0.1},
        "b": {"x": 0.9, "y": 0.1, "s": 0.5, "d": 0.9},
        "c": {"x": 0.1, "y": 0.8, "s": 0.9, "d": 0.9},
    }
    whole = decided(made, outcomes(rows))
    assert (whole.ranking, whole.verdicts["b"]) == (("b", "a", "c"), "accept")
    del rows["a"]["s"]
    found = decide(made, outcomes(rows))
    assert isinstance(found, Undecided)
    assert found.asks == (Ask("s", ("a",)),)

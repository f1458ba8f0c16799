"""What two plans say differently is told line by line, and nothing else is."""

from dataclasses import replace

import worlds
from selector.planning import plan_of
from selector.policy import plan as p
from selector.replay.meaning import Difference, differences, means_the_same
from worlds import DOWN, UP, ref

GATE = p.Gate(ref("g"), reject_below=0.5, accept_above=0.6)
PLAN = worlds.plan(
    p.WeightedSum((p.Term(ref("s"), 0.75, UP), p.Term(ref("t"), 0.25, DOWN))),
    gates=(GATE,),
    cut=p.Cut("quality", 0.2, 0.4),
)
CHOICE = p.Prediction("s", 0.1, (0.0, 0.5), 0.1, 0.2, 0.3, 0.1, 2, 9, (), "basis")


def said(one: p.Plan, other: p.Plan) -> list[str]:
    return [str(each) for each in differences(one, other)]


def test_a_plan_says_nothing_otherwise_than_itself():
    """No line where nothing differs, in every policy that comes with the package."""
    assert said(PLAN, PLAN) == []
    assert said(plan_of("portrait"), plan_of("portrait")) == []


def test_each_change_has_its_line():
    """Gates, weights, scales, the cut, how many: as a policy names them, then and now."""
    terms = (p.Term(ref("s"), 0.5, UP), p.Term(ref("t"), 0.5, p.Scale(0.0, 2.0, False)))
    other = replace(
        PLAN,
        gates=(replace(GATE, reject_below=0.55, on_failure="reject"),),
        method=p.WeightedSum(terms),
        cut=p.Cut("quality", 0.2),
        deliver=None,
        review_at_most=3,
    )
    assert said(PLAN, other) == [
        "gate g.value: reject_below: 0.5 → 0.55",
        "term s.value: weight: 75 % → 50 %",
        "term t.value: weight: 25 % → 50 %",
        "term t.value: scale: 1 (worst) to 0 (best) → 2 (worst) to 0 (best)",
        "cut: accept_above: 0.4 (gone)",
        "deliver: 1 → all",
        "gate g.value: on_failure: reject (new)",
        "review_at_most: 3 (new)",
    ]


def test_two_bounds_on_one_number_are_told_apart():
    """The second gate on an output is the second, whatever the first says."""
    other = replace(PLAN, gates=(GATE, p.Gate(ref("g"), reject_above=0.9)))
    assert said(PLAN, other) == ["gate g.value (2): reject_above: 0.9 (new)"]


def test_a_new_measure_is_one_line():
    """Of what comes or goes as a whole, no parameter is listed beside it."""
    more = {**PLAN.instances, "u": worlds.instance("u")}
    (only,) = said(PLAN, replace(PLAN, instances=more))
    assert only == "measure u: tests.u (new)"
    newer = {**PLAN.instances, "s": replace(PLAN.instances["s"], version=2, fingerprint="other")}
    assert said(PLAN, replace(PLAN, instances=newer)) == [
        "measure s: version: 1 → 2",
        "measure s: fingerprint: print-s → other",
    ]


def test_orders_are_told_by_place():
    """Criteria swap places; their closeness changes."""
    one, two = p.Criterion(ref("s"), UP, 0.1), p.Criterion(ref("t"), UP)
    old = replace(PLAN, method=p.Lexicographic((one, two)), cut=None)
    new = replace(old, method=p.Lexicographic((replace(two, eps=0.2), one)))
    assert said(old, new) == [
        "criterion 1: s.value → t.value",
        "criterion 1: eps: 0.1 → 0.2",
        "criterion 2: t.value → s.value",
        "criterion 2: eps: 0.1 (new)",
    ]


def test_what_only_arranges_measuring_decides_nothing():
    """How it is measured is told, last, as what decides nothing."""
    other = replace(PLAN, mode="exhaustive", audit=0.5, deliver=2)
    *first, mode, audit = differences(PLAN, other)
    assert [str(one) for one in first] == ["deliver: 1 → 2"]
    assert (mode, audit) == (
        Difference("cascade: mode", "exact", "exhaustive", decides=False),
        Difference("cascade: audit", "0.01", "0.5", decides=False),
    )


def test_plans_that_decide_alike_mean_the_same():
    """A new name, version or arrangement changes no meaning; a line, weight or measure does."""
    for change in (
        {"policy": "other", "version": 9, "policy_hash": "x"},
        {"mode": "exhaustive", "parallelism": 7, "audit": 1.0, "timeout_s": 3.0},
        {"journal": "required", "prediction": CHOICE},
    ):
        assert means_the_same(PLAN, replace(PLAN, **change))
    newer = {**PLAN.instances, "s": replace(PLAN.instances["s"], fingerprint="other")}
    for change in ({"deliver": 2}, {"gates": ()}, {"instances": newer}, {"cut": None}):
        assert not means_the_same(PLAN, replace(PLAN, **change))


def test_the_smallest_difference_is_not_called_the_same():
    """Weights and ends of scales that differ in late digits have a line of their own."""
    for term in (
        p.Term(ref("s"), 0.750001, UP),
        p.Term(ref("s"), 0.75, replace(UP, high=UP.high + 1e-13)),
    ):
        other = replace(PLAN, method=p.WeightedSum((term, p.Term(ref("t"), 0.25, DOWN))))
        assert not means_the_same(PLAN, other)
        assert said(PLAN, other)


LIKELY = p.Probability((p.Factor((p.Term(ref("d"), 1.0, UP),), ((0.0, 0.1), (1.0, 0.9))),))


def test_what_labels_gave_has_its_lines():
    """The curve of a scale, the factors of a probability, for which requests lines hold."""
    knots = ((0.0, 0.0), (0.5, 0.25), (1.0, 1.0))
    terms = (p.Term(ref("s"), 0.75, replace(UP, knots=knots)), PLAN.terms[1])
    food = (p.Line("g", "accept_above", 0.5, (0,)),)
    other = replace(
        PLAN,
        method=p.WeightedSum(terms),
        cut=p.Cut("probability", 0.2, 0.4),
        probability=LIKELY,
        certified=p.Certified(4, 8, ("flux",), {"food": food}, ("people",)),
    )
    assert said(PLAN, other) == [
        "cut: reject_below: 0.2 (gone)",
        "cut: accept_above: 0.4 (gone)",
        "term s.value: curve of the scale: 0:0 0.5:0.25 1:1 (new)",
        "cut of the probability: reject_below: 0.2 (new)",
        "cut of the probability: accept_above: 0.4 (new)",
        "probability, factor 1: curve: 0:0.1 1:0.9 (new)",
        "probability, factor 1: d.value: 100 % (new)",
        "probability, factor 1: d.value: scale: 0 (worst) to 1 (best) (new)",
        "certified: candidates: 4 to 8 (new)",
        "certified: generators: flux (new)",
        "segment food: accept_above of g: 0.5 (new)",
        "certified: not for the segments: people (new)",
        "uncertified: review (new)",
    ]
    assert said(other, other) == []


def test_long_curves_are_told_apart_all_the_same():
    """By where they begin and end, and a few characters of which they are."""
    knots = tuple((at / 20, (at / 20) ** 2) for at in range(21))
    bent = tuple((at, height**2) for at, height in knots)
    one, other = (
        replace(PLAN, probability=p.Probability((p.Factor(LIKELY.terms, curve),)))
        for curve in (knots, bent)
    )
    (line,) = said(one, other)
    assert line.startswith("probability, factor 1: curve: 0:0 to 1:1 by 21 points (")

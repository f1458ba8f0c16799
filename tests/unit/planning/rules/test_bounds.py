"""Rules about bounds warn of what does not guard, never acts, or lets nothing pass."""

import pytest

from linting import BEAUTY, BLANK, COUNT, FACES, HANDS, NEAR, RANK, SHARP, by, warned
from policies import small
from selector.planning import lint, planned


def test_a_defect_that_is_only_weighted_is_told():
    """A detector's output without a bound could be outweighed; with one it can't."""
    defect = {"of": HANDS, "if_absent": 0}
    first = ("masked", "method.weighted_sum[1]")
    assert warned(**by({"of": BLANK}, defect)) == [first]
    assert warned(**by(defect, gates=[{"on": HANDS, "accept_below": 0.2}])) == []
    other = [{"on": FACES, "accept_below": 0.2}]
    assert warned(**by({"of": BLANK}, defect, gates=other)) == [first]


def test_a_defect_is_masked_in_objectives_too():
    """Constrained objectives and Pareto axes trade as sums do; a constraint counts as a bound."""
    defect = {"of": HANDS, "if_absent": 0}
    axes = {"objectives": [{"of": BLANK}, defect]}
    place = "method.pareto.objectives[1]"
    assert warned(method={"pareto": axes | {"pick": [{"of": BLANK}]}}) == [("masked", place)]
    assert warned(method={"pareto": axes}) == [], "a person sees the whole front"
    both = axes | {"pick": [{"of": BLANK}, defect]}
    assert ("masked", "method.pareto.pick[1]") in warned(method={"pareto": both})
    bound = {"on": HANDS, "reject_above": 0.5}
    other = {"on": BLANK, "reject_below": 0.1}
    sums = {"objective": [{"of": BLANK}, defect], "constraints": [bound]}
    assert warned(method={"constrained": sums}) == []
    sums = {"objective": [{"of": BLANK}, defect], "constraints": [other]}
    assert warned(method={"constrained": sums}) == [("masked", "method.constrained.objective[1]")]


def test_only_a_bound_on_the_bad_side_keeps_defects_out():
    """The other side, the very end, and a line that waits for labels while all is accepted don't."""
    terms = by({"of": BLANK}, {"of": HANDS, "if_absent": 0})
    told = ("masked", "method.weighted_sum[1]")
    for bound in ({"reject_below": 0.001}, {"at_least": 0.5}, {"reject_above": 1}):
        assert told in warned(**terms, gates=[{"on": HANDS} | bound])
    waits = {"on": HANDS, "accept_below": "calibrated"}
    assert told not in warned(**terms, gates=[waits])
    assert told in warned(**terms, gates=[waits], uncertified="accept")
    assert told not in warned(**terms, gates=[{"on": HANDS, "equals": 0}])


def test_lines_that_let_the_bad_end_pass_are_told():
    """A defect that is accepted from 0.6 on, a taste up to 5: the lines stand the wrong way round."""
    told = [("backwards", "gates[0]")]
    for line in ({"accept_above": 0.6}, {"reject_below": 0.1}):
        assert warned(gates=[{"on": HANDS} | line]) == told
    for line in ({"accept_below": 5}, {"reject_above": 5}):
        assert warned(gates=[{"on": BEAUTY} | line]) == told


def test_lines_that_hold_the_bad_end_off_are_not_backwards():
    """One right line is enough, in another gate too; so is asking whether there is anything."""
    below, above = {"on": HANDS, "accept_below": 0.6}, {"on": HANDS, "reject_below": 0.1}
    assert warned(gates=[above, below]) == warned(gates=[{"on": BEAUTY, "accept_above": 5}]) == []
    there = {"on": HANDS, "reject_below": 0, "if_absent": "reject"}
    assert warned(gates=[there]) == []
    assert warned(gates=[{"on": COUNT, "reject_above": 2}]) == [], "of a count neither end is bad"
    assert warned(gates=[{"on": SHARP, "reject_above": 0.1}]) == [], "soft light may be wanted"


def test_a_question_whose_yes_is_good_has_to_say_so():
    """By default a yes is bad, so that accepting the many fingers' yes is told; a word mends it."""
    hand = {"use": "scorers.vlm_question", "question": "Has this hand five fingers?"}
    gate = {"on": "hand.yes", "accept_above": 0.6}
    told = ("backwards", "gates[0]")
    assert told in warned(measures={"hand": hand}, gates=[gate])
    good = {"hand": hand | {"high_is": "good"}}
    assert told not in warned(measures=good, gates=[gate])


def test_a_defect_that_ranks_alone_is_weighed_against_nothing():
    """With one term there is nothing that could hide it, unless a cut bounds the sum."""
    term = {"of": HANDS, "if_absent": 0}
    assert warned(**by(term)) == []
    cut = {"of": "quality", "reject_below": 0.3}
    assert warned(**by(term, cut=cut)) == [("masked", "method.weighted_sum[0]")]


def test_harm_is_a_defect_whoever_measures_it():
    """A scorer that answers whether an injury is visible declares it, and is guarded likewise."""
    term = {"of": "lint_taste.own.injury"}
    assert warned(**by({"of": BLANK}, term)) == [("masked", "method.weighted_sum[1]")]


def test_an_absolute_bound_on_a_relative_score_is_told():
    """In a gate, in a constraint, and in a cut of a quality that is made of it."""
    term = {"of": RANK}
    assert warned(gates=[{"on": RANK, "reject_below": 3}]) == [("within-prompt", "gates[0]")]
    assert warned(**by(term)) == []
    cut = {"of": "quality", "reject_below": 0.3}
    assert warned(**by(term, cut=cut)) == [("within-prompt", "policy")]
    sums = {"objective": [term], "constraints": [{"on": RANK, "accept_above": "calibrated"}]}
    assert warned(method={"constrained": sums}) == [
        ("within-prompt", "method.constrained.constraints[0]")
    ]


@pytest.mark.parametrize(
    "bound",
    [{"reject_below": 0}, {"accept_above": 0}, {"at_least": 0}, {"reject_above": 1},
     {"accept_below": 1}],
)  # fmt: skip
def test_a_bound_at_the_end_of_the_range_is_told(bound):
    """No value is beyond it, so it never does anything."""
    assert warned(gates=[{"on": BLANK} | bound]) == [("idle", "gates[0]")]
    key, at = next(iter(bound.items()))
    inside = {key: abs(at - 0.1)}
    assert warned(gates=[{"on": BLANK} | inside]) == []


def test_a_bound_that_asks_for_presence_is_not_idle():
    """At the end of the range it still turns away what has nothing to measure."""
    gate = {"on": HANDS, "reject_above": 1, "if_absent": "reject"}
    assert warned(gates=[gate]) == warned(gates=[gate | {"if_absent": "review"}]) == []
    assert warned(gates=[gate | {"if_absent": "pass"}]) == [("idle", "gates[0]")]


def test_a_gate_that_rejects_failures_is_not_idle():
    """Taken away, candidates that could not be measured would be accepted."""
    gate = {"on": BLANK, "reject_below": 0, "on_failure": "reject"}
    assert warned(gates=[gate]) == []


def test_each_side_of_an_idle_bound_is_named():
    """Nothing is lower than the low end, nothing higher than the high one."""
    gates = [{"on": BLANK, "reject_below": 0}, {"on": BLANK, "reject_above": 1}]
    first, second = lint(planned(small(gates=gates)))
    assert "is never lower than 0," in first.said
    assert "is never higher than 1," in second.said


@pytest.mark.parametrize(
    ("cut", "rule"),
    [
        ({"reject_below": 0}, "idle"),
        ({"accept_above": 0}, "idle"),
        ({"accept_above": 1}, "impossible"),
        ({"reject_below": 1}, "impossible"),
        ({"reject_below": 0.1, "accept_above": 0.9}, None),
    ],
)
def test_a_cut_at_an_end_is_told(cut, rule):
    """At 0 it cuts nothing; at 1 it wants a candidate that is best in everything."""
    assert [one for one, _ in warned(cut={"of": "quality"} | cut)] == [rule] * (rule is not None)


def test_a_rescue_with_nobody_to_rescue_is_told():
    """Only constraints and a rejecting cut leave somebody who is ranked and neither of the two."""
    assert warned(on_empty="review") == [("idle", "policy")]
    assert warned(on_empty="regenerate") == []
    assert warned(on_empty="review", cut={"of": "quality", "reject_below": 0.1}) == []
    assert warned(on_empty="review", cut={"of": "quality", "accept_above": 0.1}) == [
        ("idle", "policy")
    ]
    sums = {"objective": [{"of": BLANK}], "constraints": [{"on": BLANK, "accept_above": 0.1}]}
    assert warned(on_empty="review", method={"constrained": sums}) == []


def test_a_gate_far_from_all_real_pictures_is_told():
    """Three times the sharpness of real pictures refuses nearly all; twice may be a product's own."""
    assert warned(gates=[{"on": SHARP, "reject_below": 5}]) == [("impossible", "gates[0]")]
    assert warned(gates=[{"on": SHARP, "reject_above": 0.001}]) == [("impossible", "gates[0]")]
    assert warned(gates=[{"on": SHARP, "reject_below": 0.28}]) == []
    assert warned(gates=[{"on": SHARP, "reject_above": 0.0022}]) == []


def test_a_measured_number_is_hardly_ever_just_so():
    """`equals` is for counts, and for the ends of a range."""
    assert warned(gates=[{"on": BLANK, "equals": 0.3}]) == [("impossible", "gates[0]")]
    assert warned(gates=[{"on": BLANK, "equals": 0}]) == []


def test_gates_that_nothing_can_pass_together_are_told():
    """Two gates on one output may leave no room between them, or no whole number."""
    over, under = {"on": BLANK, "reject_below": 0.2}, {"on": BLANK, "reject_above": 0.1}
    assert warned(gates=[over, under]) == [("impossible", "gates[1]")]
    assert warned(gates=[over, under, over]) == [("impossible", "gates[1]")], "told once"
    assert warned(gates=[over, {"on": BLANK, "accept_below": 0.2}]) == []
    assert warned(gates=[over, {"on": SHARP, "reject_above": 0.5}]) == []
    between = {"on": COUNT, "reject_below": 1.2, "reject_above": 1.8}
    assert warned(gates=[between]) == [("impossible", "gates[0]")]
    half = {"on": COUNT, "equals": 2.5}
    assert warned(gates=[half]) == [("impossible", "gates[0]")]
    assert warned(gates=[{"on": COUNT, "equals": 2}]) == []


def test_a_constraint_counts_with_the_gates():
    """What gates let through a constraint may refuse altogether."""
    gates = [{"on": BLANK, "reject_above": 0.5}]
    sums = {"objective": [{"of": BLANK}], "constraints": [{"on": BLANK, "accept_above": 0.6}]}
    place = "method.constrained.constraints[0]"
    assert warned(gates=gates, method={"constrained": sums}) == [("impossible", place)]


def test_a_distance_that_all_are_within_is_told():
    """At 64 bits of 64 every candidate is a duplicate of the first."""
    assert warned(distinct={"by": NEAR, "within": 64}) == [("impossible", "distinct")]
    assert warned(distinct={"by": NEAR, "within": 63}) == []

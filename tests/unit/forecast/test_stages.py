"""What each stage of a plan is for, what it costs, and whom it is said to be asked of."""

from dataclasses import replace

import pytest

from selector.forecast import Stage, Use, stages
from selector.policy import plan as p
from selector.policy.order import Rate, order
from selector.types import Cost
from worlds import UP, instance, plan, ref

CHEAP, DEAR = instance("cheap", "detector", cost=0.01), instance("dear", cost=1.0)


def term(name: str, weight: float = 0.5) -> p.Term:
    return p.Term(ref(name), weight, UP)


def criterion(name: str) -> p.Criterion:
    return p.Criterion(ref(name), UP)


def gate(name: str) -> p.Gate:
    return p.Gate(ref(name), reject_below=0.5)


def by_name(a_plan: p.Plan, rates=None) -> dict[str, Stage]:
    return {one.instance.name: one for one in stages(a_plan, rates)}


def asked(a_plan: p.Plan) -> dict[str, str]:
    return {name: one.asked for name, one in by_name(a_plan).items()}


SUM = p.WeightedSum((term("cheap"), term("dear")))
EARLY, LATE = instance("early", "filter", cost=0.001), instance("late", cost=50.0)


def test_stages_stand_in_the_order_of_measuring():
    """The order is the one by which is measured, under what is known of costs here too."""
    a_plan = plan(p.WeightedSum((term("a"), term("b"))))
    rates = {"a": Rate(5.0, 10, 0)}
    assert [one.instance.name for one in stages(a_plan)] == list(order(a_plan))
    assert [one.instance.name for one in stages(a_plan, rates)] == ["b", "a"]


def test_who_can_still_win_is_asked_once_something_ranks():
    """All who stand up to the first term, then rivals, and after the last term the top alone."""
    a_plan = plan(SUM, instances=(EARLY, CHEAP, DEAR, LATE), gates=(gate("early"), gate("late")))
    assert asked(a_plan) == {
        "early": "standing",
        "cheap": "standing",
        "dear": "rivals",
        "late": "top",
    }


def test_the_first_term_spares_nobody_unless_it_is_a_filter():
    """A dear first term is told as what it is; of filters nobody expects to be spared."""
    a_plan = plan(SUM, instances=(CHEAP, DEAR))
    assert [one.hindrance for one in stages(a_plan)] == ["first term", ""]
    pixels = replace(CHEAP, kind="filter")
    assert [one.hindrance for one in stages(plan(SUM, instances=(pixels, DEAR)))] == ["", ""]


def test_constraints_behind_the_objective_are_asked_of_the_top():
    """A constraint that is cheaper than the objective comes before it, a dear one after."""
    method = p.Constrained((term("cheap"), term("dear")), (gate("early"), gate("late")))
    found = by_name(plan(method, instances=(replace(EARLY, kind="detector"), CHEAP, DEAR, LATE)))
    assert found["late"].asked == "top"
    assert found["early"].asked == "rivals"
    assert found["early"].uses == (Use("constraint", "value"),)


def test_a_lexicographic_order_asks_its_first_criterion_of_all():
    """Later criteria of those who are tied, gates behind the first of those whom it leaves."""
    method = p.Lexicographic((criterion("cheap"), criterion("dear")))
    a_plan = plan(method, instances=(EARLY, CHEAP, DEAR, LATE), gates=(gate("early"), gate("late")))
    assert asked(a_plan) == {
        "early": "standing",
        "cheap": "standing",
        "dear": "tied",
        "late": "ahead",
    }
    assert by_name(a_plan)["cheap"].hindrance == "first criterion"
    assert by_name(a_plan)["dear"].uses == (Use("criterion", "value", place=2),)


def test_pareto_asks_all_its_axes_of_all():
    """What picks is asked of the front, and so is a gate behind the last axis."""
    method = p.Pareto((criterion("cheap"), criterion("dear")), (term("pick", 1.0),))
    picking = instance("pick", cost=2.0)
    a_plan = plan(method, instances=(CHEAP, DEAR, picking, LATE), gates=(gate("late"),))
    found = by_name(a_plan)
    assert asked(a_plan) == {
        "cheap": "standing",
        "dear": "standing",
        "pick": "front",
        "late": "front",
    }
    assert [found[name].hindrance for name in ("cheap", "dear", "pick")] == ["axis", "axis", ""]


@pytest.mark.parametrize(("deliver", "said"), [(1, "never"), (2, "second"), (None, "second")])
def test_doubles_are_looked_for_where_a_second_is_wanted(deliver, said):
    """Where one is delivered, nothing can be its double."""
    doubles = instance("doubles", "filter", scope="set")
    distinct = p.Distinct(p.Ref("doubles", "nearest"), 6)
    a_plan = plan(SUM, instances=(doubles, CHEAP, DEAR), distinct=distinct, deliver=deliver)
    assert asked(a_plan)["doubles"] == said


def test_what_compares_all_and_what_is_only_evidence_are_told_as_that():
    """A term on a set is asked of the set; evidence with whatever needs it."""
    compares = replace(instance("compares", scope="set"), needs=("evidence of boxes",))
    boxes = instance("boxes", "detector")
    nearest = p.Term(p.Ref("compares", "nearest"), 1.0, p.Scale(0, 64, higher_is_better=True))
    found = by_name(plan(p.WeightedSum((nearest,)), instances=(boxes, compares)))
    assert (found["compares"].asked, found["compares"].hindrance) == ("set", "set")
    assert found["boxes"].asked == "with others"
    assert found["boxes"].uses == (Use("evidence", "compares"),)


def test_an_exhaustive_plan_asks_everything_of_all():
    """No stage is spared, and none pretends that it could be."""
    found = stages(plan(SUM, instances=(CHEAP, DEAR), mode="exhaustive"))
    assert {(one.asked, one.hindrance) for one in found} == {("everything", "everything")}


def test_costs_are_measured_where_they_are_known_and_an_encoder_counts_once():
    """The second measure on an encoder pays its own part only, and says whose it shares."""
    shared = Cost(0.1, "clip", 1.0)
    a, b = (replace(instance(name), cost=shared) for name in "ab")
    found = by_name(plan(p.WeightedSum((term("a"), term("b"))), instances=(a, b)))
    assert [(one.seconds, one.encoder_of) for one in found.values()] == [(1.1, ""), (0.1, "a")]
    timed = by_name(plan(p.WeightedSum((term("a", 1.0),)), instances=(a,)), {"a": Rate(7, 9, 0)})
    assert (timed["a"].seconds, timed["a"].is_timed) == (7, True)
    assert not found["a"].is_timed


def test_a_pass_rate_is_told_of_what_refuses_and_was_measured():
    """Of three in four that were not refused; nothing is told of what nobody measured."""
    a_plan = plan(SUM, instances=(EARLY, CHEAP, DEAR), gates=(gate("early"),))
    rates = {"early": Rate(None, 4, 1), "cheap": Rate(None, 4, 0)}
    found = by_name(a_plan, rates)
    assert (found["early"].passed, found["cheap"].passed) == (0.75, None)
    assert by_name(a_plan, {"early": Rate(1.0, 0, 0)})["early"].passed is None
    assert by_name(a_plan)["early"].passed is None


@pytest.mark.parametrize("method", [
    SUM, p.Lexicographic((criterion("cheap"), criterion("dear"))),
    p.Pareto((criterion("cheap"), criterion("dear")), (term("dear", 1.0),)),
])  # fmt: skip
def test_what_only_a_cut_needs_is_asked_of_who_reaches_the_top(method):
    """Under every method, and it is said what for; a term that it shares stays a term."""
    of = p.Probability((p.Factor((term("sees", 0.75), term("dear", 0.25)), ((0, 0), (1, 1))),))
    made = plan(
        method,
        instances=(CHEAP, DEAR, instance("sees", "filter")),
        cut=p.Cut("probability", 0.5),
        probability=of,
    )
    found = by_name(made)
    assert list(found)[-1] == "sees"
    assert found["sees"].asked == "top"
    assert found["sees"].uses == (Use("cut", "value"),)
    assert Use("cut", "value") in found["dear"].uses
    assert len(found["dear"].uses) >= 2

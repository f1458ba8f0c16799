"""The order of measuring: kinds first, cheap refusals first, an encoder paid once."""

from dataclasses import replace

import pytest

import worlds
from selector.policy import plan as p
from selector.policy.order import Rate, order, refusal, seconds
from selector.types import Cost
from worlds import UP, instance, plan, ref


def gate(name: str) -> p.Gate:
    return p.Gate(ref(name), reject_below=0.5)


def gated(*made: p.Instance) -> p.Plan:
    """Return a plan with a gate on each instance, which ranks by one that costs a second."""
    bounds = tuple(gate(one.name) for one in made)
    return worlds.by_score(gates=bounds, instances=made)


def test_kinds_go_before_costs():
    """Filters, detectors, scorers, whatever they cost."""
    made = [
        instance("g", "scorer", cost=0.01),
        instance("d", "detector", cost=5.0),
        instance("f", "filter", cost=9.0),
    ]
    assert order(gated(*made)) == ("f", "d", "g", "s")


def test_cheap_refusals_go_first():
    """Inside a kind by what measuring costs over the probability that it refuses."""
    made = [instance("a", "filter", cost=2.0), instance("b", "filter", cost=1.0)]
    assert order(gated(*made)) == ("b", "a", "s")
    often = {"a": Rate(None, 90, 89)}  # refuses nine of ten, and is worth its price
    assert order(gated(*made), often) == ("a", "b", "s")
    slow = {"b": Rate(3.0, 90, 9)}
    assert order(gated(*made), slow) == ("a", "b", "s")


def test_equal_prices_go_by_name():
    """Nothing is left to chance."""
    made = [instance("b", "filter"), instance("a", "filter")]
    assert order(gated(*made)) == ("a", "b", "s")


def test_an_encoder_is_paid_by_the_first_who_needs_it():
    """Once one measure has encoded the picture, those who share the encoder are cheap."""
    shared = Cost(0.01, backbone="clip", backbone_seconds=1.0)
    made = [
        replace(instance("a", "detector"), cost=shared),
        replace(instance("b", "detector"), cost=shared),
        instance("c", "detector", cost=0.5),
        instance("e", "detector", cost=2.0),
    ]
    assert order(gated(*made)) == ("c", "a", "b", "e", "s")
    assert order(gated(*made[1:])) == ("c", "b", "e", "s")


def test_what_weighs_more_ends_more_runs():
    """Of two terms that cost the same, the one that moves quality more is measured first."""
    terms = (p.Term(ref("a"), 0.2, UP), p.Term(ref("b"), 0.8, UP))
    assert order(plan(p.WeightedSum(terms))) == ("b", "a")
    dear = [instance("b", cost=5.0)]
    assert order(plan(p.WeightedSum(terms), instances=dear)) == ("a", "b")


def test_weights_do_not_order_filters():
    """They measure everybody at once, so only what they refuse counts."""
    terms = (p.Term(ref("a"), 0.1, UP), p.Term(ref("b"), 0.9, UP))
    made = [instance("a", "filter", cost=1.0), instance("b", "filter", cost=1.1)]
    assert order(plan(p.WeightedSum(terms), instances=made)) == ("a", "b")


def test_a_criterion_ends_the_run_of_nearly_all():
    """It stands before a gate of the same price, which refuses one in ten."""
    steps = (p.Criterion(ref("z"), UP),)
    assert order(plan(p.Lexicographic(steps), gates=(gate("g"),))) == ("z", "g")


def test_what_only_constraints_ask_stands_among_the_scorers():
    """A detector that is asked in rank order waits for its turn; as a gate as well, it does not."""
    method = p.Constrained((p.Term(ref("s"), 1.0, UP),), (gate("d"),))
    made = [instance("d", "detector", cost=50.0)]
    assert order(plan(method, instances=made)) == ("s", "d")
    assert order(plan(method, instances=made, gates=(gate("d"),))) == ("d", "s")


def test_every_instance_stands_once():
    """Also those that only give distances, and that do two things at once."""
    method = p.Constrained((p.Term(ref("s"), 1.0, UP),), (gate("s"),))
    near = instance("near", "filter", scope="set")
    assert order(plan(method, gates=(gate("s"),), instances=[near])) == ("near", "s")


@pytest.mark.parametrize(
    ("rate", "expected"),
    [
        (None, 0.1),
        (Rate(None, 0, 0), 0.1),
        (Rate(None, 90, 9), 0.1),
        (Rate(None, 10, 9), 0.5),
        (Rate(None, 90, 0), 0.01),
    ],
)
def test_how_often_it_refuses_is_a_tenth_until_it_is_known(rate, expected):
    """Ten candidates of which one was refused stand for what is expected beforehand."""
    assert refusal("a", {} if rate is None else {"a": rate}) == pytest.approx(expected)


def test_what_a_measure_takes():
    """What was seen here, or else what it declares, the encoder with it unless that has run."""
    one = replace(instance("a"), cost=Cost(0.25, backbone="clip", backbone_seconds=1.0))
    assert seconds(one, {}) == 1.25
    assert seconds(one, {}, ["clip"]) == 0.25
    assert seconds(one, {}, ["other"]) == 1.25
    assert seconds(one, {"a": Rate(None, 90, 0)}) == 1.25
    assert seconds(one, {"a": Rate(3.0, 90, 0)}, ["clip"]) == 3.0
    assert seconds(instance("b"), {}, ["clip"]) == 1.0

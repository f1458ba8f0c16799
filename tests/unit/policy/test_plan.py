"""A plan's scales are monotone and exact at their ends; its hash is of all that it says."""

import dataclasses
import json
import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import random_worlds
import worlds
from selector.policy import plan as p

raws = st.floats(-1e9, 1e9)


@st.composite
def scales(draw: st.DrawFn) -> p.Scale:
    low, high = sorted((draw(raws), draw(raws)))
    assume(low < high)
    return p.Scale(low, high, higher_is_better=draw(st.booleans()))


@given(scales(), raws, raws)
def test_better_is_never_scaled_to_less(scale, one, other):
    """A scale keeps the order of raw values, to the last bit, and stays in [0, 1]."""
    worse, better = sorted((one, other), reverse=not scale.higher_is_better)
    assert 0 <= scale(worse) <= scale(better) <= 1


@given(scales())
def test_the_ends_are_nothing_and_everything(scale):
    """The worst raw value counts 0 and the best 1, exactly, and so does what lies beyond."""
    assert (scale(scale.worst), scale(scale.best)) == (0, 1)
    beyond = (scale.low - 1e10, scale.high + 1e10)
    assert sorted(scale(raw) for raw in beyond) == [0, 1]
    assert [scale.clip(raw) for raw in beyond] == [scale.low, scale.high]


@st.composite
def curves(draw: st.DrawFn) -> tuple[tuple[float, float], ...]:
    """Draw points of a line that never turns: raw values, and shares from end to end."""
    raw = sorted(draw(st.lists(raws, min_size=2, max_size=6, unique=True)))
    inside = sorted(draw(st.lists(st.floats(0, 1), min_size=len(raw) - 2, max_size=len(raw) - 2)))
    shares = [0.0, *inside, 1.0][:: draw(st.sampled_from([1, -1]))]
    return tuple(zip(raw, shares, strict=True))


def curved(knots) -> p.Scale:
    return p.Scale(knots[0][0], knots[-1][0], knots[0][1] < knots[-1][1], knots)


@given(curves(), raws, raws)
def test_a_curved_scale_never_turns_and_stays_in_its_bounds(knots, one, other):
    """In floating point too, beyond the ends and at the knots themselves."""
    scale = curved(knots)
    worse, better = sorted((one, other), reverse=not scale.higher_is_better)
    assert 0 <= scale(worse) <= scale(better) <= 1
    assert [scale(raw) for raw, _ in knots] == [share for _, share in knots]
    assert (scale(scale.worst), scale(scale.best)) == (0, 1)


def test_between_two_knots_a_curved_scale_is_straight():
    """And level beyond its ends."""
    scale = curved(((0.0, 0.0), (2.0, 0.5), (10.0, 1.0)))
    assert [scale(raw) for raw in (-1, 1, 2, 6, 11)] == [0, 0.25, 0.5, 0.75, 1]
    falling = curved(((0.0, 1.0), (2.0, 0.5), (10.0, 0.0)))
    assert [falling(raw) for raw in (-1, 1, 2, 6, 11)] == [1, 0.75, 0.5, 0.25, 0]


def test_rounding_never_lifts_a_curve_over_its_next_knot():
    """Just under it the sum of rounded parts would be above: a bound would be none."""
    knots = ((0.3, 0.31), (0.96, 0.86))
    below = math.nextafter(0.96, 0)
    assert 0.31 + (below - 0.3) / (0.96 - 0.3) * (0.86 - 0.31) > 0.86
    assert p.interpolated(knots, below) == p.interpolated(knots, 0.96) == 0.86


def test_a_plan_without_a_calibration_keeps_the_hash_that_it_always_had():
    """Records name plans by their hashes: what calibration adds leaves no trace where it is not."""
    terms = p.Constrained(
        (p.Term(worlds.ref("s"), 1.0, worlds.UP),),
        (p.Gate(worlds.ref("b"), reject_below=0.5, accept_above=0.7),),
    )
    waiting = worlds.plan(
        terms, cut=p.Cut("quality", 0.25, None), uncertified=("cut.accept_above",)
    )
    assert [worlds.by_score().hash[:16], waiting.hash[:16]] == [
        "bb2aba75efc3a532", "58ea6ad8e40da534",
    ]  # fmt: skip
    assert not {"probability", "certified"} & waiting.to_dict().keys()


def test_a_reference_is_named_by_its_instance_and_output():
    """The key in tables of outcomes is what policies write."""
    assert p.Ref("filters.blank", "structure").key == "filters.blank.structure"


@given(random_worlds.plans())
def test_any_plan_reads_back_from_its_data(plan):
    """Whatever a plan holds, its data is the same plan, with the same hash."""
    again = p.Plan.from_dict(plan.to_dict())
    assert again == plan
    assert again.hash == plan.hash


CURVE = ((0.0, 0.1), (0.5, 0.7), (1.0, 0.9))
PREDICTION = p.Prediction("s", 0.1, (0.0, 0.5), 0.2, 0.3, 0.1, 0.1, 4, 8, ("flux",), "basis")


@pytest.mark.parametrize("saves", [{"regret": p.Regret(0.01)}, {"worth": p.Worth(5.0, 0.1, 0.2)}])
def test_a_prediction_reads_back_bit_for_bit(saves):
    """What decided which calls were made is in the record, to the last digit."""
    plan = worlds.by_score(prediction=dataclasses.replace(PREDICTION, offset=0.1 + 0.2), **saves)
    again = p.Plan.from_dict(json.loads(json.dumps(plan.to_dict())))
    assert again == plan
    assert again.prediction.offset == 0.1 + 0.2


CHANGES = {
    "policy": "other", "version": 2, "policy_hash": "other", "instances": {},
    "gates": (p.Gate(worlds.ref("s"), reject_below=0.5),),
    "method": p.WeightedSum((p.Term(worlds.ref("s"), 1.0, worlds.DOWN),)),
    "cut": p.Cut("quality", 0.5), "deliver": None, "review_at_most": 1,
    "distinct": p.Distinct(worlds.ref("s"), 1.0), "on_empty": "review",
    "uncertified": ("cut.accept_above",), "if_uncertified": "accept",
    "journal": "best_effort", "timeout_s": 1.0, "mode": "exhaustive", "parallelism": 1,
    "audit": 0.5, "regret": p.Regret(0.01), "worth": p.Worth(5.0, 0.01),
    "prediction": PREDICTION, "schema": 2,
    "probability": p.Probability((p.Factor((p.Term(worlds.ref("s"), 1.0, worlds.UP),), CURVE),)),
    "certified": p.Certified(8, 8),
}  # fmt: skip


@pytest.mark.parametrize(
    "field", [one.name for one in dataclasses.fields(p.Plan) if one.name != "written"]
)
def test_every_part_of_a_plan_is_in_its_hash(field):
    """Whatever differs, it is another plan."""
    plan = worlds.by_score()
    assert dataclasses.replace(plan, **{field: CHANGES[field]}).hash != plan.hash


def test_what_a_plan_was_written_as_is_no_part_of_it():
    """A comment more in the file, and it is the same plan under the same hash."""
    plan = worlds.by_score()
    written = dataclasses.replace(plan, written=p.Written("# a comment"))
    assert written == plan
    assert written.hash == plan.hash
    assert "written" not in written.to_dict()


def test_a_plan_names_what_a_request_may_expect():
    """Every expect.NAME of its gates and constraints, and no number."""
    gates = (p.Gate(worlds.ref("s"), equals="faces"), p.Gate(worlds.ref("s"), at_least=2.0))
    bounds = (p.Gate(worlds.ref("b"), at_least="hands"),)
    terms = (p.Term(worlds.ref("s"), 1.0, worlds.UP),)
    plan = worlds.plan(p.Constrained(terms, bounds), gates=gates)
    assert plan.expectations == {"faces", "hands"}


def test_methods_say_what_ranks_and_what_bounds():
    """Only a weighted sum, an objective and a pick give a composite; only constraints bound."""
    terms = (p.Term(worlds.ref("s"), 1.0, worlds.UP),)
    steps = (p.Criterion(worlds.ref("s"), worlds.UP),)
    bounds = (p.Gate(worlds.ref("b"), reject_below=0.5),)
    plans = [worlds.plan(method) for method in (
        p.WeightedSum(terms), p.Constrained(terms, bounds), p.Pareto(steps, terms),
        p.Pareto(steps), p.Lexicographic(steps),
    )]  # fmt: skip
    assert [plan.terms for plan in plans] == [terms, terms, terms, (), ()]
    assert [plan.constraints for plan in plans] == [(), bounds, (), (), ()]

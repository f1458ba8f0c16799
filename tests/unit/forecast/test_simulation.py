"""What made-up requests say that a plan will measure."""

import time
from dataclasses import replace

import pytest

from selector import cascade
from selector.forecast import forecast
from selector.forecast.simulation import _raw, made_up
from selector.planning import plan_of
from selector.policy import plan as p
from selector.policy.order import Rate
from selector.types import Outcomes, Score
from worlds import UP, candidate, instance, plan, ref

FIRST, DEAR = instance("first", "filter", cost=0.001), instance("dear", cost=1.0)
SUM = p.WeightedSum((p.Term(ref("dear"), 1.0, UP),))
GATED = plan(
    SUM, instances=(FIRST, DEAR), gates=(p.Gate(ref("first"), reject_below=0.999), ), audit=0.0
)  # fmt: skip


def refusing(share: float) -> dict[str, Rate]:
    return {"first": Rate(0.001, 10**6, int(share * 10**6))}


@pytest.mark.parametrize("share", [0.0, 0.25, 0.75])
def test_bounds_refuse_as_often_as_they_did_here(share):
    """Of a sole term behind a gate only those are spared whom the gate refuses, on average."""
    found = forecast(GATED, refusing(share), candidates=16, requests=400)
    assert found.calls["first"] == 16
    assert found.calls["dear"] == pytest.approx(16 * (1 - share), abs=0.3)  # 3.5 errors
    assert found.all_calls == {"first": 16, "dear": 16}


def test_unknown_bounds_refuse_one_in_ten():
    """Before anything is measured that is what the order of measuring takes too."""
    found = forecast(GATED, candidates=16, requests=400)
    assert found.calls["dear"] == pytest.approx(16 * 0.9, abs=0.2)


def test_seconds_and_saving_follow_from_calls():
    """What everything takes over what is asked, by the seconds of the stages."""
    found = forecast(GATED, refusing(0.5), candidates=8)
    assert found.all_seconds == pytest.approx(8 * 1.001)
    assert found.seconds == pytest.approx(8 * 0.001 + found.calls["dear"])
    assert found.saving == found.all_seconds / found.seconds > 1.8
    free = plan(SUM, instances=(replace(DEAR, cost=replace(DEAR.cost, seconds=0.0)),))
    assert forecast(free, requests=2).saving == 1


@pytest.mark.parametrize(("candidates", "requests"), [(1, 200), (8, 200), (16, 100), (128, 20)])
def test_fewer_requests_of_many_candidates_are_made_up(candidates, requests):
    """Large requests vary less and take longer; nobody waits for more than it takes."""
    assert forecast(GATED, candidates=candidates).requests == requests


def test_an_exhaustive_plan_saves_nothing():
    """Each call of everything is made."""
    found = forecast(replace(GATED, mode="exhaustive"), requests=5)
    assert found.calls == found.all_calls
    assert found.saving == 1


def test_the_same_is_forecast_again():
    """Two policies can be compared, because both meet the same requests."""
    assert forecast(GATED, requests=20) == forecast(GATED, requests=20)


@pytest.mark.parametrize(
    "name", ["starter", "general", "catalog", "editorial", "pixel-art", "patient-education", "edit"]
)
def test_policies_that_ship_are_forecast_at_once(name):
    """None measures more than everything, each spares some, and nobody waits long for it."""
    a_plan, start = plan_of(name), time.monotonic()
    found = forecast(a_plan, requests=20)
    assert time.monotonic() - start < 10
    assert all(found.calls[one] <= found.all_calls[one] for one in a_plan.instances)
    assert found.saving > 1
    assert found.rounds >= 1


def test_doubles_are_far_apart():
    """A second one is delivered without a doubt: nothing in the made-up world looks alike."""
    doubles = instance("doubles", "filter", scope="set")
    distinct = p.Distinct(p.Ref("doubles", "nearest"), 6)
    two = plan(SUM, instances=(doubles, DEAR), distinct=distinct, deliver=2)
    assert forecast(two, requests=10).calls["doubles"] == 8
    assert forecast(replace(two, deliver=1), requests=10).calls["doubles"] == 0


def test_two_uses_of_one_measure_are_one_call():
    """Instances with one fingerprint share what they measured, and what that costs."""
    terms = p.WeightedSum((p.Term(ref("dear"), 0.5, UP), p.Term(ref("twin"), 0.5, UP)))
    twin = replace(DEAR, name="twin")
    found = forecast(plan(terms, instances=(DEAR, twin)), requests=10)
    assert sorted(found.all_calls.values()) == [0, 8]


def test_constraints_and_expectations_need_no_numbers():
    """A bound that names what a request expects is made up like any other."""
    method = p.Constrained(SUM.terms, (p.Gate(ref("first"), equals="faces"),))
    made = made_up(plan(method, instances=(FIRST, DEAR)))
    assert made.expectations == frozenset()
    rows = [{"value": Score(0.5), "passes": Score(1.0)}]
    request = Outcomes((candidate("a"),), {})
    decision = cascade.resolve(made, request, lambda _ask, _table: rows).decision
    assert decision.answer == "complete"


def test_a_cut_of_the_probability_is_asked_and_lets_all_pass():
    """What only it needs is asked of as many as are delivered; of no more, where it is dear."""
    likely = p.Probability((p.Factor((p.Term(ref("likely"), 1.0, UP),), ((0.0, 0.1), (1.0, 0.2))),))
    made = plan(
        SUM,
        instances=(DEAR, instance("likely", cost=100.0)),
        cut=p.Cut("probability", 0.5, 0.9),
        probability=likely,
        parallelism=1,
        certified=p.Certified(2, 2),
    )
    found = forecast(made, candidates=16, requests=20)
    assert found.calls == {"dear": 16, "likely": 1}
    assert found.all_calls["likely"] == 16


def test_scores_are_uniform_on_a_curved_scale():
    """Half of them lie in the half of the scale that the raw values hardly reach."""
    for rising in (True, False):
        shares = (0.0, 0.1, 1.0) if rising else (1.0, 0.9, 0.0)
        knots = tuple(zip((0.0, 0.9, 1.0), shares, strict=True))
        scale = p.Scale(0.0, 1.0, rising, knots)
        drawn = [scale(_raw(scale, at / 100)) for at in range(101)]
        assert drawn == pytest.approx([at / 100 for at in range(101)])
    assert _raw(p.Scale(2.0, 4.0, False), 0.25) == 2.5

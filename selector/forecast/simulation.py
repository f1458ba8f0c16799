"""What a plan can be expected to measure: made-up requests, decided by the cascade itself."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from pydantic import JsonValue

from selector import cascade
from selector.forecast.stages import stages
from selector.policy.order import Rates, refusal
from selector.policy.plan import Constrained, Cut, Gate, Plan, Ref, Scale, interpolated
from selector.types import Ask, Candidate, Measured, Outcomes, Output, Score

if TYPE_CHECKING:
    from numpy.random import Generator

FEWEST, MOST = 20, 200  # requests that are made up
CANDIDATES = 1600  # of all of them together: large requests take long, and vary less
SEED = 0  # any: the same requests each time, so that two policies meet the same luck
PASSES = "passes"  # what a made-up measure says of a candidate beside its scores


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a request of so many candidates can be expected to take; means over made-up requests.

    Attributes:
        candidates: How many a request has.
        requests: How many were made up.
        calls: How many candidates each instance measures.
        batches: How often each is asked.
        all_calls: How many each measures where everything is measured.
        rounds: How often a request waits for measures, one after the other.
        seconds: What measuring takes, as the stages say, one call after the other.
        all_seconds: What measuring everything takes.
    """

    candidates: int
    requests: int
    calls: Mapping[str, float]
    batches: Mapping[str, float]
    all_calls: Mapping[str, float]
    rounds: float
    seconds: float
    all_seconds: float

    @property
    def saving(self) -> float:
        """How many times more measuring everything takes; 1 where nothing takes any time."""
        return self.all_seconds / self.seconds if self.seconds else 1.0


def forecast(
    plan: Plan, rates: Rates | None = None, *, candidates: int = 8, requests: int | None = None
) -> Forecast:
    """Return what a request of so many candidates can be expected to take.

    A simulation: scores are uniform on their scales and independent of each other, bounds refuse
    as often as they did here (one in ten where that is not known), nothing fails, is in doubt, or
    looks like another. Measures that agree save more, candidates that are alike save less. What a
    prediction saves is not in it.

    Args:
        plan: What will decide.
        rates: What measuring came to here.
        candidates: How many a request has.
        requests: How many are made up; if None 200, and fewer of many candidates.
    """
    import numpy as np

    if requests is None:
        requests = min(max(CANDIDATES // candidates, FEWEST), MOST)
    rng = np.random.default_rng(SEED)
    made = made_up(plan)
    lazy, whole, rounds = Counted(made), Counted(made), 0
    for _ in range(requests):
        request, truth = _request(made, rates or {}, candidates, rng)
        found = cascade.resolve(made, request, lazy.measuring(truth), rates)
        rounds += len(found.rounds)
        cascade.complete(made, request, whole.measuring(truth))
    each = {stage.instance.name: stage.seconds for stage in stages(plan, rates)}
    return Forecast(
        candidates=candidates,
        requests=requests,
        calls=_mean(lazy.calls, requests),
        batches=_mean(lazy.batches, requests),
        all_calls=_mean(whole.calls, requests),
        rounds=rounds / requests,
        seconds=_seconds(lazy.calls, each) / requests,
        all_seconds=_seconds(whole.calls, each) / requests,
    )


Truth = Mapping[str, Mapping[str, float]]  # candidate id → "instance.output" → value


@dataclass
class Counted:
    """Measures of a made-up plan, and what they were asked.

    Attributes:
        plan: The plan.
        calls: How many candidates each was asked on.
        batches: How often each was asked.
    """

    plan: Plan
    calls: dict[str, int] = field(init=False)
    batches: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        self.calls = dict.fromkeys(self.plan.instances, 0)
        self.batches = dict.fromkeys(self.plan.instances, 0)

    def measuring(self, truth: Truth) -> cascade.Measurer:
        """Return what answers asks about candidates with these values."""

        def measure(ask: Ask, _table: object) -> Sequence[Mapping[str, Measured]]:
            self.calls[ask.instance] += len(ask.candidates)
            self.batches[ask.instance] += 1
            outputs = self.plan.instances[ask.instance].outputs
            evidence = self._far(len(ask.candidates))
            return [
                {name: Score(truth[one][f"{ask.instance}.{name}"], evidence) for name in outputs}
                for one in ask.candidates
            ]

        return measure

    def _far(self, members: int) -> JsonValue:
        """Return as evidence that nobody looks like another."""
        within = self.plan.distinct.within if self.plan.distinct else 0.0
        return {"distances": [within + 1.0 for _ in range(members)]}


def made_up(plan: Plan) -> Plan:
    """Return *plan* with one made-up bound for each instance that bounds anything.

    It holds what refuses, how often; what its numbers would have to be for that does not matter.
    """
    gates = tuple(dict.fromkeys(gate.on.instance for gate in plan.gates))
    method = plan.method
    if isinstance(method, Constrained):
        bounds = dict.fromkeys(gate.on.instance for gate in method.constraints)
        method = replace(method, constraints=tuple(map(_bound, bounds)))
    one = Output("share", 0.0, 1.0, higher_is_better=True)
    instances = {
        name: replace(its, outputs={**its.outputs, PASSES: one})
        for name, its in plan.instances.items()
    }
    return replace(
        plan,
        gates=tuple(map(_bound, gates)),
        method=method,
        instances=instances,
        cut=_passed(plan.cut),
        prediction=None,
        certified=None,  # its lines are those of other bounds
    )


def _passed(cut: Cut | None) -> Cut | None:
    """Return a cut of the probability that all pass, and that is asked all the same."""
    return Cut("probability", accept_above=0.0) if cut and cut.of == "probability" else cut


def _bound(instance: str) -> Gate:
    return Gate(Ref(instance, PASSES), at_least=1.0)


def _request(plan: Plan, rates: Rates, candidates: int, rng: Generator) -> tuple[Outcomes, Truth]:
    """Return a made-up request, and what measuring it will find."""
    likely = plan.probability.terms if plan.probability else ()
    scales = {part.of.key: part.scale for part in (*likely, *plan.parts)}
    keys = [f"{name}.{output}" for name, one in plan.instances.items() for output in one.outputs]
    drawn = rng.random((candidates, len(keys)))
    names = [f"{at}" for at in range(candidates)]
    truth: dict[str, dict[str, float]] = {name: {} for name in names}
    for name, row in zip(names, drawn.tolist(), strict=True):
        for key, value in zip(keys, row, strict=True):
            instance, _, output = key.rpartition(".")
            if output == PASSES:
                truth[name][key] = float(value >= refusal(instance, rates))
            elif key in scales:
                scale = scales[key]
                truth[name][key] = _raw(scale, value)
            else:
                truth[name][key] = value
    made = tuple(Candidate(id=name, content_hash=_hash(name)) for name in names)
    return Outcomes(made, {}), truth


def _raw(scale: Scale, at: float) -> float:
    """Return the raw value that lies so far up the scale, from its low end or its worst."""
    if not scale.knots:
        return scale.low + at * (scale.high - scale.low)
    points = sorted((share, raw) for raw, share in scale.knots)
    return interpolated(points, at)


def _hash(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def _mean(counts: Mapping[str, int], requests: int) -> dict[str, float]:
    return {name: count / requests for name, count in counts.items()}


def _seconds(calls: Mapping[str, int], each: Mapping[str, float]) -> float:
    return sum(count * each[name] for name, count in calls.items())

"""The order of measuring: cheap refusals first, so that as little as possible is measured in vain."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from selector.types import KINDS, Cost, Kind

if TYPE_CHECKING:
    from selector.policy.plan import Instance, Plan


@dataclass(frozen=True, slots=True)
class Rate:
    """What measuring with one instance came to here.

    Attributes:
        seconds: What a candidate took; None if that was not seen often enough.
        measured: How many candidates were measured.
        refused: How many of these it refused.
    """

    seconds: float | None
    measured: int
    refused: int


Rates = Mapping[str, Rate]  # by instance
LAST = "cut"  # behind all kinds


def order(plan: Plan, rates: Rates | None = None) -> tuple[str, ...]:
    """Return the instances of *plan* in the order in which to measure a candidate.

    Filters, detectors, scorers; inside a kind by what measuring costs over the probability that
    it ends a candidate's run, which is the cheapest order of independent refusals. A term ends it
    the more likely the more it weighs, but for filters, which measure all at once. What only
    constraints ask stands among the scorers, and what only a cut of the probability asks after
    them: it is needed of those alone whom the walk reaches. An encoder that several share is paid
    by the first.

    It never changes a verdict.

    Args:
        plan: Whose instances.
        rates: What measuring came to here; by declared costs and a tenth refused where nothing is
            known.
    """
    others = {part.of.instance for part in plan.parts} | {gate.on.instance for gate in plan.gates}
    bounded = {gate.on.instance for gate in plan.constraints} - others
    last = _only_cut(plan)
    found: list[str] = []
    encoders: set[str] = set()
    for kind in (*KINDS, LAST):
        left = {
            one.name: one
            for one in plan.instances.values()
            if (LAST if one.name in last else _stage(one, one.name in bounded)) == kind
        }
        while left:
            costs = {name: seconds(one, rates or {}, encoders) for name, one in left.items()}
            ends = {name: _ending(plan, one, rates or {}) for name, one in left.items()}
            name = min(left, key=lambda one: (costs[one] / ends[one], costs[one], one))
            encoders |= _encoder(left.pop(name).cost)
            found.append(name)
    return tuple(found)


def seconds(instance: Instance, rates: Rates, encoders: Collection[str] = ()) -> float:
    """Return what measuring a candidate is expected to take, if *encoders* have seen it already."""
    rate = rates.get(instance.name)
    if rate is not None and rate.seconds is not None:
        return rate.seconds
    cost = instance.cost
    seen = cost.backbone is not None and cost.backbone in encoders
    return cost.seconds + (0.0 if seen else cost.backbone_seconds)


def refusal(instance: str, rates: Rates) -> float:
    """Return the probability that *instance* refuses: a tenth before anything is known."""
    rate = rates.get(instance)
    return (1.0 + (rate.refused if rate else 0)) / (10.0 + (rate.measured if rate else 0))


def _ending(plan: Plan, instance: Instance, rates: Rates) -> float:
    """Return how likely what *instance* measures ends a candidate's run; never quite 0."""
    name = instance.name
    refuses = any(gate.on.instance == name for gate in (*plan.gates, *plan.constraints))
    stays = 1.0 - (refusal(name, rates) if refuses else 0.0)
    if instance.kind != "filter":
        weights = [term.weight for term in plan.terms if term.of.instance == name]
        stays *= 1.0 - min(1.0, sum(weights))
        stays *= (
            0.0 if not weights and any(part.of.instance == name for part in plan.parts) else 1.0
        )
    return max(1.0 - stays, 0.01)


def _only_cut(plan: Plan) -> set[str]:
    """Return the instances that nothing but the probability of being good refers to."""
    likely = plan.probability.terms if plan.probability else ()
    refs = [gate.on for gate in (*plan.gates, *plan.constraints)]
    refs += [part.of for part in plan.parts] + ([plan.distinct.by] if plan.distinct else [])
    return {term.of.instance for term in likely} - {ref.instance for ref in refs}


def _stage(instance: Instance, only_bounded: bool) -> Kind:  # noqa: FBT001 - says what it is
    return KINDS[-1] if only_bounded else instance.kind


def _encoder(cost: Cost) -> set[str]:
    return {cost.backbone} if cost.backbone else set()

"""A calibrated file while it comes about: first with stand-ins, so that the policy can be planned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from selector.calibration.digits import DIGITS
from selector.calibration.lines import Open
from selector.policy.calibration import (
    CUT,
    Calibration,
    CutOf,
    Data,
    FactorOf,
    HoldsFor,
    ScaleOf,
    TermOf,
    WeightOf,
    bound,
)
from selector.policy.grammar import Criterion, Objective, Scale, Term
from selector.policy.plan import Criterion as Step
from selector.policy.plan import Plan
from selector.policy.plan import Scale as Mapped
from selector.policy.plan import Term as Weighted
from selector.policy.policy import Policy
from selector.policy.values import CALIBRATED

Part = Term | Criterion | Objective
LEVEL = ((0.0, 0.0), (1.0, 1.0))  # a curve that leaves a sum as it is
NOTHING = "0" * 64


def parts(policy: Policy) -> tuple[Part, ...]:
    """Return what the ranking of a policy is made of, in the order of its plan's parts."""
    method = policy.method
    if method.pareto:
        return (*method.pareto.objectives, *(method.pareto.pick or ()))
    if method.constrained:
        return method.constrained.objective
    return method.weighted_sum or method.lexicographic or ()


def asks_scale(part: Part) -> bool:
    """Return whether a part's scale is to come from the calibration."""
    return isinstance(part.scale, Scale) and part.scale.ends == CALIBRATED


def asks_weight(part: Part) -> bool:
    """Return whether a part's weight is to come from the calibration."""
    return isinstance(part, Term) and part.weight == CALIBRATED


def of_probability(policy: Policy) -> bool:
    """Return whether the policy cuts the probability of being good."""
    return policy.cut is not None and policy.cut.of == "probability"


def rejects(policy: Policy) -> bool:
    """Return whether the reject line of the cut is to come from the calibration."""
    return policy.cut is not None and policy.cut.reject_below == CALIBRATED


def first(policy: Policy, plan: Plan, lines: Sequence[Open], at: Sequence[float]) -> Calibration:
    """Return a calibration of stand-ins: the policy's own numbers until there are others.

    Args:
        policy: What is calibrated.
        plan: Its plan without a calibration.
        lines: Its open accept lines, each *at* some value.
        at: These values.
    """
    deliver: Any = policy.deliver
    prints = {name: one.fingerprint for name, one in plan.instances.items()}
    holds = HoldsFor(policy=bound(policy), measures=prints, candidates=(1, 1), deliver=deliver)
    both = list(zip(parts(policy), plan.parts, strict=True))
    cuts = [
        CutOf(on=line.on, line=line.line, value=value, why="a stand-in")
        for line, value in zip(lines, at, strict=True)
    ]
    if rejects(policy):
        cuts.append(CutOf(on=CUT, line="reject_below", value=0.0, why="a stand-in"))
    return Calibration(
        schema=1,
        policy=policy.name,
        claim="",
        date="1970-01-01",
        command="",
        holds_for=holds,
        data=Data(hash=NOTHING, requests=0, candidates=0, bad=0, labels=0, raters=0),
        scales=tuple(
            ScaleOf(of=of, knots=knots(step.scale), spread=0)
            for of, step in {part.of: step for part, step in both if asks_scale(part)}.items()
        ),
        weights=tuple(
            WeightOf(of=part.of, weight=part.until_then or 1.0)
            for part in parts(policy)
            if isinstance(part, Term) and asks_weight(part)
        ),
        probability=(verdict(tuple(terms(plan.parts, names(policy, plan))), LEVEL, "none"),)
        if of_probability(policy)
        else (),
        cuts=tuple(cuts),
    )


def knots(scale: Mapped) -> tuple[tuple[float, float], ...]:
    """Return the points of a scale, also of one that is straight from end to end."""
    return scale.knots or ((scale.low, scale(scale.low)), (scale.high, scale(scale.high)))


def names(policy: Policy, plan: Plan) -> dict[str, str]:
    """Return what the policy calls each output that it ranks by.

    Args:
        policy: What is calibrated.
        plan: Its plan without a calibration.
    """
    return {step.of.key: part.of for part, step in zip(parts(policy), plan.parts, strict=True)}


def terms(steps: Sequence[Weighted | Step], called: Mapping[str, str]) -> Iterator[TermOf]:
    """Give the terms of a factor that adds up what the ranking adds up."""
    for step in steps:
        weight = step.weight if isinstance(step, Weighted) else 1.0
        weight = float(f"{weight:.{DIGITS}g}")
        yield TermOf(of=called[step.of.key], weight=weight, knots=knots(step.scale))


def verdict(
    of: tuple[TermOf, ...], curve: tuple[tuple[float, float], ...], method: str
) -> FactorOf:
    """Return the factor that tells whether people find a candidate good."""
    return FactorOf(of="verdict", terms=of, curve=curve, method=method)

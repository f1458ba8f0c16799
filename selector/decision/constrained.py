"""Bounds that are asked in rank order, of those only whom the walk reaches."""

from __future__ import annotations

from dataclasses import dataclass

from selector.decision.gates import judge
from selector.decision.known import Known
from selector.policy.plan import Gate
from selector.types import Reason


@dataclass(frozen=True, slots=True)
class Feasible:
    """How a candidate stands before all constraints.

    Attributes:
        refusals: Why it is infeasible; any makes it so, whatever is unknown.
        doubts: Bands that it lies in, and failures.
        unknown: Instances that have not measured it yet.
    """

    refusals: tuple[Reason, ...]
    doubts: tuple[Reason, ...]
    unknown: tuple[str, ...]


def feasible(constraints: tuple[Gate, ...], known: Known, candidate: str) -> Feasible:
    """Return how *candidate* stands before the constraints, as far as they are measured."""
    refusals: list[Reason] = []
    doubts: list[Reason] = []
    unknown: list[str] = []
    for gate in constraints:
        judged = judge(gate, known.of(candidate, gate.on), known.outcomes.expect)
        if judged.standing == "unknown":
            unknown.append(gate.on.instance)
        elif judged.standing == "refused" and judged.reason:
            refusals.append(_infeasible(judged.reason))
        elif judged.reason:
            doubts.append(judged.reason)
    return Feasible(tuple(refusals), tuple(doubts), tuple(dict.fromkeys(unknown)))


def _infeasible(reason: Reason) -> Reason:
    if reason.kind == "failure":
        return reason
    return Reason(
        "infeasible",
        reason.instance,
        reason.output,
        reason.value,
        reason.bound,
        reason.margin,
        reason.note,
    )

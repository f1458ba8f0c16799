"""Outcomes as numbers on scales: what a failed one counts, and the weighted sum of many."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Literal

from selector.decision.known import Known
from selector.policy.plan import Criterion, Plan, Term
from selector.types import NOT_EVALUATED, Failure, NotApplicable, Outcome, Reason, Score

FailedAt = Literal["worst", "best"]


def raw(part: Term | Criterion, outcome: Outcome, failed_at: FailedAt = "worst") -> float:
    """Return an outcome in raw units, clipped to its scale.

    A failed one counts at the end of the scale that *failed_at* names; nothing is imputed.
    """
    if isinstance(outcome, Score):
        return part.scale.clip(outcome.value)
    if isinstance(outcome, NotApplicable) and part.if_absent is not None:
        return part.scale.clip(part.if_absent)
    return part.scale.worst if failed_at == "worst" else part.scale.best


def failure(part: Term | Criterion, outcome: Outcome) -> Reason | None:
    """Return why an outcome that ranking needs is no number, or None if it is one."""
    where = (part.of.instance, part.of.output)
    if isinstance(outcome, Failure):
        return Reason("failure", *where, note=outcome.reason)
    if isinstance(outcome, NotApplicable) and part.if_absent is None:
        note = f"not applicable ({outcome.reason}), and the policy gives no if_absent"
        return Reason("failure", *where, note=note)
    return None


def quality(
    terms: Sequence[Term], known: Known, candidate: str, failed_at: FailedAt = "worst"
) -> float:
    """Return the weighted sum of a candidate's scaled scores, in [0, 1] up to rounding.

    Exact sums, rounded once: all at their best is 1, equal candidates are equal, and as rounding
    is monotone a bound computed with other ends of the scales holds bit for bit.
    """
    parts = [
        term.weight * term.scale(raw(term, known.of(candidate, term.of), failed_at))
        for term in terms
    ]
    return math.fsum(parts) / math.fsum(term.weight for term in terms)


def is_a_least(plan: Plan, row: Mapping[str, Outcome]) -> bool:
    """Return whether a candidate's quality counts something at its worst that failed.

    Args:
        plan: What decided.
        row: The candidate's outcomes by "instance.output".
    """
    return any(failure(term, row.get(term.of.key, NOT_EVALUATED)) for term in plan.terms)

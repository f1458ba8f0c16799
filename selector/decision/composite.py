"""Outcomes as numbers on scales: what a failed one counts, a weighted sum, a probability."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Literal

from selector.policy.plan import Criterion, Plan, Probability, Term, interpolated
from selector.types import (
    NOT_EVALUATED,
    Failure,
    NotApplicable,
    NotEvaluated,
    Outcome,
    Reason,
    Score,
)

End = Literal["worst", "best"]


def raw(part: Term | Criterion, outcome: Outcome, failed_at: End = "worst") -> float:
    """Return an outcome in raw units, clipped to its scale.

    A failed one counts at the end of the scale that *failed_at* names, nothing is imputed. What is
    not measured yet counts at the best: no outcome can be better.
    """
    if isinstance(outcome, Score):
        return part.scale.clip(outcome.value)
    if isinstance(outcome, NotApplicable) and part.if_absent is not None:
        return part.scale.clip(part.if_absent)
    best = failed_at == "best" or isinstance(outcome, NotEvaluated)
    return part.scale.best if best else part.scale.worst


def failure(part: Term | Criterion, outcome: Outcome) -> Reason | None:
    """Return why an outcome that ranking needs is no number, or None if it is one."""
    where = (part.of.instance, part.of.output)
    if isinstance(outcome, Failure):
        return Reason("failure", *where, note=outcome.reason)
    if isinstance(outcome, NotApplicable) and part.if_absent is None:
        note = f"not applicable ({outcome.reason}), and the policy gives no if_absent"
        return Reason("failure", *where, note=note)
    return None


def share(term: Term, outcome: Outcome, failed_at: End = "worst") -> float:
    """Return what one term adds to the sum: its weight times the scaled score."""
    return term.weight * term.scale(raw(term, outcome, failed_at))


def quality(shares: Sequence[float], weight: float) -> float:
    """Return the weighted sum of a candidate's scaled scores, in [0, 1] up to rounding.

    Exact sums, rounded once: all at their best is 1, equal candidates are equal, and as rounding
    is monotone a bound computed with other ends of the scales holds bit for bit.

    Args:
        shares: What each term adds.
        weight: What the terms weigh together, summed exactly too.
    """
    return math.fsum(shares) / weight


def chance(term: Term, outcome: Outcome, failed_at: End = "worst") -> float:
    """Return what one term adds to the sum of a factor of the probability.

    Where there is nothing to measure there is nothing to be wrong: it counts at the best, unless
    the term says otherwise.
    """
    if isinstance(outcome, NotApplicable) and term.if_absent is None:
        outcome = Score(term.scale.best)
    return share(term, outcome, failed_at)


def fault(term: Term, outcome: Outcome) -> Reason | None:
    """Return why an outcome that the probability needs is not known, or None if it is."""
    return failure(term, outcome) if isinstance(outcome, Failure) else None


def probability(of: Probability, shares: Sequence[float]) -> float:
    """Return how probable it is that a candidate is good, in [0, 1].

    A product of curves that never fall, over exact sums: a bound computed with other ends of the
    scales holds bit for bit.

    Args:
        of: The factors.
        shares: What each of its terms adds, in their order.
    """
    found, begin = 1.0, 0
    for factor in of.factors:
        end = begin + len(factor.terms)
        weight = math.fsum(term.weight for term in factor.terms)
        found *= interpolated(factor.curve, quality(shares[begin:end], weight))
        begin = end
    return found


def probability_of(of: Probability, row: Mapping[str, Outcome], failed_at: End = "worst") -> float:
    """Return how probable it is that a candidate is good, at most if not all of it is measured.

    Args:
        of: The factors.
        row: The candidate's outcomes by "instance.output".
        failed_at: Where a failed output counts.
    """
    found = [chance(term, row.get(term.of.key, NOT_EVALUATED), failed_at) for term in of.terms]
    return probability(of, found)


def is_a_least(plan: Plan, row: Mapping[str, Outcome]) -> bool:
    """Return whether a candidate's quality counts something at its worst that failed.

    Args:
        plan: What decided.
        row: The candidate's outcomes by "instance.output".
    """
    return any(failure(term, row.get(term.of.key, NOT_EVALUATED)) for term in plan.terms)

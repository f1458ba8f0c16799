"""What a dear measure is expected to say: what a candidate is credited with, and if more would pay."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import fmean

from selector.policy.plan import Plan, Prediction, Term
from selector.statistics import expected_gain


def cap(prediction: Prediction, terms: Sequence[Term], shares: Sequence[float]) -> float:
    """Return the quality that a candidate is credited with before its dear measure was asked.

    What its other terms add, what these let expect of the dear ones, and the offset. It is no
    bound: it may lie under what the candidate is worth, and over 1.

    Args:
        prediction: Of what the dear ones add.
        terms: All terms of the quality.
        shares: What each adds, in the same order; of the dear ones it does not matter.
    """
    return predicted(prediction, terms, shares) + prediction.offset


def predicted(prediction: Prediction, terms: Sequence[Term], shares: Sequence[float]) -> float:
    """Return the quality that is expected of a candidate; see `cap`."""
    known = [
        share
        for term, share in zip(terms, shares, strict=True)
        if term.of.instance != prediction.instance
    ]
    told = [slope * share for slope, share in zip(prediction.slopes, shares, strict=True)]
    return math.fsum([*known, *told]) / math.fsum(term.weight for term in terms) + (
        prediction.intercept
    )


def advice(plan: Plan, best: float, qualities: Sequence[float], count: int) -> str | None:
    """Return that more candidates are worth what they cost, if the policy prices them and they are.

    As many of them are expected to stand as of these, and to be as good on average; of those that
    stand, the best counts, as far as it is better than what there is. It costs making all of them
    and one call of the dear measure.

    Args:
        plan: With what quality, calls and candidates are worth, and a prediction.
        best: The quality of the best that is delivered.
        qualities: What each candidate that stands is worth, measured or predicted.
        count: How many candidates there are, also those that do not stand.
    """
    worth, prediction = plan.worth, plan.prediction
    if worth is None or worth.candidate is None or prediction is None or not qualities:
        return None
    standing = worth.more * len(qualities) // count
    gain = expected_gain(best, fmean(qualities), prediction.within, standing)
    price = worth.more * worth.candidate + worth.call
    pays = worth.quality * min(gain, max(1.0 - best, 0.0)) > price  # no quality is above 1
    return f"generate {worth.more} more" if pays else None

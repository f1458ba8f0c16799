"""What a choice saves and loses on requests of which all is known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from statistics import fmean

from selector.policy.plan import Plan
from selector.predicting.stored import holds
from selector.predicting.whole import again, alike, lost
from selector.types import NotEvaluated, Selection, Table


@dataclass(frozen=True, slots=True)
class Trial:
    """What a choice does to requests: to those that it was chosen by, a little more than to others.

    Attributes:
        requests: How many there are.
        calls: Of the dear measure, a request.
        exact: Likewise, if nothing may be lost.
        whole: Likewise, if all is measured.
        loss: What is lost, on average, of what the best of a request has over a random candidate.
    """

    requests: int
    calls: float
    exact: float
    whole: float
    loss: float


def trial(plan: Plan, requests: Iterable[tuple[Plan, Selection]]) -> Trial | None:
    """Return what a plan's prediction would have done to measured requests; None without any.

    Args:
        plan: With a prediction.
        requests: As for `fit`; only those that the prediction holds for count.
    """
    prediction = plan.prediction
    if prediction is None:
        return None
    exact = replace(plan, prediction=None)
    known = [one for one in alike(exact, requests) if holds(prediction, one.outcomes.candidates)]
    if not known:
        return None
    lazy = [again(plan, one) for one in known]
    return Trial(
        requests=len(known),
        calls=fmean(_asked(plan, found.table) for found in lazy),
        exact=fmean(_asked(plan, again(exact, one).table) for one in known),
        whole=fmean(_asked(plan, one.outcomes.table) for one in known),
        loss=fmean(
            lost(one, found.decision, prediction.gain)
            for one, found in zip(known, lazy, strict=True)
        ),
    )


def _asked(plan: Plan, table: Table) -> int:
    """Return of how many candidates there is an outcome of the dear measure."""
    start = f"{plan.prediction.instance if plan.prediction else ''}."
    return sum(
        any(key.startswith(start) and not isinstance(row[key], NotEvaluated) for key in row)
        for row in table.values()
    )

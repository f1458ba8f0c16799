"""Learning from measured requests what a dear measure will say, and how far to trust that."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from statistics import fmean
from typing import Any

import numpy as np

from selector.errors import CalibrationError
from selector.policy.order import order
from selector.policy.plan import Plan, Prediction
from selector.predicting.basis import basis
from selector.predicting.whole import Whole, again, alike, loss
from selector.statistics import conformal_offset, reservation, ridge
from selector.types import Selection

LEARNING = 30  # requests at least, to learn a line of a few slopes from
PENALTY = 1.0  # as one observation more that says "no slope"
# Offsets, in standard deviations of what the line leaves open: at 4 next to nothing is left out,
# and where little may be lost the best lies between 0 and 2.
OFFSETS = np.array([4.0, 3.0, 2.5, *np.linspace(2.0, -2.0, 41)])
FINEST = 1e-3  # of quality, where the line leaves nothing open


def fit(plan: Plan, requests: Iterable[tuple[Plan, Selection]]) -> Prediction:
    """Return what saves most of what keeps the plan's promise, or pays best at its prices.

    One part of the requests tells what the dear measure says, as far as the cheap ones tell it;
    the other, each decided again with one offset after the other, which of these would have lost
    at most what may be lost (conformal risk control). Chance parts them: a hash of their ids.
    Where quality and calls are priced, the offset follows from the prices (Weitzman).

    Args:
        plan: Of a policy with `regret` or `value_of_quality`.
        requests: Measured requests with the plans that decided them, as
            `Journal.measured_whole` gives them. Those that were measured otherwise do not count.

    Raises:
        CalibrationError: The plan asks for neither, there are too few requests, no candidate is
            better than another, or no offset keeps the promise.
    """
    if plan.regret is None and plan.worth is None:
        raise CalibrationError(
            f"{plan.policy}: nothing is to be chosen for it (got neither 'regret' nor "
            "'value_of_quality' in its cascade). Add one of them."
        )
    plan = replace(plan, prediction=None)
    known = sorted(alike(plan, requests), key=_by_chance)
    choosing = _choosing(plan)
    if len(known) < LEARNING + choosing:
        raise CalibrationError(
            f"{plan.policy}: choosing needs {LEARNING + choosing} requests of which all was "
            f"measured (got {len(known)}). Say 'audit: 1' in its cascade until there are as many."
        )
    choosing = max(choosing, len(known) // 2) if plan.regret else 0
    prediction = _learned(plan, known[choosing:])
    prediction = replace(prediction, offset=_offset(plan, prediction, known[:choosing]))
    prediction = replace(prediction, **_range(known))
    return replace(prediction, basis=basis(plan, prediction))


def dear(plan: Plan) -> str:
    """Return the instance that is asked last of those that quality is made of."""
    asked = {term.of.instance for term in plan.terms}
    return next(name for name in reversed(order(plan)) if name in asked)


def _by_chance(one: Whole) -> str:
    return hashlib.sha256(one.request_id.encode()).hexdigest()


def _choosing(plan: Plan) -> int:
    """Return how many requests it takes to choose an offset: if none loses, it is just enough."""
    return math.ceil(1 / plan.regret.share) - 1 if plan.regret else 0


def _learned(plan: Plan, known: Sequence[Whole]) -> Prediction:
    """Return the line from what the cheap terms add to what the dear ones do; its offset is 0."""
    name = dear(plan)
    mine = np.array([term.of.instance == name for term in plan.terms])
    rows = [shares for one in known for shares in one.shares.values()]
    total = math.fsum(term.weight for term in plan.terms)
    added = np.array(rows).reshape(len(rows), len(plan.terms)) / total
    gain = _gain(known)
    if len(rows) < LEARNING or not gain:
        raise CalibrationError(
            f"{plan.policy}: there is nothing to learn from (got {len(rows)} candidates that stand, "
            f"the best {gain:.3g} above a random one on average). Let it decide other requests."
        )
    line = ridge(added[:, ~mine], added[:, mine].sum(axis=1), PENALTY)
    slopes = np.zeros(len(plan.terms))
    slopes[~mine] = line.weights
    return Prediction(
        instance=name,
        intercept=line.intercept,
        slopes=tuple(slopes.tolist()),
        spread=line.spread,
        offset=0.0,
        gain=gain,
        within=_within(known),
        fewest=0,
        most=0,
        generators=(),
        basis="",
    )


def _gain(known: Iterable[Whole]) -> float:
    """Return what the best of a request has over a random candidate of it, on average."""
    qualities = ([one.quality[name] for name in one.good] for one in known)
    gains = [max(some) - fmean(some) for some in qualities if some]
    return fmean(gains) if gains else 0.0


def _within(known: Iterable[Whole]) -> float:
    """Return how far candidates of one request differ in quality, as a standard deviation."""
    squares, freedom = 0.0, 0
    for one in known:
        if some := [one.quality[name] for name in one.good]:
            middle = fmean(some)
            squares += math.fsum((each - middle) ** 2 for each in some)
            freedom += len(some) - 1
    return math.sqrt(squares / max(freedom, 1))


def _range(known: Sequence[Whole]) -> dict[str, Any]:
    """Return of which requests the choice holds: how many candidates, of which generators."""
    counts = [len(one.outcomes.candidates) for one in known]
    named = {one.generator or "" for one in known}
    generators = tuple(sorted(named)) if any(named) else ()
    return {"fewest": min(counts), "most": max(counts), "generators": generators}


def _offset(plan: Plan, prediction: Prediction, known: Sequence[Whole]) -> float:
    if plan.worth:
        return reservation(prediction.spread, plan.worth.call / plan.worth.quality)
    risk = plan.regret.share if plan.regret else 0.0
    found: float | None = None
    worst = np.zeros(len(known))  # as if no loss ever fell with a smaller offset
    for offset in OFFSETS * max(prediction.spread, FINEST):
        tried = replace(plan, prediction=replace(prediction, offset=float(offset)))
        lost = [loss(one, again(tried, one).decision, prediction.gain) for one in known]
        worst = np.maximum(worst, lost)
        if conformal_offset(worst[:, None], np.array([offset]), risk) is None:
            break
        found = float(offset)
    if found is None:
        raise CalibrationError(
            f"{plan.policy}: no offset keeps the promise (got a loss of {worst.mean():.3g} with the "
            f"largest, where {risk:g} may be lost). Promise less, or drop 'regret'."
        )
    return found

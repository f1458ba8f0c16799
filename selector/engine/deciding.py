"""One request decided: what is measured first for the decision, then for the audit if it is due."""

from __future__ import annotations

import time
from dataclasses import replace

from selector import cascade
from selector.engine import audit, outcome
from selector.engine.request import Request
from selector.images import Limits
from selector.policy.order import Rates
from selector.types import Outcomes, Selection

Begun = cascade.Resolved | cascade.Unfinished


def deciding(
    request: Request, limits: Limits, rates: Rates | None, begun: Begun | None = None
) -> cascade.Asking[Selection]:
    """Ask what a request needs, and return its selection; whoever answers may merge many requests'.

    A promise is watched by requests of every sort, not by those alone that were quick: for the
    audit there is as much time again.

    Args:
        request: With its pictures opened; counts what it takes.
        limits: What its images were read with.
        rates: What measuring came to here.
        begun: How far it came elsewhere, with the same rates.
    """
    plan = request.plan
    found = yield from _resolved(request, rates, begun)
    request.seconds["total"] = time.monotonic() - request.started
    selection = outcome.selection(request, found, limits)
    if not audit.is_due(request.id, plan):
        return selection
    if plan.regret and request.deadline is not None:
        request.deadline += time.monotonic() - request.started
    return (yield from audit.auditing(selection, request.deadline))


def _resolved(
    request: Request, rates: Rates | None, begun: Begun | None
) -> cascade.Asking[cascade.Resolved]:
    if isinstance(begun, cascade.Resolved):
        return begun
    known = Outcomes(tuple(request.candidates), begun.table if begun else {}, request.expect)
    found = yield from cascade.resolving(request.plan, known, rates, request.deadline)
    return replace(found, rounds=begun.rounds + found.rounds) if begun else found

"""Watching the promise: every audited request is a bet against it, and who wins too much is heard."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from selector.errors import JournalError
from selector.policy.plan import Plan
from selector.statistics import Wealth, combined, start, update
from selector.types import from_data

if TYPE_CHECKING:
    from selector.journal import Event, Journal

LOSS = "regret"
BROKEN = "regret broken"
ENGINES = "engines"


def observe(journal: Journal, plan: Plan, loss: float, *, writer: str = ENGINES) -> None:
    """Write down what an audited request lost, and whether the promise is broken by now.

    All engines of a journal are one writer, so that a process that starts again, or runs beside
    others, goes on with what all have seen: many writers with little each would notice nothing.

    Args:
        journal: Which keeps the choice too.
        plan: Which decided the request, with its promise and its choice.
        loss: What the request lost, in [0, 1].
        writer: Who saw it; several only where journals were brought together.

    Raises:
        JournalError: It was not written, or the last event is damaged.
    """
    from selector.journal import Event

    if plan.regret is None or plan.prediction is None:
        return
    subject, risk = plan.prediction.basis, plan.regret.share

    def step(last: Event | None) -> Event:
        wealth = update(_wealth(last.body) if last else start(risk), loss)
        return Event(LOSS, subject, writer, wealth.value, {**asdict(wealth), "loss": loss})

    journal.follow(LOSS, subject, writer, step)
    value, limit = _value(journal, subject), _limit(plan)
    if value >= limit > _noted(journal, subject):
        journal.record(Event(BROKEN, subject, writer, value))


def is_broken(journal: Journal, plan: Plan) -> bool:
    """Return whether the promise of a plan's choice is broken: for good, until another is chosen.

    Raises:
        JournalError: The journal can't be read.
    """
    if plan.regret is None or plan.prediction is None:
        return False
    subject = plan.prediction.basis
    return max(_value(journal, subject), _noted(journal, subject)) >= _limit(plan)


def _noted(journal: Journal, subject: str) -> float:
    """Return what the evidence was when the promise was found broken; 0 if it never was."""
    return max(journal.latest(BROKEN, subject).values(), default=0.0)


def _value(journal: Journal, subject: str) -> float:
    """Return what the evidence of all writers is now.

    Raises:
        JournalError: It is damaged.
    """
    values = journal.latest(LOSS, subject)
    try:
        return combined(list(values.values())) if values else 1.0
    except ValueError as error:
        raise JournalError(
            f"journal: what was seen of the promise is damaged (got {error}). "
            "Restore a copy of the journal."
        ) from None


def _limit(plan: Plan) -> float:
    return 1 / (1 - plan.regret.confidence) if plan.regret else float("inf")


def _wealth(body: Any) -> Wealth:
    wealth: Wealth = from_data(Wealth, {name: body[name] for name in ("risk", "seen", "staked")})
    return wealth

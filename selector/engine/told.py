"""What the operator is told of a request: counts, seconds and names, never what was asked or seen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from selector.engine.request import Request
from selector.log import is_heard, operator_log
from selector.policy.plan import Instance
from selector.runner import DEADLINE
from selector.types import Failure, Measured, Selection


def read(request: Request) -> None:
    """Tell of images that could not be read; note those that were not read in time."""
    unreadable = sum(one.error is not None for one in request.candidates)
    late = len(request.candidates) - unreadable - len(request.images)
    if unreadable:
        operator_log().warning(
            "engine.images_unreadable", failed=unreadable, candidates=len(request.candidates)
        )
    if late:
        request.late["images"] = late


def measured(request: Request, instance: Instance, found: Sequence[Mapping[str, Measured]]) -> None:
    """Tell of candidates that a measure failed on; note those that it had no time for."""
    failed = [row for row in found if any(isinstance(one, Failure) for one in row.values())]
    if not failed:
        return
    late = sum(DEADLINE in row.values() for row in failed)
    if late:
        request.late[instance.name] = request.late.get(instance.name, 0) + late
    if late < len(failed):
        operator_log().warning(
            "engine.measure_failed",
            instance=instance.name,
            measure=instance.use,
            failed=len(failed) - late,
            candidates=len(found),
        )


def decided(request: Request, selection: Selection) -> None:
    """Tell how a request ended and what that took; if time ran out, for what it was waited."""
    if request.late:
        operator_log().warning(
            "engine.deadline", waited_for=dict(request.late), candidates=len(request.candidates)
        )
    if not is_heard():
        return
    operator_log().info(
        "engine.decided",
        policy=selection.policy,
        answer=selection.answer,
        candidates=len(selection.candidates),
        **_counts(selection.decision.verdicts.values()),
        needs_person=selection.needs_person,
        audited=selection.audited,
        seconds=round(selection.spent.seconds["total"], 4),
        calls=dict(selection.spent.calls),
    )


def _counts(verdicts: Iterable[str]) -> dict[str, int]:
    given = list(verdicts)
    words = {"accepted": "accept", "review": "review", "rejected": "reject"}
    return {name: given.count(verdict) for name, verdict in words.items()}

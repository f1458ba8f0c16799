"""What each measure came to in a request, and over many: its cost here, how often it refuses."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from statistics import median

from selector.journal.plain import Row, number
from selector.policy.order import Rate
from selector.policy.plan import Plan
from selector.types import Failure, NotEvaluated, Outcome, Reason, Selection, Spent

ENOUGH = 5  # requests that took time, before that time says anything


def tallies(plan: Plan, selection: Selection) -> list[Row]:
    """Return a row for each fingerprint that measured anything in a request.

    `calls` and `seconds` are what was spent on it, as far as both are known; `measured` is how
    many candidates it has outcomes of, each counted once, and `refused` how many of these it
    refused. `whole` tells that all was measured, whatever was refused already.

    Raises:
        ValueError: It took a number of seconds that is not finite.
    """
    names: dict[str, list[str]] = {}
    for name, instance in plan.instances.items():
        names.setdefault(instance.fingerprint, []).append(name)
    measured, refused = _measured(selection), _refused(selection)
    whole = selection.audited or plan.mode == "exhaustive"
    rows: list[Row] = []
    for fingerprint, known_as in names.items():
        calls, seconds = _spent(selection.spent, known_as, measured)
        if seen := _any_of(known_as, measured):
            counts = {"measured": len(seen), "refused": len(seen & _any_of(known_as, refused))}
            spent = {"calls": calls, "seconds": seconds}
            rows.append({"fingerprint": fingerprint, **spent, **counts, "whole": whole})
    return rows


def rate(rows: Iterable[Row]) -> Rate:
    """Return what measuring came to over the rows of one fingerprint.

    Where all was measured, candidates were measured that another measure had refused already, or
    that nobody asked for: no verdict says what this one would have done to them, so that counting
    them would make it look more lenient than it is. Such requests tell of seconds only.

    Raises:
        TypeError, ValueError: The rows are not what `tallies` made.
    """
    listed = [_counted(row) for row in rows]
    lazy = [row for row in listed if not row["whole"]]
    # The middle one: some requests had to wait for the model to load, or for the machine.
    seconds = [row["seconds"] / row["calls"] for row in listed if row["calls"]]
    return Rate(
        seconds=median(seconds) if len(seconds) >= ENOUGH else None,
        measured=sum(row["measured"] for row in lazy),
        refused=sum(row["refused"] for row in lazy),
    )


def _counted(row: Row) -> Row:
    """Return a row as it is.

    Raises:
        TypeError, ValueError: Its counts or its seconds are none.
    """
    if number(row["seconds"]) < 0 or not 0 <= row["refused"] <= row["measured"] or row["calls"] < 0:
        raise ValueError(f"{dict(row)} are no counts and seconds")
    return row


def _measured(selection: Selection) -> dict[str, set[str]]:
    """Return the candidates that each instance has outcomes of."""
    found: dict[str, set[str]] = {}
    for candidate, outcomes in selection.outcomes.items():
        for key, outcome in outcomes.items():
            if not isinstance(outcome, NotEvaluated) and not _is_late(outcome):
                found.setdefault(key.rpartition(".")[0], set()).add(candidate)
    return found


def _refused(selection: Selection) -> dict[str, set[str]]:
    """Return the candidates that each instance refused."""
    found: dict[str, set[str]] = {}
    for candidate, reasons in selection.decision.reasons.items():
        rejected = selection.decision.verdicts.get(candidate) == "reject"
        for reason in reasons:
            if _refuses(reason, reasons, rejected=rejected):
                found.setdefault(reason.instance, set()).add(candidate)
    return found


def _refuses(reason: Reason, reasons: Sequence[Reason], *, rejected: bool) -> bool:
    """Return whether *reason* refuses, and not merely stands beside what does.

    A failure may also be one more ground to doubt who was only outranked.
    """
    if reason.kind == "failure":
        return rejected and all(other.kind != "outranked" for other in reasons)
    return reason.kind in {"refused", "infeasible"}


def _is_late(outcome: Outcome) -> bool:
    """Return whether nobody measured it, as the request had no time left."""
    return isinstance(outcome, Failure) and outcome.reason == "deadline"


def _any_of(names: Iterable[str], found: Mapping[str, set[str]]) -> set[str]:
    return set().union(*(found.get(name, ()) for name in names))


def _spent(
    spent: Spent, names: Iterable[str], measured: Mapping[str, set[str]]
) -> tuple[int, float]:
    """Return calls and seconds of the instances of which both are known."""
    timed = [name for name in names if spent.calls.get(name) and name in spent.seconds]
    seconds = number(math.fsum(spent.seconds[name] for name in timed))
    # Who came too late for the request's time was called in vain, and took none.
    return sum(min(spent.calls[name], len(measured.get(name, ()))) for name in timed), seconds

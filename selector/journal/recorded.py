"""Recorded requests one after the other, in flat memory: those that are meant, as they are needed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, case, func, or_, select

from selector.errors import JournalError
from selector.journal.journal import Journal
from selector.journal.light import Damaged, Recorded, request
from selector.journal.tables import candidates, outcomes, plans, requests
from selector.policy.plan import Plan
from selector.types import NOT_EVALUATED

Value = str | int | bool | None

BATCH = 200  # requests that are held at once: some ten thousand rows


@dataclass(frozen=True, slots=True)
class Which:
    """Which of the recorded requests are meant: all, unless something here says otherwise.

    Attributes:
        since: Decided at this moment or later: UTC, ISO 8601 with milliseconds.
        until: Decided before this moment.
        having: By the name of a column the values of which it has any; None is having none, and
            "portrait@3" of the column `policy` is that version of it.
    """

    since: str | None = None
    until: str | None = None
    having: Mapping[str, tuple[Value, ...]] | None = None


def recorded(
    journal: Journal, which: Which, after: int = 0, until: int | None = None
) -> Iterator[Recorded | Damaged]:
    """Yield the requests that are meant, in the order of their numbers.

    A batch is read at a time and nothing is held in between, so that others may write and erase
    meanwhile; what is appended after the first is read is yielded too, unless *until* is given.

    Args:
        journal: Where they are recorded.
        which: Those that are meant.
        after: Only requests of a higher number.
        until: The last number.

    Raises:
        JournalError: There is no journal, or it can't be read.
    """
    while True:
        with journal.reading() as connection:
            heads = connection.execute(_heads(which, after, until)).all()
            bodies = _bodies(connection, [row.number for row in heads])
        for head in heads:
            yield request(head, *bodies[head.number])
        if len(heads) < BATCH:
            return
        after = heads[-1].number


def extent(journal: Journal, which: Which) -> tuple[int, int, int]:
    """Return the lowest and highest number of the requests that are meant, and how many they are.

    Raises:
        JournalError: There is no journal, or it can't be read.
    """
    at = requests.c.number
    query = select(func.min(at), func.max(at), func.count()).where(*conditions(which))
    with journal.reading() as connection:
        low, high, count = connection.execute(query).one()
    return (int(low), int(high), int(count)) if count else (0, 0, 0)


def recorded_plan(journal: Journal, plan_hash: str) -> Plan:
    """Return the plan that the journal keeps under this name.

    Raises:
        JournalError: It is not there, or can't be read.
    """
    with journal.reading() as connection:
        body = connection.scalar(select(plans.c.body).where(plans.c.hash == plan_hash))
    if body is None:
        raise JournalError(f"plan {plan_hash!r} is not there (got no such row). Restore a copy.")
    try:
        return Plan.from_dict(json.loads(body))
    except (ValueError, TypeError, LookupError, RecursionError) as error:
        raise JournalError(
            f"plan {plan_hash!r} is damaged (got {error}). Restore a copy of the journal."
        ) from error


LAST = "last"


def named(journal: Journal, beginning: str, most: int = 10) -> list[str]:
    """Return the ids that begin so, the newest first; the id alone that is just this.

    Args:
        journal: Where they are recorded.
        beginning: Of the ids; capitals matter. "last" is the newest request, unless an id is that.
        most: How many of the newest are looked at.

    Raises:
        JournalError: There is no journal, or it can't be read.
    """
    begins = func.substr(requests.c.id, 1, len(beginning)) == beginning  # LIKE knows no capitals
    query = select(requests.c.id).where(begins).order_by(requests.c.number.desc()).limit(most)
    with journal.reading() as connection:
        whole = connection.scalar(select(requests.c.id).where(requests.c.id == beginning))
        if whole is not None:
            return [beginning]
        if beginning == LAST:
            newest = select(requests.c.id).order_by(requests.c.number.desc()).limit(1)
            return [str(one) for one in connection.scalars(newest)]
        return [str(one) for one in connection.scalars(query)]


_HEAD = [
    requests.c[name]
    for name in (
        "number", "id", "created", "prompt", "policy", "version", "plan_hash", "expect", "answer",
        "needs_person", "advice", "audited", "disagreed", "generator", "segment",
    )
]  # fmt: skip
_CANDIDATE = [
    candidates.c[name]
    for name in (
        "request", "candidate_id", "content_hash", "path", "error", "verdict", "rank", "quality",
        "at_most", "reasons",
    )
]  # fmt: skip

_OF = outcomes.c
_OUTCOME = [
    _OF.request, _OF.candidate_id, _OF.instance, _OF.output, _OF.fingerprint, _OF.kind, _OF.value,
    _OF.reason,
    # Of a set the evidence counts: it has the distances by which doubles are found.
    case((_OF.members.is_not(None), _OF.evidence)),
    _OF.members, _OF.after,
]  # fmt: skip


def _heads(which: Which, after: int, until: int | None) -> Select[Any]:
    at = requests.c.number
    bounds = [at > after] if until is None else [at > after, at <= until]
    query = select(*_HEAD).where(*bounds, *conditions(which))
    return query.order_by(at).limit(BATCH)


def conditions(which: Which) -> Iterator[ColumnElement[bool]]:
    """Yield what holds of the rows of requests that are meant."""
    if which.since is not None:
        yield requests.c.created >= which.since
    if which.until is not None:
        yield requests.c.created < which.until
    for name, values in (which.having or {}).items():
        yield or_(*(_has(name, one) for one in values))


def _has(name: str, value: Value) -> ColumnElement[bool]:
    policy, at, version = value.rpartition("@") if isinstance(value, str) else ("", "", "")
    if name == "policy" and at:
        return and_(requests.c.policy == policy, requests.c.version == int(version))
    return requests.c[name].is_(None) if value is None else requests.c[name] == value


Body = tuple[list[Row[Any]], list[Row[Any]]]  # of one request, its candidates and its outcomes


def _bodies(connection: Connection, numbers: Sequence[int]) -> dict[int, Body]:
    """Return the candidates and the outcomes of requests by the requests' numbers."""
    found: dict[int, Body] = {at: ([], []) for at in numbers}
    listed = select(*_CANDIDATE).where(candidates.c.request.in_(numbers))
    for row in connection.execute(
        listed.order_by(candidates.c.request, candidates.c.position)
    ).all():
        found[row[0]][0].append(row)
    known = select(*_OUTCOME).where(
        outcomes.c.request.in_(numbers), outcomes.c.kind != NOT_EVALUATED.kind
    )
    for row in connection.execute(known).all():
        found[row[0]][1].append(row)
    return found

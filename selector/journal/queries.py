"""What is asked of the journal's tables, each time inside a transaction that is given."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from sqlalchemy import Connection, Dialect, Select, Table, func, insert, or_, select

from selector.journal.plain import Row
from selector.journal.rows import Rows
from selector.journal.tables import (
    candidates,
    events,
    outcomes,
    plans,
    requests,
    summaries,
    tallies,
)


def has_request(connection: Connection, request_id: str) -> bool:
    """Return whether the request is there."""
    return bool(connection.scalar(select(requests.c.number).where(requests.c.id == request_id)))


def has_plan(connection: Connection, plan_hash: str) -> bool:
    """Return whether the plan is there."""
    return bool(connection.scalar(select(plans.c.hash).where(plans.c.hash == plan_hash)))


def add_plan(connection: Connection, row: Row) -> None:
    """Write a plan."""
    connection.execute(insert(plans), row)


def add_request(connection: Connection, rows: Rows) -> None:
    """Write a request with all that belongs to it; its plan is there already."""
    (number,) = connection.execute(insert(requests), rows.request).inserted_primary_key or (None,)
    _add(connection, candidates, number, rows.candidates)
    _add(connection, outcomes, number, rows.outcomes)
    _add(connection, summaries, number, [rows.summary])
    _add(connection, tallies, number, rows.tallies)


def add_event(connection: Connection, row: Row) -> None:
    """Write an event."""
    connection.execute(insert(events), row)


def plan_body(connection: Connection, plan_hash: str) -> str:
    """Return the JSON text of a plan that is there."""
    return str(connection.scalar(select(plans.c.body).where(plans.c.hash == plan_hash)))


def rows_of(connection: Connection, request_id: str) -> Rows | None:
    """Return everything about a request but its tallies, or None if it is not there."""
    request = _all(connection, select(requests).where(requests.c.id == request_id))
    if not request:
        return None
    number = request[0]["number"]
    return Rows(
        request=request[0],
        candidates=_all(connection, _of(candidates, number).order_by(candidates.c.position)),
        outcomes=_all(connection, _of(outcomes, number)),
        summary=next(iter(_all(connection, _of(summaries, number))), {}),
    )


def newest(connection: Connection, limit: int) -> list[Row]:
    """Return the request rows that were appended last, the last first."""
    return _all(connection, select(requests).order_by(requests.c.number.desc()).limit(limit))


def exhaustive_plans(connection: Connection) -> list[Row]:
    """Return the plans that may be of the mode "exhaustive": their text has the word."""
    return _all(connection, select(plans).where(plans.c.body.contains('"exhaustive"')))


def measured_whole(
    connection: Connection, policy_hash: str, exhaustive: Sequence[str], limit: int
) -> list[str]:
    """Return the ids of the newest requests of a policy that are audited or of *exhaustive* plans."""
    query = select(requests.c.id).where(
        requests.c.policy_hash == policy_hash,
        or_(requests.c.audited, requests.c.plan_hash.in_(exhaustive)),
    )
    found = connection.scalars(query.order_by(requests.c.number.desc()).limit(limit))
    return [str(one) for one in found]


def tallies_of(connection: Connection, fingerprint: str, limit: int) -> list[Row]:
    """Return the rows of the newest requests that measured anything with *fingerprint*."""
    query = select(tallies).where(tallies.c.fingerprint == fingerprint)
    return _all(connection, query.order_by(tallies.c.request.desc()).limit(limit))


def events_of(connection: Connection, kind: str, subject: str) -> list[Row]:
    """Return all events of a kind about a subject, the oldest first."""
    query = select(events).where(events.c.kind == kind, events.c.subject == subject)
    return _all(connection, query.order_by(events.c.number))


def last_event(connection: Connection, kind: str, subject: str, writer: str) -> Row | None:
    """Return the last event of one writer, of a kind about a subject; None if there is none."""
    of = (events.c.kind == kind, events.c.subject == subject, events.c.writer == writer)
    query = select(events).where(*of).order_by(events.c.number.desc()).limit(1)
    return next(iter(_all(connection, query)), None)


def latest(connection: Connection, kind: str, subject: str) -> list[Row]:
    """Return the last event of each writer, of a kind about a subject."""
    last = select(func.max(events.c.number)).group_by(events.c.writer)
    of = last.where(events.c.kind == kind, events.c.subject == subject)
    return _all(connection, select(events).where(events.c.number.in_(of)))


def _add(connection: Connection, table: Table, number: int | None, rows: Sequence[Row]) -> None:
    if rows:
        text = _insertion(table, connection.dialect)
        connection.exec_driver_sql(text, [{"request": number, **row} for row in rows])


# Handing many rows to the driver as they are makes a whole append a fifth faster. The few texts
# are kept: one for each of three tables of each journal that a process uses.
@lru_cache(maxsize=48)
def _insertion(table: Table, dialect: Dialect) -> str:
    return str(insert(table).compile(dialect=dialect))


def _of(table: Table, number: int) -> Select[tuple[object, ...]]:
    return select(table).where(table.c.request == number)


def _all(connection: Connection, query: Select[tuple[object, ...]]) -> list[Row]:
    return [dict(row) for row in connection.execute(query).mappings()]

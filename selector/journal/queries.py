"""What is asked of the journal's tables, each time inside a transaction that is given."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from sqlalchemy import Connection, Dialect, Select, Table, insert, select

from selector.journal.rows import Row, Rows
from selector.journal.tables import candidates, outcomes, plans, requests, summaries


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


def plan_body(connection: Connection, plan_hash: str) -> str:
    """Return the JSON text of a plan that is there."""
    return str(connection.scalar(select(plans.c.body).where(plans.c.hash == plan_hash)))


def rows_of(connection: Connection, request_id: str) -> Rows | None:
    """Return everything about a request, or None if it is not there."""
    request = _all(connection, select(requests).where(requests.c.id == request_id))
    if not request:
        return None
    number = request[0]["number"]
    return Rows(
        request=request[0],
        candidates=_all(connection, _of(candidates, number).order_by(candidates.c.position)),
        outcomes=_all(connection, _of(outcomes, number)),
        summary=_all(connection, _of(summaries, number))[0],
    )


def newest(connection: Connection, limit: int) -> list[Row]:
    """Return the request rows that were appended last, the last first."""
    return _all(connection, select(requests).order_by(requests.c.number.desc()).limit(limit))


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

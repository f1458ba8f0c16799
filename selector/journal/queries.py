"""What is asked of the journal's tables, each time inside a transaction that is given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Dialect, Select, Table, func, insert, or_, select, text

from selector.journal.plain import Row, to_json
from selector.journal.records import Head, SummaryRow
from selector.journal.rows import Rows
from selector.journal.tables import (
    ERASABLE,
    candidates,
    events,
    labels,
    outcomes,
    plans,
    policies,
    requests,
    states,
    summaries,
    tallies,
)

AT_ONCE = 500  # values of one statement; an old SQLite takes 999

_END_OF_CHAIN = text(
    "SELECT last.number, heads.sequence, heads.link FROM (SELECT max(number) AS number FROM chain) "
    "AS last LEFT JOIN heads ON heads.writer = :writer"
)
_UPSERT_HEAD = text(
    "INSERT INTO heads (writer, sequence, link) VALUES (:writer, :a, :b) "
    "ON CONFLICT (writer) DO UPDATE SET sequence = :a, link = :b"
)
_UPSERT_STATE = text(
    "INSERT INTO states (name, body) VALUES (:name, :body) "
    "ON CONFLICT (name) DO UPDATE SET body = :body"
)


def has_plan(connection: Connection, plan_hash: str) -> bool:
    """Return whether the plan is there."""
    return bool(connection.scalar(select(plans.c.hash).where(plans.c.hash == plan_hash)))


def has_policy(connection: Connection, text_hash: str) -> bool:
    """Return whether a policy's text is there."""
    return bool(connection.scalar(select(policies.c.hash).where(policies.c.hash == text_hash)))


def end_of_chain(connection: Connection, writer: str) -> tuple[int, Head | None]:
    """Return the number of the last entry, 0 if there is none, and where a writer's chain ends."""
    row = connection.execute(_END_OF_CHAIN, {"writer": writer}).one()
    return row[0] or 0, None if row[1] is None else Head(row[1], row[2])


def set_head(connection: Connection, writer: str, head: Head) -> None:
    """Write down where a writer's chain ends."""
    connection.execute(_UPSERT_HEAD, {"writer": writer, "a": head.sequence, "b": head.link})


def get_state(connection: Connection, name: str) -> str | None:
    """Return a state's JSON text, None if there is none."""
    found = connection.scalar(select(states.c.body).where(states.c.name == name))
    return None if found is None else str(found)


def set_state(connection: Connection, name: str, body: str) -> None:
    """Write a state down."""
    connection.execute(_UPSERT_STATE, {"name": name, "body": body})


def delete(connection: Connection, numbers: Sequence[int]) -> None:
    """Delete all rows of entries that are erased."""
    for table, key in ERASABLE.items():
        connection.execute(table.delete().where(table.c[key].in_(numbers)))


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


def ids_among(connection: Connection, ids: Sequence[str]) -> Iterator[str]:
    """Yield those of *ids* that requests have; a statement takes so many at once and no more."""
    for start in range(0, len(ids), AT_ONCE):
        query = select(requests.c.id).where(requests.c.id.in_(ids[start : start + AT_ONCE]))
        yield from map(str, connection.scalars(query))


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


def add(connection: Connection, rows: Mapping[Table, Sequence[dict[str, Any]]]) -> None:
    """Write rows of some tables; those of one table all have the same columns."""
    tables = {table: of for table, of in rows.items() if of}
    if connection.dialect.name == "sqlite":
        for table, of in tables.items():
            statement = _insertion(table, tuple(of[0]), connection.dialect)
            connection.exec_driver_sql(statement, list(of))
    elif tables:
        # All at once: every answer of a server that is waited for takes as long as writing does.
        statement = _insertions(tuple((table, tuple(of[0])) for table, of in tables.items()))
        of_all = {table.name: to_json(of) for table, of in tables.items()}
        connection.exec_driver_sql(statement, of_all)


# Handing rows to the driver as they are makes a whole append a fifth faster. The few texts are
# kept: some for each journal that a process uses.
@lru_cache(maxsize=128)
def _insertion(table: Table, columns: tuple[str, ...], dialect: Dialect) -> str:
    return str(insert(table).compile(dialect=dialect, column_keys=columns))


@lru_cache(maxsize=128)
def _insertions(of: tuple[tuple[Table, tuple[str, ...]], ...]) -> str:
    """Return the statement of PostgreSQL's that writes rows of all these, given as JSON."""
    parts = []
    for table, columns in of:
        names = ", ".join(f'"{name}"' for name in columns)
        source = f"json_populate_recordset(NULL::{table.name}, CAST(%({table.name})s AS json))"
        insertion = f"INSERT INTO {table.name} ({names}) SELECT {names} FROM {source}"  # noqa: S608 - our own names
        parts.append(f"in_{table.name} AS ({insertion})")
    return f"WITH {', '.join(parts)} SELECT 1"


def numbers_of(connection: Connection, request_id: str | None, before: str | None) -> list[int]:
    """Return the numbers of requests: of one, or of all that are older, the oldest first."""
    query = select(requests.c.number).order_by(requests.c.number)
    if request_id is not None:
        query = query.where(requests.c.id == request_id)
    if before is not None:
        query = query.where(requests.c.created < before)
    return [int(one) for one in connection.scalars(query)]


def still_there(connection: Connection, numbers: Sequence[int]) -> list[int]:
    """Return those of *numbers* that are requests'."""
    return [
        int(one)
        for one in connection.scalars(
            select(requests.c.number).where(requests.c.number.in_(numbers))
        )
    ]


def labels_about(connection: Connection, numbers: Sequence[int]) -> list[int]:
    """Return the numbers of the labels about these requests."""
    ids = select(requests.c.id).where(requests.c.number.in_(numbers))
    return [int(one) for one in connection.scalars(
        select(labels.c.number).where(labels.c.request_id.in_(ids))
    )]  # fmt: skip


def pictures_of(connection: Connection, numbers: Sequence[int]) -> set[str]:
    """Return the content hashes of candidates of these requests that no other request has."""
    mine = select(candidates.c.content_hash).where(candidates.c.request.in_(numbers))
    others = select(candidates.c.content_hash).where(
        candidates.c.content_hash.in_(mine), candidates.c.request.not_in(numbers)
    )
    found = set(connection.scalars(mine)) - set(connection.scalars(others)) - {None}
    return {str(one) for one in found}


def summaries_after(connection: Connection, after: int, limit: int) -> list[SummaryRow]:
    """Return the summaries of the requests after a number, in the order of writing."""
    columns = [summaries.c.request, *(summaries.c[name] for name in SummaryRow._fields[1:])]
    query = select(*columns).where(summaries.c.request > after)
    found = connection.execute(query.order_by(summaries.c.request).limit(limit))
    return [SummaryRow(*row) for row in found]


def labels_after(connection: Connection, after: int, limit: int, aspect: str | None) -> list[Row]:
    """Return labels after a number with what is known of their request, in the order of writing."""
    about = (requests.c.policy, requests.c.version, requests.c.generator, requests.c.segment)
    query = select(labels, *about).join(requests, requests.c.id == labels.c.request_id)
    query = query.where(labels.c.number > after)
    if aspect is not None:
        query = query.where(labels.c.aspect == aspect)
    return _all(connection, query.order_by(labels.c.number).limit(limit))


def verdict_of(connection: Connection, request_id: str, candidate_id: str) -> Row | None:
    """Return verdict and content hash of a candidate, None if there is no such candidate."""
    query = select(candidates.c.verdict, candidates.c.content_hash)
    query = query.join(requests, requests.c.number == candidates.c.request)
    of = (requests.c.id == request_id, candidates.c.candidate_id == candidate_id)
    return next(iter(_all(connection, query.where(*of))), None)


def policies_of(connection: Connection, name: str) -> list[Row]:
    """Return the texts of a policy, as they were first used."""
    query = select(policies).where(policies.c.name == name)
    return _all(connection, query.order_by(policies.c.number))


def events_of_kind(connection: Connection, kind: str, limit: int) -> list[Row]:
    """Return the newest events of a kind, the newest first."""
    query = select(events).where(events.c.kind == kind)
    return _all(connection, query.order_by(events.c.number.desc()).limit(limit))


def _of(table: Table, number: int) -> Select[tuple[object, ...]]:
    return select(table).where(table.c.request == number)


def _all(connection: Connection, query: Select[tuple[object, ...]]) -> list[Row]:
    return [dict(row) for row in connection.execute(query).mappings()]

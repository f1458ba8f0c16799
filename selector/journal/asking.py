"""A person's own question in SQL, which can read and nothing else, nor take for ever."""

from __future__ import annotations

import math
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeAlias

from selector.errors import JournalError, RequestError

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from selector.journal.opened import Opened

Cell: TypeAlias = str | int | float | bool | None

LIMIT = 1000
SECONDS = 30.0
MOST, LONGEST_S = 10_000_000, 86_400
CELL = 10**6  # bytes of one text at most
ROOM = 10**8  # bytes of all texts of an answer
STEPS = 10_000  # of SQLite's machine between two looks at the clock: some tenths of a millisecond

SENTENCES: Mapping[str, str] = {
    "requests": "One row a request: what was asked, by which policy, and what it got.",
    "candidates": "One row a candidate of a request, with its verdict; `request` is the number.",
    "outcomes": "One row an output of a candidate: a score, or why there is none.",
    "verdicts": "A view: candidates beside the request that they are of.",
    "summaries": "One row a request: counts, means and margin, all that monitoring reads.",
    "labels": "What people said of candidates, beside what the engine had said.",
    "events": "What happened and is no request: a number that a writer says of a subject.",
    "policies": "The texts of policies as they were used.",
    "plans": "What decided requests, whole, as JSON.",
    "tallies": "Calls and seconds of each measure in each request.",
    "chain": "One entry for each row that was appended; `selector journal verify` reads it.",
    "erasures": "Which entries were erased, and when.",
    "heads": "Where each writer's chain ends.",
    "states": "What can be made anew from the rows.",
}
_VERDICTS = (
    "request_id", "created", "policy", "version", "generator", "segment", "candidate_id",
    "content_hash", "path", "verdict", "rank", "quality", "at_most", "reasons",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answer:
    """What a question gives.

    Attributes:
        columns: Their names.
        rows: As many as were wanted at most.
        more: Whether there are more.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    more: bool


def ask(journal: Opened, sql: str, *, limit: int = LIMIT, seconds: float = SECONDS) -> Answer:
    """Return what one SELECT gives; it sees one moment of the journal and can change nothing.

    Args:
        journal: Of either database; the SQL is that of the database.
        sql: One statement: SELECT, VALUES or WITH.
        limit: How many rows at most.
        seconds: After which it is stopped.

    Raises:
        RequestError: It is no SQL, would do more than read, or took too long.
        JournalError: The journal can't be read.
    """
    if not 0 < seconds <= LONGEST_S or not 0 < limit <= MOST:
        raise RequestError(
            f"query: expected at most {MOST} rows and {LONGEST_S} seconds "
            f"(got {limit} and {seconds}). Correct it."
        )
    with journal.reading() as connection:
        if connection.dialect.name == "sqlite":
            return _ask_file(connection, sql, limit, seconds)
        return _ask_server(connection, sql, limit, seconds)


def columns() -> dict[str, tuple[str, ...]]:
    """Return the columns of each table that can be asked, by its name."""
    from selector.journal.tables import metadata

    of = {name: tuple(table.columns.keys()) for name, table in metadata.tables.items()}
    return {name: of.get(name, _VERDICTS) for name in SENTENCES}


def _ask_file(connection: Connection, sql: str, limit: int, seconds: float) -> Answer:
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)  # noqa: S101 - the dialect says so
    with _confined(driver, seconds):
        try:
            with closing(driver.execute(sql)) as cursor:
                rows = _some(iter(cursor), limit)
                return _answer([one[0] for one in cursor.description or ()], rows, limit)
        except (sqlite3.Error, sqlite3.Warning, UnicodeError, ValueError) as error:
            if getattr(error, "sqlite_errorname", "") == "SQLITE_INTERRUPT":
                raise _too_long(seconds) from None
            raise _refused(str(error)) from None


# What a SELECT is made of. Everything else is refused when the statement is read: writing,
# attaching another file, settings. https://www.sqlite.org/c3ref/c_alter_table.html
_READS = frozenset(
    (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE)
)


@contextmanager
def _confined(driver: sqlite3.Connection, seconds: float) -> Iterator[None]:
    """Let a connection only read, and not for long."""
    until = time.monotonic() + seconds

    def allowed(action: int, _first: str | None, second: str | None, *_: object) -> int:
        harmless = action in _READS and second != "load_extension"
        return sqlite3.SQLITE_OK if harmless else sqlite3.SQLITE_DENY

    longest = driver.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, CELL)
    driver.set_authorizer(allowed)
    driver.set_progress_handler(lambda: time.monotonic() > until, STEPS)
    try:
        yield
    finally:
        driver.set_progress_handler(None, 0)
        driver.set_authorizer(None)
        driver.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, longest)


def _ask_server(connection: Connection, sql: str, limit: int, seconds: float) -> Answer:
    """Ask PostgreSQL through a cursor, which takes one statement that reads, and gives row by row.

    Sent as it is, "SELECT 1; COMMIT; …" would end the transaction that can't write.
    """
    import psycopg

    driver: Any = connection.connection.driver_connection
    connection.exec_driver_sql(f"SET LOCAL statement_timeout = {max(1, round(1000 * seconds))}")
    try:
        with driver.cursor(name="asked") as cursor:
            cursor.itersize = 10
            cursor.execute(sql)
            rows = _some(iter(cursor), limit)
            return _answer([one.name for one in cursor.description or ()], rows, limit)
    except psycopg.errors.QueryCanceled:
        raise _too_long(seconds) from None
    except psycopg.OperationalError as error:
        raise JournalError(f"journal: the server gave up (got {error}). Ask it again.") from None
    except psycopg.Error as error:
        raise _refused(error.diag.message_primary or str(error)) from None
    finally:
        _unlock(driver)


def _unlock(driver: Any) -> None:
    """Let go of locks that outlive a transaction: a writer's turn could be among them."""
    driver.rollback()
    driver.execute("SELECT pg_advisory_unlock_all()")
    driver.commit()


def _some(found: Iterator[Any], limit: int) -> list[Any]:
    """Return one row more than is wanted, if there are, and no more than fits in memory."""
    rows, room = [], ROOM
    for row in found:
        rows.append(row)
        room -= sum(len(cell) for cell in row if isinstance(cell, str | bytes))
        if room < 0:
            raise _refused(f"an answer of more than {ROOM // 10**6} MB")
        if len(rows) > limit:
            break
    return rows


def _answer(names: list[str], rows: list[Any], limit: int) -> Answer:
    if not names:
        raise _refused("what gives no rows")
    kept = tuple(tuple(map(_cell, row)) for row in rows[:limit])
    return Answer(tuple(names), kept, len(rows) > limit)


def _cell(value: object) -> Cell:
    if isinstance(value, Decimal):
        value = int(value) if value == value.to_integral_value() else float(value)
    finite = not isinstance(value, float) or math.isfinite(value)  # JSON has no other numbers
    return value if finite and isinstance(value, str | int | float | None) else str(value)


def _refused(said: str) -> RequestError:
    line = " ".join(said.split())
    if line.startswith(("not authorized", "access to ")):  # SQLite of what `_confined` denies
        line = "something else than a SELECT"
    return RequestError(
        f"query: the database refuses it (got {line}). "
        "Write one SELECT; `selector journal query --tables` lists what there is."
    )


def _too_long(seconds: float) -> RequestError:
    return RequestError(
        f"query: it takes too long (got no answer in {seconds:g} s). "
        "Ask for less, or give it more with --seconds."
    )

"""SQLite under the journal: how a file becomes one, and how one is recognised."""

from __future__ import annotations

import sqlite3
import stat
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.dialects import sqlite as dialects

from selector.errors import JournalError
from selector.journal import chain, tables, versions
from selector.journal.chain import WRITER

BUSY_S = 30.0  # how long a writer waits for another one; an append takes milliseconds
PAUSE_S = 0.01
APPLICATION = 0x53656C4A  # "SelJ" in the file's header tells a journal from any other database
MAGIC = b"SQLite format 3\0"  # the header: https://www.sqlite.org/fileformat.html
APPLICATION_BYTES = slice(68, 72)
_ELSE = "It is left as it is; choose another path."


def connect(path: Path) -> sqlite3.Connection:
    """Open the journal at *path*; what is not there is made, with its folders.

    A journal of an older version becomes one of today's. A file that this user can't change stays
    as it is, and can be read (`is_read_only`).

    Raises:
        JournalError: The file is something else, and is left as it is.
        OSError, sqlite3.Error: It can't be opened.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    _refuse_strangers(path)
    with ExitStack() as undo:
        connection = sqlite3.connect(
            path, timeout=BUSY_S, isolation_level=None, check_same_thread=False
        )
        undo.callback(connection.close)
        _renew(connection)
        _refuse_newer(path, connection)
        _write_ahead(connection)
        # Every commit reaches the disk: the journal is the only record of an answer that may have
        # been acted on, and must survive a power cut. It costs a fraction of a millisecond.
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA secure_delete = ON")  # what is erased is overwritten
        undo.pop_all()
    return connection


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Let one write while others read; waits for whoever opens the same new file.

    SQLite does not wait by itself here: two who change the mode at once could wait for each other.
    """
    until = time.monotonic() + BUSY_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname != "SQLITE_BUSY" or time.monotonic() > until:
                raise
            time.sleep(PAUSE_S)
        else:
            return


def _refuse_strangers(path: Path) -> None:
    if not path.exists():
        return
    if not stat.S_ISREG(path.stat().st_mode):
        raise JournalError(f"{path}: not a file (got a folder or a device). Choose another path.")
    with path.open("rb") as file:
        header = file.read(100)
    if header and not header.startswith(MAGIC):
        raise JournalError(f"{path}: not a journal (got another kind of file). {_ELSE}")
    if header and int.from_bytes(header[APPLICATION_BYTES], "big") != APPLICATION:
        raise JournalError(f"{path}: not a journal (got another program's database). {_ELSE}")


def _refuse_newer(path: Path, connection: sqlite3.Connection) -> None:
    schema = _pragma(connection, "user_version")
    if schema > chain.SCHEMA:
        raise JournalError(
            f"{path}: written by a newer selector (got schema {schema}, known up to "
            f"{chain.SCHEMA}). Upgrade selector-engine, or choose another path."
        )


def is_read_only(connection: Connection) -> bool:
    """Return whether *connection* reads an older journal that it can't change."""
    return bool(connection.exec_driver_sql("PRAGMA query_only").scalar())


def _renew(connection: sqlite3.Connection) -> None:
    """Bring the tables to today's version; where that can't be, to what reads like it."""
    if _pragma(connection, "user_version") >= chain.SCHEMA:
        return
    try:
        _rebuild(connection)
    except sqlite3.OperationalError as error:
        refused = error.sqlite_errorname.startswith("SQLITE_READONLY")
        if not refused or not _pragma(connection, "user_version"):
            raise
        connection.execute("PRAGMA temp_store = MEMORY")
        for statement in versions.views(_pragma(connection, "user_version")):
            connection.execute(statement)
        connection.execute("PRAGMA query_only = ON")


def _rebuild(connection: sqlite3.Connection) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        for statement in _missing(connection):
            connection.execute(statement)
        connection.execute("COMMIT")
    except BaseException:
        connection.rollback()
        raise


def _missing(connection: sqlite3.Connection) -> Iterator[str]:
    """Yield what makes a journal of today; nothing if another process was first."""
    schema, dialect = _pragma(connection, "user_version"), dialects.dialect()
    if schema >= chain.SCHEMA:
        return
    yield from versions.upgrade(dialect, schema) if schema else tables.ddl(dialect)
    if schema:
        yield from _start(connection)
    yield f"PRAGMA application_id = {APPLICATION}"
    yield f"PRAGMA user_version = {chain.SCHEMA}"


def _start(connection: sqlite3.Connection) -> Iterator[str]:
    """Yield what begins the chain of a journal that was written to before there was one."""
    counts = "SELECT max(number), count(*) FROM {}"
    (last, requests), (latest, events) = (
        connection.execute(counts.format(name)).fetchone() for name in ("requests", "events")
    )
    entry = {
        "number": max(last or 0, latest or 0),
        "writer": WRITER,
        "sequence": 1,
        "kind": "start",
        "schema": chain.SCHEMA,
    }
    entry["digest"] = chain.start_digest(int(entry["number"]), requests, events)
    entry["link"] = chain.link(chain.BEGINNING, entry)
    # No text of anybody's: numbers and hashes made here.
    yield f"INSERT INTO chain ({', '.join(entry)}) VALUES ({_literals(entry.values())})"  # noqa: S608
    head = (WRITER, 1, entry["link"])
    yield f"INSERT INTO heads (writer, sequence, link) VALUES ({_literals(head)})"  # noqa: S608


def _literals(values: Iterable[object]) -> str:
    """Return numbers and hashes of our own as SQL."""
    return ", ".join(str(one) if isinstance(one, int) else f"'{one}'" for one in values)


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])

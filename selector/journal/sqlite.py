"""SQLite under the journal: how a file becomes one, and how one is recognised."""

from __future__ import annotations

import sqlite3
import stat
from contextlib import ExitStack
from pathlib import Path

from sqlalchemy.dialects import sqlite as dialects

from selector.errors import JournalError
from selector.journal import tables

BUSY_S = 30.0  # how long a writer waits for another one; an append takes milliseconds
APPLICATION = 0x53656C4A  # "SelJ" in the file's header tells a journal from any other database
MAGIC = b"SQLite format 3\0"  # the header: https://www.sqlite.org/fileformat.html
APPLICATION_BYTES = slice(68, 72)
_ELSE = "It is left as it is; choose another path."


def connect(path: Path) -> sqlite3.Connection:
    """Open the journal at *path*; what is not there is made, with its folders.

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
        _refuse_newer(path, connection)
        _create(connection)
        connection.execute("PRAGMA journal_mode = WAL")
        # Every commit reaches the disk: the journal is the only record of an answer that may have
        # been acted on, and must survive a power cut. It costs a fraction of a millisecond.
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        undo.pop_all()
    return connection


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
    if schema > tables.SCHEMA:
        raise JournalError(
            f"{path}: written by a newer selector (got schema {schema}, known up to "
            f"{tables.SCHEMA}). Upgrade selector-engine, or choose another path."
        )


def _create(connection: sqlite3.Connection) -> None:
    if _pragma(connection, "user_version"):
        return
    connection.execute("BEGIN IMMEDIATE")
    if not _pragma(connection, "user_version"):  # another process may have been first
        for statement in tables.ddl(dialects.dialect()):
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute(f"PRAGMA user_version = {tables.SCHEMA}")
    connection.execute("COMMIT")


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])

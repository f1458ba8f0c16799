"""A journal is told from any other file, marked, and can only be added to."""

# ruff: noqa: S608 - the names in the queries are those of the tables themselves

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from selector.errors import JournalError
from selector.journal import Event, Journal, Label, chain, sqlite, tables
from selector.policy.plan import Plan, Written
from selector.types import Selection

Build = Callable[..., Selection]


def database(path: Path, *, mode: str = "delete", application: int = 0) -> None:
    """Make another program's database."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA journal_mode = {mode}")
        connection.execute(f"PRAGMA application_id = {application}")
        connection.execute("PRAGMA user_version = 1")
        connection.execute("CREATE TABLE requests (id)")


STRANGERS: dict[str, Callable[[Path], Any]] = {
    "text": lambda path: path.write_text("prompt,image\n"),
    "one byte": lambda path: path.write_bytes(b"S"),
    "the start of a database": lambda path: path.write_bytes(sqlite.MAGIC),
    "a database": database,
    "a database in WAL mode": lambda path: database(path, mode="wal"),
    "a database of a known program": lambda path: database(path, application=0x47504B47),
}


@pytest.mark.parametrize("kind", sorted(STRANGERS))
def test_what_is_not_a_journal_stays_as_it_is(
    path: Path, plan: Plan, build: Build, kind: str
) -> None:
    """Another file is refused for writing and reading, and neither it nor its folder changes."""
    path.parent.mkdir()
    STRANGERS[kind](path)
    before = path.read_bytes()
    with Journal(path) as journal:
        with pytest.raises(JournalError, match=r"not a journal \(got .+\)\. It is left as it is"):
            journal.append(plan, build("one"))
        with pytest.raises(JournalError, match="not a journal"):
            journal.requests()
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_a_folder_or_a_device_is_no_journal(tmp_path: Path, plan: Plan, build: Build) -> None:
    """A path that names no file is refused, without waiting for a pipe's other end."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for where in (tmp_path, pipe, Path(os.devnull)):
        with pytest.raises(JournalError, match="not a file"):
            Journal(where).append(plan, build("one"))


def test_a_file_where_a_folder_should_be(tmp_path: Path, plan: Plan, build: Build) -> None:
    """A path through a file is an error of the journal, for writing and reading."""
    (tmp_path / "file").touch()
    with pytest.raises(JournalError, match="can't be opened"):
        Journal(tmp_path / "file" / "journal").append(plan, build("one"))
    with pytest.raises(JournalError):
        Journal(tmp_path / "file" / "journal").requests()


def test_an_empty_file_becomes_a_journal(path: Path, plan: Plan, build: Build) -> None:
    """A file of no bytes, as a temporary file is made, may be used."""
    path.parent.mkdir()
    path.touch()
    with Journal(path) as journal:
        journal.append(plan, build("one"))
        assert journal.read("one")[1] == build("one")


def test_a_newer_journal_is_refused(written: Path, plan: Plan, build: Build) -> None:
    """A journal of a later schema is neither read nor written, and stays as it is."""
    with closing(sqlite3.connect(written)) as connection:
        connection.execute(f"PRAGMA user_version = {chain.SCHEMA + 1}")
    before = written.read_bytes()
    with Journal(written) as journal:
        with pytest.raises(JournalError, match=r"newer selector \(got schema 4, known up to 3\)"):
            journal.append(plan, build("two"))
        with pytest.raises(JournalError, match="Upgrade"):
            journal.read("one")
    assert written.read_bytes() == before


def table_names(path: Path) -> list[str]:
    """Return the names of all tables of the file."""
    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        return [name for (name,) in found]


def test_rows_can_only_be_added(written: Path, plan: Plan, build: Build) -> None:
    """No row of any table of records can be changed or taken away, by whatever program."""
    with Journal(written) as journal:
        journal.record(Event("watch", "a choice", "me", 1.0))
        journal.label(Label("one", "a", "me", "verdict", 1.0))
        journal.append(replace(plan, written=Written("name: portrait")), build("two"))
        journal.forget(request="two")
    kept = set(table_names(written)) - {"heads", "states"}
    assert len(kept) == 11
    with closing(sqlite3.connect(written)) as connection:
        for table in sorted(kept):
            (column, *_) = next(
                connection.execute(f"SELECT name FROM pragma_table_info('{table}')")
            )
            for change in (f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}"):
                with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                    connection.execute(change)


def test_rows_belong_together(written: Path) -> None:
    """The database itself refuses an outcome of no candidate, and a request's id twice."""
    columns = ", ".join(f"'x' AS {name}" for name in ("candidate_id", "instance", "output"))
    rest = "fingerprint, kind, value, reason, evidence, members, after"
    wrong = {
        "FOREIGN KEY": f"INSERT INTO outcomes SELECT request, {columns}, {rest} FROM outcomes",
        "UNIQUE": "INSERT INTO requests SELECT number + 1, "
        + ", ".join(column.name for column in tables.requests.columns if column.name != "number")
        + " FROM requests",
    }
    with closing(sqlite.connect(written)) as connection:
        for said, insertion in wrong.items():
            with pytest.raises(sqlite3.IntegrityError, match=said):
                connection.execute(insertion + " LIMIT 1")


def test_the_file_is_marked(written: Path) -> None:
    """Other programs can tell a journal, its schema, and that it is in WAL mode."""
    with closing(sqlite3.connect(written)) as connection:
        names = ("application_id", "user_version", "journal_mode")
        found = [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in names]
    assert found == [0x53656C4A, 3, "wal"]


def test_every_commit_reaches_the_disk(path: Path) -> None:
    """The journal's own connection waits for the disk, and holds rows to what they belong to."""
    with closing(sqlite.connect(path)) as connection:
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
        assert connection.execute("PRAGMA foreign_keys").fetchone() == (1,)
        assert connection.execute("PRAGMA busy_timeout").fetchone() == (30_000,)


def test_a_damaged_file_is_an_error(written: Path, plan: Plan, build: Build) -> None:
    """Garbage in the file is an error that says so, for reading and writing."""
    content = written.read_bytes()
    written.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))
    with Journal(written) as journal:
        with pytest.raises(JournalError, match=r"is damaged \(got SQLITE_CORRUPT.*\)\. Move it"):
            journal.read("one")
        with pytest.raises(JournalError, match="is damaged"):
            journal.append(plan, build("two"))

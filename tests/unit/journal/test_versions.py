"""A journal of version 1 becomes one of today's, whole or not at all, and loses nothing."""

# ruff: noqa: S608 - the names in the queries are those of the tables themselves

import multiprocessing
import os
import signal
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.dialects import sqlite as dialects

from selector.errors import JournalError
from selector.journal import Event, Journal, sqlite, versions
from selector.policy.plan import Plan
from selector.types import Selection

Build = Callable[..., Selection]
NOBODY = 65534
FIRST_PLAN = "6821d24ed5805ea65af8e3dea45b0978e674634968506f72f9cc62bb363756f6"
SECOND_PLAN = "c4daad7a70bd2a0a70792f607254ba9a0a087d7af73ae5ab059bcf4619ce3cf7"
STEPS = len(list(versions.upgrade(dialects.dialect(), 1)))


def ask(path: Path, query: str) -> list[Any]:
    """Read the file as any other program would."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


def shape(path: Path) -> dict[str, Any]:
    """Return all that the database knows about its tables, indexes and triggers."""
    found: dict[str, Any] = {}
    for kind, name, sql in ask(path, "SELECT type, name, sql FROM sqlite_master"):
        if kind == "table":
            found[name] = (
                ask(path, f"SELECT * FROM pragma_table_info('{name}')"),
                ask(path, f"SELECT * FROM pragma_foreign_key_list('{name}')"),
                "WITHOUT ROWID" in sql,
            )
        else:
            found[name] = sql
    return found


def made(path: Path, version: int) -> Path:
    """Make the journal that a past version wrote."""
    with closing(sqlite3.connect(path)) as connection:
        script = Path(__file__).with_name(f"version_{version}.sql")
        connection.executescript(script.read_text("utf-8"))
    return path


def children(*works: Callable[[], Any]) -> list[int | None]:
    """Run each in a process of its own, all at once; return how they ended."""
    context = multiprocessing.get_context("fork")
    started = [context.Process(target=work) for work in works]
    for process in started:
        process.start()
    for process in started:
        process.join(30)  # seconds; each takes a fraction of one
    return [process.exitcode for process in started]


def test_it_is_read_and_appended_to(old: Path, plan: Plan, build: Build) -> None:
    """What version 1 wrote comes back as it was; new requests and events go beside it."""
    first = build("one", plan_hash=FIRST_PLAN)
    with Journal(old) as journal:
        assert journal.read("one") == (plan, first)
        assert [row.id for row in journal.requests()] == ["one"]
        journal.append(plan, build("two", audited=True))
        journal.record(Event("watch", "a choice", "me", 1.0))
        assert journal.read("two") == (plan, build("two", audited=True))
        assert journal.read("one") == (plan, first)
        assert journal.latest("watch", "a choice") == {"me": 1.0}


def test_it_becomes_what_a_new_one_is(old: Path, tmp_path: Path, plan: Plan, build: Build) -> None:
    """Tables, indexes and triggers are those of a new journal, and so is the mark."""
    new = tmp_path / "new.sqlite"
    for path in (old, new):
        with Journal(path) as journal:
            journal.append(plan, build("two"))
    assert shape(old) == shape(new)
    for mark in ("user_version", "application_id", "journal_mode"):
        assert ask(old, f"PRAGMA {mark}") == ask(new, f"PRAGMA {mark}")
    assert ask(old, "PRAGMA integrity_check") == [("ok",)]


def test_processes_open_it_at_once(old: Path, plan: Plan, build: Build) -> None:
    """Whoever comes first renews it, the others wait, and all append to it."""
    names = ("a", "b", "c")
    together = multiprocessing.get_context("fork").Barrier(len(names))

    def work(name: str) -> None:
        with Journal(old) as journal:
            together.wait()
            journal.append(plan, build(name))

    assert children(*(partial(work, name) for name in names)) == [0, 0, 0]
    with Journal(old) as journal:
        assert {row.id for row in journal.requests()} == {"one", *names}


def test_an_older_selector_is_told_to_be_upgraded(old: Path) -> None:
    """A process of version 1 that has it open meanwhile adds nothing that is not in the chain."""
    columns = "id, created, prompt, expect, policy, version, policy_hash, plan_hash, answer"
    columns += ", needs_person, candidates, spent"
    with closing(sqlite3.connect(old)) as other, Journal(old) as journal:
        before = other.execute("SELECT count(*) FROM requests").fetchone()
        journal.requests()
        values = columns.replace("id,", "'two',", 1)
        with pytest.raises(sqlite3.IntegrityError, match="upgrade this one"):
            other.execute(f"INSERT INTO requests ({columns}) SELECT {values} FROM requests")
        assert [row.id for row in journal.requests()] == ["one"]
    assert before == (1,)


@pytest.mark.parametrize("step", [0, 1, STEPS // 2, STEPS])
def test_a_killed_renewal_leaves_the_old(
    monkeypatch: pytest.MonkeyPatch, old: Path, plan: Plan, build: Build, step: int
) -> None:
    """Killed after any step, it is version 1 with all it held, and the next to open renews it."""
    before, statements = shape(old), list(versions.upgrade(dialects.dialect(), 1))

    def until_killed(*_: Any) -> Iterator[str]:
        yield from islice(statements, step)
        os.kill(os.getpid(), signal.SIGKILL)

    with monkeypatch.context() as changed:
        changed.setattr(versions, "upgrade", until_killed)
        assert children(Journal(old).requests) == [-signal.SIGKILL]
    assert (shape(old), ask(old, "PRAGMA user_version")) == (before, [(1,)])
    with Journal(old) as journal:
        journal.append(plan, build("two"))
        assert [row.id for row in journal.requests()] == ["two", "one"]


def test_a_lock_held_too_long_is_an_error(monkeypatch: pytest.MonkeyPatch, old: Path) -> None:
    """While another program holds an old file it is not renewed; afterwards it is."""
    monkeypatch.setattr(sqlite, "BUSY_S", 0.1)
    with Journal(old) as journal, closing(sqlite3.connect(old)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(JournalError, match="locked for too long"):
            journal.read("one")
        other.rollback()
        assert journal.read("one")[1].audited is False
    assert ask(old, "PRAGMA user_version") == [(3,)]


def test_version_2_is_read_and_appended_to(tmp_path: Path, plan: Plan, build: Build) -> None:
    """What version 2 wrote comes back as it was; what comes after it is in the chain."""
    path = made(tmp_path / "journal.sqlite", 2)
    with Journal(path) as journal:
        for name, audited in (("one", False), ("audited", True)):
            stored, found = journal.read(name)
            assert found == build(name, audited=audited, plan_hash=SECOND_PLAN)
            assert replace(stored, prediction=None) == plan
        assert journal.latest("watch", "a choice") == {"me": 1.5}
        journal.append(plan, build("two"))
        journal.record(Event("watch", "a choice", "me", 2.5))
        found = journal.verify()
        assert (found.holds, found.older, found.entries) == (
            True,
            2,
            3,
        )  # its start, a request, an event


@pytest.mark.parametrize("version", [1, 2])
def test_every_version_becomes_today_s(
    tmp_path: Path, plan: Plan, build: Build, version: int
) -> None:
    """Tables, indexes, triggers and views are those of a new journal."""
    old, new = made(tmp_path / "old.sqlite", version), tmp_path / "new.sqlite"
    for path in (old, new):
        with Journal(path) as journal:
            journal.append(plan, build("two"))
    assert shape(old) == shape(new)


def test_what_is_older_than_the_chain_is_counted(tmp_path: Path, plan: Plan, build: Build) -> None:
    """A request of before the chain that goes unseen, or comes later, is noticed; one erased is not."""
    path = made(tmp_path / "journal.sqlite", 2)
    with Journal(path) as journal:
        journal.append(plan, build("two"))
        journal.forget(request="audited")
        assert journal.verify().holds
        assert journal.verify().older == 1
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("DROP TRIGGER events_no_delete")
        other.execute("DELETE FROM events WHERE number = 1")
    with Journal(path) as journal:
        assert journal.verify().faults == (
            "of what is older than the chain, something is missing or was added",
        )


def test_one_that_can_not_be_changed_is_read(plan: Plan, build: Build) -> None:
    """A file of version 1 that this user may only read is read as it is, and stays so."""
    first = build("one", plan_hash=FIRST_PLAN)

    def work(path: Path) -> None:
        if os.geteuid() == 0:
            os.setgid(NOBODY)
            os.setuid(NOBODY)
        with Journal(path) as journal:
            assert journal.read("one") == (plan, first)
            assert [row.id for row in journal.requests()] == ["one"]
            assert list(journal.measured_whole("resolved meaning", 5)) == []
            assert journal.rates(["print of hands"]) == {}
            assert (journal.verify().holds, journal.verify().older) == (True, 1)
            assert (journal.latest("a", "b"), journal.events("a", "b")) == ({}, [])
            for write in (
                partial(journal.append, plan, build("two")),
                partial(journal.record, Event("watch", "a choice", "me", 1.0)),
            ):
                with pytest.raises(JournalError, match=r"can't be written .+Let this user write"):
                    write()

    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        path = Path(folder) / "journal.sqlite"
        with closing(sqlite3.connect(path)) as connection:
            script = Path(__file__).with_name("version_1.sql")
            connection.executescript(script.read_text("utf-8"))
        path.chmod(0o444)
        before = path.read_bytes()
        assert children(partial(work, path)) == [0]
        assert path.read_bytes() == before

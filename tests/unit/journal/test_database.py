"""Rivals, forks, locks, full disks and the axe: nothing is lost, and nothing is half."""

import multiprocessing
import os
import resource
import signal
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from selector.errors import JournalError
from selector.journal import Journal, rows, sqlite
from selector.journal.database import Database
from selector.journal.ledger import Ledger, sealed
from selector.policy.plan import Plan
from selector.types import Selection

Build = Callable[..., Selection]
NOBODY = 65534


@contextmanager
def processes(*works: Callable[[], Any], end: int = 0) -> Iterator[None]:
    """Run each in a process of its own, all at once; all have to end alike (0: without error)."""
    context = multiprocessing.get_context("fork")
    started = [context.Process(target=work) for work in works]
    for process in started:
        process.start()
    yield
    for process in started:
        process.join(30)  # seconds; each takes a fraction of one
    assert [process.exitcode for process in started] == [end] * len(works)


def in_processes(*works: Callable[[], Any], end: int = 0) -> None:
    """Run each in a process of its own, all at once, to its end."""
    with processes(*works, end=end):
        pass


def ids(path: Path) -> set[str]:
    """Return the ids of all requests of the journal."""
    with Journal(path) as journal:
        return {row.id for row in journal.requests(1000)}


@pytest.mark.parametrize("exists", [False, True])
def test_processes_append_at_once(path: Path, plan: Plan, build: Build, *, exists: bool) -> None:
    """Four processes write 25 requests each at the same time; none is lost."""
    names = [[f"{process}-{number}" for number in range(25)] for process in range(4)]
    together = multiprocessing.get_context("fork").Barrier(len(names))
    if exists:
        with Journal(path) as journal:
            journal.append(plan, build("first"))

    def work(mine: list[str]) -> None:
        with Journal(path) as journal:
            together.wait()
            for name in mine:
                journal.append(plan, build(name))

    in_processes(*(partial(work, mine) for mine in names))
    assert ids(path) - {"first"} == {name for mine in names for name in mine}
    with Journal(path) as journal:
        assert journal.read("3-24") == (plan, build("3-24"))


def test_a_fork_goes_on_by_itself(path: Path, plan: Plan, build: Build) -> None:
    """A journal that is open when its process forks serves both sides at once."""
    with Journal(path) as journal:
        journal.append(plan, build("before"))

        def work(name: str) -> None:
            for number in range(20):
                journal.append(plan, build(f"{name} {number}"))

        with processes(partial(work, "a"), partial(work, "b")):
            work("parent")
    assert len(ids(path)) == 61


def test_a_parent_that_closes_harms_no_child(path: Path, plan: Plan, build: Build) -> None:
    """What a forked process writes stays, also when its parent has closed the journal before.

    The last to close tidies up, and SQLite would not know that the child is still there.
    """
    closed = multiprocessing.get_context("fork").Event()
    journal = Journal(path)
    journal.append(plan, build("before"))

    def work() -> None:
        closed.wait()
        journal.append(plan, build("after"))

    with processes(work):
        journal.close()
        closed.set()
    assert ids(path) == {"before", "after"}


@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")
def test_a_fork_waits_for_other_threads(written: Path, plan: Plan, build: Build) -> None:
    """A process that forks while a thread writes lets the thread finish; both sides go on."""
    database = Database(written)
    writing = threading.Event()

    def work(name: str) -> None:
        with database.writing() as connection:
            writing.set()
            time.sleep(0.1)
            ledger = Ledger(connection, name)
            ledger.add_request(sealed(rows.to_rows(plan, build(name))))
            ledger.close()
        database.close()

    thread = threading.Thread(target=work, args=("thread",))
    thread.start()
    writing.wait()
    in_processes(partial(work, "child"))
    thread.join()
    assert ids(written) == {"one", "thread", "child"}


def test_a_killed_process_leaves_no_half(written: Path, plan: Plan, build: Build) -> None:
    """A process that is killed in the middle of a request leaves nothing of it, and no lock."""

    def work() -> None:
        with Database(written).writing() as connection:
            Ledger(connection, "me").add_request(sealed(rows.to_rows(plan, build("half"))))
            os.kill(os.getpid(), signal.SIGKILL)

    in_processes(work, end=-signal.SIGKILL)
    with Journal(written) as journal:
        journal.append(plan, build("half"))
        assert journal.read("half")[1] == build("half")


@pytest.mark.parametrize("room", [0, 3 * 4096, 200_000])
def test_a_full_disk_is_an_error_and_passes(
    path: Path, plan: Plan, build: Build, room: int
) -> None:
    """Where no more fits, a request is refused whole; with room again the same journal goes on."""
    done = []

    def fill(journal: Journal) -> None:
        for number in range(200):
            journal.append(plan, build(f"{number}", prompt="p" * 5000))
            done.append(f"{number}")

    def work() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
        with Journal(path) as journal:
            with pytest.raises(JournalError, match=r"full.* \(got .+\)\. Make room"):
                fill(journal)
            resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
            journal.append(plan, build("again"))
        assert ids(path) == {*done, "again"}
        assert bool(done) == (room > 100_000)

    in_processes(work)
    with closing(sqlite3.connect(path)) as connection:
        whole = "SELECT (SELECT count(*) FROM requests), (SELECT count(*) FROM summaries)"
        assert connection.execute(whole).fetchone() == (len(ids(path)),) * 2
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


def test_where_nothing_may_be_written(plan: Plan, build: Build) -> None:
    """A file and a folder that this user may only read are an error that says so."""

    def work(path: Path) -> None:
        if os.geteuid() == 0:
            os.setgid(NOBODY)
            os.setuid(NOBODY)
        for place in (path, path.with_name("another"), path.parent / "new" / "journal"):
            with pytest.raises(JournalError, match=r"can't be .+\. Let this user write"):
                Journal(place).append(plan, build("two"))

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "journal.sqlite"
        with Journal(path) as journal:
            journal.append(plan, build("one"))
        path.chmod(0o444)
        Path(folder).chmod(0o555)
        in_processes(partial(work, path))
        Path(folder).chmod(0o755)
        assert [file.name for file in Path(folder).iterdir()] == ["journal.sqlite"]
        assert ids(path) == {"one"}


def test_a_lock_held_too_long_is_an_error(
    monkeypatch: pytest.MonkeyPatch, written: Path, plan: Plan, build: Build
) -> None:
    """While another program holds the file nothing is written; afterwards the journal goes on."""
    monkeypatch.setattr(sqlite, "BUSY_S", 0.1)
    with Journal(written) as journal, closing(sqlite3.connect(written)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(JournalError, match=r"locked for too long \(got .+\)\. End what holds"):
            journal.append(plan, build("two"))
        assert journal.read("one")[1] == build("one")
        other.rollback()
        journal.append(plan, build("two"))
    assert ids(written) == {"one", "two"}


def test_a_writer_waits_for_another(written: Path, plan: Plan, build: Build) -> None:
    """A lock that is held for a moment only delays a request."""
    held = multiprocessing.get_context("fork").Event()

    def hold() -> None:
        with closing(sqlite3.connect(written)) as other:
            other.execute("BEGIN IMMEDIATE")
            held.set()
            time.sleep(0.3)

    with processes(hold), Journal(written) as journal:
        held.wait()
        journal.append(plan, build("two"))
    assert ids(written) == {"one", "two"}


def test_a_file_moved_while_in_use_is_an_error(written: Path, plan: Plan, build: Build) -> None:
    """Requests never go to a file that is not at the journal's path; put back, all goes on."""
    aside = written.with_name("aside")
    with Journal(written) as journal:
        journal.append(plan, build("two"))
        for replaced in (False, True):
            written.rename(aside)
            if replaced:
                written.touch()
            with pytest.raises(JournalError, match="moved or deleted while in use"):
                journal.append(plan, build("three"))
            aside.replace(written)
            journal.append(plan, build(f"{replaced}"))
    assert ids(written) == {"one", "two", "False", "True"}

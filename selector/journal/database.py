"""A process's way to its journal: transactions, one at a time, and none across a fork."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from os.path import samestat
from pathlib import Path
from sqlite3 import Connection as Driver
from weakref import WeakSet

from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import QueuePool

from selector.errors import JournalError
from selector.journal.faults import explained
from selector.journal.sqlite import connect, is_read_only


class Database:
    """A journal's file, opened when it is first needed.

    Threads take turns: SQLite has one writer at a time anyway, and a queue is fairer than each
    trying again and again.
    """

    def __init__(self, path: Path) -> None:
        self.name = str(path)
        self._path = path
        self.connections = 0
        self.place = os.path.realpath(path)
        self._turn = threading.Lock()
        self._engine = create_engine(
            "sqlite://",
            creator=self._connect,
            poolclass=QueuePool,
            paramstyle="named",
            hide_parameters=True,  # in errors, which may be logged: they hold prompts
        )
        with _forking:
            _known.add(self)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a transaction that alone may write; all of it is kept, or nothing.

        Raises:
            JournalError: The file can't be opened or written, or is not a journal.
        """
        with self._transaction("BEGIN IMMEDIATE") as connection:
            if is_read_only(connection):
                raise JournalError(
                    f"{self._path}: it can't be written (got a journal of an older selector that "
                    "this user may only read). Let this user write to the file and to its folder, "
                    "close the journal, then append it again."
                )
            yield connection

    def reading(self) -> AbstractContextManager[Connection]:
        """Give a transaction that sees one moment of the journal.

        Raises:
            JournalError: There is no journal, or it can't be read.
        """
        if not self.exists():
            raise JournalError(f"{self._path}: there is no journal. Check the path.")
        return self._transaction("BEGIN")

    def exists(self) -> bool:
        """Return whether there is a file.

        Raises:
            JournalError: This user may not look.
        """
        with explained(self.name):
            return self._path.exists()

    def settle(self) -> bool:
        """Let what was erased be gone from the file beside the journal; not while somebody reads.

        Raises:
            JournalError: The file can't be written.
        """
        with self._turn, explained(self.name), self._engine.connect() as connection:
            busy, *_ = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
        return not busy

    def close(self) -> None:
        """Close the file once nobody is at work on it; it opens again when it is next used."""
        with self._turn, explained(self.name):
            self._engine.dispose()

    def pause(self) -> None:
        """Close the file and let nobody begin before `resume`."""
        self._turn.acquire()
        self._engine.dispose()

    def resume(self) -> None:
        """End the pause."""
        self._turn.release()

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[Connection]:
        with self._turn, explained(self.name), self._engine.begin() as connection:
            connection.exec_driver_sql(begin)
            self._refuse_moved()
            yield connection

    def _connect(self) -> Driver:
        connection = connect(self._path)
        self._opened = self._path.stat()
        self.connections += 1
        return connection

    def _refuse_moved(self) -> None:
        if not self._path.exists() or not samestat(self._path.stat(), self._opened):
            raise JournalError(
                f"{self._path}: moved or deleted while in use (got another file or none). "
                "Put it back, or close the journal to start a new one."
            )


# A process that inherits an open SQLite file inherits what SQLite believes about its locks, which
# are not its own: even a connection that it opens itself then loses what it writes. So no file is
# open while a process forks. https://www.sqlite.org/howtocorrupt.html, section 2.6
_forking = threading.Lock()
_known: WeakSet[Database] = WeakSet()
_paused: list[Database] = []


def _before_fork() -> None:
    _forking.acquire()
    for database in list(_known):
        _paused.append(database)
        database.pause()


def _after_fork() -> None:
    while _paused:
        _paused.pop().resume()
    _forking.release()


os.register_at_fork(before=_before_fork, after_in_parent=_after_fork, after_in_child=_after_fork)

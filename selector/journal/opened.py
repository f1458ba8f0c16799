"""What all that a journal can do has in common: a database, and a name to sign with."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Self

from selector.errors import JournalError
from selector.journal import address
from selector.journal.chain import WRITER

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from selector.journal.ledger import Ledger


class Opened:
    """A journal that is opened when it is first needed, and again after it was closed."""

    def __init__(self, where: str | os.PathLike[str], *, writer: str = WRITER) -> None:
        """Name the journal.

        Args:
            where: The path of a SQLite file, which the first request makes, with its folders; or
                the address of a database, "postgresql://user@host:port/database".
            writer: Whose chain it goes on with. All may share one.

        Raises:
            JournalError: *where* is neither, or *writer* is no name.
        """
        if not writer or not writer.isprintable():
            raise JournalError(f"journal: the writer is no name (got {writer!r}). Give it one.")
        self._database = address.opened(where)
        self._writer = writer
        self._known: set[str] = set()  # plans and policies that are there already
        self._connections = 0

    @property
    def name(self) -> str:
        """Where it is: a path, or an address without its password."""
        return self._database.name

    @property
    def place(self) -> str:
        """Where it is, alike for all ways to say it."""
        return self._database.place

    def exists(self) -> bool:
        """Return whether anything was ever written to it.

        Raises:
            JournalError: It can't be looked at.
        """
        return self._database.exists()

    def reading(self) -> AbstractContextManager[Connection]:
        """Give a transaction that sees one moment of the journal.

        Raises:
            JournalError: There is no journal, or it can't be read.
        """
        return self._database.reading()

    @contextmanager
    def _writing(self) -> Iterator[Ledger]:
        """Give what appends, in one transaction: all of it is kept, or nothing."""
        from selector.journal.ledger import Ledger

        with self._database.writing() as connection:
            if self._connections != self._database.connections:  # to the same rows as before?
                self._known, self._connections = set(), self._database.connections
            ledger = Ledger(connection, self._writer)
            yield ledger
            ledger.close()

    def close(self) -> None:
        """Close the database."""
        self._database.close()
        self._known = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

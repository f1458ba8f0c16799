"""Proof and oblivion: whether the journal is as it was written, and erasing what must go."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from selector.errors import JournalError
from selector.journal.opened import Opened
from selector.journal.records import Head, Verified

AT_ONCE = 200  # requests in one transaction: writers wait a fraction of a second for it


class Erasing(Opened):
    """The part of a journal that proves and forgets."""

    def verify(self, known: Mapping[str, Head] | None = None) -> Verified:
        """Return whether every row is as it was written, none is missing, and none was added.

        Args:
            known: Where chains ended when somebody looked before, by writer. Who can write to the
                database could cut a chain's end and its head; what was known before tells that.

        Raises:
            JournalError: There is no journal, or it can't be read.
        """
        from selector.journal.verified import verified

        with self._database.reading() as connection:
            return verified(connection, known or {})

    def forget(self, *, request: str | None = None, before: str | None = None) -> frozenset[str]:
        """Erase requests with all that belongs to them, their labels too; the chain still holds.

        What is left of one is its entry in the chain: when it was written, in which place, and a
        digest that says nothing without the salt, which is erased too.

        Args:
            request: The id of the request to erase.
            before: Erase all that were decided before this moment, UTC, ISO 8601.

        Returns:
            The content hashes of their candidates that no other request has.

        Raises:
            JournalError: There is no such request, or the database can't be written.
            ValueError: Neither is given, or both.
        """
        from selector.journal import queries

        if (request is None) == (before is None):
            raise ValueError("forget: expected a request or a moment. Give one of them.")
        with self._database.reading() as connection:
            numbers = queries.numbers_of(connection, request, before)
        if request is not None and not numbers:
            raise JournalError(
                f"{self.name}: no such request (got {request!r}). List what is there."
            )
        gone: set[str] = set()
        for start in range(0, len(numbers), AT_ONCE):
            gone |= self._erase(numbers[start : start + AT_ONCE])
        self._database.settle()
        return frozenset(gone)

    def settle(self) -> bool:
        """Return whether nothing erased is left in a file beside the journal: nobody reads it."""
        return self._database.settle()

    def _erase(self, numbers: list[int]) -> set[str]:
        from selector.journal import queries

        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        with self._writing() as ledger:
            numbers = queries.still_there(ledger.connection, numbers)  # others forget too
            if not numbers:
                return set()
            pictures = queries.pictures_of(ledger.connection, numbers)
            labels = queries.labels_about(ledger.connection, numbers)
            ledger.erase([*numbers, *labels], now)
        return pictures

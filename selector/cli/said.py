"""What people said, of files or as a journal keeps it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from selector.errors import JournalError

if TYPE_CHECKING:
    from selector.journal import Journal
    from selector.labels import Columns, Label


def said(
    files: Sequence[str], columns: Columns, book: Journal
) -> tuple[tuple[Label, ...], tuple[str, ...]]:
    """Return labels, and what to know of them: those of files, else the journal's own.

    Raises:
        CalibrationError: A file can't be read.
        JournalError: The journal can't be read, or a label in it.
    """
    from selector.labels import read_all
    from selector.labels.settled import settled

    if not files:
        return settled(_journaled(book))

    found = read_all(files, columns)
    return found.labels, (*found.left_out, *found.notes)


def _journaled(book: Journal) -> Iterator[Label]:
    from selector.labels.journaled import from_row

    after = 0
    while rows := book.labels(after):
        for row in rows:
            try:
                yield from_row(row.label)
            except (ValueError, TypeError, LookupError) as error:
                raise JournalError(
                    f"{book.name}: label {row.number} can't be read (got {error}). Erase it, or "
                    "label that candidate again."
                ) from None
        after = rows[-1].number

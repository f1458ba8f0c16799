"""Labels on their way to a file or a journal: nothing else is overwritten, nobody unknown labelled."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from selector.errors import CalibrationError
from selector.labels.cells import quoted

if TYPE_CHECKING:
    from selector.journal import Journal
    from selector.labels import Label

TOLD = 20  # unknown candidates that are named
OWN = b'{"request": '  # how a file of labels begins


def check(path: str, used: Iterable[str]) -> None:
    """Tell before anything is done that labels can't be written to *path*.

    Raises:
        CalibrationError: It is one of the files that are read, or holds something else.
    """
    if any(os.path.realpath(one) == os.path.realpath(path) for one in used):
        raise CalibrationError(f"{path}: labels are read from it (got one file). Name another.")
    target = Path(path)
    try:
        if not target.exists():
            return
        with target.open("rb") as file:
            begins = file.read(len(OWN))
    except OSError as error:
        raise CalibrationError(
            f"{path}: labels can't be written there (got {error.strerror}). Name another file."
        ) from None
    if begins not in {b"", OWN}:
        raise CalibrationError(
            f"{path}: it is not overwritten (got a file that holds no labels of ours). Name a "
            "new file."
        )


def into(where: str, labels: Sequence[Label]) -> int:
    """Write labels into a journal, each once; return how many were there already.

    Raises:
        CalibrationError: Some are of candidates that the journal does not know; nothing is written.
        JournalError: It can't be read or written.
    """
    from selector.cli.said import said
    from selector.journal import Journal
    from selector.journal import Label as Entry
    from selector.labels import Columns
    from selector.labels.journaled import to_row

    with Journal(where) as book:
        if unknown := _unknown(book, labels):
            raise CalibrationError("\n".join(_told(book.name, unknown)))
        known = set(said((), Columns(), book)[0])
        fresh = [one for one in labels if one not in known]
        for one in fresh:
            book.label(Entry(**to_row(one)._asdict()))
    return len(labels) - len(fresh)


def _unknown(book: Journal, labels: Iterable[Label]) -> list[tuple[str, str]]:
    from selector.journal import queries

    every = dict.fromkeys((one.request, name) for one in labels for name in one.candidates)
    if not book.exists():
        return list(every)
    with book.reading() as connection:
        return [one for one in every if queries.verdict_of(connection, *one) is None]


def _told(name: str, unknown: Sequence[tuple[str, str]]) -> Iterable[str]:
    yield (
        f"{name}: labels of candidates that it does not know (got {len(unknown):,}). Nothing was "
        "written. Import labels of requests that this journal has:"
    )
    for request, candidate in unknown[:TOLD]:
        yield f"  {quoted(candidate)} of request {quoted(request)}"
    if len(unknown) > TOLD:
        yield f"  … and {len(unknown) - TOLD:,} more"

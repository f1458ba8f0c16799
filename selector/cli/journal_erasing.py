"""Erasing requests: what is meant, and what goes with them outside of the journal."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from selector.cli.prose import shown
from selector.cli.why import request_of
from selector.engine.spool import spool_of
from selector.errors import RequestError
from selector.journal import Journal, about, thumbnails
from selector.replay.asked import moment
from selector.report.words import counted


@dataclass(frozen=True, slots=True)
class Meant:
    """What is to be erased.

    Attributes:
        request: The id of one.
        before: All that were decided before this moment.
        said: What that is, in a sentence.
        requests: How many the journal has.
        waiting: How many wait to be sent to it, or were set aside.
    """

    request: str | None
    before: str | None
    said: str
    requests: int
    waiting: int

    def __bool__(self) -> bool:
        return bool(self.requests or self.waiting)


def meant(book: Journal, request: str | None, before: str | None) -> Meant:
    """Return what is to be erased.

    Raises:
        RequestError: Neither is given, or both, or there is no such request or moment.
        JournalError: The journal can't be read.
    """
    if (request is None) == (before is None):
        given = "neither" if request is None else "both"
        raise RequestError(f"forget: expected --request or --before (got {given}). Give one.")
    spool = spool_of(book)
    at = None if before is None else moment("--before", before, datetime.now(UTC))
    if request is not None and not spool.of(request=request):
        request = request_of(book, request)
    waiting = len(spool.of(request=request, before=at))
    requests, labels = about.counted(book, request=request, before=at) if book.exists() else (0, 0)
    which = f"Request {shown(request)}" if request else f"All before {at}"
    said = f"{which}: {counted(requests, 'request')}, {counted(labels, 'label')}, {waiting} unsent"
    return Meant(request, at, said, requests, waiting)


def erase(book: Journal, meant: Meant) -> str:
    """Erase what is meant; return what went, in a sentence.

    Raises:
        RequestError: A thumbnail can't be deleted.
        JournalError: The journal or the spool can't be written.
    """
    spool_of(book).forget(request=meant.request, before=meant.before)
    # Counted anew: what waited may have been sent while the person was asked.
    requests, _ = (
        about.counted(book, request=meant.request, before=meant.before) if book.exists() else (0, 0)
    )
    gone = book.forget(request=meant.request, before=meant.before) if requests else ()
    said = f"Erased, with {_thumbnails(gone)}."
    if requests and not book.settle():
        said += (
            f" It is still in {shown(book.name)}-wal, as somebody reads: end that, and ask again."
        )
    return f"{said} The chain still holds: `selector journal verify`."


def _thumbnails(gone: Collection[str]) -> str:
    """Delete the thumbnails of pictures that nobody has any more; return how many these were."""
    store = thumbnails.chosen()
    if store is None:
        return f"no thumbnails, as {thumbnails.FOLDER_VARIABLE} names no folder of them"
    try:
        return counted(store.remove(gone), "thumbnail")
    except OSError as error:
        raise RequestError(
            f"forget: a thumbnail can't be deleted (got {error}). Delete it in {store.folder}."
        ) from None

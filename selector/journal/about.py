"""What people ask of requests: the newest, their entry in the chain, their labels, how many."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from selector.journal import queries, records
from selector.journal.records import RequestRow
from selector.journal.tables import chain, labels, requests

if TYPE_CHECKING:
    from selector.journal.opened import Opened


@dataclass(frozen=True, slots=True)
class Entry:
    """A request's entry in the chain.

    Attributes:
        number: Its place in the journal.
        writer: Whose chain it is in.
        sequence: Its place there.
        digest: Of all its rows, with their salt; sha256 hex.
        link: Of this entry and all before it; sha256 hex.
    """

    number: int
    writer: str
    sequence: int
    digest: str
    link: str


@dataclass(frozen=True, slots=True)
class Said:
    """What a person said of a candidate.

    Attributes:
        created: When, UTC, ISO 8601.
        candidate_id: Of which.
        rater: Who.
        aspect: Of what.
        value: The judgement.
        verdict: What the engine had said.
    """

    created: str
    candidate_id: str
    rater: str
    aspect: str
    value: float
    verdict: str | None


@dataclass(frozen=True, slots=True)
class Listed:
    """Some requests.

    Attributes:
        rows: In the order of writing.
        last: The number of the last one; of those before it, if there are none.
    """

    rows: tuple[RequestRow, ...]
    last: int


def newest(journal: Opened, count: int) -> Listed:
    """Return the requests that were appended last.

    Raises:
        JournalError: There is no journal, or it can't be read.
    """
    with journal.reading() as connection:
        found = queries.newest(connection, count)
        last = connection.scalar(select(func.max(requests.c.number)))
    return Listed(tuple(map(records.request_line, reversed(found))), last or 0)


def after(journal: Opened, number: int, limit: int = 1000) -> Listed:
    """Return the requests that were appended after the one of this number.

    Raises:
        JournalError: There is no journal, or it can't be read.
    """
    query = select(requests).where(requests.c.number > number).order_by(requests.c.number)
    with journal.reading() as connection:
        found = connection.execute(query.limit(limit)).mappings().all()
    last = found[-1]["number"] if found else number
    return Listed(tuple(records.request_line(dict(row)) for row in found), last)


def entry_of(journal: Opened, request_id: str) -> Entry | None:
    """Return a request's entry in the chain; None of one that is older than the chain.

    Raises:
        JournalError: There is no journal, or it can't be read.
    """
    columns = [chain.c[name] for name in Entry.__dataclass_fields__]
    query = select(*columns).join(requests, requests.c.number == chain.c.number)
    query = query.where(requests.c.id == request_id, chain.c.kind == "request")
    with journal.reading() as connection:
        found = connection.execute(query).first()
    return None if found is None else Entry(*found)


def labels_of(journal: Opened, request_id: str) -> list[Said]:
    """Return what people said of a request's candidates, the oldest first.

    Raises:
        JournalError: There is no journal, or it can't be read.
    """
    query = select(*(labels.c[name] for name in Said.__dataclass_fields__))
    query = query.where(labels.c.request_id == request_id).order_by(labels.c.number)
    with journal.reading() as connection:
        return [Said(*row) for row in connection.execute(query)]


def counted(
    journal: Opened, *, request: str | None = None, before: str | None = None
) -> tuple[int, int]:
    """Return how many requests are meant, and how many labels are about them.

    Args:
        journal: Where they are.
        request: The id of one.
        before: All that were decided before this moment, UTC, ISO 8601.

    Raises:
        JournalError: There is no journal, or it can't be read.
    """
    meant = requests.c.id == request if before is None else requests.c.created < before
    ids = select(requests.c.id).where(meant)
    with journal.reading() as connection:
        found = connection.scalar(select(func.count()).select_from(requests).where(meant))
        about = select(func.count()).select_from(labels).where(labels.c.request_id.in_(ids))
        return found or 0, connection.scalar(about) or 0

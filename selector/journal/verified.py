"""Whether a journal is as it was written: every entry of the chain held against its rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Table, func, select

from selector.journal.chain import digest, erasure_digest, link, start_digest
from selector.journal.ledger import TABLES
from selector.journal.records import Head, Verified
from selector.journal.tables import (
    candidates,
    chain,
    erasures,
    events,
    heads,
    outcomes,
    requests,
    summaries,
    tallies,
)

MOST = 100  # faults that are told one by one
LAST = 2**31 - 1  # the highest number that a column can hold
PARTS = (candidates, outcomes, summaries, tallies)  # of a request
TABLES_OF = {kind: (table.name,) for kind, table in TABLES.items()} | {
    "request": (requests.name, *(table.name for table in PARTS)),
    "erasure": (erasures.name,),
}
AT_ONCE = 200  # entries, with all their rows, in memory


@dataclass
class _Look:
    """What was found so far."""

    entries: int = 0
    last: int = 0
    older: int = 0
    heads: dict[str, Head] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    count: int = 0

    def tell(self, fault: str) -> None:
        self.count += 1
        if len(self.faults) < MOST:
            self.faults.append(fault)


def verified(connection: Connection, known: Mapping[str, Head]) -> Verified:
    """Return what looking at every entry of a journal finds.

    Args:
        connection: Sees one moment of the journal.
        known: Where chains ended once, by writer.
    """
    look = _Look()
    for entries in _entries(connection):
        _links(look, entries, known)
        _rows(connection, look, entries)
    _ends(connection, look, known)
    erased = connection.scalar(select(func.count()).select_from(erasures)) or 0
    return Verified(look.entries, erased, look.older, look.heads, tuple(look.faults), look.count)


def _entries(connection: Connection) -> Iterator[list[dict[str, Any]]]:
    """Yield the entries of the chain in the order of their numbers, some at a time."""
    last = -1
    query = select(chain).order_by(chain.c.number).limit(AT_ONCE)
    while found := connection.execute(query.where(chain.c.number > last)).mappings().all():
        yield [dict(row) for row in found]
        last = found[-1]["number"]


def _links(look: _Look, entries: Sequence[dict[str, Any]], known: Mapping[str, Head]) -> None:
    """Hold each entry against the one before it."""
    for entry in entries:
        number, writer = entry["number"], str(entry["writer"])
        head = look.heads.get(writer, Head())
        if number != look.last + 1 and entry["kind"] != "start":
            look.tell(f"entries {look.last + 1} to {number - 1} are missing")
        if entry["sequence"] != head.sequence + 1:
            look.tell(f"entry {number} of {writer!r} does not follow the one before it")
        if entry["link"] != link(head.link, entry):
            look.tell(f"entry {number} of {writer!r} was changed, or one before it")
        look.heads[writer] = Head(entry["sequence"], entry["link"])
        one = known.get(writer)
        if one and one.sequence == entry["sequence"] and one.link != entry["link"]:
            look.tell(f"entry {number} of {writer!r} is not the one that was known")
        look.last = number
        look.entries += 1


def _rows(connection: Connection, look: _Look, entries: Sequence[dict[str, Any]]) -> None:
    """Hold the rows of some entries against their digests."""
    first, last = entries[0]["number"], entries[-1]["number"]
    if entries[0]["kind"] == "start":
        _start(connection, look, entries[0])
        entries, first = entries[1:], first + 1
    found = _payloads(connection, first, last)
    erased = _erased(connection, first, last)
    for entry in entries:
        number, payload = entry["number"], found.pop(entry["number"], {})
        if number not in erased:
            _hold(look, entry, payload)
        elif payload:
            look.tell(f"entry {number} was erased, and its rows are there")
    _added(look, found)


Payload = dict[str, list[Any]]  # by table, the rows of one entry


def _hold(look: _Look, entry: dict[str, Any], payload: Payload) -> None:
    """Hold the rows of one entry against its digest."""
    named = f"entry {entry['number']} ({entry['kind']})"
    first, *others = TABLES_OF.get(entry["kind"], ("",))
    if first not in payload:
        look.tell(f"{named}: its row is missing")
    elif not {first, *others}.issuperset(payload) or _digest(entry, payload) != entry["digest"]:
        look.tell(f"{named}: its row was changed, or one that belongs to it")


def _digest(entry: dict[str, Any], payload: Payload) -> str:
    """Return the digest that rows come to, as the entry's version made it; "" if unknown."""
    schema, (first, *_) = entry["schema"], payload.values()
    try:
        if entry["kind"] == "erasure":
            erased = [row["erased"] for row in first]
            return erasure_digest(first[0]["created"], erased, schema)
        return digest(payload, first[0].get("salt"), schema)
    except KeyError:
        return ""


def _added(look: _Look, found: dict[int, Payload]) -> None:
    for number, payload in sorted(found.items()):
        look.tell(f"row {number} of {' and '.join(payload)} was added without an entry")


def _payloads(connection: Connection, first: int, last: int) -> dict[int, Payload]:
    """Return all rows that belong to the entries from *first* to *last*, by number."""
    found: dict[int, Payload] = {}
    for table in (*TABLES.values(), requests, erasures):
        for row in _between(connection, table, table.c.number, first, last):
            found.setdefault(row["number"], {}).setdefault(table.name, []).append(row)
    for payload in found.values():
        if requests.name in payload:
            payload |= {table.name: [] for table in PARTS}
    for table in PARTS:
        for row in _between(connection, table, table.c.request, first, last):
            found.setdefault(row["request"], {}).setdefault(table.name, []).append(row)
    return found


def _between(
    connection: Connection, table: Table, column: Any, first: int, last: int
) -> Iterator[Any]:
    yield from connection.execute(select(table).where(column.between(first, last))).mappings()


def _erased(connection: Connection, first: int, last: int) -> set[int]:

    return {row["erased"] for row in _between(connection, erasures, erasures.c.erased, first, last)}


def _start(connection: Connection, look: _Look, entry: dict[str, Any]) -> None:
    """Count what was there before there was a chain: none of it may have gone or come."""
    upto = entry["number"]
    look.older, happened, erased = (
        connection.scalar(select(func.count()).select_from(column.table).where(column <= upto)) or 0
        for column in (requests.c.number, events.c.number, erasures.c.erased)
    )
    if start_digest(upto, look.older + erased, happened) != entry["digest"]:
        look.tell("of what is older than the chain, something is missing or was added")


def _ends(connection: Connection, look: _Look, known: Mapping[str, Head]) -> None:
    """Hold the ends against what the journal, and who looked before, know of them."""
    listed = connection.execute(select(heads)).mappings()
    ended = {row["writer"]: Head(row["sequence"], row["link"]) for row in listed}
    for writer in sorted({*ended, *look.heads}):
        if look.heads.get(writer) != ended.get(writer):
            look.tell(f"the chain of {writer!r} does not end where it did: its end was cut")
    for writer, head in known.items():
        if look.heads.get(writer, Head()).sequence < head.sequence:
            look.tell(f"the chain of {writer!r} once had {head.sequence} entries: its end was cut")
    _added(look, _payloads(connection, look.last + 1, LAST))

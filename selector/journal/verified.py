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
        number, payload = entry["number"], found.pop(entry["number"], None)
        if number in erased:
            if payload is not None:
                look.tell(f"entry {number} was erased, and its rows are there")
        elif payload is None:
            look.tell(f"entry {number} ({entry['kind']}): its row is missing")
        elif payload.kind != entry["kind"] or payload.digest(entry["schema"]) != entry["digest"]:
            look.tell(f"entry {number} ({entry['kind']}): {payload.what} was changed")
    for number, payload in sorted(found.items()):
        look.tell(f"row {number}: {payload.what} was added without an entry")


@dataclass
class _Payload:
    """What an entry's digest is over."""

    kind: str
    what: str
    rows: dict[str, list[Any]]
    salt: str | None = None
    created: str = ""

    def digest(self, schema: int) -> str:
        """Return the digest as version *schema* made it; "" where that is not known."""
        try:
            if self.kind == "erasure":
                return erasure_digest(self.created, self.rows["erasures"], schema)
            return digest(self.rows, self.salt, schema)
        except KeyError:
            return ""


def _payloads(connection: Connection, first: int, last: int) -> dict[int, _Payload]:
    """Return all that belongs to the entries from *first* to *last*, by number."""
    found: dict[int, _Payload] = {}
    for kind, table in TABLES.items():
        for row in _between(connection, table, table.c.number, first, last):
            found[row["number"]] = _Payload(kind, f"a {kind}", {table.name: [row]}, row.get("salt"))
    for row in _between(connection, requests, requests.c.number, first, last):
        parts: dict[str, list[Any]] = {"requests": [row]}
        parts |= {table.name: [] for table in PARTS}
        found[row["number"]] = _Payload("request", f"request {row['id']!r}", parts, row["salt"])
    for table in PARTS:
        for row in _between(connection, table, table.c.request, first, last):
            whole = found.setdefault(row["request"], _Payload("", "a part of no request", {}))
            whole.rows.setdefault(table.name, []).append(row)
    erasing = select(erasures).where(erasures.c.number.between(first, last))
    for row in connection.execute(erasing).mappings():
        one = found.setdefault(
            row["number"],
            _Payload("erasure", "an erasure", {"erasures": []}, created=row["created"]),
        )
        one.rows["erasures"].append(row["erased"])
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
    for row in connection.execute(select(heads)).mappings():
        if look.heads.get(row["writer"]) != Head(row["sequence"], row["link"]):
            look.tell(f"the chain of {row['writer']!r} does not end where it did: its end was cut")
    for writer, head in known.items():
        if look.heads.get(writer, Head()).sequence < head.sequence:
            look.tell(f"the chain of {writer!r} once had {head.sequence} entries: its end was cut")
    beyond = _payloads(connection, look.last + 1, LAST)
    for number, payload in sorted(beyond.items())[:MOST]:
        look.tell(f"row {number}: {payload.what} was added without an entry")

"""Whether a journal is as it was written: every entry of the chain held against its rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Table, func, select

from selector.journal.chain import digest, erasure_digest, link, start_digest
from selector.journal.ledger import TABLES
from selector.journal.records import Head, Verified
from selector.journal.sqlite import is_read_only
from selector.journal.tables import (
    candidates,
    chain,
    erasures,
    events,
    heads,
    labels,
    outcomes,
    plans,
    policies,
    requests,
    summaries,
    tallies,
)

MOST = 100  # faults that are told one by one
FIRST, LAST = -(2**63), 2**63 - 1  # SQLite keeps any number of 64 bits
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
    started: int | None = None  # the number of the chain's start, in a journal that is older
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
    if connection.dialect.name == "sqlite" and is_read_only(connection):
        look.older = connection.scalar(select(func.count()).select_from(requests)) or 0
        _cut(look, known)
        return Verified(0, 0, look.older, {}, tuple(look.faults), look.count)
    for entries in _entries(connection):
        _links(look, entries, known)
        _rows(connection, look, entries)
    _ends(connection, look, known)
    _strays(connection, look)
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
        if entry["link"] != _link(head.link, entry):
            look.tell(f"entry {number} of {writer!r} was changed, or one before it")
        ours = isinstance(entry["sequence"], int) and isinstance(entry["link"], str)
        look.heads[writer] = Head(entry["sequence"], entry["link"]) if ours else head
        one = known.get(writer)
        if one and one.sequence == entry["sequence"] and one.link != entry["link"]:
            look.tell(f"entry {number} of {writer!r} is not the one that was known")
        look.last = number
        look.entries += 1


def _link(before: str, entry: dict[str, Any]) -> str:
    """Return the link of an entry; "" of one that holds what we never write."""
    try:
        return link(before, entry)
    except (TypeError, ValueError):
        return ""


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
            if len({row["created"] for row in first}) > 1:
                return ""
            erased = [row["erased"] for row in first]
            return erasure_digest(first[0]["created"], erased, schema)
        return digest(payload, first[0].get("salt"), schema)
    except (KeyError, TypeError, ValueError):  # what was never written by us: bytes, infinity
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
    bounds = [column >= first] * (first > FIRST) + [column <= last] * (last < LAST)
    yield from connection.execute(select(table).where(*bounds)).mappings()


def _erased(connection: Connection, first: int, last: int) -> set[int]:

    return {row["erased"] for row in _between(connection, erasures, erasures.c.erased, first, last)}


def _start(connection: Connection, look: _Look, entry: dict[str, Any]) -> None:
    """Count what was there before there was a chain: none of it may have gone or come."""
    upto = look.started = entry["number"]
    look.older, happened, erased = (
        connection.scalar(select(func.count()).select_from(column.table).where(column <= upto)) or 0
        for column in (requests.c.number, events.c.number, erasures.c.erased)
    )
    if start_digest(upto, look.older + erased, happened) != entry["digest"]:
        look.tell("of what is older than the chain, something is missing or was added")


def _strays(connection: Connection, look: _Look) -> None:
    """Tell of rows that no entry could have: of no number, or of one that is below the first."""
    _added(look, _payloads(connection, FIRST, 0))
    decided = select(requests.c.number).where(requests.c.plan_hash.not_in(select(plans.c.hash)))
    for number in connection.scalars(decided.limit(MOST)):
        look.tell(f"entry {number} (request): the plan that decided it is missing")
    if look.started is None:
        nameless = select(func.count()).select_from(plans).where(plans.c.number.is_(None))
        if connection.scalar(nameless):
            look.tell("a row of plans was added without an entry")
        return
    for table in (erasures, labels, policies):  # which are no older than the chain
        old = table.c.number.between(1, look.started)
        if connection.scalar(select(func.count()).select_from(table).where(old)):
            look.tell(f"a row of {table.name} was added without an entry")


def _ends(connection: Connection, look: _Look, known: Mapping[str, Head]) -> None:
    """Hold the ends against what the journal, and who looked before, know of them."""
    listed = connection.execute(select(heads)).mappings()
    ended = {row["writer"]: Head(row["sequence"], row["link"]) for row in listed}
    for writer in sorted({*ended, *look.heads}):
        if look.heads.get(writer) != ended.get(writer):
            look.tell(f"the chain of {writer!r} does not end where it did: its end was cut")
    _cut(look, known)
    _added(look, _payloads(connection, look.last + 1, LAST))


def _cut(look: _Look, known: Mapping[str, Head]) -> None:
    """Hold the ends against what who looked before knows of them."""
    for writer, head in known.items():
        if look.heads.get(writer, Head()).sequence < head.sequence:
            look.tell(f"the chain of {writer!r} once had {head.sequence} entries: its end was cut")

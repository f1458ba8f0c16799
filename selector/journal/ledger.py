"""One transaction's way to append: every row gets its number, and its entry in the chain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table

from selector.journal import chain, queries, tables
from selector.journal.chain import Kind
from selector.journal.plain import Row
from selector.journal.records import Head
from selector.journal.rows import Rows

TABLES = {  # by kind of entry, where its one row is
    "plan": tables.plans,
    "policy": tables.policies,
    "event": tables.events,
    "label": tables.labels,
}


@dataclass(frozen=True, slots=True)
class Sealed:
    """A request's rows, with their salt and their digest: made before anybody has to wait."""

    rows: Rows
    salt: str
    digest: str


def sealed(rows: Rows) -> Sealed:
    """Return a request's rows with a new salt."""
    salt = chain.salt()
    parts = {table.name: of for table, of in _parts(rows).items()}
    return Sealed(rows, salt, chain.digest({"requests": [rows.request], **parts}, salt))


def _parts(rows: Rows) -> dict[Table, Sequence[Row]]:
    return {
        tables.candidates: rows.candidates,
        tables.outcomes: rows.outcomes,
        tables.summaries: [rows.summary],
        tables.tallies: rows.tallies,
    }


class Ledger:
    """What one transaction appends to the journal, in the name of one writer.

    Attributes:
        connection: The transaction, which alone may write.
    """

    def __init__(self, connection: Connection, writer: str) -> None:
        self.connection = connection
        self._writer = writer
        self._number, found = queries.end_of_chain(connection, writer)
        self._began = self._head = found or Head()

    def add(self, kind: Kind, row: Row) -> None:
        """Append the one row of a plan, a policy, an event or a label."""
        table = TABLES[kind]
        salt = chain.salt() if "salt" in table.columns else None
        entry = self._entry(kind, chain.digest({table.name: [row]}, salt))
        whole = {**row, **_salted(salt), "number": self._number}
        queries.add(self.connection, {tables.chain: [entry], table: [whole]})

    def add_request(self, sealed: Sealed) -> None:
        """Append a request with all that belongs to it; its plan is there already."""
        entry = self._entry("request", sealed.digest)
        number = self._number
        request = {**sealed.rows.request, "number": number, "salt": sealed.salt}
        parts = {
            table: [{"request": number, **row} for row in of]
            for table, of in _parts(sealed.rows).items()
        }
        queries.add(self.connection, {tables.chain: [entry], tables.requests: [request], **parts})

    def erase(self, numbers: Sequence[int], created: str) -> None:
        """Write down that entries are erased, and then delete their rows and salts."""
        entry = self._entry("erasure", chain.erasure_digest(created, numbers))
        mark = {"number": self._number, "created": created}
        erased = [{"erased": one, **mark} for one in numbers]
        queries.add(self.connection, {tables.chain: [entry], tables.erasures: erased})
        queries.delete(self.connection, numbers)

    def close(self) -> None:
        """Write down where the chain ends now."""
        if self._head != self._began:
            queries.set_head(self.connection, self._writer, self._head)

    def _entry(self, kind: Kind, digest: str) -> dict[str, Any]:
        """Return the next entry of the chain, which the row that it is of is to be written with."""
        self._number += 1
        entry = {
            "number": self._number,
            "writer": self._writer,
            "sequence": self._head.sequence + 1,
            "kind": kind,
            "schema": chain.SCHEMA,
            "digest": digest,
        }
        self._head = Head(self._head.sequence + 1, chain.link(self._head.link, entry))
        return {**entry, "link": self._head.link}


def _salted(salt: str | None) -> Row:
    return {} if salt is None else {"salt": salt}

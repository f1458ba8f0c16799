"""The journal as the rest of the package sees it: append a request, read it again."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Self

from selector.errors import JournalError
from selector.journal import records, rows
from selector.journal.plain import kept, whole
from selector.journal.records import Event, RequestRow
from selector.journal.tallies import rate
from selector.policy.order import Rate
from selector.policy.plan import Plan
from selector.types import Selection


class Journal:
    """An append-only record of requests in a file; nothing is opened before it is needed.

    Threads of one process, and several processes, may append at once. A closed journal opens again
    when it is next used.
    """

    def __init__(self, where: str | os.PathLike[str]) -> None:
        """Name the journal's file.

        Args:
            where: The path of a SQLite file. The first request makes it, with its folders.

        Raises:
            JournalError: *where* is not a path.
        """
        from selector.journal.database import Database

        text = os.fspath(where)
        scheme, is_address, _ = text.partition("://")
        if is_address:  # the rest of an address may hold a password: it is not repeated
            raise JournalError(
                f"{scheme}://…: not a path. Name a SQLite file: no other database is built yet."
            )
        if not text or "\0" in text:
            raise JournalError(f"journal: not a path (got {text!r}). Name a SQLite file.")
        self._path = Path(text).absolute()
        self._database = Database(self._path)

    def append(self, plan: Plan, selection: Selection) -> None:
        """Write a request down: all of it, or nothing. Its plan is written once, under its hash.

        Raises:
            JournalError: It was not written: the request is there already, *plan* is not the one
                that decided it, it holds what can't be kept, or the file can't be written.
        """
        from selector.journal import queries

        what = f"request {selection.request_id!r}"
        with kept(self._path, what):
            made = rows.to_rows(plan, selection)
        with self._database.writing() as connection:
            if queries.has_request(connection, selection.request_id):
                raise JournalError(
                    f"{self._path}: the request is there already (got {selection.request_id!r}). "
                    "A request is written once; give the next one an id of its own."
                )
            if not queries.has_plan(connection, plan.hash):
                with kept(self._path, what):
                    body = rows.plan_row(plan, selection.created)
                queries.add_plan(connection, body)
            queries.add_request(connection, made)

    def read(self, request_id: str) -> tuple[Plan, Selection]:
        """Return the request as it was appended, and the plan that decided it; images are None.

        Raises:
            JournalError: There is no such request, or it can't be read.
        """
        return self._read(request_id, {})

    def requests(self, limit: int = 20) -> list[RequestRow]:
        """Return the *limit* requests that were appended last, the last first.

        Raises:
            JournalError: There is no journal, or it can't be read.
        """
        from selector.journal import queries

        with self._database.reading() as connection:
            return [records.request_line(row) for row in queries.newest(connection, limit)]

    def measured_whole(self, policy_hash: str, limit: int) -> Iterator[tuple[Plan, Selection]]:
        """Yield the newest requests under a policy of which all is known, the last appended first.

        Those are the audited ones, and those that an exhaustive plan decided. Each is read when it
        is asked for, and nothing is held in between.

        Args:
            policy_hash: Of the policy's resolved meaning, as a plan has it.
            limit: How many at most.

        Raises:
            JournalError: There is no journal, or it can't be read; a request is damaged.
        """
        from selector.journal import queries

        exhaustive: list[str] = []
        with self._database.reading() as connection:
            for row in queries.exhaustive_plans(connection):
                with whole(self._path, f"plan {row['hash']!r}"):
                    if json.loads(row["body"])["mode"] == "exhaustive":
                        exhaustive.append(row["hash"])
            found = queries.measured_whole(connection, policy_hash, exhaustive, limit)
        plans: dict[str, Plan] = {}
        for request_id in found:
            yield self._read(request_id, plans)

    def rates(self, fingerprints: Iterable[str], limit: int = 500) -> dict[str, Rate]:
        """Return what measuring came to here, by fingerprint; what never measured is left out.

        Seconds are of the calls that decided a request. How many were refused is told by requests
        alone that measured no more than they had to: where all is measured (audited requests, and
        those of an exhaustive plan), no verdict tells what a measure would have done to whom
        another had refused before.

        Args:
            fingerprints: Of the measures.
            limit: For each, over how many of the newest requests that it measured anything in.

        Raises:
            JournalError: The journal can't be read. Where there is none yet, nothing is known.
        """
        from selector.journal import queries

        if not self._database.exists():
            return {}
        found: dict[str, Rate] = {}
        with self._database.reading() as connection:
            for one in frozenset(fingerprints):
                if listed := queries.tallies_of(connection, one, limit):
                    with whole(self._path, f"what {one!r} came to"):
                        found[one] = rate(listed)
        return found

    def record(self, event: Event) -> None:
        """Write an event down.

        Raises:
            JournalError: It was not written: it holds what can't be kept, or the file can't be
                written.
        """
        from selector.journal import queries

        with kept(self._path, f"event {event.kind!r}"):
            row = records.event_row(event)
        with self._database.writing() as connection:
            queries.add_event(connection, row)

    def follow(
        self, kind: str, subject: str, writer: str, step: Callable[[Event | None], Event]
    ) -> Event:
        """Write down what follows a writer's last event; no other event comes in between.

        Args:
            kind: Of both.
            subject: Likewise.
            writer: Likewise.
            step: Makes the event from the last one, None if there is none yet; it must not use the
                journal itself.

        Raises:
            JournalError: It was not written: the last event makes no sense to *step*, the new one
                holds what can't be kept, or the file can't be written.
        """
        from selector.journal import queries

        with self._database.writing() as connection:
            last = queries.last_event(connection, kind, subject, writer)
            with whole(self._path, f"the last event {kind!r} of {writer!r}"):
                event = step(records.to_event(last) if last else None)
            with kept(self._path, f"event {kind!r}"):
                row = records.event_row(event)
            queries.add_event(connection, row)
        return event

    def events(self, kind: str, subject: str) -> list[Event]:
        """Return all events of a kind about a subject, the oldest first.

        Raises:
            JournalError: The journal can't be read. Where there is none yet, there are none.
        """
        from selector.journal import queries

        if not self._database.exists():
            return []
        with self._database.reading() as connection:
            listed = queries.events_of(connection, kind, subject)
        found: list[Event] = []
        for row in listed:
            with whole(self._path, f"event {row['number']}"):
                found.append(records.to_event(row))
        return found

    def latest(self, kind: str, subject: str) -> dict[str, float]:
        """Return the last value of each writer, of a kind about a subject.

        Raises:
            JournalError: The journal can't be read. Where there is none yet, there are none.
        """
        from selector.journal import queries

        if not self._database.exists():
            return {}
        with self._database.reading() as connection:
            listed = queries.latest(connection, kind, subject)
        found: dict[str, float] = {}
        for row in listed:
            with whole(self._path, f"event {row['number']}"):
                found |= [records.last_value(row)]
        return found

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _read(self, request_id: str, plans: dict[str, Plan]) -> tuple[Plan, Selection]:
        """Return a request, and its plan: one of *plans*, or else added to them."""
        from selector.journal import queries

        with self._database.reading() as connection:
            found = queries.rows_of(connection, request_id)
            if found is None:
                raise JournalError(
                    f"{self._path}: no such request (got {request_id!r}). "
                    "List what is there with `requests`."
                )
            name = found.request["plan_hash"]
            body = "" if name in plans else queries.plan_body(connection, name)
        with whole(self._path, f"request {request_id!r}"):
            if name not in plans:
                plans[name] = Plan.from_dict(json.loads(body))
            return plans[name], rows.to_selection(found)

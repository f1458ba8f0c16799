"""Events of a journal: what happened and is no request; and states, which may be made anew."""

from __future__ import annotations

import json
from collections.abc import Callable

from pydantic import JsonValue

from selector.journal import records
from selector.journal.opened import Opened
from selector.journal.plain import kept, to_json, whole
from selector.journal.records import Event


class Events(Opened):
    """The part of a journal that holds events and states."""

    def record(self, event: Event) -> None:
        """Write an event down.

        Raises:
            JournalError: It was not written: it holds what can't be kept, or the file can't be
                written.
        """
        with kept(self.name, f"event {event.kind!r}"):
            row = records.event_row(event)
        with self._writing() as ledger:
            ledger.add("event", row)

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

        with self._writing() as ledger:
            last = queries.last_event(ledger.connection, kind, subject, writer)
            with whole(self.name, f"the last event {kind!r} of {writer!r}"):
                event = step(records.to_event(last) if last else None)
            with kept(self.name, f"event {kind!r}"):
                row = records.event_row(event)
            ledger.add("event", row)
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
            with whole(self.name, f"event {row['number']}"):
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
            with whole(self.name, f"event {row['number']}"):
                found |= [records.last_value(row)]
        return found

    def events_of(self, kind: str, limit: int = 1000) -> list[Event]:
        """Return the newest events of a kind, whatever they are about, the newest first.

        Raises:
            JournalError: The journal can't be read. Where there is none yet, there are none.
        """
        from selector.journal import queries

        if not self._database.exists():
            return []
        with self._database.reading() as connection:
            listed = queries.events_of_kind(connection, kind, limit)
        found: list[Event] = []
        for row in listed:
            with whole(self.name, f"event {row['number']}"):
                found.append(records.to_event(row))
        return found

    def state(self, name: str) -> JsonValue | None:
        """Return a state that is kept beside the rows, None if there is none.

        Raises:
            JournalError: The journal can't be read.
        """
        from selector.journal import queries

        if not self._database.exists():
            return None
        with self._database.reading() as connection:
            body = queries.get_state(connection, name)
        with whole(self.name, f"the state {name!r}"):
            return None if body is None else json.loads(body)

    def advance(self, name: str, step: Callable[[JsonValue | None], JsonValue]) -> JsonValue:
        """Replace a state by what follows it; nobody else does in between.

        A state is what can be made anew from the rows. It may change, and is not in the chain.

        Args:
            name: Which one.
            step: Makes the next from the last one, None if there is none yet; it must not use the
                journal itself.

        Raises:
            JournalError: It was not written: the last one makes no sense to *step*, the new one is
                not JSON, or the database can't be written.
        """
        from selector.journal import queries

        with self._database.writing() as connection:
            body = queries.get_state(connection, name)
            with whole(self.name, f"the state {name!r}"):
                state = step(None if body is None else json.loads(body))
            with kept(self.name, f"the state {name!r}"):
                text = to_json(state)
            queries.set_state(connection, name, text)
        return state

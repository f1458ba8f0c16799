"""What the journal holds beside plans and selections: lines of a list, and events."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime

from pydantic import JsonValue

from selector.journal.plain import Row, json_or_null, number
from selector.types import Answer


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


@dataclass(frozen=True, slots=True)
class RequestRow:
    """One line of a list of requests.

    Attributes:
        id: The request's id.
        created: When it was decided, UTC, ISO 8601.
        policy: Name and version of the policy: "portrait@3".
        answer: What the request got.
        needs_person: Whether somebody has to look.
        prompt: The prompt, or the edit's instruction.
    """

    id: str
    created: str
    policy: str
    answer: Answer
    needs_person: bool
    prompt: str


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened and is no request: a number that a writer says of a subject.

    Attributes:
        kind: What sort of event it is.
        subject: What it is about: the hash of a choice, or of a policy.
        writer: Who says it. Whoever keeps a number of its own is a writer of its own.
        value: The number; always finite.
        body: What else there is to say, as JSON.
        created: When it was said, UTC, ISO 8601.
    """

    kind: str
    subject: str
    writer: str
    value: float
    body: JsonValue = None
    created: str = field(default_factory=_now)


def request_line(row: Row) -> RequestRow:
    """Return the line of a row of requests."""
    return RequestRow(
        id=row["id"],
        created=row["created"],
        policy=f"{row['policy']}@{row['version']}",
        answer=row["answer"],
        needs_person=row["needs_person"],
        prompt=row["prompt"],
    )


def event_row(event: Event) -> Row:
    """Return the row of an event, from which `to_event` makes an equal one.

    Raises:
        TypeError, ValueError: It holds what can't be kept: a number that is not finite, an object
            that is not JSON, a name that is no text.
    """
    for name in (event.kind, event.subject, event.writer, event.created):
        _text(name)
    return {**asdict(event), "value": number(event.value), "body": json_or_null(event.body)}


def to_event(row: Row) -> Event:
    """Return the event that `event_row` was given.

    Raises:
        LookupError, TypeError, ValueError: The row is not that of an event.
    """
    return Event(
        kind=_text(row["kind"]),
        subject=_text(row["subject"]),
        writer=_text(row["writer"]),
        value=number(row["value"]),
        body=None if row["body"] is None else json.loads(row["body"]),
        created=_text(row["created"]),
    )


def last_value(row: Row) -> tuple[str, float]:
    """Return who said a value, and the value.

    Raises:
        TypeError, ValueError: The row is not that of an event.
    """
    return _text(row["writer"]), number(row["value"])


def _text(name: object) -> str:
    if not isinstance(name, str):
        raise TypeError(f"{name!r} is no text")
    return name

"""What the journal holds beside plans and selections: lines of a list, and events."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

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


@dataclass(frozen=True, slots=True)
class Label:
    """What a person says of one candidate.

    Attributes:
        request_id: The request that it was a candidate of.
        candidate_id: Which one.
        rater: Who says it.
        aspect: Of what: "verdict" (1 good to deliver, 0 not), fidelity, alignment, aesthetics.
        value: The judgement; always finite.
        body: What else there is to say, as JSON.
        created: When it was said, UTC, ISO 8601.
    """

    request_id: str
    candidate_id: str
    rater: str
    aspect: str
    value: float
    body: JsonValue = None
    created: str = field(default_factory=_now)


@dataclass(frozen=True, slots=True)
class LabelRow:
    """A label as it was written down, beside what the engine had said.

    Attributes:
        number: Of its entry; rises in the order of writing.
        label: What was said.
        content_hash: Of the candidate's bytes.
        verdict: What the engine had said of that candidate.
        policy: What decided the request: "portrait@3".
        generator: What made the request's candidates, as far as they agree.
        segment: Likewise.
    """

    number: int
    label: Label
    content_hash: str | None
    verdict: str | None
    policy: str
    generator: str | None
    segment: str | None


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """A policy's text as it was used.

    Attributes:
        hash: sha256 hex of the text and of the calibrated one.
        name: The policy's.
        version: As it says itself.
        policy_hash: Of its resolved meaning.
        first_used: When the first request was decided by it, UTC, ISO 8601.
        text: YAML.
        calibrated: The text of its calibrated file, if it had one.
    """

    hash: str
    name: str
    version: int
    policy_hash: str
    first_used: str
    text: str
    calibrated: str | None


class SummaryRow(NamedTuple):
    """One request in one row: all that monitoring reads. See `summary` for the columns.

    `number` rises in the order of writing; `outputs` is a JSON text.
    """

    number: int
    created: str
    policy: str
    version: int
    generator: str | None
    segment: str | None
    outputs: str
    failures: int
    margin: float | None
    accepted: int
    review: int
    rejected: int
    needs_person: bool
    audit: bool
    disagreed: bool | None


@dataclass(frozen=True, slots=True)
class Head:
    """Where a writer's chain ends.

    Attributes:
        sequence: How many entries it has.
        link: The last one's, sha256 hex; "" before the first.
    """

    sequence: int = 0
    link: str = ""


@dataclass(frozen=True, slots=True)
class Verified:
    """What looking at every entry found.

    Attributes:
        entries: How many there are.
        erased: How many rows of them were erased, as the journal says.
        older: How many requests were written before there was a chain; nothing proves these.
        heads: Where each writer's chain ends: kept elsewhere, they prove the rest later.
        faults: What is not as it was written, in sentences, the first hundred.
        count: How many faults there are.
    """

    entries: int
    erased: int
    older: int
    heads: Mapping[str, Head]
    faults: tuple[str, ...]
    count: int

    @property
    def holds(self) -> bool:
        """Whether all is as it was written."""
        return not self.count


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


def label_row(label: Label, verdict: str | None, content_hash: str | None) -> Row:
    """Return the row of a label, from which `to_label` makes an equal one.

    Raises:
        TypeError, ValueError: It holds what can't be kept.
    """
    for name in (label.rater, label.aspect, label.created):
        _text(name)
    row = {**asdict(label), "value": number(label.value), "body": json_or_null(label.body)}
    return {**row, "verdict": verdict, "content_hash": content_hash}


def to_label(row: Row) -> LabelRow:
    """Return a label that was written down, with what is known of its request.

    Raises:
        LookupError, TypeError, ValueError: The row is not that of a label.
    """
    names = ("request_id", "candidate_id", "rater", "aspect", "created")
    body = None if row["body"] is None else json.loads(row["body"])
    said = Label(**{one: _text(row[one]) for one in names}, value=number(row["value"]), body=body)
    about = {one: row[one] for one in ("content_hash", "verdict", "generator", "segment")}
    return LabelRow(
        number=row["number"], label=said, policy=f"{row['policy']}@{row['version']}", **about
    )


def to_policy(row: Row) -> PolicyRow:
    """Return a policy's text as it was written down."""
    return PolicyRow(**{name: row[name] for name in PolicyRow.__dataclass_fields__})


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

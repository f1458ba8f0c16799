"""What flows between the rooms: candidates, outcomes, reasons, decisions, selections."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import Field, JsonValue, TypeAdapter

Kind = Literal["filter", "detector", "scorer"]
Scope = Literal["candidate", "set"]
VerdictName = Literal["accept", "review", "reject"]
Answer = Literal["complete", "short", "review", "empty"]
ReasonKind = Literal[
    "refused", "infeasible", "cut", "copy", "duplicate", "outranked",
    "failure", "band", "front", "uncertified", "promoted",
]  # fmt: skip

KINDS: tuple[Kind, ...] = ("filter", "detector", "scorer")  # the order in which they are measured


@dataclass(frozen=True, slots=True)
class Output:
    """What one number of a measure means.

    Attributes:
        unit: The unit in words, "px" or "share of pixels".
        low: The smallest value that can occur; None where there is no such end.
        high: The largest value that can occur; None where there is no such end.
        higher_is_better: The direction; None for a quantity that is neither (a count, a width).
        within_prompt: Whether it compares only candidates of one prompt.
    """

    unit: str
    low: float | None
    high: float | None
    higher_is_better: bool | None
    within_prompt: bool = False


@dataclass(frozen=True, slots=True)
class Cost:
    """What measuring one candidate is expected to take, on a CPU, in seconds.

    Attributes:
        seconds: The measure's own part (the head).
        backbone: The shared encoder that it needs; counted once for all measures that share it.
        backbone_seconds: What the encoder takes.
    """

    seconds: float
    backbone: str | None = None
    backbone_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Score:
    """A measured number.

    Attributes:
        value: The raw number in the unit of its `Output`; always finite.
        evidence: JSON that shows why (boxes, polygons, text); at most 16 KB, never pixels.
        members: For a measure of sets, the hash of the set that it was measured over.
    """

    value: float
    evidence: JsonValue = None
    members: str | None = None
    kind: Literal["score"] = "score"


@dataclass(frozen=True, slots=True)
class Failure:
    """A number that should be there and is not: the measure crashed, ran out of time, …"""

    reason: str
    evidence: JsonValue = None
    members: str | None = None
    kind: Literal["failure"] = "failure"


@dataclass(frozen=True, slots=True)
class NotApplicable:
    """There is nothing to measure: no hands in the picture."""

    reason: str
    evidence: JsonValue = None
    members: str | None = None
    kind: Literal["not_applicable"] = "not_applicable"


@dataclass(frozen=True, slots=True)
class NotEvaluated:
    """It was not measured, because the answer did not depend on it. Never means "passed"."""

    kind: Literal["not_evaluated"] = "not_evaluated"


Measured = Score | Failure | NotApplicable
Outcome = Annotated[Score | Failure | NotApplicable | NotEvaluated, Field(discriminator="kind")]
NOT_EVALUATED = NotEvaluated()


@dataclass(frozen=True, slots=True)
class Candidate:
    """One generated image of a request.

    A caller gives `image`, and `id` and `metadata` if it likes; the engine fills in the rest.

    Attributes:
        image: A path, encoded bytes, a PIL image or an `(H, W, 3)` uint8 array (sRGB); not part of
            the JSON form, nor of comparison.
        id: Unique in its request.
        metadata: Anything JSON: seed, generator, …
        path: Where the image was read from, if it came from a file.
        content_hash: sha256 hex of the bytes (of the pixels for an image given in memory); None
            if there were no bytes to read.
        pixel_hash: sha256 hex of the decoded sRGB pixels and their shape.
        error: Why the image could not be read.
        notes: What reading it had to leave out or convert: "animation: first frame of 12".
    """

    image: Annotated[Any, Field(exclude=True)] = field(default=None, repr=False, compare=False)
    id: str = ""
    metadata: Mapping[str, JsonValue] = field(default_factory=dict, hash=False)
    path: str | None = None
    content_hash: str | None = None
    pixel_hash: str | None = None
    error: str | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Edit:
    """An instruction to change a picture; stands wherever a prompt may.

    Attributes:
        instruction: What was to be changed, in the user's words.
        source: The picture before: a path, bytes, a PIL image or an `(H, W, 3)` uint8 array.
        path: Where the source was read from, if it came from a file.
        content_hash: sha256 hex of the source's bytes; filled in by the engine.
    """

    instruction: str
    source: Annotated[Any, Field(exclude=True)] = field(default=None, repr=False, compare=False)
    path: str | None = None
    content_hash: str | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """One ground of a verdict, as data; `str()` says it in words.

    Attributes:
        kind: What sort of ground it is.
        instance: The measure's instance that gave it; "" where none did.
        output: Which of its outputs.
        value: The raw value, if there is one.
        bound: The line that it was held against.
        margin: How far the value is on the good side of the line, in raw units; negative: missed.
        note: What else there is to say: a failure's reason, the id of the twin.
    """

    kind: ReasonKind
    instance: str = ""
    output: str = ""
    value: float | None = None
    bound: float | None = None
    margin: float | None = None
    note: str = ""

    def __str__(self) -> str:
        where = ".".join(part for part in (self.instance, self.output) if part)
        said = where
        if self.value is not None:
            said = f"{where} is {self.value:.4g}" if where else f"{self.value:.4g}"
        if self.value is not None and self.bound is not None:
            side = "below" if self.value < self.bound else "above"
            said += f", {side if self.value != self.bound else 'at'} {self.bound:.4g}"
        return ": ".join(part for part in (said, self.note) if part)


@dataclass(frozen=True, slots=True)
class Ask:
    """What `decide` would need to know: one instance on some candidates (for a set: on just these)."""

    instance: str
    candidates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Undecided:
    """Not enough is known. Answering any of the asks brings the decision nearer."""

    asks: tuple[Ask, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """What `decide` found; ids only, so that it can be compared and kept.

    Attributes:
        ranking: Ids, best first: all that are neither refused nor copies.
        verdicts: Every candidate's verdict.
        reasons: Every candidate's grounds; empty for what is accepted.
        quality: The composite in [0, 1] of what was ranked by a weighted sum.
        answer: What the request got.
        needs_person: Fewer than wanted were accepted and some wait for review.
        advice: "regenerate", if the policy asks for it and nothing was found.
    """

    ranking: tuple[str, ...]
    verdicts: Mapping[str, VerdictName]
    reasons: Mapping[str, tuple[Reason, ...]]
    quality: Mapping[str, float]
    answer: Answer
    needs_person: bool
    advice: Literal["regenerate"] | None = None


Table = Mapping[str, Mapping[str, Outcome]]  # candidate id → "instance.output" → outcome


@dataclass(frozen=True, slots=True)
class Outcomes:
    """All that is known of one request at some moment: what `decide` decides from.

    Attributes:
        candidates: Every candidate of the request, also those that could not be read.
        table: By candidate id and "instance.output"; what is not there was not evaluated.
        expect: What the caller expects of this request, by name.
    """

    candidates: tuple[Candidate, ...]
    table: Table
    expect: Mapping[str, float] = field(default_factory=dict)

    def of(self, candidate: str, key: str) -> Outcome:
        """Return what is known of one output of one candidate."""
        return self.table.get(candidate, {}).get(key, NOT_EVALUATED)


def members_hash(content_hashes: Iterable[str]) -> str:
    """Return the name of a set of candidates: a hash of their content hashes, order-free."""
    return hashlib.sha256("\n".join(sorted(content_hashes)).encode()).hexdigest()


def to_json(kind: Any, thing: Any) -> Any:
    """Return *thing*, an object of type *kind*, as JSON data; `from_json` reads it back, equal."""
    return TypeAdapter(kind).dump_python(thing, mode="json")


def from_json(kind: Any, data: Any) -> Any:
    """Return the object of type *kind* that *data* describes.

    Raises:
        pydantic.ValidationError: *data* does not describe one.
    """
    return TypeAdapter(kind).validate_python(data)

"""What flows between the rooms: candidates, outcomes, reasons, decisions, selections."""

from __future__ import annotations

import hashlib
import html
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
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
        optional: Whether it may be `NotApplicable`.
    """

    unit: str
    low: float | None
    high: float | None
    higher_is_better: bool | None
    within_prompt: bool = False
    optional: bool = False


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
    """A number that should be there and is not: the measure crashed, or ran out of time."""

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


@dataclass(frozen=True, slots=True)
class Spent:
    """What a request took.

    Attributes:
        calls: How many candidates each instance measured.
        seconds: Wall-clock time by phase: "images", each instance, "total".
    """

    calls: Mapping[str, int] = field(default_factory=dict, hash=False)
    seconds: Mapping[str, float] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Selection:
    """What a request got, with all that it was decided from.

    Attributes:
        request_id: Names this request, in the journal too.
        created: When it was decided, UTC, ISO 8601.
        prompt: The prompt, or the edit.
        policy: Name and version of the policy: "portrait@3".
        plan_hash: Which plan decided it.
        candidates: All candidates, in the order in which they were given.
        outcomes: By candidate id and "instance.output", every output that the policy refers to.
        decision: Ranking, verdicts, reasons, answer.
        expect: What the caller expected of the request.
        spent: Calls and seconds.
    """

    request_id: str
    created: str
    prompt: str | Edit
    policy: str
    plan_hash: str
    candidates: tuple[Candidate, ...]
    outcomes: Mapping[str, Mapping[str, Outcome]] = field(repr=False)
    decision: Decision
    expect: Mapping[str, float] = field(default_factory=dict)
    spent: Spent = field(default_factory=Spent, compare=False)

    @property
    def ranking(self) -> tuple[Candidate, ...]:
        """All that were ranked, best first: neither refused nor copies."""
        return tuple(self[name] for name in self.decision.ranking)

    @property
    def accepted(self) -> tuple[Candidate, ...]:
        """What is good to deliver, best first."""
        return self._with("accept")

    @property
    def review(self) -> tuple[Candidate, ...]:
        """What a person should look at, best first."""
        return self._with("review")

    @property
    def rejected(self) -> tuple[Candidate, ...]:
        """All the rest: ranked ones first, then the refused and the copies by id."""
        return self._with("reject")

    @property
    def answer(self) -> Answer:
        """What the request got: "complete", "short", "review" or "empty"."""
        return self.decision.answer

    @property
    def needs_person(self) -> bool:
        """Whether fewer than wanted were accepted and some wait for review."""
        return self.decision.needs_person

    @property
    def advice(self) -> str | None:
        """What to do now: "regenerate" where the policy asks for that, else None."""
        return self.decision.advice

    @property
    def reasons(self) -> Mapping[str, tuple[Reason, ...]]:
        """The grounds of each verdict, by candidate id."""
        return self.decision.reasons

    @property
    def timings(self) -> Mapping[str, float]:
        """Seconds of wall-clock time by phase."""
        return self.spent.seconds

    @property
    def cost(self) -> Mapping[str, int]:
        """How many candidates each instance measured."""
        return self.spent.calls

    def __getitem__(self, candidate: str) -> Candidate:
        """Return the candidate with this id."""
        for one in self.candidates:
            if one.id == candidate:
                return one
        raise KeyError(candidate)

    def verdict(self, candidate: str) -> VerdictName:
        """Return the verdict of the candidate with this id."""
        return self.decision.verdicts[candidate]

    def in_order(self) -> tuple[Candidate, ...]:
        """Return all candidates as a person wants to read them: accepted, review, rejected."""
        return self.accepted + self.review + self.rejected

    def to_dict(self) -> dict[str, Any]:
        """Return the selection as JSON data; `from_dict` reads it back, equal."""
        return dict(to_data(Selection, self))

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Selection:
        """Return the selection that `to_dict` wrote; its candidates have no `image`.

        Raises:
            pydantic.ValidationError: *data* is not a selection.
        """
        selection: Selection = from_data(Selection, data)
        return selection

    def to_json(self) -> str:
        """Return the selection as one JSON text."""
        return json.dumps(self.to_dict(), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Selection:
        """Return the selection that `to_json` wrote."""
        return cls.from_dict(json.loads(text))

    def __repr__(self) -> str:
        counts = f"{len(self.accepted)} accepted, {len(self.review)} review"
        first = "".join(f", first {one.id!r}" for one in (self.accepted + self.review)[:1])
        return (
            f"<Selection {self.answer} by {self.policy}: {counts}, "
            f"{len(self.rejected)} rejected{first}>"
        )

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{html.escape(self.verdict(one.id))}</td><td>{html.escape(one.id)}</td><td>"
            + "<br>".join(
                html.escape(f"{reason.kind}: {reason}") for reason in self.reasons[one.id]
            )
            + "</td></tr>"
            for one in self.in_order()
        )
        head = f"<p><b>{html.escape(self.answer)}</b>, policy {html.escape(self.policy)}</p>"
        return f"{head}<table><tr><th>verdict</th><th>candidate</th><th>why</th></tr>{rows}</table>"

    def _with(self, verdict: VerdictName) -> tuple[Candidate, ...]:
        ranked = list(self.decision.ranking)
        placed = frozenset(ranked)
        rest = sorted(one.id for one in self.candidates if one.id not in placed)
        return tuple(self[name] for name in ranked + rest if self.verdict(name) == verdict)


def members_hash(content_hashes: Iterable[str]) -> str:
    """Return the name of a set of candidates: a hash of their content hashes, order-free."""
    return hashlib.sha256("\n".join(sorted(content_hashes)).encode()).hexdigest()


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)  # making one takes milliseconds, using it microseconds


def to_data(kind: Any, thing: Any) -> Any:
    """Return *thing*, an object of type *kind*, as JSON data; `from_data` reads it back, equal."""
    return _adapter(kind).dump_python(thing, mode="json")


def from_data(kind: Any, data: Any) -> Any:
    """Return the object of type *kind* that *data* describes.

    Raises:
        pydantic.ValidationError: *data* does not describe one.
    """
    return _adapter(kind).validate_python(data)

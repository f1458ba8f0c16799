"""What a request got, with all that it was decided from; kept as JSON without loss."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import Field

from selector.types.data import from_data, to_data
from selector.types.decided import Answer, Ask, Decision, Reason, VerdictName
from selector.types.measured import Outcome
from selector.types.request import Candidate, Edit

UNREAD = "unread"  # in the evidence: the end of the prompt that a measure did not read


@dataclass(frozen=True, slots=True)
class Spent:
    """What a request took.

    Attributes:
        calls: How many candidates each instance measured.
        seconds: Wall-clock time by phase: "images", each instance, "total".
        tokens: What each judge read and wrote, by instance.
        rounds: How often it was waited for measures, one after the other.
        saved: By instance, how many candidates it would also have measured had all been measured.
    """

    calls: Mapping[str, int] = field(default_factory=dict, hash=False)
    seconds: Mapping[str, float] = field(default_factory=dict, hash=False)
    tokens: Mapping[str, int] = field(default_factory=dict, hash=False)
    rounds: int = 0
    saved: Mapping[str, int] = field(default_factory=dict, hash=False)


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
        spent: Calls and seconds, and the calls that were saved.
        audited: Whether all the rest was measured too after the decision, which that never changes;
            `spent` tells of what the decision took.
        afterwards: By candidate id, the outputs ("instance.output") that only that measured: the
            decision knew nothing of them.
        disagreed: Whether it would have been decided otherwise with all measured: another verdict,
            or another order of what is accepted or in review. None where that is not known, as it
            was not audited.
        plan: The `Plan` that decided it; not part of the JSON form, nor of comparison, because a
            journal keeps it once under `plan_hash`.
        limits: The `Limits` that the images were read with; likewise not part of it.
        rounds: What was asked for the decision, round by round; likewise not part of it.
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
    audited: bool = False
    afterwards: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    disagreed: bool | None = None
    plan: Annotated[Any, Field(exclude=True)] = field(default=None, repr=False, compare=False)
    limits: Annotated[Any, Field(exclude=True)] = field(default=None, repr=False, compare=False)
    rounds: Annotated[tuple[tuple[Ask, ...], ...], Field(exclude=True)] = field(
        default=(), repr=False, compare=False
    )

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
        """What to do now, "regenerate" or "generate 4 more", where the policy asks for that."""
        return self.decision.advice

    @property
    def reasons(self) -> Mapping[str, tuple[Reason, ...]]:
        """The grounds of each verdict, by candidate id."""
        return self.decision.reasons

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know of how it was measured, in sentences, one of each instance.

        They quote the prompt, which anybody may have written: make them harmless before showing.
        """
        tails: dict[str, str] = {}
        for row in self.outcomes.values():
            for key, outcome in row.items():
                if text := unread(outcome):
                    tails.setdefault(key.rpartition(".")[0], text)
        return tuple(
            f"{instance} did not read the end of the prompt: “{text}”."
            for instance, text in sorted(tails.items())
        )

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
        """Return the selection that `to_dict` wrote; it has no `plan` and no `limits`, its
        candidates no `image`.

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
        from selector import report

        return report.small(self)

    def _with(self, verdict: VerdictName) -> tuple[Candidate, ...]:
        ranked = list(self.decision.ranking)
        placed = frozenset(ranked)
        rest = sorted(one.id for one in self.candidates if one.id not in placed)
        return tuple(self[name] for name in ranked + rest if self.verdict(name) == verdict)


def unread(outcome: Outcome) -> str:
    """Return the end of the prompt that a measure says it did not read; "" if it read all."""
    evidence = getattr(outcome, "evidence", None)
    text = evidence.get(UNREAD) if isinstance(evidence, dict) else None
    return text if isinstance(text, str) else ""

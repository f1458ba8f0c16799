"""What deciding takes and gives: outcomes so far, asks, reasons, the decision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from selector.types.measured import NOT_EVALUATED, Outcome
from selector.types.request import Candidate

VerdictName = Literal["accept", "review", "reject"]
Answer = Literal["complete", "short", "review", "empty"]
ReasonKind = Literal[
    "refused", "infeasible", "cut", "copy", "duplicate", "outranked",
    "failure", "band", "front", "uncertified", "promoted",
]  # fmt: skip


# How a note begins that says of the value that it was not measured, and how that is said of it.
AT_MOST, AT_LEAST, PREDICTED = "this at most; ", "this at least; ", "this as predicted; "
HOLDS = {AT_MOST: "is at most", AT_LEAST: "is at least", PREDICTED: "is put at"}


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
        note: What else there is to say, in words: a failure's reason, who the twin is.
        other: The id of the twin, for a copy or a duplicate.
    """

    kind: ReasonKind
    instance: str = ""
    output: str = ""
    value: float | None = None
    bound: float | None = None
    margin: float | None = None
    note: str = ""
    other: str = ""

    def __str__(self) -> str:
        said = ".".join(part for part in (self.instance, self.output) if part)
        holds = next((one for one in HOLDS if self.note.startswith(one)), "")
        verb, note = HOLDS.get(holds, "is"), self.note.removeprefix(holds)
        if self.value is not None and self.bound is not None:
            side = "below" if self.value < self.bound else "above"
            value, bound = _apart(self.value, self.bound)
            said += f" {verb} {value}, {side if value != bound else 'equal to'} {bound}"
        elif self.value is not None:
            said += f" {verb} {self.value:.4g}"
        return ": ".join(part for part in (said, note) if part)


def _apart(one: float, other: float) -> tuple[str, str]:
    """Return two numbers with as many digits as it takes to tell them apart, at least four."""
    digits = next((n for n in range(4, 17) if f"{one:.{n}g}" != f"{other:.{n}g}"), 4)
    return f"{one:.{digits}g}", f"{other:.{digits}g}"


@dataclass(frozen=True, slots=True)
class Ask:
    """What `decide` would need to know: one instance on some candidates (for a set: on just these).

    Attributes:
        instance: What to measure with.
        candidates: All of these are needed together.
        at_most: The quality that a single candidate can still reach, where one is bounded.
    """

    instance: str
    candidates: tuple[str, ...]
    at_most: float | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Undecided:
    """Not enough is known.

    Attributes:
        asks: Best first: the first must be answered whatever the others bring; each later one is of
            the next best who can still change the decision, and may turn out not to be needed.
    """

    asks: tuple[Ask, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """What `decide` found; ids only, so that it can be compared and kept.

    Attributes:
        ranking: Ids, best first: all that are neither refused nor copies, as far as that is known.
            The order of what is accepted and of what is in review is exact; the others stand
            where the best that they could be puts them.
        verdicts: Every candidate's verdict.
        reasons: Every candidate's grounds; empty for what is accepted.
        quality: The composite in [0, 1] of what was measured in full.
        at_most: Of the others in the ranking, what their composite can be at most.
        answer: What the request got.
        needs_person: Fewer than wanted were accepted and some wait for review.
        advice: "regenerate", if the policy asks for it and nothing was found; "generate 4 more",
            if the policy says what quality and candidates are worth, and that pays.
    """

    ranking: tuple[str, ...]
    verdicts: Mapping[str, VerdictName]
    reasons: Mapping[str, tuple[Reason, ...]]
    quality: Mapping[str, float]
    answer: Answer
    needs_person: bool
    advice: str | None = None
    at_most: Mapping[str, float] = field(default_factory=dict)


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

"""What measures give: what their numbers mean, and the four kinds of outcome."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field, JsonValue

Kind = Literal["filter", "detector", "scorer"]
Scope = Literal["candidate", "set"]

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
        words: What it is in everyday words, for people who look at a report: "burnt-out area".
        usual: Between which values most real pictures lie: nine of ten where it was measured here,
            the published range of a learned scorer. Says which scales make sense, and where a bar
            begins and ends.
        harm: Whether it tells of harm or a defect, which no beauty makes up for. What a detector
            finds always counts as that.
        whole: Whether it is always a whole number: a count, a side in pixels.
    """

    unit: str
    low: float | None
    high: float | None
    higher_is_better: bool | None
    within_prompt: bool = False
    optional: bool = False
    words: str = ""
    usual: tuple[float, float] | None = None
    harm: bool = False
    whole: bool = False

    @property
    def span(self) -> str:
        """The declared range in words: "0 to 1", "1 to ∞"."""
        low = "-∞" if self.low is None else f"{self.low:.12g}"
        return f"{low} to {'∞' if self.high is None else f'{self.high:.12g}'}"

    def holds(self, value: float) -> bool:
        """Return whether *value* lies in the declared range."""
        over = self.low is None or value >= self.low
        return over and (self.high is None or value <= self.high)


@dataclass(frozen=True, slots=True)
class Cost:
    """What measuring one candidate is expected to take, on a CPU, in seconds.

    Attributes:
        seconds: The measure's own part (the head).
        backbone: The shared encoder that it needs; counted once for all measures that share it.
        backbone_seconds: What the encoder takes.
        tokens: What a judge reads and writes for it, in tokens of its model; 0 for what is no judge.
    """

    seconds: float
    backbone: str | None = None
    backbone_seconds: float = 0.0
    tokens: int = 0


@dataclass(frozen=True, slots=True)
class Score:
    """A measured number.

    Attributes:
        value: The raw number in the unit of its `Output`; always finite.
        evidence: JSON that shows why; at most 16 KB, never pixels. A report draws the entries of
            "boxes" ({"box": [x0, y0, x1, y1]}), "polygons" ({"polygon": [[x, y], …]}) and "lines"
            ({"line": [x0, y0, x1, y1]}), in pixels of the upright picture, with the "label" and
            the numbers that each has beside, and lists the strings of "texts". "unread" is the end
            of the prompt that the model did not read; "tokens" is how many a judge read and wrote.
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

EVIDENCE_OF = "evidence of "
EITHER_TEXT = "prompt or instruction"  # what the user wrote, whatever the request is
TOKENS = "tokens"  # in the evidence: how many a judge read and wrote for it


def evidence_needed(needs: Iterable[str]) -> tuple[str, ...]:
    """Return the instances whose evidence is among the *needs* of a measure, in order."""
    found = (need.removeprefix(EVIDENCE_OF) for need in needs if need.startswith(EVIDENCE_OF))
    return tuple(sorted(found))


def is_needed(what: str, needs: Iterable[str]) -> bool:
    """Return whether a measure of these *needs* reads "prompt", "instruction" or "source"."""
    texts = EITHER_TEXT.split(" or ")
    return any(what == need or (need == EITHER_TEXT and what in texts) for need in needs)


def tokens_of(outcome: Outcome) -> int:
    """Return how many tokens a judge read and wrote for an outcome, as its evidence says."""
    evidence = getattr(outcome, "evidence", None)
    tokens = evidence.get(TOKENS) if isinstance(evidence, dict) else None
    return tokens if isinstance(tokens, int) else 0


def members_hash(content_hashes: Iterable[str]) -> str:
    """Return the name of a set of candidates: a hash of their content hashes, order-free."""
    return hashlib.sha256("\n".join(sorted(content_hashes)).encode()).hexdigest()

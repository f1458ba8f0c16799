"""What one person said at one moment: of one candidate, of two, or of several."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Preference = Literal["left", "right", "tie", "both_bad"]
Side = Literal["left", "right"]

VERDICT = "verdict"  # the aspect of "good to deliver, or not"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a candidate is good to deliver."""

    candidate: str
    good: bool


@dataclass(frozen=True, slots=True)
class Rating:
    """A step of a scale (Likert), from *low* to *high*; more is better."""

    candidate: str
    value: float
    low: float = 1.0
    high: float = 5.0


@dataclass(frozen=True, slots=True)
class Pair:
    """Which of two candidates is better.

    Attributes:
        left: The candidate that was shown on the left, where that is known; else the first named.
        right: The other one.
        prefers: What was said; "both_bad" is a tie between two that are not good.
        shown: Whether *left* and *right* are the sides that the rater saw.
    """

    left: str
    right: str
    prefers: Preference
    shown: bool = True


@dataclass(frozen=True, slots=True)
class Ranking:
    """Several candidates, the best first, without ties."""

    order: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Flag:
    """Whether a candidate has the fault that the label's aspect names: "hands", "lettering"."""

    candidate: str
    present: bool


Said = Verdict | Rating | Pair | Ranking | Flag


@dataclass(frozen=True, slots=True)
class Label:
    """One judgement of one person.

    Attributes:
        request: The request, or the prompt's id, that the candidates are of.
        rater: Who says it.
        said: What.
        aspect: Of what: "verdict", "fidelity", "alignment", "aesthetics"; for a flag, the fault.
        created: When, UTC, ISO 8601; "" if not known.
        seconds: How long the rater took; None if not known.
        gold: What should have been said, for an attention check; None for a true question.
    """

    request: str
    rater: str
    said: Said
    aspect: str = VERDICT
    created: str = ""
    seconds: float | None = None
    gold: Said | None = None

    @property
    def candidates(self) -> tuple[str, ...]:
        """The candidates that it is about."""
        match self.said:
            case Pair(left=left, right=right):
                return (left, right)
            case Ranking(order=order):
                return order
            case Verdict() | Rating() | Flag():
                return (self.said.candidate,)

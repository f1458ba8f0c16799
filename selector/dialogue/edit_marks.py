"""Reads the two marks that UnifiedReward-Edit gives to one edited image."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from selector.dialogue import lines
from selector.dialogue.loose_json import last_object
from selector.dialogue.unreadable import UnreadableError

LOW, HIGH = 0, 25


@dataclass(frozen=True, slots=True)
class Marks:
    """Two marks from 0 to 25, best, and why.

    Attributes:
        first: How well the instruction is followed; asked about quality: how natural it looks.
        second: How little else was changed; asked about quality: how free of artifacts it is.
        reasoning: In the judge's words, untrusted; "" if it gave none.
    """

    first: float
    second: float
    reasoning: str

    @property
    def score(self) -> float:
        """The mean of the two."""
        return (self.first + self.second) / 2


def marks(text: str) -> Marks:
    """Return the two marks of the last JSON object with a "score" in an answer.

    Raises:
        UnreadableError: There is no such object, it can't be read, it has not two marks, or one is
            out of range; it was still thinking.
    """
    found = last_object(text, "score")
    first, second = two_numbers(found["score"])
    if not (LOW <= first <= HIGH and LOW <= second <= HIGH):
        raise UnreadableError(f"a mark is not between {LOW} and {HIGH}")
    reasoning = found.get("reasoning")
    return Marks(first, second, reasoning if isinstance(reasoning, str) else "")


def two_numbers(given: Any) -> tuple[float, float]:
    """Return the two numbers of a JSON list; a number in quotes is one.

    Raises:
        UnreadableError: It is no list of two finite numbers.
    """
    if not isinstance(given, list) or len(given) != 2:  # noqa: PLR2004 - two, as asked for
        raise UnreadableError("not two scores")
    first, second = map(_number, given)
    return first, second


def _number(given: Any) -> float:
    if isinstance(given, str):
        return lines.number(given)
    if isinstance(given, float) and math.isfinite(given):
        return given
    if isinstance(given, int) and not isinstance(given, bool) and abs(given) < 2**53:
        return float(given)
    raise UnreadableError("a score that is no number")

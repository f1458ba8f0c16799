"""Reads the three scores that UnifiedReward gives to a generated image."""

from __future__ import annotations

from dataclasses import dataclass

from selector.dialogue import lines

LOW, HIGH = 1, 5
LABEL = r"((?:alignment|coherence|style) score)(?: ?\(1 ?- ?5\))?"


@dataclass(frozen=True, slots=True)
class Axes:
    """How good an image is in three respects, each from 1 to 5, best.

    Attributes:
        alignment: It shows what the caption says.
        coherence: It is sound in itself, without glitches.
        style: It is pleasing, whatever the caption says.
    """

    alignment: float
    coherence: float
    style: float

    @property
    def score(self) -> float:
        """The mean of the three."""
        return (self.alignment + self.coherence + self.style) / 3


def axes(text: str) -> Axes:
    """Return the three scores of an answer, in whatever order it gives them.

    `Alignment Score (1-5): 3.2` is read on lines of their own or together on one that begins with
    such a label; "4/5" and "4 out of 5" are 4. What is said twice must be the same twice.

    Raises:
        UnreadableError: A score is missing, given twice and differently, or out of range; anything
            but a number stands behind a label; it was still thinking.
    """
    told = lines.numbers(lines.labelled(text, LABEL), of=HIGH)
    names = ("alignment score", "coherence score", "style score")
    return Axes(*(lines.between(told, name, LOW, HIGH) for name in names))

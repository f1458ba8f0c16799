"""Reads the one score with which the first UnifiedReward ends its answer."""

from __future__ import annotations

from selector.dialogue import lines

LOW, HIGH = 1, 5
LABEL = r"(final score)(?: ?\(1 ?- ?5\))?"


def final_score(text: str) -> float:
    """Return the number of the line `Final Score: 3.5`, from 1 to 5, best.

    Raises:
        UnreadableError: There is no such line, there are two that differ, its number is out of
            range, or anything but a number stands there; it was still thinking.
    """
    told = lines.numbers(lines.labelled(text, LABEL), of=HIGH)
    return lines.between(told, "final score", LOW, HIGH)

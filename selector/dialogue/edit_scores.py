"""Reads the two signed scores that UnifiedReward-Edit gives to a pair of edited images."""

from __future__ import annotations

from selector.dialogue import lines
from selector.dialogue.edit_marks import two_numbers
from selector.dialogue.loose_json import last_object
from selector.dialogue.thought import answer
from selector.dialogue.unreadable import UnreadableError

LABEL = r"(?:edited )?(image [12])(?: score)?"


def edit_scores(text: str) -> tuple[float, float]:
    """Return the scores of the first and of the second edited image; higher is better, no ends.

    `Edited Image 1: -0.4` is read on lines of their own or together on one that begins so. An
    answer with a brace is read as JSON, with a "score" of two numbers. `Image 1 - 2.5` is not read,
    as the dash may be a sign.

    Raises:
        UnreadableError: A score is missing, given twice and differently, or not finite; anything
            but a number stands behind a label; it was still thinking.
    """
    if "{" in answer(text):
        return two_numbers(last_object(text, "score")["score"])
    told = lines.numbers(lines.labelled(text, LABEL))
    if len(told) < 2:  # noqa: PLR2004 - a pair
        raise UnreadableError("not a score for each of two images")
    return told["image 1"], told["image 2"]

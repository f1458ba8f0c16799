"""What the first word of an answer tells, before it is written: how probable Yes is."""

from __future__ import annotations

from selector.backbones.judge import First
from selector.dialogue.unreadable import UnreadableError
from selector.foreign import shortened, visible

DECIDED = 0.5  # of all probability, for Yes and No together; less was no answer to the question
NAMED = 3  # tokens in a message
LONGEST = 20  # characters of each


def share_of_yes(first: First) -> float:
    """Return the probability of Yes among that of Yes and No, in any case, with spaces or without.

    Raises:
        UnreadableError: The answer would most likely begin with neither.
    """
    yes, no = (_of(first, word) for word in ("yes", "no"))
    if yes + no < DECIDED:
        raise UnreadableError(
            f"it would begin otherwise than with Yes or No, which together have {yes + no:.0%}"
        )
    return yes / (yes + no)


def likeliest(first: First) -> str:
    """Return in words with which tokens it would most likely begin."""
    ranked = sorted(first.probabilities.items(), key=lambda pair: (-pair[1], pair[0]))
    told = (
        f"“{visible(shortened(token, LONGEST))}” {chance:.3g}" for token, chance in ranked[:NAMED]
    )
    return "begins with " + ", ".join(told)


def _of(first: First, word: str) -> float:
    found = first.probabilities.items()
    return sum(chance for token, chance in found if token.strip().lower() == word)

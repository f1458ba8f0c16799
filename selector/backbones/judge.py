"""What a judge is: a model that reads pictures and a text, and answers in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from selector.types import Failure

if TYPE_CHECKING:
    from selector.images.srgb import Pixels


@dataclass(frozen=True, slots=True)
class Question:
    """One thing that is put to a judge: one user turn, and what was said before if it is repeated.

    Attributes:
        parts: Texts and pictures, shape (H, W, 3), uint8, sRGB, in the order in which they are
            shown.
        system: What stands in the system turn; "" for no such turn.
        answered: What it answered before, with what is said to that now; () at first.
    """

    parts: tuple[str | Pixels, ...]
    system: str = ""
    answered: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Manner:
    """How a judge answers.

    Attributes:
        max_tokens: The most that it may write; what is longer is cut off.
        thinking: Whether it thinks before it answers; None for a model that knows no such choice.
        repetition_penalty: What repeating itself costs; 1 for nothing, None for the model's own.
        seed: Sent with each question, though at temperature 0 nothing is drawn.
    """

    max_tokens: int
    thinking: bool | None = None
    repetition_penalty: float | None = None
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Said:
    """What a judge answered.

    Attributes:
        text: In words, untrusted.
        tokens: How many it read and wrote.
        whole: Whether it came to its end by itself.
    """

    text: str
    tokens: int
    whole: bool = True


@dataclass(frozen=True, slots=True)
class First:
    """With which token a judge would begin its answer.

    Attributes:
        probabilities: Of the likeliest tokens, as they are written, spaces included.
        floor: The most that any token can have that is not among them; 0 if all are.
        tokens: How many it read and wrote.
    """

    probabilities: Mapping[str, float]
    floor: float
    tokens: int


class Judge(Protocol):
    """A model that can be asked, in this process or behind an address; safe for many threads."""

    def ask(self, questions: Sequence[Question]) -> list[Said | Failure]:
        """Return what it answers to each, or why there is no answer; one never sinks another."""

    def first(self, questions: Sequence[Question]) -> list[First | Failure]:
        """Return how it would begin its answer to each, or why nobody knows."""

    def close(self) -> None:
        """Let go of what it holds."""

"""What HPSv3 reads: one turn of a chat with a picture and a text, as tokens of Qwen2-VL."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from selector.backbones.model_file import read
from selector.backbones.tokenizer_json import tokenizer
from selector.errors import MeasureError, WeightsError

REWARD = "<|Reward|>"  # where the reward is read; the publisher's program adds it to the vocabulary
PICTURE = "<|image_pad|>"
# How Qwen2-VL is spoken to: the turn of the system is that of its chat template.
BEFORE = (
    "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n"
    f"<|im_start|>user\n<|vision_start|>{PICTURE}<|vision_end|>"
)
BEHIND = "<|im_end|>\n<|im_start|>assistant\n"


def rendered(text: str) -> str:
    """Return the chat in which *text* is said of a picture."""
    return f"{BEFORE}{text}{BEHIND}"


class Vocabulary:
    """Turns texts into tokens, by a tokenizer.json of Qwen2-VL.

    Attributes:
        reward: The token at which the reward is read.
        picture: The token that stands for a part of a picture.
    """

    def __init__(self, path: Path) -> None:
        """Read it.

        Raises:
            WeightsError: It can't be read, or is another.
        """
        self._tokenizer = _read(path)
        self._tokenizer.add_special_tokens([REWARD])
        self.reward = self._number(REWARD, path)
        self.picture = self._number(PICTURE, path)

    def tokens(self, text: str, parts: int) -> tuple[int, ...]:
        """Return the tokens of a chat in which *text* is said of a picture of so many *parts*.

        Raises:
            MeasureError: The text lacks the token of the reward or has several, or has one of a
                picture.
        """
        whole = rendered(text).encode("utf-8", "replace").decode()  # half a character is none
        ids = self._tokenizer.encode(whole, add_special_tokens=False).ids
        if (count := ids.count(self.reward)) != 1 or ids.count(self.picture) != 1:
            raise MeasureError(
                f"HPSv3: what it is told has to hold {REWARD} once (got {count} of them), and no "
                f"{PICTURE}. Mend the template."
            )
        at = ids.index(self.picture)
        return (*ids[:at], *[self.picture] * parts, *ids[at + 1 :])

    def _number(self, token: str, path: Path) -> int:
        number: int | None = self._tokenizer.token_to_id(token)
        if number is None:
            raise _odd(path, f"no {token}")
        return number


def _read(path: Path) -> Any:
    try:
        return tokenizer(read(path))
    except ValueError as error:
        raise _odd(path, str(error)) from None


def _odd(path: Path, got: str) -> WeightsError:
    return WeightsError(
        f"{path}: no vocabulary of Qwen2-VL (got {got.rstrip('.')}). Put its tokenizer.json there."
    )

"""How alike pictures and prompts are to a CLIP: the cosine between what its two towers make."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
from pydantic import JsonValue

from selector.backbones.encoders import Family, ImageEncoder, TextEncoder
from selector.backbones.tokens import Tokens
from selector.backbones.views import View
from selector.foreign import shortened
from selector.images import Image

FloatArray = npt.NDArray[np.float32]
TAIL = 500  # characters of what was not read that are kept


class Reads(Protocol):
    """Gives what a model reads of a prompt, of which it reads so many tokens."""

    def __call__(self, prompt: str, *, context: int) -> Tokens: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike a picture and a prompt are.

    Attributes:
        cosine: In [-1, 1]; NaN if a tower gave what is no direction.
        unread: The end of the prompt that was cut off, shortened; "" if all was read.
    """

    cosine: float
    unread: str

    @property
    def evidence(self) -> JsonValue:
        """What a score should tell of the prompt."""
        return {"unread": self.unread} if self.unread else None


class Likenesses:
    """Both towers of one CLIP, and what its authors' program makes of a picture and of a prompt.

    Attributes:
        scale: By which the model multiplies its cosines.
    """

    def __init__(self, family: Family, *, view: Callable[[int], View], tokens: Reads) -> None:
        """Load both towers, or share them.

        Args:
            family: The model.
            view: Returns the view of a side in pixels.
            tokens: Returns what the model reads of a prompt, as many tokens as it has places for.

        Raises:
            WeightsError: There are no right weights.
            MeasureError: The device can't compute in that precision.
        """
        self._tokens = tokens
        with ExitStack() as undo:
            self._images = ImageEncoder(family)
            undo.callback(self._images.close)
            self._texts = TextEncoder(family)
            undo.pop_all()
        self._view = view(self._images.side)
        self.scale = self._texts.logit_scale

    def __call__(self, pairs: Iterable[tuple[Image, str]]) -> list[Likeness]:
        """Return how alike each picture and its prompt are."""
        given = list(pairs)
        context = self._texts.context
        prompts = {prompt for _, prompt in given}
        read = {prompt: self._tokens(prompt, context=context) for prompt in prompts}
        seen = self._images.encode([image for image, _ in given], self._view)
        said = self._texts.encode([read[prompt].ids for _, prompt in given])
        return [
            Likeness(cosine, shortened(read[prompt].unread, TAIL))
            for cosine, (_, prompt) in zip(cosines(seen, said).tolist(), given, strict=True)
        ]

    def close(self) -> None:
        """Let go of both towers."""
        self._images.close()
        self._texts.close()


def cosines(left: FloatArray, right: FloatArray) -> npt.NDArray[np.float64]:
    """Return the cosine of each row of *left* and its row of *right*, both of shape (N, D).

    Computed in float64, so that what differs at all does not tie; NaN for a row of zeros.
    """
    one, other = left.astype(np.float64), right.astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        lengths = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
        found: npt.NDArray[np.float64] = np.clip((one * other).sum(axis=1) / lengths, -1, 1)
    return found

"""A user's hold on an encoder of pictures or prompts: shared, batched, and equal ones made once."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

from selector.backbones.batches import Batches
from selector.backbones.embeddings import Embeddings
from selector.backbones.residency import Lease, Model
from selector.images import Image

Array: TypeAlias = npt.NDArray[Any]
FloatArray: TypeAlias = npt.NDArray[np.float32]

PICTURES = 8192  # embeddings of one tower that are remembered: 32 MB at 1024 numbers each
PROMPTS = 1024


class Encodes(Model, Protocol):
    """A tower, loaded or not.

    Attributes:
        length: Of an embedding.
        batches: How many rows go through it at once.
        made: The embeddings that it made.
    """

    length: int
    batches: Batches
    made: Embeddings


class Sees(Encodes, Protocol):
    """A tower for pictures.

    Attributes:
        side: Of the picture that it takes, in pixels.
    """

    side: int


class Reads(Encodes, Protocol):
    """A tower for prompts.

    Attributes:
        logit_scale: What the model multiplies a cosine by; known once it was loaded.
        context: Tokens of a prompt that it reads.
    """

    context: int
    logit_scale: float


class Family(Hashable, Protocol):
    """Which model, where and how; equal ones share what they load. It loads nothing itself."""

    def image_tower(self) -> Sees:
        """Return the tower for pictures, not loaded."""

    def text_tower(self) -> Reads:
        """Return the tower for prompts, not loaded."""


T = TypeVar("T", bound=Encodes)
Given = TypeVar("Given")


class _Encoder(Generic[T, Given]):
    """What both encoders do: rows that are known, and rows that are yet to be made."""

    def __init__(self, key: Hashable, make: Callable[[], T]) -> None:
        self._lease = Lease(key, make)
        self._tower = self._lease.model

    def _rows(self, keys: Sequence[Hashable], prepare: Callable[[int], Given]) -> FloatArray:
        """Return a row for each key, of unit length; *prepare* gives what the tower takes of one."""
        rows = self._tower.made.find(keys)
        places = {key: place for place, key in enumerate(keys) if key not in rows}
        if places:
            rows |= self._make({key: prepare(place) for key, place in places.items()})
        empty = np.zeros((0, self._tower.length), np.float32)
        return np.stack([rows[key] for key in keys]) if keys else empty

    def _make(self, given: Mapping[Hashable, Given]) -> dict[Hashable, FloatArray]:
        with self._lease.use() as forward:
            rows = self._tower.made.find(given)  # another thread may have made them meanwhile
            new = [key for key in given if key not in rows]
            if new:
                made = self._tower.batches.run([given[key] for key in new], forward)
                rows |= zip(new, unit(made), strict=True)
        self._tower.made.keep(rows)
        return rows

    def close(self) -> None:
        """Let go of the tower; the last one to do so unloads it."""
        self._lease.close()


class ImageEncoder(_Encoder[Sees, Array]):
    """Makes embeddings of pictures, with a tower that all who use the same one share.

    Safe to use from several threads.

    Attributes:
        side: Of the picture that the tower takes, in pixels.
        length: Of an embedding.
    """

    def __init__(self, family: Family) -> None:
        """Load the tower, unless it is loaded.

        Raises:
            WeightsError: Its file is missing, another, or damaged; or it is too large.
            MeasureError: That precision is not for that device.
        """
        super().__init__(("image", family), family.image_tower)
        self.side, self.length = self._tower.side, self._tower.length

    def encode(self, images: Sequence[Image], view: Callable[[Image], Array]) -> FloatArray:
        """Return the embedding of each image, (N, D), fp32, of unit length.

        A row of zeros, or of what is no number, stays as the model gave it. A picture that was
        seen before in the same view is not computed again.

        Args:
            images: The pictures.
            view: Gives what the tower is shown of one: (side, side, 3), sRGB, uint8, or float32 in
                [0, 1]. A function of a module: the view is found again by the function itself.

        Raises:
            ImageError: A picture can't be decoded.
            MeasureError: There is no memory even for one, or this was closed.
            WeightsError: The tower had to make room and can't be loaded again.
        """
        keys = [(image.pixel_hash, view) for image in images]
        return self._rows(keys, lambda place: images[place].view(view))


class TextEncoder(_Encoder[Reads, tuple[int, ...]]):
    """Makes embeddings of prompts, with a tower that all who use the same one share.

    Safe to use from several threads.

    Attributes:
        logit_scale: What the model multiplies a cosine by: about 100.
        context: Tokens of a prompt that it reads; of CLIP 77.
    """

    def __init__(self, family: Family) -> None:
        """Load the tower, unless it is loaded.

        Raises:
            WeightsError: Its file is missing, another, or damaged; or it is too large.
            MeasureError: That precision is not for that device.
        """
        super().__init__(("text", family), family.text_tower)
        self.logit_scale, self.context = self._tower.logit_scale, self._tower.context

    def encode(self, tokens: Sequence[tuple[int, ...]]) -> FloatArray:
        """Return the embedding of each prompt, (M, D), fp32, of unit length.

        Args:
            tokens: The prompts as `selector.backbones.tokens` gives them: each ends with its only
                end of text, and is no longer than the model reads.

        Raises:
            MeasureError: There is no memory even for one, or this was closed.
            WeightsError: The tower had to make room and can't be loaded again.
        """
        return self._rows(tokens, tokens.__getitem__)


def unit(rows: FloatArray) -> FloatArray:
    """Return each row at length 1; one that has no length, or no finite one, as it is."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    usable = np.isfinite(lengths) & (lengths > 0)
    return np.asarray(rows / np.where(usable, lengths, 1), np.float32)

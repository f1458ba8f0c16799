"""How probable an answer of CLIP-T5 about a picture is; the model is loaded once for all who ask."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property, partial
from pathlib import Path
from typing import TypeAlias

import numpy as np
import PIL.Image

from selector.backbones import clip_t5_folder
from selector.backbones.batches import Batches
from selector.backbones.clip_t5_network import Array, FloatArray, Network, Row, numbers
from selector.backbones.embeddings import Embeddings
from selector.backbones.precision import Precision, Where
from selector.backbones.residency import Lease
from selector.images import Image
from selector.images.image import BICUBIC, PANORAMA

WHAT = "a CLIP-T5: Flan-T5, the tower of CLIP that it sees by, and mm_projector between them"
GROUND = (122, 116, 104)  # what CLIP takes for no colour: its mean, in whole levels
REMEMBERED = 8192  # answers

Ids: TypeAlias = tuple[int, ...]
Key: TypeAlias = tuple[str, Ids, Ids, Ids]


@dataclass(frozen=True, slots=True)
class ClipT5:
    """Which CLIP-T5, where it computes and how exactly: equal ones share what they load.

    Attributes:
        folder: Its files: config.json and safetensors.
        content: What tells this content of the folder from others.
        precision: Of weights and activations.
        device: "cpu", "cuda", "cuda:1".
    """

    folder: Path = field(compare=False)
    content: str
    precision: Precision
    device: str


class Answers:
    """A hold on a CLIP-T5: loaded for the first who asks, unloaded when the last one closes."""

    def __init__(self, which: ClipT5) -> None:
        """Load it, unless it is loaded.

        Raises:
            WeightsError: It can't be had, or is another model.
            MeasureError: That precision is not for that device.
        """
        self._lease = Lease(which, lambda: _Whole(which))

    @property
    def end(self) -> int:
        """The token that ends a text."""
        return self._lease.model.form.t5.eos_token_id

    @property
    def vocabulary(self) -> int:
        """How many tokens it knows."""
        return self._lease.model.form.t5.vocab_size

    def of(
        self, images: Sequence[Image], texts: Sequence[tuple[Ids, Ids]], answer: Ids
    ) -> FloatArray:
        """Return the logarithm of the probability of each token of *answer* to each question.

        A question that was asked before about the same picture is not computed again.

        Args:
            images: The pictures.
            texts: What stands before and behind each of them, as tokens.
            answer: As tokens, its end with it.

        Returns:
            Shape (N, tokens of *answer*), float32, each token's after those before it.

        Raises:
            MeasureError: There is no memory for a single image.
        """
        pairs = zip(images, texts, strict=True)
        keys = [(image.pixel_hash, *text, answer) for image, text in pairs]
        found = self._lease.model.made.find(keys)
        new = {key: image for key, image in zip(keys, images, strict=True) if key not in found}
        if new:
            found |= self._make(new)
        return np.stack([found[key] for key in keys])

    def _make(self, new: dict[Key, Image]) -> dict[Hashable, FloatArray]:
        model = self._lease.model
        view = squared(model.form.vision.image_size)
        rows = [Row(image.view(view), *texts) for (_, *texts), image in new.items()]
        with self._lease.use() as network:
            made = model.batches.run(rows, network)
        answers: dict[Hashable, FloatArray] = dict(zip(new, made, strict=True))
        model.made.keep(answers)
        return answers

    def close(self) -> None:
        """Let go of it."""
        self._lease.close()


class _Whole:
    """A CLIP-T5 that can be loaded: what the residency asks of a model."""

    def __init__(self, which: ClipT5) -> None:
        self.name, self.device = f"CLIP-T5 in {which.folder.name}", which.device
        self._folder = which.folder
        self._where = Where(which.device, which.precision)
        self.form = clip_t5_folder.size(which.folder)
        self.made = Embeddings(REMEMBERED)
        self.batches = Batches(self.name, self.device, row_bytes=self._activations)

    @cached_property
    def size(self) -> int:
        """What it takes when it is loaded, in bytes."""
        return numbers(self.form) * self._where.bytes

    @property
    def _activations(self) -> int:
        """What one picture and its question take while they are read, in bytes, about."""
        t5, tokens = self.form.t5, self.form.vision.tokens + 100
        wide = tokens * (3 * t5.d_ff + 10 * t5.d_model)
        return (wide + 4 * t5.num_heads * tokens**2) * self._where.bytes

    def load(self) -> Network:
        """Return its network, from its files."""
        return Network(self._folder, self.form, what=WHAT, where=self._where)


@cache
def squared(side: int) -> Callable[[Image], Array]:
    """Return the view of the whole picture on a square ground, *side* px, bicubic, antialiased.

    Gives shape (side, side, 3), uint8. The same function for equal arguments, so that its views
    are found again.
    """
    return partial(_squared, side=side)


def _squared(image: Image, *, side: int) -> Array:
    picture = PIL.Image.fromarray(image.rgb)
    if max(image.size) > PANORAMA * min(image.size):  # else its ground would fill the memory
        scale = side / max(image.size)
        wide, high = (max(1, round(each * scale)) for each in image.size)
        return np.asarray(_grounded(picture.resize((wide, high), BICUBIC)))
    return np.asarray(_grounded(picture).resize((side, side), BICUBIC))


def _grounded(picture: PIL.Image.Image) -> PIL.Image.Image:
    side = max(picture.size)
    whole = PIL.Image.new("RGB", (side, side), GROUND)
    whole.paste(picture, ((side - picture.width) // 2, (side - picture.height) // 2))
    return whole

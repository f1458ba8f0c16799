"""The CLIPs that scorers build on: which one, where its file is, and its two towers."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import prod
from pathlib import Path
from typing import Any

from selector.backbones.architecture import (
    VIT_H_14,
    VIT_L_14,
    Architecture,
    Layout,
    Tower,
    beside,
)
from selector.backbones.batches import Batches
from selector.backbones.clip_towers import (
    ImageTower,
    TextTower,
    image_module,
    shapes_of,
    text_module,
)
from selector.backbones.embeddings import Embeddings
from selector.backbones.encoders import PICTURES, PROMPTS, ImageEncoder, TextEncoder
from selector.backbones.own_weights import OwnWeights
from selector.backbones.precision import Precision, Where
from selector.weights.fetch import fetch

__all__ = ["VIT_H_14", "VIT_L_14", "Architecture", "Clip", "ImageEncoder", "TextEncoder", "Tower"]


@dataclass(frozen=True, slots=True)
class Clip:
    """Which CLIP, where it computes and how exactly: equal ones share what they load.

    Attributes:
        name: For messages: "pickscore".
        layout: How its file names tensors.
        weights: Its name in the manifest; "" with a file of the user's own.
        own: The user's own file, instead. A configuration beside it, under the name that the
            layout's library gives it, tells its architecture.
        architecture: Of the published model.
        precision: Of weights and activations; fp16 is for GPUs.
        device: "cpu", "cuda", "cuda:1".
    """

    name: str = field(compare=False)
    layout: Layout
    weights: str
    own: OwnWeights | None
    architecture: Architecture
    precision: Precision
    device: str

    def image_tower(self) -> SeeingTower:
        """Return the tower for pictures, not loaded."""
        return SeeingTower(self)

    def text_tower(self) -> ReadingTower:
        """Return the tower for prompts, not loaded."""
        return ReadingTower(self)

    def form(self) -> Architecture:
        """Return what it is made of; of a file of one's own, what lies beside it tells.

        Raises:
            WeightsError: That can't be read.
        """
        if self.own is None:
            return self.architecture
        return beside(self.own.location, self.layout, self.architecture)

    def file(self) -> Path:
        """Return its file, downloaded if need be, which holds what it should.

        Raises:
            WeightsError: There is no such file, or another, or another configuration beside it.
        """
        return fetch(self.weights) if self.own is None else self.own.verified()


class _Half:
    """What the two towers of a Clip have in common."""

    def __init__(self, clip: Clip, part: str, module: Any) -> None:
        self._clip = clip
        self._form = clip.form()
        self._where = Where(clip.device, clip.precision)
        self.name = f"{clip.name}, {part}"
        self.device = clip.device
        self.length = self._form.projection
        weights = sum(prod(shape) for shape in shapes_of(module(self._form)).values())
        self.size = weights * self._where.bytes

    def _batches(self, tower: Tower, tokens: int) -> Batches:
        # As measured: a few rows of the MLP's inside while it is activated, and those around it.
        numbers = tokens * (4 * tower.mlp + 10 * tower.width)
        return Batches(self.name, self.device, row_bytes=numbers * self._where.bytes)

    def _what(self, tower: Tower) -> str:
        side = "pictures" if tower is self._form.image else "text"
        return f"{self._clip.name}: a CLIP whose tower for {side} has {tower.layers} layers of width {tower.width}"


class SeeingTower(_Half):
    """The tower of a Clip for pictures."""

    def __init__(self, clip: Clip) -> None:
        super().__init__(clip, "image tower", image_module)
        self.side = self._form.side
        self.made = Embeddings(PICTURES)
        self.batches = self._batches(self._form.image, self._form.seen)

    def load(self) -> ImageTower:
        """Return it, ready to be used."""
        form, layout = self._form, self._clip.layout
        what = self._what(form.image)
        return ImageTower(self._clip.file(), layout, form, what=what, where=self._where)


class ReadingTower(_Half):
    """The tower of a Clip for prompts."""

    logit_scale: float

    def __init__(self, clip: Clip) -> None:
        super().__init__(clip, "text tower", text_module)
        self.context = self._form.context
        self.made = Embeddings(PROMPTS)
        self.batches = self._batches(self._form.text, self._form.context)

    def load(self) -> TextTower:
        """Return it, ready to be used."""
        form, layout = self._form, self._clip.layout
        what = self._what(form.text)
        tower = TextTower(self._clip.file(), layout, form, what=what, where=self._where)
        self.logit_scale = tower.logit_scale
        return tower

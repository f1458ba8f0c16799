"""Rewards of pictures for prompts by ImageReward, which is loaded once for all who use it."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import TypeAlias

import numpy as np

from selector.backbones import blip_keys, word_pieces
from selector.backbones.batches import Batches
from selector.backbones.blip import Array, FloatArray, Network
from selector.backbones.blip_keys import PUBLISHED, Size
from selector.backbones.checkpoint import Shapes, tensors
from selector.backbones.embeddings import Embeddings
from selector.backbones.own_weights import OwnWeights
from selector.backbones.precision import Precision, Where
from selector.backbones.residency import Lease
from selector.backbones.tokens import Tokens
from selector.backbones.views import cropped
from selector.backbones.word_pieces import WordPieces
from selector.images import Image
from selector.weights.fetch import fetch

CONTEXT = 35  # tokens of a prompt that the published program reads, about 25 words
REMEMBERED = 8192  # rewards
EXACT: Precision = "fp32"  # of the head, whatever the towers are
STATES = 8  # of the width of a tower, held at once for every token, besides the inner ones
WEIGHTS, VOCABULARY = "image_reward", "bert_vocabulary"  # in the manifest
OWN_VOCABULARIES = ("vocab.txt", "bert_tokenizer/vocab.txt")  # beside a file of one's own

Key: TypeAlias = tuple[str, tuple[int, ...]]  # of a picture's pixels, and what is read of a prompt
Row: TypeAlias = tuple[Array, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Blip:
    """Which ImageReward, where it computes and how exactly: equal ones share what they load.

    Attributes:
        name: For messages: "ImageReward".
        own: The user's own file, instead of the published one. What lies beside it tells its
            dimensions and its vocabulary, in the published files' names.
        precision: Of the two towers; the head is in fp32.
        device: "cpu", "cuda", "cuda:1".
    """

    name: str = field(compare=False)
    own: OwnWeights | None
    precision: Precision
    device: str


class Rewards:
    """A hold on ImageReward: loaded for the first who asks, unloaded when the last one closes."""

    def __init__(self, blip: Blip) -> None:
        """Load it, unless it is loaded.

        Raises:
            WeightsError: It or its vocabulary can't be had, or is another.
        """
        self._lease = Lease(blip, lambda: _Whole(blip))

    def tokens(self, prompt: str) -> Tokens:
        """Return what is read of a prompt."""
        model = self._lease.model
        return model.vocabulary.tokens(prompt, context=model.context)

    def of(self, images: Sequence[Image], prompts: Sequence[Tokens]) -> FloatArray:
        """Return the reward of each image for its prompt.

        A picture that was seen before for the same prompt is not computed again.

        Returns:
            Shape (N,), float32; not finite where the numbers of the model make it so.

        Raises:
            MeasureError: There is no memory for a single image.
        """
        keys = [(each.pixel_hash, read.ids) for each, read in zip(images, prompts, strict=True)]
        found = self._lease.model.made.find(keys)
        new = {key: image for key, image in zip(keys, images, strict=True) if key not in found}
        if new:
            found |= self._make(new)
        return np.array([found[key] for key in keys], np.float32)

    def _make(self, new: Mapping[Key, Image]) -> dict[Hashable, FloatArray]:
        model = self._lease.model
        view = cropped(model.form.vision.image_size)
        rows = [(image.view(view), ids) for (_, ids), image in new.items()]
        with self._lease.use() as network:
            made = model.batches.run(rows, partial(_forward, network))
        rewards: dict[Hashable, FloatArray] = dict(zip(new, made, strict=True))
        model.made.keep(rewards)
        return rewards

    def close(self) -> None:
        """Let go of it."""
        self._lease.close()


class _Whole:
    """An ImageReward that can be loaded: what the residency asks of a model, and its vocabulary."""

    vocabulary: WordPieces  # once it is loaded

    def __init__(self, blip: Blip) -> None:
        self.name, self.device = blip.name, blip.device
        self._blip = blip
        self._own = blip.own.location if blip.own else None
        self._where, self._exact = (Where(blip.device, one) for one in (blip.precision, EXACT))
        self.form = blip_keys.beside(self._own) if self._own else PUBLISHED
        self.context = min(CONTEXT, self.form.text.max_position_embeddings)
        self.made = Embeddings(REMEMBERED)
        self.batches = Batches(self.name, self.device, row_bytes=self._activations)

    @cached_property
    def size(self) -> int:
        """What it takes when it is loaded, in bytes."""
        towers, head = (_numbers(each(self.form)) for each in (blip_keys.towers, blip_keys.head))
        return towers * self._where.bytes + head * self._exact.bytes

    @property
    def _activations(self) -> int:
        """What one picture takes while it is looked at, in bytes, about."""
        vision = self.form.vision
        wide = vision.width * (STATES + 2 * vision.mlp_ratio)
        return vision.tokens * wide * self._where.bytes

    def load(self) -> Network:
        """Return its network, from its file."""
        path = self._blip.own.verified() if self._blip.own else fetch(WEIGHTS)
        read = partial(tensors, path, what=_what(self.form))
        held = read(
            blip_keys.towers(self.form), drop=blip_keys.is_beyond_towers, to=self._where.keep
        )
        held |= read(blip_keys.head(self.form), drop=blip_keys.is_beyond_head, to=self._exact.keep)
        # After the model: who names the wrong file hears that, not that its vocabulary is missing.
        self.vocabulary = word_pieces.load(_vocabulary(self._own), self.form.text.vocab_size)
        return Network(held, self.form, self._where)


def _forward(network: Network, rows: Sequence[Row]) -> FloatArray:
    return network([seen for seen, _ in rows], [ids for _, ids in rows])


def _what(form: Size) -> str:
    vision, text = form.vision, form.text
    return (
        f"ImageReward, a BLIP with {vision.depth} layers of width {vision.width} for pictures and "
        f"{text.num_hidden_layers} of {text.hidden_size} for text, and its head"
    )


def _vocabulary(own: Path | None) -> Path:
    """Return where the vocabulary lies: beside one's own file, else the published one."""
    beside = [own.parent / name for name in OWN_VOCABULARIES] if own else []
    return next((path for path in beside if path.exists()), None) or fetch(VOCABULARY)


def _numbers(shapes: Shapes) -> int:
    return sum(math.prod(shape) for shape in shapes.values())

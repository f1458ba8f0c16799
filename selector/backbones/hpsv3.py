"""Rewards of pictures for prompts by HPSv3, which is loaded once for all who use it."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import TypeAlias

from selector.backbones import hpsv3_keys as keys
from selector.backbones import hpsv3_view as view
from selector.backbones.batches import Batches
from selector.backbones.checkpoint import Shapes, shapes, tensors
from selector.backbones.embeddings import Embeddings
from selector.backbones.hpsv3_network import FloatArray, Network, Row
from selector.backbones.hpsv3_text import Vocabulary
from selector.backbones.own_weights import OwnWeights
from selector.backbones.precision import Precision, Where
from selector.backbones.residency import Lease
from selector.errors import ImageError, MeasureError, WeightsError
from selector.images import Image
from selector.types import Failure
from selector.weights.fetch import fetch

WEIGHTS, BASE = "hpsv3", "qwen2_vl_processor"  # in the manifest
CONFIG, VOCABULARY = "config.json", "tokenizer.json"  # of the base, beside a file of one's own
WHAT = "HPSv3, a Qwen2-VL with a head"
EXACT: Precision = "fp32"  # of the head, whatever the backbone is
Key: TypeAlias = tuple[str, str]  # of a picture's pixels, and what is said of it

REMEMBERED = 8192  # rewards
LARGEST = 700.0  # of a logarithm whose power is a number
READ = 1000  # tokens of a picture and its text, about
STATES = 8  # of the width of the network, held at once for every token, besides the inner ones


@dataclass(frozen=True, slots=True)
class Which:
    """Which HPSv3, where it computes and how exactly: equal ones share what they load.

    Attributes:
        name: For messages: "HPSv3".
        own: The user's own file, instead of the published one. The files of its base that lie
            beside it tell how it is made up and how it reads; else the published ones do.
        precision: Of the backbone; the head is in fp32.
        device: "cpu", "cuda", "cuda:1".
    """

    name: str = field(compare=False)
    own: OwnWeights | None
    precision: Precision
    device: str


@dataclass(frozen=True, slots=True)
class Reward:
    """What HPSv3 finds.

    Attributes:
        mu: How much people would prefer the picture; unbounded.
        sigma: How far their judgements would spread around it; above 0.
    """

    mu: float
    sigma: float


class Rewards:
    """A hold on HPSv3: loaded for the first who asks, unloaded when the last one closes.

    Safe to use from several threads.
    """

    def __init__(self, which: Which) -> None:
        """Load it, unless it is loaded.

        Raises:
            WeightsError: It or the files of its base can't be had, or are others.
            MeasureError: That precision is not for that device.
        """
        self._lease = Lease(which, lambda: _Whole(which))

    def of(self, images: Sequence[Image], texts: Sequence[str]) -> list[Reward | Failure]:
        """Return the reward of each image for what is said of it, or why it has none.

        A picture of which the same was said before is not computed again.

        Args:
            images: The pictures.
            texts: One each: what is said of it behind it, with the token of the reward.

        Raises:
            ImageError: A picture can't be decoded.
            MeasureError: There is no memory for a single picture.
        """
        keys = [(each.pixel_hash, text) for each, text in zip(images, texts, strict=True)]
        made = self._lease.model.made.find(keys)
        new = {key: image for key, image in zip(keys, images, strict=True) if key not in made}
        found: dict[Key, Row | Failure] = {key: self._row(new[key], key[1]) for key in new}
        rows = {key: row for key, row in found.items() if not isinstance(row, Failure)}
        made |= self._make(rows)
        failed = {key: row for key, row in found.items() if isinstance(row, Failure)}
        return [failed.get(key) or _reward(made[key]) for key in keys]

    def _row(self, image: Image, text: str) -> Row | Failure:
        model = self._lease.model
        try:
            seen = image.view(view.shown)
            return seen, model.read(text, view.tokens(seen))
        except (ImageError, MeasureError) as error:
            return Failure(str(error))

    def _make(self, rows: Mapping[Key, Row]) -> dict[Hashable, FloatArray]:
        if not rows:
            return {}
        model = self._lease.model
        with self._lease.use() as network:
            found = model.batches.run([*rows.values()], network)
        made: dict[Hashable, FloatArray] = dict(zip(rows, found, strict=True))
        model.made.keep(made)
        return made

    def close(self) -> None:
        """Let go of it."""
        self._lease.close()


class _Whole:
    """An HPSv3 that can be loaded: what the residency asks of a model, and its vocabulary."""

    def __init__(self, which: Which) -> None:
        self.name, self.device = which.name, which.device
        self._own = which.own
        self._where, self._exact = (Where(which.device, one) for one in (which.precision, EXACT))
        self.made = Embeddings(REMEMBERED)

    @cached_property
    def size(self) -> int:
        """What it takes when it is loaded, in bytes."""
        held = self._shapes.items()
        towers = sum(math.prod(shape) for name, shape in held if not keys.is_beyond_backbone(name))
        head = sum(math.prod(shape) for name, shape in held if not keys.is_beyond_head(name))
        return towers * self._where.bytes + head * self._exact.bytes

    @cached_property
    def batches(self) -> Batches:
        """How many pictures go through it at once."""
        text = self._config.text_config
        wide = STATES * text.hidden_size + 3 * text.intermediate_size
        return Batches(self.name, self.device, row_bytes=READ * wide * self._where.bytes)

    def read(self, text: str, parts: int) -> tuple[int, ...]:
        """Return the tokens of *text*, said of a picture of so many *parts*.

        Raises:
            MeasureError: It has no token of the reward, or several, or is longer than can be read.
        """
        ids = self._vocabulary.tokens(text, parts)
        if len(ids) > (most := self._config.text_config.max_position_embeddings):
            raise MeasureError(
                f"{self.name}: what it is told is too long (got {len(ids)} tokens, it reads "
                f"{most}). Shorten the prompt."
            )
        return ids

    def load(self) -> Network:
        """Return its network, from its file."""
        path = self._path()
        read = partial(tensors, path, what=WHAT, rename=keys.renamed)
        network = keys.backbone(self._config, self._base(CONFIG))
        head = keys.head(self._config)
        kept = read(network, drop=keys.is_beyond_backbone, to=self._where.keep)
        exact = tensors(path, head, what=WHAT, drop=keys.is_beyond_head, to=self._exact.keep)
        return Network(self._config, kept, exact, where=self._where, reward=self._vocabulary.reward)

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        return Vocabulary(self._base(VOCABULARY))

    @cached_property
    def _config(self) -> keys.Config:
        """How the backbone is made up: of its words it kept those that the file has."""
        named = {keys.renamed(name): shape for name, shape in self._shapes.items()}
        words = next(iter(named.get(keys.WORDS, ())), 0)
        if words <= self._vocabulary.reward:
            raise WeightsError(
                f"{self._path()}: its words don't go with its vocabulary (got {words}, expected at "
                f"least {self._vocabulary.reward + 1}); expected {WHAT}. Take the file of that model."
            )
        return keys.config(self._base(CONFIG), words=words, picture=self._vocabulary.picture)

    @cached_property
    def _shapes(self) -> Shapes:
        return shapes(self._path(), what=WHAT)

    def _path(self) -> Path:
        return self._own.verified() if self._own else fetch(WEIGHTS)

    def _base(self, name: str) -> Path:
        """Return where a file of the base lies: beside one's own weights, else the published one."""
        beside = self._own.location.parent / name if self._own else None
        return beside if beside and beside.exists() else fetch(BASE) / name


def _reward(found: FloatArray) -> Reward:
    """Return what the head's two numbers mean: as in training, the spread is what its logarithm gives."""
    mu, spread = map(float, found)
    return Reward(mu, math.exp(spread) if spread < LARGEST else math.inf)

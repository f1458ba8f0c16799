"""The network of CLIP-T5: a T5 that reads a question around what a CLIP saw, and how it answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from selector.backbones.checkpoint import Tensor
from selector.backbones.clip_t5_folder import PROJECTOR, Files, Size, Vision
from selector.backbones.clip_towers import MEAN, STD, constants, normalised, shapes_of, to_numpy
from selector.backbones.precision import Where
from selector.backbones.torch_ready import torch

Array: TypeAlias = npt.NDArray[Any]
FloatArray: TypeAlias = npt.NDArray[np.float32]

TIED = ("encoder.embed_tokens.weight", "decoder.embed_tokens.weight")  # the same as "shared.weight"
SHARED = "shared.weight"


@dataclass(frozen=True, slots=True)
class Row:
    """A picture, what stands before and behind it, and the answer, as numbers of tokens."""

    picture: Array
    before: tuple[int, ...]
    after: tuple[int, ...]
    answer: tuple[int, ...]


class Network:
    """CLIP-T5, loaded."""

    def __init__(self, folder: Path, size: Size, *, what: str, where: Where) -> None:
        """Load it from its *folder*, which should hold *what*.

        Raises:
            WeightsError: It holds another model, or not all of it.
        """
        files = Files(folder, what)
        self._tower, self._projector, self._t5 = parts(size)
        shared = shapes_of(self._t5)
        own = {name: shape for name, shape in shared.items() if name not in TIED}
        held = files.tensors(own, "", where.keep)
        self._t5.load_state_dict(held | dict.fromkeys(TIED, held[SHARED]), assign=True)
        for module, prefix in ((self._tower, files.tower), (self._projector, PROJECTOR)):
            found = files.tensors(shapes_of(module), prefix, where.keep)
            module.load_state_dict(found, assign=True)
        count = size.vision.tokens + 1  # no file has it: the places are counted
        self._tower.embeddings.position_ids = torch().arange(count, device=where.device)[None]
        for module in (self._tower, self._projector, self._t5):
            module.eval().requires_grad_(requires_grad=False)
        self._where, self._start = where, size.t5.decoder_start_token_id
        self._mean, self._std = constants(where.device, MEAN, STD)

    def __call__(self, rows: Sequence[Row]) -> FloatArray:
        """Return the logarithm of the probability of each token of each answer.

        Args:
            rows: N of them, whose answers have equally many tokens.

        Returns:
            Shape (N, tokens of an answer), float32, each after those before it.
        """
        with torch().inference_mode():
            given, mask = self._given(rows)
            answers = torch().tensor([row.answer for row in rows], device=self._where.device)
            start = torch().full_like(answers[:, :1], self._start)
            said = self._t5(
                inputs_embeds=given,
                attention_mask=mask,
                decoder_input_ids=torch().cat((start, answers[:, :-1]), 1),
                use_cache=False,
            ).logits.float()
            chances = torch().log_softmax(said, -1).gather(-1, answers[..., None])[..., 0]
            return to_numpy(chances)

    def _given(self, rows: Sequence[Row]) -> tuple[Tensor, Tensor]:
        """Return what T5 is given, shape (N, L, W), and which of it counts, shape (N, L)."""
        pixels = normalised([row.picture for row in rows], self._where, self._mean, self._std)
        patches = self._tower(pixels).last_hidden_state[:, 1:]  # without the class
        seen = self._projector(patches)
        whole = [
            torch().cat((self._words(row.before), each, self._words(row.after)))
            for row, each in zip(rows, seen, strict=True)
        ]
        device = self._where.device
        lengths = torch().tensor([len(each) for each in whole], device=device)
        padded = torch().nn.utils.rnn.pad_sequence(whole, batch_first=True)
        mask = torch().arange(padded.shape[1], device=device) < lengths[:, None]
        return padded, mask.long()

    def _words(self, ids: tuple[int, ...]) -> Tensor:
        at = torch().tensor(ids, dtype=torch().long, device=self._where.device)
        return self._t5.shared(at)


def parts(size: Size) -> tuple[Any, Any, Any]:
    """Return the tower, the projector and T5 without numbers: they take no memory yet."""
    torch()
    from transformers import CLIPVisionModel, T5Config, T5ForConditionalGeneration

    nn = torch().nn
    with torch().device("meta"):
        tower = CLIPVisionModel(_tower_config(size.vision, size.layers))
        t5 = T5ForConditionalGeneration(T5Config(**size.t5.model_dump()))
        wide = size.t5.d_model
        projector = nn.Sequential(
            nn.Linear(size.vision.hidden_size, wide), nn.GELU(), nn.Linear(wide, wide)
        )
    return tower, projector, t5


def numbers(size: Size) -> int:
    """Return how many numbers the whole model has."""
    tower, projector, t5 = map(shapes_of, parts(size))
    own = {name: shape for name, shape in t5.items() if name not in TIED}
    return sum(prod(shape) for each in (tower, projector, own) for shape in each.values())


def _tower_config(vision: Vision, layers: int) -> Any:
    from transformers import CLIPVisionConfig

    return CLIPVisionConfig(**vision.model_dump() | {"num_hidden_layers": layers})

"""The network of ImageReward: a BLIP that reads a prompt while it looks at a picture, and a head."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from selector.backbones.blip_keys import HEAD, TEXT, VISION, Size
from selector.backbones.checkpoint import Tensor
from selector.backbones.clip_towers import MEAN, STD, constants, normalised
from selector.backbones.linear import Linear
from selector.backbones.precision import Where
from selector.backbones.torch_ready import torch

FloatArray: TypeAlias = npt.NDArray[np.float32]
Array: TypeAlias = npt.NDArray[Any]

MATRIX = 2  # axes

# Of the rewards that the authors' test set got; their source has these digits.
REWARD_MEAN, REWARD_STD = 0.16717362830052426, 1.0333394966054072


class Network:
    """ImageReward's network, as published: its towers in any precision, its head in float32.

    Plain operations on the checkpoint's own tensors, by the names that they have there. Only what
    the reward depends on is computed: of the last layer, the first token.
    """

    def __init__(self, tensors: dict[str, Tensor], size: Size, where: Where) -> None:
        """Take the *tensors* that `blip_keys` names, which are *where* they should be.

        Those of linear layers are taken out of *tensors*, one by one: there is no room for two.
        """
        self._linears = {
            name: Linear(tensors.pop(f"{name}.weight"), tensors.pop(f"{name}.bias"))
            for name in _linears(tensors)
        }
        self._tensors = tensors
        self._size = size
        self._where = where
        self._mean, self._std = constants(where.device, MEAN, STD)  # BLIP's are CLIP's
        self._torch = torch()
        self._do = self._torch.nn.functional

    def __call__(self, pictures: Sequence[Array], prompts: Sequence[tuple[int, ...]]) -> FloatArray:
        """Return the reward of each picture for its prompt.

        Args:
            pictures: N of them, each (S, S, 3), uint8, sRGB, S as the image tower takes it.
            prompts: The tokens of N prompts, without padding.

        Returns:
            Shape (N,), float32; not finite where the numbers of the model make it so.
        """
        with self._torch.inference_mode():
            seen = self._see(normalised(pictures, self._where, self._mean, self._std))
            found = self._head(self._read(prompts, seen).float())
            rewards: FloatArray = ((found - REWARD_MEAN) / REWARD_STD).cpu().numpy()
        return rewards

    def _see(self, pixels: Tensor) -> Tensor:
        """Return the tokens of each picture, shape (N, T, W): the class, then the patches."""
        side, eps = self._size.vision.patch_size, self._size.vision.layer_norm_eps
        kernel, bias = (
            self._tensors[f"{VISION}.patch_embed.proj.{one}"] for one in ("weight", "bias")
        )
        patches = self._do.unfold(pixels, side, stride=side).transpose(1, 2)
        given = self._do.linear(patches, kernel.flatten(1), bias)
        first = self._tensors[f"{VISION}.cls_token"].expand(len(given), -1, -1)
        state = self._torch.cat((first, given), 1) + self._tensors[f"{VISION}.pos_embed"]
        for number in range(self._size.vision.depth):
            state = self._block(f"{VISION}.blocks.{number}", state, eps)
        return self._norm(f"{VISION}.norm", state, eps)

    def _block(self, name: str, state: Tensor, eps: float) -> Tensor:
        asked = self._linear(f"{name}.attn.qkv", self._norm(f"{name}.norm1", state, eps))
        found = self._attend(*asked.chunk(3, -1), heads=self._size.vision.num_heads)
        state = state + self._linear(f"{name}.attn.proj", found)
        inner = self._linear(f"{name}.mlp.fc1", self._norm(f"{name}.norm2", state, eps))
        return state + self._linear(f"{name}.mlp.fc2", self._do.gelu(inner))

    def _read(self, prompts: Sequence[tuple[int, ...]], seen: Tensor) -> Tensor:
        """Return the first token of each prompt, read before what is *seen*, shape (N, W)."""
        ids, mask = self._padded(prompts)
        name = f"{TEXT}.embeddings"
        words = self._tensors[f"{name}.word_embeddings.weight"][ids]
        places = self._tensors[f"{name}.position_embeddings.weight"][: ids.shape[1]]
        state = self._norm(f"{name}.LayerNorm", words + places, self._size.text.layer_norm_eps)
        last = self._size.text.num_hidden_layers - 1
        for number in range(last + 1):
            told = state[:, :1] if number == last else state  # nothing asks the others any more
            state = self._layer(f"{TEXT}.encoder.layer.{number}", told, (state, mask), seen)
        return state[:, 0]

    def _padded(self, prompts: Sequence[tuple[int, ...]]) -> tuple[Tensor, Tensor | None]:
        """Return the tokens, shape (N, L), and which are to be looked at, shape (N, 1, 1, L).

        What is behind the longest prompt, the original looks at with a weight of exactly 0.
        """
        longest, device = max(map(len, prompts)), self._where.device
        ids = [(*each, *[0] * (longest - len(each))) for each in prompts]
        lengths = self._torch.tensor([len(each) for each in prompts], device=device)
        mask = self._torch.arange(longest, device=device) < lengths[:, None]
        return self._torch.tensor(ids, device=device), None if mask.all() else mask[:, None, None]

    def _layer(
        self, name: str, state: Tensor, text: tuple[Tensor, Tensor | None], seen: Tensor
    ) -> Tensor:
        state = self._look(f"{name}.attention", state, *text)
        state = self._look(f"{name}.crossattention", state, seen)
        inner = self._do.gelu(self._linear(f"{name}.intermediate.dense", state))
        return self._added(f"{name}.output", inner, state)

    def _look(self, name: str, state: Tensor, at: Tensor, mask: Tensor | None = None) -> Tensor:
        """Return what *state* becomes by looking *at* tokens."""
        query = self._linear(f"{name}.self.query", state)
        key, value = (self._linear(f"{name}.self.{one}", at) for one in ("key", "value"))
        heads = self._size.text.num_attention_heads
        return self._added(
            f"{name}.output", self._attend(query, key, value, heads=heads, mask=mask), state
        )

    def _added(self, name: str, found: Tensor, state: Tensor) -> Tensor:
        whole = self._linear(f"{name}.dense", found) + state
        return self._norm(f"{name}.LayerNorm", whole, self._size.text.layer_norm_eps)

    def _head(self, first: Tensor) -> Tensor:
        for name in HEAD:  # no activations between them: so it was published
            first = self._linear(name, first)
        return first[:, 0]

    def _attend(
        self, query: Tensor, key: Tensor, value: Tensor, *, heads: int, mask: Tensor | None = None
    ) -> Tensor:
        query, key, value = (
            each.unflatten(-1, (heads, -1)).transpose(1, 2) for each in (query, key, value)
        )
        found = self._do.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        return found.transpose(1, 2).flatten(2)

    def _linear(self, name: str, given: Tensor) -> Tensor:
        made: Tensor = self._linears[name](given)
        return made

    def _norm(self, name: str, given: Tensor, eps: float) -> Tensor:
        weight, bias = self._tensors[f"{name}.weight"], self._tensors[f"{name}.bias"]
        return self._do.layer_norm(given, weight.shape, weight, bias, eps)


def _linears(tensors: Mapping[str, Tensor]) -> list[str]:
    """Return the names of linear layers: a matrix with a bias."""
    named = (name.removesuffix(".weight") for name, each in tensors.items() if each.ndim == MATRIX)
    return [name for name in named if f"{name}.bias" in tensors]

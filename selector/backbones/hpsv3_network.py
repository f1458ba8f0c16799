"""The network of HPSv3: a Qwen2-VL that reads a picture and a text, and a head at one token."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from selector.backbones import hpsv3_view as view
from selector.backbones.checkpoint import Tensor
from selector.backbones.clip_towers import MEAN, STD, constants, normalised
from selector.backbones.hpsv3_keys import HEAD, LAYERS, Config
from selector.backbones.linear import pack
from selector.backbones.precision import Where
from selector.backbones.torch_ready import torch
from selector.backbones.transformers_ready import transformers, without_bars
from selector.images.srgb import Pixels

FloatArray: TypeAlias = npt.NDArray[np.float32]
Row: TypeAlias = tuple[Pixels, tuple[int, ...]]  # a view, and the tokens of what is said of it

FILL = 0  # behind the shorter texts; nothing looks there
AXES = 3  # of a place: Qwen2-VL knows time, height and width


class Network:
    """HPSv3's network: its backbone in any precision, its head in float32."""

    def __init__(
        self,
        made: Config,
        backbone: dict[str, Tensor],
        head: dict[str, Tensor],
        *,
        where: Where,
        reward: int,
    ) -> None:
        """Take the tensors that `hpsv3_keys` names, which are *where* they should be.

        Args:
            made: How the backbone is made up.
            backbone: Its tensors.
            head: The head's.
            where: They are, and what is computed.
            reward: The token at which the reward is read.
        """
        with without_bars():
            self._backbone = transformers().Qwen2VLModel.from_pretrained(
                None, config=made, state_dict=backbone, dtype=where.dtype
            )
        backbone.clear()
        self._backbone.to(where.device).eval().requires_grad_(requires_grad=False)
        pack(self._backbone)
        self._head, self._where, self._reward = head, where, reward
        self._mean, self._std = constants(where.device, MEAN, STD)  # Qwen2-VL's are CLIP's
        self._torch = torch()

    def __call__(self, rows: Sequence[Row]) -> FloatArray:
        """Return the reward of each view for what is said of it, and the logarithm of its spread.

        Returns:
            Shape (N, 2), float32; not finite where the numbers of the model make it so.
        """
        with self._torch.inference_mode():
            found: FloatArray = self._judged(self._state(rows)).cpu().numpy()
        return found

    def _state(self, rows: Sequence[Row]) -> Tensor:
        """Return what the backbone makes of each row where the reward is read, shape (N, W)."""
        device = self._where.device
        ids, mask = self._padded([ids for _, ids in rows])
        # One place after the other, as in training: without positions given to it, the publisher's
        # program never told the network how patches lie.
        places = self._torch.arange(ids.shape[1], device=device).expand(AXES, len(ids), -1)
        colours = (normalised([seen], self._where, self._mean, self._std)[0] for seen, _ in rows)
        state = self._backbone(
            input_ids=ids,
            attention_mask=mask,
            position_ids=places,
            pixel_values=self._torch.cat([view.patches(each) for each in colours]),
            image_grid_thw=self._torch.tensor([view.grid(seen) for seen, _ in rows], device=device),
            use_cache=False,
        ).last_hidden_state
        return state[ids == self._reward]

    def _padded(self, texts: Sequence[tuple[int, ...]]) -> tuple[Tensor, Tensor]:
        """Return the tokens, shape (N, L), and which of them are any."""
        longest, device = max(map(len, texts)), self._where.device
        ids = [(*each, *[FILL] * (longest - len(each))) for each in texts]
        lengths = self._torch.tensor([len(each) for each in texts], device=device)
        mask = self._torch.arange(longest, device=device) < lengths[:, None]
        return self._torch.tensor(ids, device=device), mask.long()

    def _judged(self, state: Tensor) -> Tensor:
        state = state.float()
        for layer in LAYERS:
            weight, bias = (self._head[f"{HEAD}{layer}.{kind}"] for kind in ("weight", "bias"))
            state = self._torch.nn.functional.linear(state, weight, bias)
            state = state if layer == LAYERS[-1] else state.relu()
        return state

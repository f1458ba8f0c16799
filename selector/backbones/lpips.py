"""LPIPS on AlexNet: how different two pictures look, by what a network sees in them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from selector.backbones.checkpoint import Shapes, tensors
from selector.backbones.own_weights import OwnWeights
from selector.backbones.precision import Where
from selector.backbones.residency import Lease
from selector.backbones.torch_ready import torch
from selector.weights.fetch import fetch

Pixels: TypeAlias = npt.NDArray[np.uint8]
FloatArray: TypeAlias = npt.NDArray[np.float32]
Tensor: TypeAlias = Any

TRUNK, HEADS = "alexnet", "lpips_alex"  # in the manifest
SMALLEST = 31  # px of a side; of less nothing is left behind the second pooling

# By what each layer of the trunk is called: (channels in, out, kernel, stride, padding), and
# whether the picture is pooled before it.
LAYERS: Mapping[str, tuple[tuple[int, int, int, int, int], bool]] = {
    "features.0": ((3, 64, 11, 4, 2), False),
    "features.3": ((64, 192, 5, 1, 2), True),
    "features.6": ((192, 384, 3, 1, 1), True),
    "features.8": ((384, 256, 3, 1, 1), False),
    "features.10": ((256, 256, 3, 1, 1), False),
}
# Of RGB in [−1, 1], as the authors have it: the trunk was trained on other units.
SHIFT, SCALE = (-0.030, -0.088, -0.188), (0.458, 0.448, 0.450)
TINY = 1e-10  # added to lengths, so that nothing is divided by 0


@dataclass(frozen=True, slots=True)
class Which:
    """Which LPIPS, and where: equal ones share what they load.

    Attributes:
        own: A trunk of the user's own, in torchvision's names, instead of the published one.
        device: "cpu", "cuda", "cuda:1".
    """

    own: OwnWeights | None
    device: str


class Lpips:
    """A hold on the network: loaded for the first who asks, unloaded when the last one closes.

    Safe to use from several threads.
    """

    def __init__(self, which: Which) -> None:
        """Load it, unless it is loaded.

        Raises:
            WeightsError: Its trunk or its heads can't be had, or are another's.
            MeasureError: There is no such device.
        """
        self._lease = Lease(which, partial(_Model, which))

    def layers(self, one: Pixels, other: Pixels) -> list[FloatArray]:
        """Return how far two pictures differ in each layer, and where.

        The LPIPS of the pictures is the sum of the layers' means.

        Args:
            one: Shape (H, W, 3), uint8, sRGB; neither side under 31.
            other: Likewise, of the same shape.

        Returns:
            Five arrays, float32, at least 0, each smaller than the picture.
        """
        with self._lease.use() as network:
            return [each.cpu().numpy() for each in network(one, other)]

    def map(self, one: Pixels, other: Pixels) -> FloatArray:
        """Return how far two pictures differ at each pixel: the layers enlarged, and added.

        Args:
            one: As in `layers`.
            other: Likewise.

        Returns:
            Shape (H, W), float32, at least 0. Its mean is nearly the LPIPS of the pictures.
        """
        enlarge = partial(torch().nn.functional.interpolate, size=one.shape[:2], mode="bilinear")
        with self._lease.use() as network:
            found = [enlarge(each[None, None])[0, 0] for each in network(one, other)]
            whole: FloatArray = sum(found).cpu().numpy()
        return whole

    def close(self) -> None:
        """Let go of it."""
        self._lease.close()


class _Model:
    """An LPIPS that can be loaded: what the residency asks of a model."""

    name = "LPIPS"

    def __init__(self, which: Which) -> None:
        self.device = which.device
        self._own = which.own
        self._where = Where(which.device, "fp32")

    @property
    def size(self) -> int:
        """What it takes when it is loaded, in bytes."""
        every = {**_trunk(), **_heads()}
        return sum(map(math.prod, every.values())) * self._where.bytes

    def load(self) -> _Network:
        """Return its network, from its files."""
        trunk = self._own.verified() if self._own else fetch(TRUNK)
        keep = self._where.keep
        held = tensors(
            trunk,
            _trunk(),
            what="AlexNet, as torchvision names it",
            drop=lambda name: name.startswith("classifier."),
            to=keep,
        )
        held |= tensors(fetch(HEADS), _heads(), what="LPIPS's heads on AlexNet", to=keep)
        return _Network(held, self._where)


class _Network:
    def __init__(self, held: Mapping[str, Tensor], where: Where) -> None:
        self._held = held
        self._where = where

    def __call__(self, one: Pixels, other: Pixels) -> list[Tensor]:
        module = torch()
        with module.inference_mode():
            seen = self._seen(np.stack([one, other]))
            pairs = (layer / (_length(layer) + TINY) for layer in self._responses(seen))
            heads = (self._held[name][0] for name in _heads())
            return [
                ((both[0] - both[1]) ** 2 * head).sum(dim=0)
                for both, head in zip(pairs, heads, strict=True)
            ]

    def _seen(self, pixels: Pixels) -> Tensor:
        shift, scale = (
            torch().tensor(each, device=self._where.device)[:, None, None]
            for each in (SHIFT, SCALE)
        )
        values = torch().from_numpy(pixels).to(self._where.device).permute(0, 3, 1, 2)
        return (values.float() / 127.5 - 1 - shift) / scale

    def _responses(self, seen: Tensor) -> Iterator[Tensor]:
        """Give what each layer makes of both pictures."""
        functions = torch().nn.functional
        for name, ((*_, stride, padding), is_pooled) in LAYERS.items():
            if is_pooled:
                seen = functions.max_pool2d(seen, 3, 2)
            weight, bias = self._held[f"{name}.weight"], self._held[f"{name}.bias"]
            seen = functions.conv2d(seen, weight, bias, stride, padding).relu()
            yield seen


def _length(layer: Tensor) -> Tensor:
    return (layer**2).sum(dim=1, keepdim=True).sqrt()


def _trunk() -> Shapes:
    """Return the shapes of what is used of the trunk."""
    sizes = {name: size for name, (size, _) in LAYERS.items()}
    weights = {f"{name}.weight": (out, into, k, k) for name, (into, out, k, *_) in sizes.items()}
    return weights | {f"{name}.bias": (out,) for name, (_, out, *_) in sizes.items()}


def _heads() -> Shapes:
    """Return the shape of each layer's head: what each of its channels counts."""
    outs = [size[1] for size, _ in LAYERS.values()]
    return {f"lin{place}.model.1.weight": (1, out, 1, 1) for place, out in enumerate(outs)}

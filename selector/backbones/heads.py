"""Small heads on a picture's CLIP embedding that give one number, as LAION publishes its own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from selector.backbones.checkpoint import Shapes, shapes, tensors
from selector.errors import WeightsError

Vector = npt.NDArray[np.float64]

WHAT = "a head on embeddings of CLIP"
LINEAR = ("",)
# "sac+logos+ava1-l14-linearMSE": between its layers there is dropout, which does nothing here.
NET = ("layers.0.", "layers.2.", "layers.4.", "layers.6.", "layers.7.")


@dataclass(frozen=True, slots=True)
class Head:
    """A weighted sum of an embedding's numbers.

    A net of layers with nothing between them is one too, and is read as that.

    Attributes:
        weight: Shape (D,).
        bias: What is added.
    """

    weight: Vector
    bias: float

    def __call__(self, features: npt.NDArray[np.float32]) -> Vector:
        """Return the number of each row of *features*, shape (N, D), of unit length."""
        found: Vector = (features.astype(np.float64) * self.weight).sum(axis=1) + self.bias
        return found


def read(path: Path, *, width: int) -> Head:
    """Return the head that a file holds.

    Args:
        path: Safetensors or .pth, with `weight` and `bias`, or `layers.0`, `2`, `4`, `6`, `7`.
        width: How many numbers the embedding has.

    Raises:
        WeightsError: It can't be read, is no such head, or is made for other embeddings.
    """
    found = shapes(path, what=WHAT)
    names = _layers(path, found)
    if (takes := found[f"{names[0]}weight"][-1:]) != (width,):
        raise WeightsError(
            f"{path}: a head for another model (got one that takes {takes[0] if takes else 'no'} numbers, the "
            f"model gives {width}). Take the head that was trained on this model."
        )
    held = tensors(path, _wanted(found, names, width), what=WHAT)
    weights, biases = (
        [held[name + part].double().numpy() for name in names] for part in ("weight", "bias")
    )
    weight, bias = weights[0], biases[0]
    for layer, added in zip(weights[1:], biases[1:], strict=True):
        weight, bias = layer @ weight, layer @ bias + added
    return Head(weight[0], float(bias[0]))


def _layers(path: Path, found: Shapes) -> tuple[str, ...]:
    """Return what the names of each layer begin with."""
    for names in (LINEAR, NET):
        if set(found) == {f"{name}{part}" for name in names for part in ("weight", "bias")}:
            return names
    named = ", ".join(sorted(found)[:4]) or "none"
    raise WeightsError(
        f"{path}: no head of a known kind (got {len(found)} tensors: {named}, …; "
        "expected 'weight' and 'bias', or 'layers.0', '2', '4', '6' and '7'). A net with "
        "activations between its layers can't be told from its file: give a linear one."
    )


def _wanted(found: Shapes, names: tuple[str, ...], width: int) -> dict[str, tuple[int, ...]]:
    """Return the shapes with which each layer takes what the one before gives, and the last is 1."""
    gives = [(*found[f"{name}weight"], 0)[0] for name in names[:-1]]
    sizes = {
        name: (out, into)
        for name, into, out in zip(names, [width, *gives], [*gives, 1], strict=True)
    }
    return {f"{name}weight": size for name, size in sizes.items()} | {
        f"{name}bias": size[:1] for name, size in sizes.items()
    }

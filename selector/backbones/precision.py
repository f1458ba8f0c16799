"""Where a model's numbers are, and how exact."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from selector.backbones.torch_ready import torch
from selector.errors import MeasureError

Precision: TypeAlias = Literal["fp32", "bf16", "fp16"]

NAMES = {"fp32": "float32", "bf16": "bfloat16", "fp16": "float16"}  # in torch


@dataclass(frozen=True, slots=True)
class Where:
    """Where weights and activations are, and how exact; embeddings are always given in fp32.

    Attributes:
        device: "cpu", "cuda", "cuda:1".
        precision: Of each number.
    """

    device: str
    precision: Precision

    def __post_init__(self) -> None:
        """Refuse what can't be computed.

        Raises:
            MeasureError: No such device is here, or fp16 is meant for the CPU, which has no such
                arithmetic.
        """
        if wrong := _missing(self.device):
            raise MeasureError(wrong)
        if self.precision == "fp16" and self.device == "cpu":
            raise MeasureError(
                "precision: fp16 is for GPUs (got the device cpu). Write bf16, or fp32."
            )

    @property
    def bytes(self) -> int:
        """What one number takes."""
        return 4 if self.precision == "fp32" else 2

    @property
    def dtype(self) -> Any:
        """The type in torch."""
        return getattr(torch(), NAMES[self.precision])

    def keep(self, tensor: Any) -> Any:
        """Return a copy of a *tensor*, there and so exact."""
        return tensor.to(self.device, self.dtype, copy=True)


def _missing(device: str) -> str:
    """Return why there is no such *device*, and what to write; "" if there is."""
    if device == "cpu":
        return ""
    named = re.fullmatch(r"cuda(?::(\d+))?", device)
    cuda = torch().cuda
    count = cuda.device_count() if cuda.is_available() else 0
    if named and int(named[1] or 0) < count:
        return ""
    there = {0: "no GPU", 1: "one GPU, cuda:0"}.get(count, f"GPUs up to cuda:{count - 1}")
    cure = "one that is there" if count else "install a torch that sees your GPU, for cuda"
    return f"device: there is no such device (got {device!r}; torch sees {there}). Write cpu, or {cure}."

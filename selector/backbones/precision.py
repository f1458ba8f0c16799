"""Where a model's numbers are, and how exact."""

from __future__ import annotations

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
            MeasureError: fp16 on the CPU, which has no such arithmetic.
        """
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

"""Where a model computes: on what is there, or it says what is."""

import pytest

from selector.backbones.precision import Where
from selector.backbones.torch_ready import torch
from selector.errors import MeasureError


@pytest.mark.parametrize("device", ["gpu", "mps", "cuda:", "cuda:x", "cuda:99", "CPU", ""])
def test_a_device_that_is_not_there_is_told(device) -> None:
    """With what was said, what torch sees, and what to write."""
    with pytest.raises(MeasureError, match=rf"^device: .*got '{device}'; torch sees .*Write cpu"):
        Where(device, "fp32")


def test_cuda_is_there_or_told() -> None:
    """Without a GPU it is an error in words at once, not one of torch's when weights are read."""
    if torch().cuda.is_available():
        assert Where("cuda", "fp16").dtype is torch().float16
        return
    with pytest.raises(MeasureError, match="got 'cuda'; torch sees no GPU"):
        Where("cuda", "fp32")


def test_the_cpu_is_always_there() -> None:
    """In what it computes with; half floats are none of that."""
    assert (Where("cpu", "fp32").bytes, Where("cpu", "bf16").bytes) == (4, 2)
    with pytest.raises(MeasureError, match="fp16 is for GPUs"):
        Where("cpu", "fp16")

"""CLIP on a GPU: near what the CPU gives, by as much as the precision says."""

from pathlib import Path

import numpy as np
import pytest

import towers
from selector.backbones.batches import free_bytes
from selector.backbones.clip import ImageEncoder, TextEncoder
from selector.backbones.torch_ready import torch

ERRORS = {"fp32": 2e-4, "fp16": 5e-3, "bf16": 4e-2}  # of a number of a row; fp32 may be TF32


@pytest.fixture(autouse=True)
def gpu() -> None:
    """A GPU, or a reason why not."""
    if not torch().cuda.is_available():
        pytest.skip("no GPU that torch can use")


@pytest.fixture(scope="module")
def published(tmp_path_factory) -> Path:
    """The file of a small CLIP."""
    return towers.saved(tmp_path_factory.mktemp("open_clip"), towers.of_open_clip())


@pytest.mark.parametrize("precision", ["fp32", "fp16", "bf16"])
def test_a_gpu_gives_nearly_the_same(published, precision) -> None:
    """Embeddings of pictures and prompts differ from the CPU's in fp32 by little, and are float32."""
    found, expected = [], []
    for rows, device, kind in ((found, "cuda", precision), (expected, "cpu", "fp32")):
        clip = towers.clip(published, "open_clip", device=device, precision=kind)
        images, texts = ImageEncoder(clip), TextEncoder(clip)
        rows.append(images.encode(towers.pictures(5), towers.whole))
        rows.append(texts.encode(towers.PROMPTS))
        images.close()
        texts.close()
    for ours, theirs in zip(found, expected, strict=True):
        assert ours.dtype == np.float32
        assert np.abs(ours - theirs).max() < ERRORS[precision]


def test_what_is_unloaded_is_free_again(published) -> None:
    """The last user of a tower gives its memory back to the GPU."""
    clip = towers.clip(published, "open_clip", device="cuda")
    ImageEncoder(clip).close()
    before = torch().cuda.memory_allocated()
    encoder = ImageEncoder(clip)
    assert torch().cuda.memory_allocated() > before
    encoder.close()

    assert torch().cuda.memory_allocated() == before


def test_free_memory_is_the_gpu_s() -> None:
    """What a part may take is bounded by the GPU's memory, not by the machine's."""
    free = free_bytes("cuda")

    assert free is not None
    assert 0 < free <= torch().cuda.get_device_properties(0).total_memory

"""What HPSv3 is shown: the sizes of its authors' program, and patches as Qwen2-VL takes them."""

import json

import numpy as np
import pytest

import pictures
from selector.backbones import hpsv3_view as view
from selector.backbones.torch_ready import torch
from selector.errors import ImageError
from selector.images import open_image


def test_sizes_are_those_of_the_authors_program(shared):
    """For every height and width of the golden table; what is refused there is refused here."""
    table = json.loads((shared / "golden/preprocessing/smart_resize.json").read_text())
    assert [[*size, *view.sides(*size)] for size in (row[:2] for row in table["rows"])] == table[
        "rows"
    ]
    for size in table["aspect_ratio_above_200_raises_ValueError"]:
        with pytest.raises(ImageError, match="at most 200 : 1"):
            view.sides(*size)


@pytest.mark.parametrize(
    ("size", "brought"),
    [
        ((1024, 1024), (448, 448)),
        ((28, 28), (448, 448)),
        ((720, 1280), (336, 588)),
        ((1, 200), (56, 6356)),
        ((3000, 20), (5488, 56)),
    ],
)
def test_any_picture_is_brought_to_about_as_many_pixels(size, brought):
    """Large and small ones; the longest keep their form better than the number."""
    assert view.sides(*size) == brought
    assert view.sides(*size[::-1]) == brought[::-1]


def test_patches_are_those_of_transformers():
    """The very numbers and their order, of a picture that is no square."""
    torch()
    from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil

    seen = open_image(pictures.noise(300, 500)).view(view.shown)
    plain = {"image_mean": [0.0] * 3, "image_std": [1.0] * 3, "do_resize": False}
    told = Qwen2VLImageProcessorPil(**plain)(images=[seen], return_tensors="pt")
    pixels = torch().from_numpy(seen.copy()).permute(2, 0, 1).float() / 255

    assert tuple(told["image_grid_thw"][0].tolist()) == view.grid(seen)
    assert torch().allclose(view.patches(pixels), told["pixel_values"], atol=1e-6)
    assert view.tokens(seen) == len(told["pixel_values"]) // 4


def test_the_whole_picture_is_shown():
    """Nothing is cut off: each corner has its own colour."""
    corners = np.zeros((400, 200, 3), np.uint8)
    corners[:200, :100, 0] = corners[200:, 100:, 1] = 255
    seen = open_image(corners).view(view.shown)
    assert tuple(seen[0, 0]) == (255, 0, 0)
    assert tuple(seen[-1, -1]) == (0, 255, 0)

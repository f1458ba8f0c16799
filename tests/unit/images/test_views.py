"""The smaller views are what their names say, of pictures of any size and shape."""

import hashlib
import json
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pictures import noise
from selector.images import open_image

SIZES = [(1, 1), (3, 2048), (2048, 3), (400_000, 1), (224, 224), (223, 300), (4000, 250)]


@pytest.mark.parametrize("size", SIZES)
def test_every_view_of_every_shape(size):
    """A pixel, a line and a panorama have all views, of the promised shapes, without much ado."""
    image = open_image(PIL.Image.new("RGB", size, (10, 200, 90)))
    assert image.luma.shape == size[::-1]
    assert image.array224.shape == (224, 224, 3)
    assert max(image.thumbnail.shape[:2]) == min(256, max(size))
    for view in (image.array224, image.thumbnail):
        assert view.dtype == np.uint8
        assert (view == (10, 200, 90)).all()


def test_luma_is_bt601():
    """Luma weighs the sRGB values as BT.601 does: 0.299, 0.587, 0.114."""
    colours = np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255]]], np.uint8)
    assert open_image(colours).luma.tolist() == [[76, 150, 29, 255]]


@given(st.integers(1, 700), st.integers(1, 700))
@settings(max_examples=40, deadline=None)
def test_thumbnails_are_whole_and_never_enlarged(width, height):
    """The long side is 256 at most, a small picture stays as it is, the shape stays the same."""
    image = open_image(noise(width, height))
    high, wide, _ = image.thumbnail.shape
    scale = min(1, 256 / max(width, height))
    assert abs(wide - scale * width) <= 1
    assert abs(high - scale * height) <= 1
    assert scale < 1 or np.array_equal(image.thumbnail, image.rgb)


@pytest.mark.parametrize("length", [640, 224 * 16, 224 * 16 + 1, 224 * 20])
@pytest.mark.parametrize("upright", [False, True])
def test_the_crop_is_the_middle(length, upright):
    """Of a long picture exactly the middle is seen, also where it is cut without resizing it all."""
    across = np.abs(np.arange(length) - (length - 1) / 2).clip(0, 255).astype(np.uint8)
    picture = np.dstack([np.tile(across, (224, 1))] * 3)
    seen = open_image(np.ascontiguousarray(picture.swapaxes(0, 1)) if upright else picture).array224
    line = seen[:, 112, 0] if upright else seen[112, :, 0]
    wanted = np.abs(np.arange(224) - 111.5)
    assert np.abs(line - wanted).max() <= 1


def test_the_crop_leans_to_the_top_left():
    """Where the middle falls between two pixels, the crop starts at the earlier one."""
    picture = np.asarray(noise(225, 224))
    assert np.array_equal(open_image(picture).array224, picture[:, :224])


def test_the_crop_is_what_encoders_were_trained_on(shared: Path):
    """The 224-pixel array is, byte for byte, that of the reference preprocessing of CLIP."""
    golden = shared / "golden"
    cases = json.loads((golden / "preprocessing" / "cases.json").read_text())
    cases = cases["cases"] if isinstance(cases, dict) else cases
    compared = 0
    for case in cases:
        inputs = case["inputs"]
        if inputs["kind"] == "pclip" and inputs["size"] == 224:
            with PIL.Image.open(golden / "images" / inputs["image"]) as picture:
                as_stored = np.asarray(picture.convert("RGB"))
            seen = hashlib.sha256(open_image(as_stored).array224.tobytes()).hexdigest()
            assert seen == case["expected"]["sha256_uint8"], inputs
            compared += 1
    assert compared >= 10

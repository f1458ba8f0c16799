"""What models are shown, against the bytes that the original programs made."""

import hashlib
import tracemalloc

import numpy as np
import PIL.Image
import pytest
from hypothesis import given
from hypothesis import strategies as st

import goldens
import pictures
from selector.backbones import views
from selector.images import open_image

CASES = goldens.cases("preprocessing")
SQUARES = [name for name, case in CASES.items() if case["inputs"]["kind"] == "pclip"]
LETTERBOXES = [name for name in CASES if name not in SQUARES]
MEAN, STD = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)
# Palettes and alpha: the references resize before they convert to RGB, we are given RGB.
CONVERTED_LATE = {"pclip224-rgba", "pclip336-rgba"}


def sha256(pixels: np.ndarray) -> str:
    return hashlib.sha256(np.ascontiguousarray(pixels).data).hexdigest()


def golden(name: str):
    """Return a case, and its picture opened."""
    case = CASES[name]
    return case, open_image(goldens.picture(case["inputs"]["image"], case["inputs"]))


def letterboxed(picture, **rest) -> np.ndarray:
    return views.letterboxed(224, **rest)(open_image(picture))


@pytest.mark.parametrize("name", SQUARES)
def test_squares_are_those_of_transformers_and_of_torchvision(name):
    """Byte for byte, with the one crop offset and with the other."""
    case, image = golden(name)
    expected, side = case["expected"], case["inputs"]["size"]
    rounded = sha256(views.cropped(side)(image))

    assert sha256(views.cropped(side, floored=True)(image)) == expected["sha256_uint8"]
    if name not in CONVERTED_LATE:
        assert rounded == expected["sha256_uint8_resize_crop_then_rgb_round_offset"]


def test_the_two_crops_differ_where_an_odd_number_falls_off():
    """Else the goldens could not tell them apart: a portrait of 300 × 503 leaves 151 px."""
    _, image = golden("pclip224-portrait")

    floored, rounded = views.clip_floored(image), views.clip_rounded(image)
    assert (floored != rounded).any()
    assert np.array_equal(floored[1:], rounded[:-1])


@pytest.mark.parametrize("name", LETTERBOXES)
def test_letterboxes_are_those_of_hpsv2(name):
    """With antialiasing and without, at sample pixels, on average and at the ends."""
    case, image = golden(name)
    expected = case["expected"]
    antialias = case["inputs"]["antialias"]
    seen = (views.letterboxed(224, antialias=antialias)(image) - MEAN) / STD
    rows, columns = np.transpose(expected["sample_yx"])

    assert seen[rows, columns] == pytest.approx(np.array(expected["sample_float"]), abs=2e-4)
    for found, what in ((seen.mean, "mean"), (seen.std, "std"), (seen.min, "min")):
        assert found((0, 1)) == pytest.approx(np.array(expected[f"{what}_float"]), abs=2e-4)


@pytest.mark.parametrize("name", [name for name in LETTERBOXES if name.endswith("portrait")])
def test_a_whole_letterbox_is_that_of_hpsv2(name):
    """Bars included, everywhere."""
    case, image = golden(name)
    with np.load(goldens.FOLDER / "preprocessing" / case["expected"]["npz_float16"]) as held:
        (expected,) = (held[key] for key in held.files)
    seen = (views.letterboxed(224, antialias=case["inputs"]["antialias"])(image) - MEAN) / STD

    assert seen.transpose(2, 0, 1) == pytest.approx(expected.astype(float), abs=2e-3)


@pytest.mark.parametrize("size", [(224, 160), (160, 224), (448, 301)])
def test_a_letterbox_has_black_bars_at_both_ends(size):
    """Also where the long side is 224 already, of which the original makes no square."""
    wide, high = (round(each * 224 / max(size)) for each in size)
    seen = letterboxed(PIL.Image.new("RGB", size, "white"), antialias=True)
    inside = np.zeros((224, 224), bool)
    top, left = (224 - high) // 2, (224 - wide) // 2
    inside[top : top + high, left : left + wide] = True

    assert seen.shape == (224, 224, 3)
    assert not seen[~inside].any()
    assert seen[inside] == pytest.approx(1, abs=1e-5)


def test_strips_change_no_letterbox():
    """A tall picture, resized in strips of rows, is what it is in one go."""
    picture = pictures.noise(300, 2 * views.ROWS + 77)
    image = open_image(picture)
    together = views._bicubic(image.rgb / views.WHITE, wide=61, high=224, antialias=True)
    seen = views.letterboxed(224, antialias=True)(image)

    assert seen[:, 81 : 81 + 61] == pytest.approx(together, abs=1e-6)


def test_a_large_picture_is_never_whole_as_floats():
    """16 megapixels as floats are 200 MB a picture, and several are measured at once."""
    image = open_image(np.zeros((4096, 4096, 3), np.uint8))
    views.letterboxed(224, antialias=True)(open_image(np.zeros((9, 9, 3), np.uint8)))
    held = image.rgb.nbytes
    tracemalloc.start()
    views.letterboxed(224, antialias=True)(image)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 0.8 * held


@given(width=st.integers(1, 700), height=st.integers(1, 700), floored=st.booleans())
def test_every_size_has_its_square(width, height, *, floored):
    """Filled to its edges with the picture's own colours, whatever the size."""
    pixels = np.random.default_rng(width).integers(90, 110, (height, width, 3), np.uint8)
    image = open_image(pixels)
    for side in (224, 30):
        seen = views.cropped(side, floored=floored)(image)
        assert seen.shape == (side, side, 3)
        assert seen.dtype == np.uint8
        assert 80 < seen.min() <= seen.max() < 120


@pytest.mark.parametrize("floored", [False, True])
def test_of_a_panorama_the_middle_is_seen(floored):
    """Of one longer than 16 : 1, which is cut before it is resized, the same place as of others."""
    pixels = np.zeros((64, 64 * 21, 3), np.uint8)
    pixels[:, 64 * 10 : 64 * 11] = pictures.smooth(64, 64)
    alone = open_image(pixels[:, 64 * 10 : 64 * 11])
    seen = views.cropped(200, floored=floored)(open_image(pixels)).astype(int)

    assert np.abs(seen - views.cropped(200, floored=floored)(alone))[:, 9:-9].max() <= 2


@pytest.mark.parametrize("size", [(5000, 1), (1, 5000), (1, 1), (3, 2048)])
def test_lines_and_points_fit_into_a_letterbox(size):
    """The short side is a pixel at least, where the original rounds it to none and fails."""
    picture = pictures.noise(*size)
    for antialias in (False, True):
        seen = letterboxed(picture, antialias=antialias)
        assert seen.shape == (224, 224, 3)
        assert np.isfinite(seen).all()
        assert seen.any()


def test_a_view_is_found_again():
    """Equal arguments give one function, by which a picture keeps what it made."""
    assert views.cropped(336) is views.cropped(336)
    assert views.cropped(224, floored=True) is views.clip_floored
    assert views.letterboxed(224, antialias=False) is views.letterboxed(224, antialias=False)
    assert views.letterboxed(224, antialias=False) is not views.letterboxed(224, antialias=True)

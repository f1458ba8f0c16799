"""Sharpness falls with blur, wherever the subject is and whatever the size."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import PIL.Image
import PIL.ImageDraw
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL.ImageFilter import GaussianBlur

from pictures import encoded, measure, photo
from selector.measures.filters.sharpness import Sharpness


def sharpness(source) -> tuple[float, float]:
    (found,) = measure(Sharpness(), source)
    return found["overall"].value, found["sharpest"].value


@pytest.mark.parametrize("level", [0, 77, 255])
@pytest.mark.parametrize("size", [(1, 1), (3, 2048), (512, 512)])
def test_a_flat_picture_is_not_sharp(level, size):
    """One colour has no sharpness at all, in a picture of any shape."""
    assert sharpness(PIL.Image.new("RGB", size, (level, level, level))) == (0, 0)


def test_a_checkerboard_reaches_the_bound():
    """Nothing is sharper than a checkerboard of pixels: 16 inside, a little less at the border."""
    board = np.indices((512, 512)).sum(axis=0) % 2 * 255
    overall, sharpest = sharpness(np.dstack([board.astype(np.uint8)] * 3))
    assert 15.9 < overall <= 16
    assert 15.9 < sharpest <= 16


@given(arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 9), st.just(3))))
@settings(deadline=None)
def test_it_stays_in_its_range(pixels):
    """Tiny and odd pictures of any content stay between 0 and 16."""
    assert all(0 <= found <= 16 for found in sharpness(pixels))


@given(st.integers(0, 2**32 - 1), st.integers(1, 600))
@settings(max_examples=20, deadline=None)
def test_black_and_white_noise_stays_in_its_range(seed, height):
    """The loudest noise of full size stays between 0 and 16 too."""
    noise = np.random.default_rng(seed).integers(0, 2, (height, 512, 1), dtype=np.uint8) * 255
    assert all(0 < found <= 16 for found in sharpness(noise.repeat(3, axis=2)))


def test_one_pixel_has_a_known_variance():
    """A white pixel on black has a Laplacian of -4 in its place and 1 around: 20 in squares."""
    pixels = np.zeros((512, 512, 3), np.uint8)
    pixels[100, 100] = 255
    overall, sharpest = sharpness(pixels)
    assert overall == pytest.approx(20 / 512**2, rel=1e-4)
    assert sharpest == pytest.approx(20 / 32**2, rel=1e-4)


def test_blur_takes_sharpness():
    """Each stronger blur of a photograph measures clearly less, overall and where it is sharpest."""
    blurred = [sharpness(photo().filter(GaussianBlur(radius))) for radius in (0, 1, 2, 4)]
    for stronger, weaker in pairwise(blurred[::-1]):
        assert stronger[0] < weaker[0] / 2
        assert stronger[1] < weaker[1] / 2


def test_a_sharp_subject_on_a_soft_ground_is_sharp():
    """A portrait before a blurred background: `overall` falls far, `sharpest` hardly does."""
    face = (150, 50, 300, 200)
    portrait = photo().filter(GaussianBlur(8))
    portrait.paste(photo().crop(face), face)
    overall, sharpest = (
        was / now for was, now in zip(sharpness(photo()), sharpness(portrait), strict=True)
    )
    assert overall > 10
    assert sharpest < overall / 2


def test_a_small_drawing_on_plain_paper_is_sharp():
    """Plain ground says nothing: a crisp logo measures like a photograph, its blur does not."""
    logo = PIL.Image.new("RGB", (1024, 1024), "white")
    PIL.ImageDraw.Draw(logo).ellipse([490, 490, 540, 540], fill=(200, 30, 30))
    assert sharpness(logo)[1] > 0.002
    assert sharpness(logo.filter(GaussianBlur(12)))[1] < 0.0003


def test_pixels_shown_larger_are_as_sharp():
    """A picture of which every pixel was made two by two, or three by three, is the same."""
    for times in (2, 3):
        larger = np.asarray(photo()).repeat(times, axis=0).repeat(times, axis=1)
        assert sharpness(larger) == pytest.approx(sharpness(photo()), rel=1e-3)


def test_pictures_are_compared_at_one_size(shared: Path):
    """A photograph that is delivered in other sizes, down to 512, is about as sharp in all."""
    with PIL.Image.open(shared / "images" / "people_real" / "hamer_test5.jpg") as opened:
        picture = opened.convert("RGB")
    for side in (512, 600, 768, 1024, 1500):
        width = round(picture.width * side / picture.height)
        smaller = picture.resize((width, side), PIL.Image.Resampling.LANCZOS)
        assert sharpness(smaller) == pytest.approx(sharpness(picture), rel=0.3)


def test_few_pixels_are_soft():
    """A picture of few pixels measures as soft as it looks at the size of the others."""
    assert sharpness(photo().resize((96, 96)))[1] < sharpness(photo())[1] / 20


@pytest.mark.parametrize("offset", [0, 1, 16, 31])
def test_an_edge_is_seen_wherever_it_falls(offset):
    """A single edge is sharp also where it falls between two tiles."""
    halves = np.zeros((512, 512, 3), np.uint8)
    halves[256 + offset :] = 255
    assert sharpness(halves)[1] > 0.01


def test_codecs_hardly_matter():
    """The same photograph from a good JPEG is as sharp as from a PNG."""
    kept, lost = (encoded(photo(), "PNG"), encoded(photo(), "JPEG", quality=90))
    assert sharpness(lost) == pytest.approx(sharpness(kept), rel=0.1)


def test_real_images_are_sharper_than_their_blur(shared: Path):
    """Every real image of some size is sharper than any of them blurred past use."""
    files = sorted((shared / "images" / "people_real").glob("*.*"))
    real = [found["sharpest"].value for found in measure(Sharpness(), *files)]
    soft = [found["sharpest"].value for found in measure(Sharpness(), *map(_blurred, files))]
    assert len(files) >= 10
    assert min(real) > 0.002
    assert max(soft) < 0.0003


def _blurred(path: Path) -> PIL.Image.Image:
    """Return the picture blurred over a hundredth of its long side."""
    with PIL.Image.open(path) as picture:
        return picture.convert("RGB").filter(GaussianBlur(max(picture.size) / 100))

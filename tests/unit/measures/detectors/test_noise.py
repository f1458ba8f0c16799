"""Noise is measured in levels, where a picture is smoothest, and is none of its content."""

from itertools import pairwise

import numpy as np
import PIL.Image
import pytest
import skimage.data

from pictures import encoded, measure, photo, smooth, value
from selector.measures.detectors.noise import Noise
from selector.types import NotApplicable


def sigma(source) -> float:
    return value(Noise(), "sigma", source)


def noisy(picture: PIL.Image.Image, level: float, *, grey: bool = False) -> PIL.Image.Image:
    """Return the picture with Gaussian noise, equal in all channels or not."""
    shape = (picture.height, picture.width, 1 if grey else 3)
    grain = np.random.default_rng(0).normal(0, level, shape)
    return PIL.Image.fromarray(np.clip(np.rint(picture + grain), 0, 255).astype(np.uint8))


@pytest.mark.parametrize("level", [2, 5, 10, 20])
@pytest.mark.parametrize("ground", [90, 160])
def test_it_is_in_levels(level, ground):
    """Grey noise of known strength, on a dark or a light ground, is found as nine tenths of it."""
    plain = PIL.Image.new("RGB", (512, 512), (ground,) * 3)
    assert sigma(noisy(plain, level, grey=True)) == pytest.approx(0.9 * level, rel=0.1)


def test_noise_of_colours_is_less():
    """What is independent in each channel is partly evened out, as it is to the eye."""
    plain = PIL.Image.new("RGB", (512, 512), (128,) * 3)
    assert sigma(noisy(plain, 10)) == pytest.approx(6, rel=0.1)


def test_a_photograph_adds_little():
    """In a photograph the noise is found about as strong as on plain ground, more where more is."""
    found = [sigma(noisy(photo(), level)) for level in (0, 3, 6, 12, 24)]
    assert all(more > less + 0.5 for less, more in pairwise(found))
    assert found[0] < 1.5
    assert found[3:] == pytest.approx([0.6 * 12, 0.6 * 24], rel=0.1)


def test_slopes_and_edges_are_no_noise():
    """Gradients, plain ground and the edges of squares have hardly any."""
    squares = PIL.Image.fromarray(np.kron(np.eye(8), np.full((64, 64), 150)).astype(np.uint8) + 50)
    assert sigma(smooth(512, 512)) < 0.3
    assert sigma(PIL.Image.new("RGB", (512, 512), (128,) * 3)) == 0
    assert sigma(squares.convert("RGB")) == 0


def test_texture_counts_only_where_nothing_is_smooth():
    """Grass alone counts as noise, as its card says; grass beneath a sky does not."""
    grass = PIL.Image.fromarray(skimage.data.grass()).convert("RGB")
    meadow = grass.copy()
    meadow.paste((120, 150, 200), (0, 0, 512, 128))
    assert sigma(grass) > 5
    assert sigma(meadow) == 0


@pytest.mark.parametrize("side", [256, 1024, 2048])
def test_noise_of_pixels_is_the_same_in_every_size(side):
    """A larger picture with the same noise a pixel has the same number."""
    picture = photo().resize((side, side), PIL.Image.Resampling.BICUBIC)
    assert sigma(noisy(picture, 10)) == pytest.approx(6, rel=0.12)


def test_strong_jpeg_takes_noise_away():
    """Noise is not mistaken for compression, which smooths it."""
    picture = noisy(photo(), 6)
    assert sigma(encoded(picture, "JPEG", quality=95)) == pytest.approx(sigma(picture), rel=0.15)
    assert sigma(encoded(picture, "JPEG", quality=20)) < sigma(picture) / 2


@pytest.mark.parametrize("colour", ["black", "white"])
def test_black_and_white_tell_nothing(colour):
    """Where noise is cut off there is no saying how much there is."""
    (found,) = measure(Noise(), PIL.Image.new("RGB", (300, 300), colour))
    assert isinstance(found["sigma"], NotApplicable)
    assert "between black and white" in found["sigma"].reason


@pytest.mark.parametrize("size", [(1, 1), (17, 2000), (35, 35)])
def test_a_tiny_picture_tells_nothing(size):
    """Fewer than four tiles are too few to say."""
    (found,) = measure(Noise(), PIL.Image.new("RGB", size, (128,) * 3))
    assert isinstance(found["sigma"], NotApplicable)


def test_a_black_ground_does_not_hide_noise():
    """A noisy thing before black is noisy; black, where noise is cut off, is left out."""
    before = PIL.Image.new("RGB", (512, 512))
    before.paste(noisy(photo(), 12).crop((100, 100, 400, 400)), (100, 100))
    assert sigma(before) == pytest.approx(0.6 * 12, rel=0.25)

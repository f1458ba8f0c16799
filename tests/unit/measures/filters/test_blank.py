"""Blank tells nothing from little: the emptiest drawing from the busiest emptiness."""

from pathlib import Path

import numpy as np
import PIL.Image
import PIL.ImageDraw
import pytest
from hypothesis import given
from hypothesis.extra.numpy import arrays
from PIL.ImageFilter import GaussianBlur

from pictures import encoded, measure, photo, value
from selector.measures.filters.blank import Blank

NOTHING = 0.0003  # what the tests hold it to: nothing is below, anything above
SIDES = (256, 1024)


def structure(source) -> float:
    return value(Blank(), "structure", source)


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("colour", ["black", "white", (10, 128, 140)])
def test_one_colour_is_nothing(colour, side):
    """Black, white and any one colour have no structure and no spread at all."""
    (found,) = measure(Blank(), PIL.Image.new("RGB", (side, side), colour))
    assert (found["structure"].value, found["spread"].value) == (0, 0)


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("level", [0, 128, 255])
@pytest.mark.parametrize(("sigma", "bands"), [(1, 3), (4, 3), (4, 1)])
def test_faint_noise_is_nothing(side, level, sigma, bands):
    """A sensor's or a codec's noise on one colour is no structure, coloured or grey, at any size."""
    noise = np.random.default_rng(0).normal(level, sigma, (side, side, bands))
    noise = np.broadcast_to(noise.clip(0, 255).astype(np.uint8), (side, side, 3)).copy()
    assert structure(noise) < NOTHING
    assert structure(encoded(PIL.Image.fromarray(noise), "JPEG", quality=40)) < NOTHING


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("quality", [20, 95])
def test_a_gradient_is_nothing(side, quality):
    """A gradient and a vignette, also with the blocks that JPEG makes of them, are no structure."""
    down, across = np.mgrid[-1 : 1 : side * 1j, -1 : 1 : side * 1j]
    linear = np.dstack([127 + 127 * down, 127 - 127 * down, np.full_like(down, 60)])
    vignette = np.dstack([250 - 120 * (down**2 + across**2)] * 3)
    for values in (linear, vignette):
        picture = PIL.Image.fromarray(values.clip(0, 255).astype(np.uint8))
        assert structure(picture) < NOTHING
        assert structure(encoded(picture, "JPEG", quality=quality)) < NOTHING
    assert value(Blank(), "spread", PIL.Image.fromarray(linear.astype(np.uint8))) > 0.9


@pytest.mark.parametrize(
    ("ground", "colour"),
    [
        ("white", (200, 30, 30)),
        ("black", (60, 60, 70)),
        ((150, 75, 75), (60, 115, 75)),  # of equal luma: grey would see nothing
        ((128, 128, 128), (128, 128, 155)),  # in one channel alone
        ("white", (225, 225, 225)),
    ],
)
def test_a_small_flat_logo_is_something(ground, colour):
    """A dot of a sixteenth of the side in one flat colour on another is valid art."""
    assert (
        structure(_drawn(ground, lambda d: d.ellipse([480, 480, 544, 544], fill=colour))) > 0.0005
    )


def test_a_thin_drawing_is_something():
    """A line of one pixel, an outline and a word are valid art."""
    line = _drawn("white", lambda d: d.line([(100, 200), (900, 700)], fill="black"))
    outline = _drawn("white", lambda d: d.ellipse([300, 300, 700, 700], outline=(90, 90, 90)))
    word = _drawn("white", lambda d: d.text((300, 500), "Hello", fill="black", font_size=24))
    for picture in (line, outline, word):
        assert structure(picture) > 0.0005
        assert structure(encoded(picture, "JPEG", quality=40)) > 0.0005


def test_pixel_art_is_something():
    """A picture of few, large or tiny pixels is valid art, and not taken for noise."""
    tiny = np.random.default_rng(0).integers(0, 4, (16, 16, 3)).astype(np.uint8) * 60
    assert structure(tiny) > 0.5
    assert structure(np.kron(tiny, np.ones((64, 64, 1), np.uint8))) > 0.01


def test_a_photograph_is_far_from_nothing():
    """A photograph has a hundred times the structure that is held to be something."""
    assert structure(photo()) > 0.03


@pytest.mark.parametrize("radius", [1, 2, 4])
def test_a_soft_photograph_is_something(radius):
    """Softness is another measure's matter: blurred over a hundredth of its side, it is not blank."""
    assert structure(photo().filter(GaussianBlur(radius))) > 0.03


def test_real_images_are_far_from_nothing(shared: Path):
    """Real photographs and generated pictures, clear sky and plain ground included, all are."""
    files = [p for p in (shared / "images").rglob("*.*") if p.suffix not in (".md", ".json")]
    found = measure(Blank(), *files)
    assert min(one["structure"].value for one in found) > 0.03
    assert min(one["spread"].value for one in found) > 0.4


@given(arrays(np.uint8, (12, 12, 3)))
def test_what_does_not_matter_changes_nothing(values):
    """Neither the order of the channels, nor a negative, nor rows for columns changes it."""
    found = structure(values)
    assert 0 <= found <= 1
    assert structure(np.ascontiguousarray(values[..., ::-1])) == found
    assert structure(255 - values) == found
    assert structure(np.ascontiguousarray(values.swapaxes(0, 1))) == found


def _drawn(ground, draw) -> PIL.Image.Image:
    picture = PIL.Image.new("RGB", (1024, 1024), ground)
    draw(PIL.ImageDraw.Draw(picture))
    return picture

"""Blocking sees the grid of poor JPEGs, wherever it lies, and no other structure."""

import re
from itertools import pairwise

import numpy as np
import PIL.Image
import pytest

from pictures import encoded, measure, noise, photo, smooth, value
from selector.images import open_image
from selector.measures.detectors.blocking import Blocking
from selector.types import NotApplicable


def step(source) -> float:
    return value(Blocking(), "step", source)


def stored(picture: PIL.Image.Image, quality: int) -> PIL.Image.Image:
    return PIL.Image.fromarray(open_image(encoded(picture, "JPEG", quality=quality)).rgb)


def test_poorer_jpeg_has_higher_steps():
    """The number rises as quality falls."""
    found = [step(stored(photo(), quality)) for quality in (95, 80, 60, 40, 20, 10)]
    assert all(more > less for less, more in pairwise(found))
    assert found[0] < 0.5
    assert found[-1] > 4


@pytest.mark.parametrize("size", [(256, 256), (512, 512), (1024, 1024), (1536, 300)])
def test_size_hardly_matters(size):
    """A poor JPEG is over 1.5 and a good one under 1 in every size and shape."""
    picture = photo().resize(size, PIL.Image.Resampling.LANCZOS)
    assert step(stored(picture, 90)) < 1
    assert step(stored(picture, 20)) > 1.5


@pytest.mark.parametrize(("left", "top"), [(0, 0), (3, 5), (7, 1)])
def test_the_grid_is_found_where_it_is(left, top):
    """A cropped JPEG is as blocky, and the evidence tells where the grid begins."""
    whole = stored(photo(), 25)
    cropped = whole.crop((left, top, *whole.size))
    (found,) = measure(Blocking(), cropped)
    assert found["step"].value == pytest.approx(step(whole), rel=0.05)
    (text,) = found["step"].evidence["texts"]
    assert re.findall(r"\d+", text) == ["8", str(-left % 8), str(-top % 8)]


def test_directions_are_equal():
    """A picture and the same one turned on its side have the same steps."""
    picture = stored(photo(), 30)
    turned = picture.transpose(PIL.Image.Transpose.TRANSPOSE)
    assert step(turned) == pytest.approx(step(picture), rel=1e-6)


@pytest.mark.parametrize("picture", [photo(), noise(512, 512), smooth(512, 512)])
def test_other_pictures_have_none(picture):
    """A photograph that never was a JPEG, noise and a gradient have no grid to tell of."""
    (found,) = measure(Blocking(), picture)
    assert found["step"].value < 0.5
    assert found["step"].evidence is None


def test_stripes_are_no_blocks():
    """What comes every eighth column but in no row is a pattern."""
    stripes = np.zeros((256, 256, 3), np.uint8)
    stripes[:, ::8] = 200
    assert step(stripes) == 0


def test_edges_one_way_only_are_no_blocks():
    """Slats 8 px wide, each of another lightness, are no grid, upright or level."""
    slats = np.random.default_rng(0).integers(60, 200, 32).repeat(8)
    grain = np.random.default_rng(1).integers(-2, 3, (256, 256))
    picture = (slats + grain).astype(np.uint8)
    for turned in (picture, picture.T):
        assert step(PIL.Image.fromarray(turned).convert("RGB")) < 0.5


def test_steps_count_up_to_a_bound():
    """What steps most at the grid and less and less off it, both ways, has the highest step: 16."""
    at = np.arange(255)
    falls = 4 * (at % 8 - 4) ** 2 * (-1) ** (at + at // 8)
    slope = np.append(0, np.cumsum(falls))
    both = 120 + slope[:, None] + slope
    assert (both.min(), both.max()) == (24, 248)
    assert step(np.dstack([both.astype(np.uint8)] * 3)) == 16


def test_plain_ground_does_not_thin_the_grid_out():
    """A poor JPEG on plain ground is nearly as blocky as without it."""
    alone = step(stored(photo(), 20))
    ground = PIL.Image.new("RGB", (1024, 1024), (40, 40, 40))
    ground.paste(photo(), (256, 256))
    assert step(stored(ground, 20)) > 0.7 * alone


@pytest.mark.parametrize("size", [(1, 1), (31, 500), (500, 31)])
def test_too_small_for_a_grid(size):
    """Under four blocks there is nothing to say."""
    (found,) = measure(Blocking(), PIL.Image.new("RGB", size, "grey"))
    assert isinstance(found["step"], NotApplicable)


@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_flat_picture_has_none(level):
    """One colour has no steps."""
    assert step(PIL.Image.new("RGB", (300, 300), (level,) * 3)) == 0


@pytest.mark.parametrize(("side", "blocky"), [(2, False), (4, False), (5, False), (8, True)])
def test_only_pixels_of_eight_are_blocks(side, blocky):
    """Pixel art in squares of 8 px counts, as the card says, and in smaller ones does not."""
    art = np.asarray(noise(60, 60)).repeat(side, axis=0).repeat(side, axis=1)
    assert (step(art) > 4) is blocky
    assert blocky or step(art) < 0.5

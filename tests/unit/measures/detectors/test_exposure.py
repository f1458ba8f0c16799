"""Exposure sees what is too dark, too light or faded, as people see lightness."""

from itertools import pairwise

import numpy as np
import PIL.Image
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from skimage.color import rgb2lab

from pictures import measure, photo, value
from selector.measures.detectors.exposure import Exposure

OUTPUTS = ("brightness", "under", "over", "faded")


def exposure(source) -> tuple[float, ...]:
    (found,) = measure(Exposure(), source)
    return tuple(found[name].value for name in OUTPUTS)


def stops(picture: PIL.Image.Image, number: float) -> PIL.Image.Image:
    """Return the picture with so many stops more light, sRGB taken as a power of 2.2."""
    return picture.point(lambda level: min(255, round(level * 2 ** (number / 2.2))))


@pytest.mark.parametrize(("level", "expected"), [(0, (0, 1, 0, 0)), (255, (1, 0, 1, 1))])
def test_black_and_white_are_the_ends(level, expected):
    """Black has no light tone, white no dark one, and all of it is burnt out."""
    assert exposure(PIL.Image.new("RGB", (64, 64), (level,) * 3)) == expected


@given(st.tuples(*[st.integers(0, 255)] * 3))
def test_brightness_is_lightness_as_the_standard_has_it(colour):
    """Of any colour it is the CIE L* that scikit-image computes."""
    pixels = np.full((2, 2, 3), colour, np.uint8)
    wanted = rgb2lab(pixels)[0, 0, 0] / 100
    assert value(Exposure(), "brightness", pixels) == pytest.approx(wanted, abs=2e-4)


@given(arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 9), st.just(3))))
def test_it_stays_in_its_range(pixels):
    """Tiny and odd pictures of any content stay between 0 and 1."""
    assert all(0 <= found <= 1 for found in exposure(pixels))


def test_less_light_is_more_under():
    """With every stop less the light tones go, and none becomes burnt out."""
    found = [exposure(stops(photo(), -number)) for number in range(5)]
    assert all(darker[1] > lighter[1] + 0.05 for lighter, darker in pairwise(found))
    assert found[-1][1] > 0.6
    assert all(darker[2] <= lighter[2] for lighter, darker in pairwise(found))


def test_more_light_is_more_over():
    """With every stop more, more is burnt out."""
    found = [value(Exposure(), "over", stops(photo(), number)) for number in range(4)]
    assert all(more > less for less, more in pairwise(found))
    assert found[0] < 0.02
    assert found[-1] > 0.3


def test_haze_is_faded():
    """The more white is mixed in, the fewer dark tones are left; light ones stay."""
    white = PIL.Image.new("RGB", photo().size, "white")
    found = [exposure(PIL.Image.blend(photo(), white, share)) for share in (0, 0.2, 0.4, 0.6)]
    assert all(more[3] > less[3] + 0.1 for less, more in pairwise(found))
    assert max(one[1] for one in found) < 0.05


@pytest.mark.parametrize("side", [128, 256, 700, 2048])
def test_size_does_not_matter(side):
    """A photograph has the same exposure in every size."""
    resized = photo().resize((side, side), PIL.Image.Resampling.BICUBIC)
    assert exposure(resized) == pytest.approx(exposure(photo()), abs=0.02)


def test_one_burnt_channel_is_a_colour():
    """A pure red or blue is as light as a colour can be, and not burnt out; yellow light is."""
    for colour, burnt in (((255, 0, 0), 0), ((0, 0, 255), 0), ((255, 255, 120), 1)):
        assert value(Exposure(), "over", PIL.Image.new("RGB", (32, 32), colour)) == burnt


def test_what_is_burnt_out_is_boxed():
    """A white patch in a photograph is the one box, in pixels of the original."""
    picture = stops(photo(), -1).resize((1024, 1024))
    picture.paste("white", (600, 100, 900, 300))
    (found,) = measure(Exposure(), picture)
    (box,) = found["over"].evidence["boxes"]
    np.testing.assert_allclose(box["box"], (600, 100, 900, 300), atol=8)
    assert box["share"] == pytest.approx(300 * 200 / 1024**2, rel=0.1)


def test_people_of_any_skin_are_neither_dark_nor_light(shared):
    """Real photographs, of dark and light skin, stay far from the same ones a tenth as light."""
    for path in sorted((shared / "images/people_real").glob("*.jp*g")):
        with PIL.Image.open(path) as opened:
            picture = opened.convert("RGB")
        _, under, _, faded = exposure(picture)
        assert under < 0.5, path.name
        assert faded < 0.5, path.name
        assert value(Exposure(), "under", picture.point(lambda level: level // 10)) > 0.75

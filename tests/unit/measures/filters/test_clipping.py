"""Clipping counts what is pure black and pure white."""

import numpy as np
import PIL.Image
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pictures import encoded, measure, photo
from selector.measures.filters.clipping import Clipping


def clipped(source) -> tuple[float, float]:
    (found,) = measure(Clipping(), source)
    return found["shadows"].value, found["highlights"].value


@given(st.integers(0, 100), st.integers(0, 100))
def test_shares_are_exact(black, white):
    """So many black and so many white pixels among 300 are just those shares."""
    pixels = np.full((300, 3), 128, np.uint8)
    pixels[:black] = 0
    pixels[300 - white :] = 255
    assert clipped(pixels.reshape(20, 15, 3)) == (black / 300, white / 300)


def test_near_the_ends_counts_as_the_end():
    """Two levels off pure is what codecs leave of pure; three is a tone of its own."""
    tones = np.array([[[0, 1, 2], [0, 0, 3], [253, 254, 255], [252, 255, 255]]], np.uint8)
    assert clipped(tones) == (0.25, 0.25)
    for colour, share in (("black", (1, 0)), ("white", (0, 1))):
        page = PIL.Image.new("RGB", (64, 64), colour)
        assert clipped(encoded(page, "JPEG", quality=60)) == share


def test_a_saturated_colour_is_not_clipped():
    """Pure red has channels at both ends and yet is neither black nor white."""
    assert clipped(PIL.Image.new("RGB", (8, 8), (255, 0, 0))) == (0, 0)


def test_overexposure_shows():
    """More light in a photograph means more white and not more black."""
    exposed = [clipped(photo().point(lambda v, gain=gain: v * gain)) for gain in (1, 1.5, 2, 3)]
    highlights = [share for _, share in exposed]
    assert highlights == sorted(highlights)
    assert highlights[0] < 0.02
    assert highlights[-1] > 0.4
    assert exposed[-1][0] <= exposed[0][0]


@given(arrays(np.uint8, (6, 5, 3), elements=st.sampled_from([0, 2, 3, 252, 253, 255])))
def test_size_and_sign_mean_nothing(pixels):
    """Doubling every pixel changes nothing; a negative changes the ends for each other."""
    shadows, highlights = clipped(pixels)
    assert 0 <= shadows + highlights <= 1
    assert clipped(np.kron(pixels, np.ones((2, 2, 1), np.uint8))) == (shadows, highlights)
    assert clipped(255 - pixels) == (highlights, shadows)

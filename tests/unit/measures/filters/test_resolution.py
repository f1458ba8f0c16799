"""Resolution says how many pixels a picture has, upright, without decoding any."""

import numpy as np
import PIL.Image
from hypothesis import given
from hypothesis import strategies as st

from pictures import encoded, measure, noise
from selector.images import PixelBudget, open_image
from selector.measures.base import Subject
from selector.measures.filters.resolution import Resolution


@given(st.integers(1, 300), st.integers(1, 300))
def test_sides_and_aspect(width, height):
    """Width, height, the shorter of them and their ratio are those of the picture."""
    (found,) = measure(Resolution(), np.zeros((height, width, 3), np.uint8))
    values = {name: score.value for name, score in found.items()}
    assert values == {
        "width": width,
        "height": height,
        "short_side": min(width, height),
        "aspect": width / height,
    }


def test_a_turned_picture_is_measured_upright():
    """A portrait that the camera stored lying is a portrait."""
    exif = PIL.Image.Exif()
    exif[0x0112] = 8
    (found,) = measure(Resolution(), encoded(noise(40, 20), "JPEG", exif=exif))
    assert (found["width"].value, found["height"].value) == (20, 40)
    assert found["aspect"].value == 0.5


def test_nothing_is_decoded():
    """It costs only the header, so even a file that breaks off after it is measured."""
    budget = PixelBudget()
    image = open_image(encoded(noise(64, 64), "PNG")[:200], budget=budget)
    (found,) = Resolution().run([Subject(image)])
    assert found["short_side"].value == 64
    assert budget.decodes == 0

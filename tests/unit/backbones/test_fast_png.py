"""PNG written quickly is PNG: what a judge decodes is what was shown."""

import io

import numpy as np
import PIL.Image
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from pictures import noise
from selector.backbones.fast_png import png

SHAPES = array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=40).map(lambda two: (*two, 3))


def read(file: bytes) -> PIL.Image.Image:
    picture = PIL.Image.open(io.BytesIO(file))
    picture.load()
    return picture


@given(arrays(np.uint8, SHAPES, elements=st.integers(0, 255)))
def test_what_is_decoded_is_what_was_encoded(picture):
    """Any picture comes back pixel for pixel, through another decoder, with all its checksums."""
    found = read(png(picture))
    assert found.format == "PNG"
    assert found.mode == "RGB"
    np.testing.assert_array_equal(np.asarray(found), picture)


@pytest.mark.parametrize("turn", ["mirrored", "transposed", "every second"])
def test_views_of_arrays_are_pictures_too(turn):
    """Memory in another order is read as what it shows."""
    whole = np.asarray(noise(30, 20))
    views = {
        "mirrored": whole[:, ::-1],
        "transposed": whole.transpose(1, 0, 2),
        "every second": whole[::2, ::2],
    }
    np.testing.assert_array_equal(np.asarray(read(png(views[turn]))), views[turn])


def test_it_holds_nothing_but_the_picture():
    """No text, no date, no profile goes to whoever is asked."""
    assert read(png(np.asarray(noise(8, 8)))).info == {}


def test_flat_pictures_are_small():
    """A drawing of one colour is not sent as megabytes."""
    assert len(png(np.full((1024, 1024, 3), 200, np.uint8))) < 60_000

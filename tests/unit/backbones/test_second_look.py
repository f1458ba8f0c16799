"""Tiles for the small."""

import numpy as np
import PIL.Image
import pytest
from hypothesis import given
from hypothesis import strategies as st

from selector.backbones.landmarker import Landmarker
from selector.backbones.second_look import find_also_small, overlap, shrunk, tiles
from selector.images import open_image
from selector.images.srgb import Pixels

SIDES = st.integers(1, 3000)
SHARES = st.floats(0, 1)


def boxes(width: int, height: int) -> st.SearchStrategy[tuple[float, float, float, float]]:
    """Boxes inside a picture, of at least a hundredth of a pixel."""
    spans = [
        st.tuples(st.floats(0, side - 0.01), SHARES).map(
            lambda at, side=side: (at[0], max(at[0] + 0.01, at[0] + at[1] * (side - at[0])))
        )
        for side in (width, height)
    ]
    return st.tuples(*spans).map(lambda xy: (xy[0][0], xy[1][0], xy[0][1], xy[1][1]))


def inside(part: tuple[float, ...], whole: tuple[float, ...]) -> bool:
    """Return whether one box lies in the other."""
    return (
        whole[0] <= part[0] and whole[1] <= part[1] and part[2] <= whole[2] and part[3] <= whole[3]
    )


@given(width=st.integers(200, 3000), height=st.integers(200, 3000), x=SHARES, y=SHARES)
def test_what_is_small_is_whole_in_some_tile(width: int, height: int, x: float, y: float) -> None:
    """A thing too small for the whole picture, 12 % of its sides, is cut by some tiles, not all."""
    wide, high = 0.12 * width, 0.12 * height
    left, top = x * (width - wide), y * (height - high)
    thing = (left, top, left + wide, top + high)

    assert any(inside(thing, tile) for tile in tiles(width, height))


@given(width=SIDES, height=SIDES)
def test_no_tile_is_empty_or_leaves_the_picture(width: int, height: int) -> None:
    """Of any picture every tile is a real part of it."""
    for x0, y0, x1, y1 in tiles(width, height):
        assert 0 <= x0 < x1 <= width
        assert 0 <= y0 < y1 <= height


@given(one=boxes(100, 100), other=boxes(100, 100))
def test_overlap_is_a_share_and_has_no_direction(
    one: tuple[float, float, float, float], other: tuple[float, float, float, float]
) -> None:
    """It lies in [0, 1], is the same from both sides, and 1 where one box lies in the other."""
    assert 0 <= overlap(one, other) <= 1 + 1e-9
    assert overlap(one, other) == overlap(other, one)
    if inside(one, other):
        assert overlap(one, other) == pytest.approx(1)


def test_boxes_that_only_touch_do_not_overlap() -> None:
    """Neighbours are two things."""
    assert overlap((0, 0, 10, 10), (10, 0, 20, 10)) == 0


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((512, 300), (512, 300)),
        ((2048, 1024), (1024, 512)),
        ((2048, 3), (1024, 2)),
        ((1, 5000), (1, 1024)),
    ],
)
def test_large_pictures_are_shrunk(size: tuple[int, int], expected: tuple[int, int]) -> None:
    """The long side becomes 1024 at most, the short side 1 at least; small ones stay."""
    image = open_image(PIL.Image.new("RGB", size))

    assert shrunk(image).shape == (expected[1], expected[0], 3)


def test_small_faces_are_found_in_tiles(faces: Landmarker, astronaut: Pixels) -> None:
    """A face of 6 % of the long side, which the whole picture hides, is found at its place."""
    factor = 62 / 105
    small = PIL.Image.fromarray(astronaut).resize((302, 302), PIL.Image.Resampling.LANCZOS)
    picture = PIL.Image.new("RGB", (1024, 1024), (120, 130, 140))
    picture.paste(small, (430, 610))
    pixels = np.asarray(picture)
    assert faces.find(pixels) == []

    (face,) = find_also_small(faces, pixels)

    expected = np.array([181, 72, 270, 177]) * factor + [430, 610, 430, 610]
    np.testing.assert_allclose(face.box, expected, atol=8)


def test_one_face_is_one_face(faces: Landmarker, astronaut: Pixels) -> None:
    """What the whole picture and several tiles show is counted once."""
    assert len(find_also_small(faces, astronaut)) == 1

"""Tiles for the small, crops for the doubtful."""

import numpy as np
import PIL.Image
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from selector.backbones.landmarker import Found, Landmarker
from selector.backbones.second_look import (
    again,
    crops,
    find_also_small,
    landmark_jitter,
    overlap,
    shrunk,
    spread,
    tiles,
)
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


@given(width=SIDES, height=SIDES, data=st.data())
def test_no_look_is_empty_or_leaves_the_picture(
    width: int, height: int, data: st.DataObject
) -> None:
    """Of any picture and any box in it, every tile and every crop is a real part of it."""
    box = data.draw(boxes(width, height))

    for x0, y0, x1, y1 in tiles(width, height) + crops(box, width, height):
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


def test_a_real_face_does_not_jitter(faces: Landmarker, astronaut: Pixels) -> None:
    """The landmarks of a clear face stay within 2 % of it, however it is looked at."""
    (face,) = faces.find(astronaut)

    assert landmark_jitter(faces, astronaut, face) < 0.02


def test_what_is_never_found_again_jitters_fully(faces: Landmarker, grey: Pixels) -> None:
    """A face that no second look confirms has the worst jitter."""
    points = np.array([[100.0, 100.0], [160.0, 160.0]])

    assert landmark_jitter(faces, grey, Found(points, (100, 100, 160, 160))) == 1


def test_looks_that_agree_have_no_spread() -> None:
    """Equal looks are 0; of four looks one that found nothing makes it a quarter."""
    look = np.array([[1.0, 2.0], [3.0, 4.0]])

    assert spread([look] * 4, 10) == 0
    assert spread([look, None, look, look], 10) == 0.25
    assert spread([None, None], 10) == 1


def test_spread_is_measured_in_sides() -> None:
    """One of three looks, 6 px beside the others on a thing of 10 px, makes 0.6 / 3."""
    look = np.array([[1.0, 2.0], [3.0, 4.0]])
    beside = look + np.array([0, 6])

    assert spread([look, look, beside], 10) == pytest.approx(0.2)
    assert spread([look, look, beside], 20) == pytest.approx(0.1)


@given(
    looks=st.lists(
        st.none() | arrays(np.float64, (3, 2), elements=st.floats(-100, 100)), min_size=1
    ),
    side=st.floats(1, 50),
)
def test_spread_is_a_share(looks: list[np.ndarray | None], side: float) -> None:
    """Whatever the looks saw, the spread lies in [0, 1]."""
    assert 0 <= spread(looks, side) <= 1


def test_found_again_means_at_the_same_place() -> None:
    """Of several things in a crop the one that lies where it was is taken, or none."""
    there = Found(np.array([[10.0, 10.0], [20.0, 20.0]]), (10, 10, 20, 20))
    close = Found(np.array([[11.0, 10.0], [21.0, 20.0]]), (11, 10, 21, 20))
    turned = Found(np.array([[20.0, 20.0], [10.0, 10.0]]), (10, 10, 20, 20))
    far = Found(np.array([[50.0, 50.0], [60.0, 60.0]]), (50, 50, 60, 60))

    assert again([far, turned, close], there) is close.points
    assert again([far], there) is None
    assert again([], there) is None

"""Turned squares: where they lie, and what they show."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from selector.backbones.crops import Crop, Points, crop_of_face, crop_of_hand, cut

PLACES = st.floats(-500, 500)
ANGLES = st.floats(-math.pi, math.pi)
CROPS = st.builds(Crop, x=PLACES, y=PLACES, side=st.floats(1, 500), angle=ANGLES)


def turned(points: Points, angle: float, scale: float, shift: tuple[float, float]) -> Points:
    """Return points turned clockwise about the corner, scaled, then shifted."""
    cos, sin = math.cos(angle) * scale, math.sin(angle) * scale
    return points @ np.array([(cos, sin), (-sin, cos)]) + shift


@given(crop=CROPS, points=arrays(np.float64, (4, 2), elements=PLACES))
def test_shares_and_pixels_are_two_names_of_a_place(crop: Crop, points: Points) -> None:
    """What is told in shares of a crop and back is where it was."""
    np.testing.assert_allclose(crop.to_picture(crop.to_shares(points)), points, atol=1e-6)


@given(crop=CROPS)
def test_the_middle_is_the_middle(crop: Crop) -> None:
    """Half across and half down is the crop's middle, however it is turned."""
    (middle,) = crop.to_picture(np.array([(0.5, 0.5)]))

    np.testing.assert_allclose(middle, (crop.x, crop.y), atol=1e-9)


@given(crop=CROPS, across=st.floats(-1, 1), down=st.floats(-1, 1))
def test_a_shift_goes_along_the_crop_s_own_edges(crop: Crop, across: float, down: float) -> None:
    """What lies in the middle of the shifted crop lay that far from the middle of the first."""
    moved = crop.moved(across, down)

    (share,) = crop.to_shares(np.array([(moved.x, moved.y)]))
    np.testing.assert_allclose(share, (0.5 + across, 0.5 + down), atol=1e-6)


def test_an_upright_crop_is_what_slicing_gives() -> None:
    """Of its own size and not turned, the pixels are the very same."""
    picture = np.random.default_rng(0).integers(0, 256, (60, 80, 3), np.uint8)

    shown = cut(picture, Crop(x=40, y=25, side=20, angle=0), 20)

    np.testing.assert_array_equal(shown, picture[15:35, 30:50])


def test_a_quarter_turn_shows_the_picture_turned_back() -> None:
    """A crop whose top edge looks down shows what is right of its middle at the top."""
    picture = np.random.default_rng(0).integers(0, 256, (20, 20, 3), np.uint8)

    shown = cut(picture, Crop(x=10, y=10, side=20, angle=math.pi / 2), 20)

    np.testing.assert_array_equal(shown, np.rot90(picture))


def test_beyond_the_picture_its_border_goes_on() -> None:
    """A crop outside on the left shows the left border's colours, row by row."""
    picture = np.random.default_rng(0).integers(0, 256, (30, 30, 3), np.uint8)

    shown = cut(picture, Crop(x=-50, y=15, side=30, angle=0), 30)

    np.testing.assert_array_equal(shown, picture[:, :1].repeat(30, axis=1))


@pytest.mark.parametrize(("crop_of", "count"), [(crop_of_hand, 21), (crop_of_face, 478)])
@given(angle=ANGLES, scale=st.floats(0.5, 3), shift=st.tuples(PLACES, PLACES))
def test_the_crop_turns_and_grows_with_the_thing(
    crop_of: Callable[[Points], Crop],
    count: int,
    angle: float,
    scale: float,
    shift: tuple[float, float],
) -> None:
    """In its own crop a hand or a face looks the same, wherever and however it lies."""
    points = np.random.default_rng(1).uniform(0, 200, (count, 2))
    other = turned(points, angle, scale, shift)

    np.testing.assert_allclose(
        crop_of(other).to_shares(other), crop_of(points).to_shares(points), atol=1e-6
    )


@given(points=arrays(np.float64, (21, 2), elements=st.floats(0, 100)))
def test_a_hand_points_up_in_its_crop(points: Points) -> None:
    """Its knuckles lie straight above its wrist."""
    knuckles = (points[5] + points[13]) / 4 + points[9] / 2
    assume(np.linalg.norm(knuckles - points[0]) > 1)

    crop = crop_of_hand(points)
    wrist, above = crop.to_shares(np.stack([points[0], knuckles]))

    assert wrist[0] == pytest.approx(above[0], abs=1e-6)
    assert above[1] < wrist[1]


def test_landmarks_in_one_place_still_have_a_crop() -> None:
    """Of nothing that has a size the crop is one pixel, not none."""
    assert crop_of_hand(np.zeros((21, 2))).side == 1

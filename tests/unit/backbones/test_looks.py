"""Eleven looks at one thing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from selector.backbones.crops import Crop, crop_of_face
from selector.backbones.landmarker import Landmarker
from selector.backbones.litert import LandmarkNetwork, Seen
from selector.backbones.looks import around, look_again, together
from selector.images.srgb import Pixels

SQUARE = np.array([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0], [10.0, 10.0]])


def test_there_are_eleven_and_the_first_is_the_thing_s_own() -> None:
    """No two looks are the same, and none leaves out the middle of what is looked at."""
    crop = Crop(50, 60, 40, 0.3)
    crops = around(crop)

    assert len(set(crops)) == 11
    assert crops[0] == crop
    for each in crops:
        (middle,) = each.to_shares(np.array([(50.0, 60.0)]))
        assert np.all((middle > 0.3) & (middle < 0.7))


def test_looks_that_agree_do_not_jitter() -> None:
    """Equal landmarks in every look: no jitter, and the median is what they are."""
    looks = together([Seen(SQUARE, 0.9)] * 11)

    assert looks.jitter == 0
    np.testing.assert_array_equal(looks.points, SQUARE)
    assert looks.right is None


def test_jitter_is_measured_in_sides() -> None:
    """One of three looks, 6 px beside the others on a thing of 10 px, makes 0.6 / 3."""
    beside = SQUARE + np.array([0, 6])
    seen = [Seen(points, 1.0) for points in (SQUARE, SQUARE, beside)]

    assert together(seen).jitter == pytest.approx(0.2)
    larger = [Seen(each.points * 7, 1.0) for each in seen]
    assert together(larger).jitter == pytest.approx(0.2)


def test_the_least_sure_look_speaks_for_all_and_the_side_is_the_mean() -> None:
    """One look that sees no hand is enough to doubt; left and right are weighed."""
    looks = together([Seen(SQUARE, 0.9, 0.8), Seen(SQUARE, 0.3, 0.6), Seen(SQUARE, 0.7, 0.1)])

    assert looks.presence == 0.3
    assert looks.right == pytest.approx(0.5)


@given(points=arrays(np.float64, (3, 4, 2), elements=st.floats(-1000, 1000)))
def test_jitter_is_a_share(points: np.ndarray) -> None:
    """Whatever the looks saw, it lies in [0, 1]."""
    assert 0 <= together([Seen(each, 0.5) for each in points]).jitter <= 1


def test_a_real_face_does_not_jitter_and_a_wall_does(
    faces: Landmarker, face_network: LandmarkNetwork, astronaut: Pixels
) -> None:
    """A clear face stays within 2 % and is surely one; where there is none, neither holds."""
    (face,) = faces.find(astronaut)
    wall = np.random.default_rng(0).integers(90, 160, astronaut.shape, np.uint8)

    seen = look_again(face_network, astronaut, face.points)
    unseen = look_again(face_network, wall, face.points)

    assert seen.jitter < 0.02 < unseen.jitter
    assert seen.presence > 0.9
    assert unseen.presence < 0.1


def test_looks_follow_a_turned_picture(
    faces: Landmarker, face_network: LandmarkNetwork, astronaut: Pixels
) -> None:
    """Of a face on its side the landmarks are those of the upright one, turned."""
    (face,) = faces.find(astronaut)
    side = astronaut.shape[0]
    turned = np.stack([face.points[:, 1], side - face.points[:, 0]], axis=1)

    seen = look_again(face_network, np.ascontiguousarray(np.rot90(astronaut)), turned)

    assert np.linalg.norm(seen.points - turned, axis=1).mean() < 0.03 * face.side
    assert crop_of_face(turned).angle == pytest.approx(crop_of_face(face.points).angle - np.pi / 2)

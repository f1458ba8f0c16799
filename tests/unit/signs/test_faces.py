"""What is told of one face from its landmarks, on faces made of points."""

import numpy as np
import pytest

from selector.signs.face_chip import BROWS, EYES, OVAL, chip_of
from selector.signs.faces import PAIRS, asymmetry, openness

POINTS = 478


def head() -> np.ndarray:
    """Return the landmarks of a symmetric head in space, shape (478, 3), about 200 px tall."""
    random = np.random.default_rng(0)
    points = np.zeros((POINTS, 3))
    points[:2] = (0, -100, 0), (0, 100, 0)
    for right, left in PAIRS:
        x, y, z = random.uniform(10, 70), random.uniform(-90, 90), random.uniform(-40, 40)
        points[right], points[left] = (-x, y, z), (x, y, z)
    return points


def seen(points: np.ndarray, *, yaw: float = 0, pitch: float = 0, roll: float = 0) -> np.ndarray:
    """Return a picture of points, shape (K, 2), from afar, of a head turned by degrees."""
    for angle, (first, second) in ((yaw, (0, 2)), (pitch, (1, 2)), (roll, (0, 1))):
        cos, sin = np.cos(np.radians(angle)), np.sin(np.radians(angle))
        points = points.copy()
        points[:, first], points[:, second] = (
            cos * points[:, first] - sin * points[:, second],
            sin * points[:, first] + cos * points[:, second],
        )
    return points[:, :2] + 300


@pytest.mark.parametrize("yaw", [0, 30, 60])
@pytest.mark.parametrize("pitch", [0, 25])
@pytest.mark.parametrize("roll", [0, 40, 90, 180])
def test_a_turned_head_is_no_less_symmetric(yaw, pitch, roll):
    """However a symmetric head is turned, from afar its features lie level."""
    assert asymmetry(seen(head(), yaw=yaw, pitch=pitch, roll=roll)) < 1e-9


@pytest.mark.parametrize("yaw", [0, 40])
def test_the_lower_one_eye_the_less_symmetric(yaw):
    """An eye and brow that slip down are told, and more of it tells more, on a turned head too."""
    told = []
    for slip in (2, 6, 12):
        points = head()
        points[[*EYES[0], *BROWS[0]], 1] += slip
        told.append(asymmetry(seen(points, yaw=yaw)))
    assert 0.001 < told[0] < told[1] < told[2]


def test_symmetry_does_not_depend_on_size():
    """The same face ten times as large is as crooked."""
    points = head()
    points[list(EYES[0]), 1] += 8
    assert asymmetry(seen(points) * 10) == pytest.approx(asymmetry(seen(points)))


def oval(x: float, y: float) -> np.ndarray:
    """Return landmarks of a face, 100 px wide and 128 high, its middle here, all else a point."""
    points = np.full((POINTS, 2), (x, y), np.float64)
    angle = np.linspace(0, 2 * np.pi, len(OVAL), endpoint=False)
    points[list(OVAL)] += np.column_stack([50 * np.sin(angle), -64 * np.cos(angle)])
    return points


def test_a_face_of_which_hardly_any_lies_in_the_picture_makes_no_chip() -> None:
    """Of 3 columns of it nothing can be told; of 12 it can."""
    picture = np.zeros((200, 300, 3), np.uint8)
    assert chip_of(picture, oval(-47, 100)) is None
    assert chip_of(picture, oval(-38, 100)) is not None


def test_a_strip_of_a_face_makes_no_chip() -> None:
    """In a picture 2 px high no pixel has neighbours, and in one 3 px high hardly any has."""
    for high in (1, 2, 3):
        assert chip_of(np.zeros((high, 300, 3), np.uint8), oval(150, high / 2)) is None


def with_eyes(*gaps: float) -> np.ndarray:
    """Return landmarks of two level eyes of width 40 and of these gaps between the lids."""
    points = np.zeros((POINTS, 2))
    for eye, gap, left in zip(EYES, gaps, (0, 100), strict=True):
        lids = np.linspace(0, 40, 9)
        points[list(eye[:9])] = np.column_stack([lids + left, np.full(9, gap / 2)])
        points[list(eye[9:])] = np.column_stack([lids[7:0:-1] + left, np.full(7, -gap / 2)])
        points[eye[0]], points[eye[8]] = (left, 0), (left + 40, 0)
    return points


def test_openness_is_that_of_the_less_open_eye():
    """A quarter of its width is a quarter; a wink is as shut as the eye that winks."""
    assert openness(with_eyes(10, 10)) == pytest.approx(0.25)
    assert openness(with_eyes(2, 10)) == openness(with_eyes(10, 2)) == pytest.approx(0.05)
    assert openness(with_eyes(0, 0)) == 0


@pytest.mark.parametrize(
    "points",
    [
        np.zeros((POINTS, 2)),
        np.full((POINTS, 2), 5e4),
        np.column_stack([np.arange(POINTS) / 100.0, np.full(POINTS, 3.0)]),
        np.column_stack([np.arange(POINTS) * -1.0, np.arange(POINTS) * -1.0]),
    ],
    ids=["a point", "far outside", "a line", "beyond the corner"],
)
def test_what_is_no_face_makes_no_chip_and_sound_numbers(points):
    """Landmarks that lie in one place, in a line or outside the picture break nothing."""
    assert chip_of(np.zeros((64, 64, 3), np.uint8), points) is None
    assert 0 <= asymmetry(points) <= 1
    assert 0 <= openness(points) <= 1

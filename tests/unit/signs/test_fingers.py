"""What the landmarks of a hand say of its fingers and its skin, on hands that are drawn."""

import math
from collections.abc import Sequence

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from selector.backbones.crops import Points
from selector.images.srgb import Pixels
from selector.signs.fingers import fingers_of, gap, palm_length

PALM = 100.0  # px from the wrist to the middle knuckle
SKINS = {"light": (236, 200, 178), "olive": (190, 145, 105), "brown": (120, 78, 55),
         "dark": (66, 44, 36)}  # fmt: skip
WALL = (70, 110, 150)


def hand(spread: float = 0.12) -> Points:
    """Return the landmarks of an open hand, upright, its wrist at (200, 330)."""
    points = [(200.0, 330.0), (160, 300), (135, 275), (115, 250), (98, 228)]
    for number in range(4):
        angle = (number - 1.5) * spread * 2
        x, y = 162 + 25.0 * number, 232 - 4 * (number in (1, 2))
        steps = (0, 38, 64, 86)
        points += [(x + math.sin(angle) * step, y - math.cos(angle) * step) for step in steps]
    return np.array(points, np.float64)


def drawn(
    points: Points,
    skin: tuple[int, int, int] = SKINS["light"],
    fingers: Sequence[int] = range(5),
    sixth: float = 0,
) -> Pixels:
    """Return a picture of the hand with some fingers, and a sixth of so many pixels if any."""
    picture = np.full((420, 400, 3), WALL, np.uint8)
    places = np.round(points).astype(int)
    palm = cv2.convexHull(places[[0, 1, 2, 5, 9, 13, 17]])
    cv2.fillConvexPoly(picture, palm, skin)
    chains = [places[1 + 4 * number : 5 + 4 * number] for number in fingers]
    cv2.polylines(picture, [palm, *chains], False, skin, 20)
    if sixth:
        root = places[17]
        end = root + np.round(np.array([0.8, -0.6]) * (sixth + 20)).astype(int)
        cv2.line(picture, root.tolist(), end.tolist(), skin, 20)
    cv2.rectangle(picture, (180, 330), (220, 420), skin, -1)
    noise = np.random.default_rng(0).normal(0, 3, picture.shape)
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("skin", SKINS)
def test_five_fingers_are_explained(skin: str) -> None:
    """A whole hand, light or dark: no skin is left over and no finger is bare."""
    points = hand()

    said = fingers_of(drawn(points, SKINS[skin]), points)

    assert said.stray < 0.02
    assert said.bare < 0.02
    assert said.gap > 0.9


@pytest.mark.parametrize("skin", SKINS)
def test_a_sixth_finger_is_stray_and_a_longer_one_more_so(skin: str) -> None:
    """Skin beyond the five fingers counts, in every skin tone, by its size."""
    points = hand()

    strays = [
        fingers_of(drawn(points, SKINS[skin], sixth=length), points).stray for length in (0, 40, 70)
    ]

    assert strays[0] + 0.03 < strays[1] < strays[2]


@pytest.mark.parametrize("lost", range(1, 5))
def test_a_finger_that_is_not_there_is_bare(lost: int) -> None:
    """Landmarks on a plain wall are a finger without skin: about a fifth of all fingers."""
    points = hand()
    there = [number for number in range(5) if number != lost]

    assert 0.1 < fingers_of(drawn(points, fingers=there), points).bare < 0.25


def test_two_fingers_placed_on_one_have_no_gap() -> None:
    """Where the middle finger's landmarks lie on the index finger, the gap is about nothing."""
    points = hand()
    points[10:13] = points[6:9]

    assert gap(points) < 0.05


def test_fingers_side_by_side_have_the_gap_of_their_knuckles() -> None:
    """Parallel fingers are as far apart as their knuckles, spread ones farther."""
    assert gap(hand(spread=0)) == pytest.approx(1, abs=0.02)
    assert gap(hand(spread=0.2)) > 1.3


@given(angle=st.floats(-math.pi, math.pi), scale=st.floats(0.5, 4), shift=st.floats(-100, 100))
def test_the_gap_does_not_depend_on_place_size_or_turn(
    angle: float, scale: float, shift: float
) -> None:
    """It is a proportion of the hand itself."""
    cos, sin = math.cos(angle) * scale, math.sin(angle) * scale
    moved = hand() @ np.array([(cos, sin), (-sin, cos)]) + shift

    assert gap(moved) == pytest.approx(gap(hand()))
    assert palm_length(moved) == pytest.approx(palm_length(hand()) * scale)


def test_a_hand_seen_from_the_side_has_no_false_gap() -> None:
    """Where the knuckles too lie in one place, fingers in one place are no sign."""
    points = hand(spread=0)
    points[5:, 0] = 200 + (points[5:, 0] - 200) * 0.2  # the fingers, one behind the other

    assert gap(points) > 0.4


def test_a_larger_picture_says_the_same() -> None:
    """At three times the size the fingers are as they were."""
    points = hand()
    picture = drawn(points, sixth=70)
    large = cv2.resize(picture, None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC)

    said, larger = fingers_of(picture, points), fingers_of(large, points * 3)

    assert larger.stray == pytest.approx(said.stray, abs=0.03)
    assert larger.bare == pytest.approx(said.bare, abs=0.03)


def test_what_goes_on_beyond_the_hand_is_not_stray() -> None:
    """An arm or a wall in the colour of the skin, from edge to edge, is no finger."""
    points = hand()
    picture = drawn(points)
    picture[:, 280:] = SKINS["light"]

    assert fingers_of(picture, points).stray < 0.05


def test_what_lies_behind_the_wrist_is_not_stray() -> None:
    """A forearm broader than the landmarks tell, ending inside the crop, is no finger."""
    points = hand()
    picture = drawn(points)
    picture[345:] = WALL
    picture[325:345, 120:280] = SKINS["light"]

    assert fingers_of(picture, points).stray < 0.02


@pytest.mark.parametrize("shape", [(1, 1, 3), (3, 2048, 3), (64, 64, 3)])
@pytest.mark.parametrize("points", [np.zeros((21, 2)), np.full((21, 2), -500.0), hand()])
def test_landmarks_of_nothing_give_numbers(shape: tuple[int, int, int], points: Points) -> None:
    """On a black picture, in one place or outside, every number is finite and in its range."""
    said = fingers_of(np.zeros(shape, np.uint8), points)

    assert 0 <= said.gap < math.inf
    assert 0 <= said.stray < math.inf
    assert 0 <= said.bare <= 1

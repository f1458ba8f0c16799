"""Whose arm a hand ends, and what size fits it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from selector.backbones.landmarker import Found, Landmarker, Points
from selector.images.srgb import Pixels
from selector.signs.bodies import arm_of, ends_of_arms, height

JOINTS = {  # of a person 1000 px tall who faces us, arms hanging: their left is right of us
    11: (300, 200), 12: (100, 200),
    13: (300, 386), 14: (100, 386),
    15: (300, 532), 16: (100, 532),
    17: (305, 580), 18: (95, 580),
    19: (300, 590), 20: (100, 590),
    23: (260, 488), 24: (140, 488),
}  # fmt: skip


def body(seen: float = 1.0) -> Found:
    """Return the person, every joint seen this surely."""
    points = np.zeros((33, 2))
    for joint, place in JOINTS.items():
        points[joint] = place
    return Found(points, (100, 200, 305, 590), visible=np.full(33, seen))


def hand(x: float, y: float, palm: float = 57) -> Points:
    """Return landmarks of a hand that hangs from a wrist here."""
    points = np.zeros((21, 2))
    points[1:] = np.linspace((0, palm), (0, palm), 20)
    return points + np.array([x, y])


def test_a_hand_at_the_end_of_an_arm_is_that_arm_s() -> None:
    """The left wrist's hand is a left one, and a palm of its person's size fits."""
    left, right = arm_of(hand(302, 540), [body()]), arm_of(hand(98, 528), [body()])

    assert left is not None
    assert right is not None
    assert (left.side, right.side) == ("left", "right")
    assert left.palm == pytest.approx(57, rel=0.05)


@pytest.mark.parametrize("place", [(200, 532), (300, 300), (900, 900)])
def test_a_hand_elsewhere_is_nobody_s(place: tuple[float, float]) -> None:
    """Between both wrists, at the shoulder or far away no arm is taken for its own."""
    assert arm_of(hand(*place), [body()]) is None


def test_two_arms_that_end_in_one_place_are_told_apart_by_none() -> None:
    """Of folded hands it is not said whose arm is whose."""
    folded = body()
    folded.points[16] = folded.points[15] + (4, 0)

    assert arm_of(hand(302, 534), [folded]) is None


def test_an_arm_that_is_not_seen_tells_nothing() -> None:
    """What the model only guesses is no evidence against a hand; nor is nobody."""
    assert arm_of(hand(300, 532), [body(seen=0.3)]) is None
    assert arm_of(hand(300, 532), []) is None


@given(scale=st.floats(0.1, 5))
def test_height_grows_with_the_body(scale: float) -> None:
    """A person is about as tall as was drawn, at any size."""
    taller = body()
    taller.points[:] *= scale

    assert height(taller) == pytest.approx(1000 * scale, rel=0.05)


def test_a_foreshortened_part_does_not_shrink_the_person() -> None:
    """With the upper arms and shoulders towards us the rest still tells the height."""
    turned = body()
    turned.points[[13, 14]] = turned.points[[11, 12]]
    turned.points[12] = turned.points[11]

    assert height(turned) > 900


def test_of_an_unseen_body_nothing_is_known() -> None:
    """No visible part: the least that can be divided by, and no ends of arms."""
    assert height(body(seen=0.1)) == 1
    assert ends_of_arms(body(seen=0.1), 400, 1000) == []


def test_hands_are_looked_for_where_arms_end() -> None:
    """A square around each hand, clipped to the picture; none where it lies outside."""
    left, right = ends_of_arms(body(), 400, 1000)

    for (x0, y0, x1, y1), middle in ((left, (302, 567)), (right, (98, 567))):
        assert 0 <= x0 < middle[0] < x1 <= 400
        assert 0 <= y0 < middle[1] < y1 <= 1000
    assert left[2] - left[0] < 300
    assert ends_of_arms(body(), 400, 300) == []


def test_a_real_body_is_found_once(bodies: Landmarker, astronaut: Pixels, grey: Pixels) -> None:
    """The astronaut is one person, shoulders in sight; a grey picture has nobody."""
    (person,) = bodies.find(astronaut)

    assert person.points.shape == (33, 2)
    assert person.visible is not None
    assert person.visible[[11, 12]].min() > 0.9
    assert bodies.find(grey) == []

"""Holds hands against the bodies in the picture: whose arm it ends, and what size fits it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from selector.backbones.landmarker import Found, Points, Region
from selector.signs.fingers import WRIST, palm_length

Side = Literal["left", "right"]

WRISTS: dict[Side, int] = {"left": 15, "right": 16}
ENDS: dict[Side, tuple[int, ...]] = {"left": (15, 17, 19), "right": (16, 18, 20)}  # in the hand
HANDS = 2  # of a person
SEEN = 0.5  # how sure the model must be that a joint is seen
NEAR = 1.0  # palm lengths from an arm's end to the hand's wrist, at most
SURE = 2.0  # times as far any other arm must end
# Two joints and their distance as share of a person's height; the palm's length as such a share.
# R. Drillis, R. Contini, "Body Segment Parameters", 1966; the shoulders' joints lie inside them.
PARTS = (
    (11, 12, 0.20),
    (11, 13, 0.186),
    (12, 14, 0.186),
    (13, 15, 0.146),
    (14, 16, 0.146),
    (11, 23, 0.288),
    (12, 24, 0.288),
)
PALM = 0.057
AROUND = 0.3  # of the height: the side of a square in which a hand is found, near three of its own


@dataclass(frozen=True, slots=True)
class Arm:
    """The arm that a hand ends.

    Attributes:
        side: Which one of its person.
        palm: How long a palm fits the person, in pixels.
    """

    side: Side
    palm: float


def arm_of(points: Points, bodies: Sequence[Found]) -> Arm | None:
    """Return the arm whose end lies at a hand's wrist; None if none does, or more than one may.

    Args:
        points: The hand's 21 landmarks, shape (21, 2), in pixels.
        bodies: As found in the same picture.
    """
    ends = sorted(
        (float(np.linalg.norm(body.points[joint] - points[WRIST])), number, side)
        for number, body in enumerate(bodies)
        for side, joint in WRISTS.items()
    )
    if not ends or ends[0][0] > NEAR * palm_length(points):
        return None
    distance, number, side = ends[0]
    if any(other < SURE * distance for other, *_ in ends[1:]) or not _seen(bodies[number], side):
        return None
    return Arm(side, PALM * height(bodies[number]))


def ends_of_arms(body: Found, width: int, height_: int) -> list[Region]:
    """Return the parts of a picture of this size in which the body's hands should be, if seen."""
    half = AROUND * height(body) / 2
    regions = []
    for side, joints in ENDS.items():
        if _seen(body, side):
            x, y = body.points[list(joints)].mean(axis=0).tolist()
            x0, x1 = max(0, round(x - half)), min(width, round(x + half))
            y0, y1 = max(0, round(y - half)), min(height_, round(y + half))
            regions += [(x0, y0, x1, y1)] if x0 < x1 and y0 < y1 else []
    return regions


def height(body: Found) -> float:
    """Return how tall a person stands in the picture, in pixels, from what is seen of the body.

    It is the most that any part of it tells: a part that points towards us is shorter.
    """
    lengths = [
        float(np.linalg.norm(body.points[one] - body.points[other])) / share
        for one, other, share in PARTS
        if body.visible is not None and body.visible[[one, other]].min() >= SEEN
    ]
    return max([*lengths, 1.0])


def _seen(body: Found, side: Side) -> bool:
    return body.visible is not None and bool(body.visible[WRISTS[side]] >= SEEN)

"""The turned squares that landmark networks look at: where they lie, and cutting them out."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from selector.images.srgb import Pixels

Points: TypeAlias = npt.NDArray[np.float64]

WRIST = 0
KNUCKLES = (5, 9, 13)  # of the index, middle and ring finger
PALM = (0, 1, 2, 3, 5, 6, 9, 10, 13, 14, 17, 18)  # what moves least when fingers bend
HAND_SCALE, HAND_RISE = 2.0, 0.1  # sides of the palm's box; the rise is towards the fingers
EYES = (33, 263)  # their outer corners: the person's right one, then the left one
FACE_SCALE = 1.5


@dataclass(frozen=True, slots=True)
class Crop:
    """A turned square in a picture.

    Attributes:
        x: Its middle, in pixels; it may lie outside the picture.
        y: Likewise.
        side: In pixels.
        angle: Of its top edge, in radians, clockwise from the picture's.
    """

    x: float
    y: float
    side: float
    angle: float

    def moved(self, across: float, down: float, scale: float = 1.0) -> Crop:
        """Return it shifted along its own edges, in sides, and scaled about its middle."""
        cos, sin = math.cos(self.angle) * self.side, math.sin(self.angle) * self.side
        x, y = self.x + cos * across - sin * down, self.y + sin * across + cos * down
        return replace(self, x=x, y=y, side=self.side * scale)

    def to_picture(self, shares: Points) -> Points:
        """Return points given in shares of the crop, shape (K, 2), in pixels of the picture."""
        return (shares - 0.5) * self.side @ _turn(self.angle) + (self.x, self.y)

    def to_shares(self, points: Points) -> Points:
        """Return points of the picture, shape (K, 2), in shares of the crop."""
        shares: Points = (points - (self.x, self.y)) @ _turn(-self.angle) / self.side + 0.5
        return shares


def cut(pixels: Pixels, crop: Crop, size: int) -> Pixels:
    """Return what *crop* shows, shape (size, size, 3); beyond the picture its border goes on.

    Args:
        pixels: The picture, shape (H, W, 3), sRGB.
        crop: What of it.
        size: The side of what is returned, in pixels.
    """
    import cv2

    corners = crop.to_picture(np.array([(0.0, 0.0), (1.0, 0.0), (0.0, 1.0)])) - 0.5
    ends = np.array([(0, 0), (size, 0), (0, size)], np.float32) - 0.5
    matrix = cv2.getAffineTransform(corners.astype(np.float32), ends.astype(np.float32))
    seen = cv2.warpAffine(
        pixels, matrix, (size, size), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(seen, np.uint8)


def crop_of_hand(points: Points) -> Crop:
    """Return the square around a hand's 21 landmarks, its fingers up, as MediaPipe lays it."""
    first, middle, third = points[list(KNUCKLES)]
    across, down = (first + third) / 4 + middle / 2 - points[WRIST]
    angle = math.atan2(down, across) + math.pi / 2
    return _around(points[list(PALM)], angle, HAND_SCALE).moved(0, -HAND_RISE / HAND_SCALE)


def crop_of_face(points: Points) -> Crop:
    """Return the square around a face's 478 landmarks, its eyes level, as MediaPipe lays it."""
    right, left = points[list(EYES)]
    across, down = left - right
    return _around(points, math.atan2(down, across), FACE_SCALE)


CROP_OF: Mapping[str, Callable[[Points], Crop]] = MappingProxyType(
    {"hand_landmarker": crop_of_hand, "face_landmarker": crop_of_face}
)


def _around(points: Points, angle: float, scale: float) -> Crop:
    """Return the square on the longer side of the points' box, both turned by *angle*."""
    level = points @ _turn(-angle)
    low, high = level.min(axis=0), level.max(axis=0)
    x, y = ((low + high) / 2 @ _turn(angle)).tolist()
    return Crop(x, y, max(float((high - low).max()) * scale, 1.0), angle)


def _turn(angle: float) -> Points:
    """Return the matrix that turns rows (x, y) clockwise, as seen with y downwards."""
    cos, sin = math.cos(angle), math.sin(angle)
    return np.array([(cos, sin), (-sin, cos)])

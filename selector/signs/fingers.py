"""Holds a hand's landmarks against each other and against its skin: what no finger explains."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from selector.backbones.crops import Points, crop_of_hand, cut
from selector.images.srgb import Pixels

Mask = npt.NDArray[np.bool_]

SIZE = 224  # px, the side of the crop
ZOOM = 1.15  # of the crop that the network sees; an extra finger may stick out
WRIST, INDEX, MIDDLE, LITTLE = 0, 5, 9, 17  # and three knuckles
THUMB = (1, 2, 3, 4)
FINGERS = ((5, 6, 7, 8), (9, 10, 11, 12), (13, 14, 15, 16), (17, 18, 19, 20))  # from the knuckles
PALM = (0, 1, 2, 5, 9, 13, 17)
# In palm lengths:
WIDE = 0.26  # a finger with what stands over beside its middle
CORE = 0.1  # of a finger, where all is skin
SLIVER = 0.08  # thinner than a finger: what is left beside one
FOREARM = 0.35  # from the wrist; there the arm is broader than the landmarks say
CLOSEST = 0.1  # two knuckles; from the side they lie in one place
# Spreads of L*, a* and b*, each from 0 to 255: the least of one skin, and how many of them are skin
LEAST = (20.0, 4.0, 4.0)
SPREADS = 3.5


@dataclass(frozen=True, slots=True)
class Fingers:
    """How well a hand's landmarks fit five fingers and the skin that is there.

    Attributes:
        gap: How far apart the two closest neighbouring fingers lie (no thumb), in distances of
            their knuckles: about 0.9 side by side, near 0 where two are placed on one.
        stray: Skin beside the hand that no finger explains, as share of the hand's own.
        bare: The share of the fingers' length under which there is no skin, in [0, 1].
    """

    gap: float
    stray: float
    bare: float


def fingers_of(pixels: Pixels, points: Points) -> Fingers:
    """Return how well landmarks fit the fingers under them.

    Args:
        pixels: The picture, shape (H, W, 3), sRGB.
        points: The hand's 21 landmarks, shape (21, 2), in pixels.
    """
    crop = crop_of_hand(points).moved(0, 0, ZOOM)
    placed = crop.to_shares(points) * SIZE
    skin = like_palm(cut(pixels, crop, SIZE), placed)
    return Fingers(gap=gap(points), stray=_stray(skin, placed), bare=_bare(skin, placed))


def gap(points: Points) -> float:
    """Return how far apart the two closest fingers of 21 landmarks lie, in knuckle distances."""
    near = CLOSEST * palm_length(points)
    chains = points[np.array(FINGERS)]  # (4, 4, 2)
    apart = np.linalg.norm(np.diff(chains, axis=0), axis=2)  # (3, 4)
    return float((apart[:, 1:].mean(axis=1) / np.maximum(apart[:, 0], near)).min())


def palm_length(points: Points) -> float:
    """Return the length of the palm, wrist to middle knuckle, in pixels, from any side.

    It is the longest that any two points of the palm tell: a palm seen at an angle is shorter.
    """
    from_wrist = np.linalg.norm(points[[INDEX, MIDDLE, LITTLE]] - points[WRIST], axis=1)
    across = np.linalg.norm(points[INDEX] - points[LITTLE])
    return max(float((from_wrist * (0.95, 1, 0.95)).max()), float(across) * 1.5, 1.0)


def like_palm(shown: Pixels, points: Points) -> Mask:
    """Return where a hand, cut out upright, has the colours that its palm and fingers have."""
    import cv2

    lab = cv2.GaussianBlur(cv2.cvtColor(shown, cv2.COLOR_RGB2LAB), (0, 0), 1.2).astype(np.float32)
    core = lab[_drawn(points, CORE)]
    middle = np.median(core, axis=0)
    spread = np.maximum(2.2 * np.median(np.abs(core - middle), axis=0), LEAST)
    light, red, yellow = np.moveaxis(np.square((lab - middle) / spread), 2, 0)
    near: Mask = light + red + yellow < SPREADS**2
    return near


def _stray(skin: Mask, points: Points) -> float:
    """Return the share of skin that lies beside the hand, touches it and ends inside the crop.

    What goes on beyond the crop is an arm, a face or a wall; another finger ends.
    """
    import cv2

    hand = _drawn(points, WIDE)
    ahead = _ahead_of_wrist(points)
    sliver = max(1, round(SLIVER * palm_length(points) / 2))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * sliver + 1, 2 * sliver + 1))
    beside = cv2.morphologyEx((skin & ~hand).astype(np.uint8), cv2.MORPH_OPEN, disc)
    _, parts = cv2.connectedComponents(beside)
    border = np.concatenate([parts[0], parts[-1], parts[:, 0], parts[:, -1]])
    touching = np.setdiff1d(parts[cv2.dilate(hand.astype(np.uint8), disc) > 0], [0, *border])
    stray = np.isin(parts, touching) & ahead
    return float(stray.sum() / max((skin & hand & ahead).sum(), 1))


def _bare(skin: Mask, points: Points) -> float:
    import cv2

    near = cv2.dilate(skin.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    bones = [bone for finger in (THUMB, *FINGERS) for bone in pairwise(finger)]
    along = np.concatenate([np.linspace(points[one], points[end], 12) for one, end in bones])
    x, y = np.clip(np.round(along), 0, SIZE - 1).astype(int).T
    return float(1 - near[y, x].mean())


def _drawn(points: Points, thickness: float) -> Mask:
    """Return palm and fingers as drawn with a pen, *thickness* in palm lengths."""
    import cv2

    mask = np.zeros((SIZE, SIZE), np.uint8)
    pen = max(1, round(thickness * palm_length(points)))
    places = np.round(points).astype(np.int32)
    palm = cv2.convexHull(places[list(PALM)])
    cv2.fillConvexPoly(mask, palm, 1)
    fingers = [places[list(finger)] for finger in (THUMB, *FINGERS)]
    cv2.polylines(mask, [palm, *fingers], False, 1, pen)
    return mask > 0


def _ahead_of_wrist(points: Points) -> Mask:
    length = palm_length(points)
    axis = points[MIDDLE] - points[WRIST]
    axis = axis / max(float(np.linalg.norm(axis)), 1.0)
    along = np.arange(SIZE) * axis[0] + np.arange(SIZE)[:, np.newaxis] * axis[1]
    ahead: Mask = along > points[WRIST] @ axis + FOREARM * length
    return ahead

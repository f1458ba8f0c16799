"""Looks at one thing eleven times: how sure a landmark network is, and stays, of what it sees."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from selector.backbones.crops import Crop, Points
from selector.backbones.litert import LandmarkNetwork, Seen
from selector.images.srgb import Pixels

# How each look lies to the first, in its sides: shifted across and down, and scaled. As far as a
# thing can be seen whole in all of them.
STEPS = (
    (0.0, 0.0, 1.0),
    (0.1, 0.0, 1.0),
    (-0.1, 0.0, 1.0),
    (0.0, 0.1, 1.0),
    (0.0, -0.1, 1.0),
    (0.07, 0.07, 1.1),
    (-0.07, 0.07, 1.1),
    (0.07, -0.07, 1.1),
    (-0.07, -0.07, 1.1),
    (0.0, 0.0, 0.85),
    (0.0, 0.0, 1.25),
)


@dataclass(frozen=True, slots=True, eq=False)
class Looks:
    """What eleven looks at one hand or face say together.

    Attributes:
        points: The median landmarks, shape (K, 2), in pixels of the picture.
        jitter: How far the landmarks of a look lie from the median ones: the mean over landmarks
            and looks, in longer sides of the median landmarks' box, in [0, 1].
        presence: How sure the network is that it is such a thing, in the least sure look, in
            [0, 1].
        right: For a hand, how sure it is on the mean that it is a right one, in [0, 1].
    """

    points: Points
    jitter: float
    presence: float
    right: float | None = None


def look_again(network: LandmarkNetwork, pixels: Pixels, points: Points) -> Looks:
    """Return what *network* says of one thing in eleven shifted and scaled crops around it.

    Args:
        network: Of hands or of faces.
        pixels: The picture, shape (H, W, 3), sRGB.
        points: The thing's landmarks, shape (K, 2), in pixels, as they were found.
    """
    crop = network.crop_of(points)
    return together([network.look(pixels, each) for each in around(crop)])


def around(crop: Crop) -> list[Crop]:
    """Return the eleven crops around *crop*, itself the first."""
    return [crop.moved(across, down, scale) for across, down, scale in STEPS]


def together(seen: list[Seen]) -> Looks:
    """Return what several looks at one thing say together."""
    points = np.stack([each.points for each in seen])
    median: Points = np.median(points, axis=0)
    side = max(float(np.ptp(median, axis=0).max()), 1.0)
    jitter = np.linalg.norm(points - median, axis=2).mean() / side
    sides = [each.right for each in seen if each.right is not None]
    return Looks(
        points=median,
        jitter=min(float(jitter), 1.0),
        presence=min(each.presence for each in seen),
        right=float(np.mean(sides)) if sides else None,
    )

"""What can be told of one face from its pixels and landmarks: each sign is one number."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from selector.backbones.crops import Points
from selector.signs import skin
from selector.signs.face_chip import BROWS, EYES, LIPS, Chip

Plane = npt.NDArray[np.float64]

LUMA = (0.299, 0.587, 0.114)  # BT.601, as everywhere here
FLAT = 1e-5  # luma squared, luma in [0, 1]; a face of less contrast is as good as flat
SHARPEST = 64.0  # the Laplacian of a checkerboard of pixels is eight times its deviation
LASHES = 1.2  # an eye with them, in sizes of the eye
# An eye that shows less than half of what the other one shows, or hardly more than bare skin,
# is not seen: painted over, behind hair or a hand, beyond the picture.
LIKE_THE_OTHER = 0.5
MORE_THAN_SKIN = 1.5
OUTER, INNER, LOWER, UPPER = 0, 8, (3, 4, 5), (13, 12, 11)  # places in the outline of an eye
# The same places right and left; the nose's wings are its lower, middle and upper ends.
PAIRS = (
    *zip(*EYES, strict=True),
    *zip(*BROWS, strict=True),
    *zip(LIPS[:5], LIPS[10:5:-1], strict=True),
    *zip(LIPS[:15:-1], LIPS[11:15], strict=True),
    (48, 278),
    (64, 294),
    (98, 327),
)


def signs(chip: Chip, *, coloured: bool = True) -> Mapping[str, float]:
    """Return what is told of a face, by name.

    Args:
        chip: The face.
        coloured: Whether its picture has colours; else nothing is said of `skin`.
    """
    luma = np.asarray(chip.pixels @ np.array(LUMA) / 255, np.float64)
    colours, where = skin.lab(chip.pixels), chip.skin
    told = {
        "sharpness": sharpness(luma, chip),
        "eyes": float(eyes(luma, chip)),
        "openness": openness(chip.points),
        "asymmetry": asymmetry(chip.points),
        "occlusion": skin.other_share(colours, where),
    }
    if coloured:
        told["skin"] = skin.unnatural(np.median(colours[where], axis=0))
    return told


def sharpness(luma: Plane, chip: Chip) -> float:
    """Return the variance of a face's Laplacian as a multiple of that of its luma.

    So neither light nor contrast nor the tone of the skin counts, only how fine the detail is.
    """
    face = chip.face
    across, down = (luma[1:-1, :-2] + luma[1:-1, 2:]), (luma[:-2, 1:-1] + luma[2:, 1:-1])
    laplacian = across + down - 4 * luma[1:-1, 1:-1]
    variance = max(float(luma[face].var()), FLAT)
    return min(float(laplacian[face[1:-1, 1:-1]].var()) / variance, SHARPEST)


def eyes(luma: Plane, chip: Chip) -> int:
    """Return how many eyes of a face are seen, open or shut: 0, 1 or 2."""
    down, across = np.gradient(luma)
    detail = np.hypot(down, across)
    shown = [_mean(detail, chip.within(eye, grown=LASHES)) for eye in EYES]
    bare = MORE_THAN_SKIN * _median(detail, chip)
    return sum(each >= LIKE_THE_OTHER * max(shown) and each > bare for each in shown)


def openness(points: Points) -> float:
    """Return the gap between the lids as a share of the eye's width, of the less open eye.

    Source: T. Soukupová, J. Čech, "Real-time eye blink detection using facial landmarks",
    Computer Vision Winter Workshop 2016.
    """
    return min(_gap(points[list(eye)]) for eye in EYES)


def asymmetry(points: Points) -> float:
    """Return how much higher features lie on one side of a face than on the other.

    Lines from each feature to the same one on the other side are parallel in a symmetric face,
    and stay so in a picture of it from anywhere but close by, however the head is turned. What
    is returned is how far their ends are off that, root mean square, in sides of the face.
    """
    right, left = (points[[pair[side] for pair in PAIRS]] for side in (0, 1))
    lines = right - left
    along = np.linalg.svd(lines, full_matrices=False)[2][0]
    off = lines @ np.array((-along[1], along[0]))
    return min(float(np.sqrt(np.mean(off**2))) / max(float(np.ptp(points, axis=0).max()), 1.0), 1.0)


def _gap(eye: Points) -> float:
    width = max(float(np.linalg.norm(eye[OUTER] - eye[INNER])), 1e-6)
    gap = np.linalg.norm(eye[list(LOWER)] - eye[list(UPPER)], axis=1).mean()
    return min(float(gap) / width, 1.0)


def _mean(detail: Plane, where: npt.NDArray[np.bool_]) -> float:
    return float(detail[where].mean()) if where.any() else 0.0


def _median(detail: Plane, chip: Chip) -> float:
    return float(np.median(detail[chip.skin]))

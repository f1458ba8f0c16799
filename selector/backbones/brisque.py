"""BRISQUE: how unlike undistorted photographs the finest structure of a picture is."""

from __future__ import annotations

import math
from functools import cache
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from selector.backbones.needed import need
from selector.errors import WeightsError
from selector.weights.fetch import fetch

Plane: TypeAlias = npt.NDArray[np.float32]
Vector: TypeAlias = npt.NDArray[np.float64]
Mask: TypeAlias = npt.NDArray[np.bool_]

WINDOW, SIGMA = 7, 7 / 6  # px; by the paper
CONTRAST = 0.5  # levels of 255, of deviation; below it is rounding, not structure
LEAST = 1024  # such pixels; the shape of a distribution can't be told from fewer
SHAPES = (0.2, 10.001, 0.001)  # of the Gaussian: from, to, by; as in the authors' programs
# What the authors' features ranged over in training, by which they are scaled to [-1, 1]: at full
# size, then at half. Shape and variance of the whole, then shape, mean, left and right variance
# of the products of neighbours across, down, and on either diagonal.
LOW = np.array([
    0.336999, 0.019667, 0.230000, -0.125959, 0.000167, 0.000616, 0.231000, -0.125873, 0.000165,
    0.000600, 0.241000, -0.128814, 0.000179, 0.000386, 0.243000, -0.133080, 0.000182, 0.000421,
    0.436998, 0.016929, 0.247000, -0.200231, 0.000104, 0.000834, 0.257000, -0.200017, 0.000112,
    0.000876, 0.257000, -0.155072, 0.000112, 0.000356, 0.258000, -0.154374, 0.000117, 0.000351,
])  # fmt: skip
HIGH = np.array([
    9.999411, 0.807472, 1.644021, 0.202917, 0.712384, 0.468672, 1.644021, 0.169548, 0.713132,
    0.467896, 1.553016, 0.101368, 0.687324, 0.533087, 1.554016, 0.101000, 0.689177, 0.533133,
    3.639918, 0.800955, 1.096995, 0.175286, 0.755547, 0.399270, 1.095995, 0.155928, 0.751488,
    0.402398, 1.041992, 0.093209, 0.623516, 0.532925, 1.042992, 0.093714, 0.621958, 0.534484,
])  # fmt: skip


# Each pixel with its neighbour: across, down, down to the right, up to the right.
_ALL, _NOT_LAST, _NOT_FIRST = slice(None), slice(None, -1), slice(1, None)
_NEIGHBOURS = (
    ((_ALL, _NOT_LAST), (_ALL, _NOT_FIRST)),
    ((_NOT_LAST, _ALL), (_NOT_FIRST, _ALL)),
    ((_NOT_LAST, _NOT_LAST), (_NOT_FIRST, _NOT_FIRST)),
    ((_NOT_FIRST, _NOT_LAST), (_NOT_LAST, _NOT_FIRST)),
)


class Brisque:
    """The support vector regression that turns features into a score."""

    def __init__(self) -> None:
        """Read the model.

        Raises:
            WeightsError: Its file can't be had, or does not read as libsvm's text; or a package
                that `features` needs is missing.
        """
        need("brisque", {"cv2": "opencv-contrib-python", "scipy.special": "scipy"})
        text = fetch("brisque").read_text("ascii")
        try:
            self._read(text)
        except (KeyError, ValueError) as error:
            raise WeightsError(
                f"brisque: its file is not libsvm's text (got {error!r}). Fetch it again."
            ) from None

    def score(self, found: Vector) -> float:
        """Return the score of 36 features: about 0 for good photographs, 100 for the worst."""
        # Far from what it was trained on the regression knows nothing, and answers with -rho.
        scaled = np.clip(2 * (found - LOW) / (HIGH - LOW) - 1, -1, 1)
        near = np.exp(-self._gamma * np.square(self._vectors - scaled).sum(axis=1))
        return float(self._weights @ near - self._rho)

    def _read(self, text: str) -> None:
        head, _, body = text.partition("\nSV\n")
        facts = dict(line.split(maxsplit=1) for line in head.splitlines())
        self._gamma, self._rho = float(facts["gamma"]), float(facts["rho"])
        rows = [line.split() for line in body.splitlines()]
        self._weights = np.array([float(row[0]) for row in rows])
        # Its lines name every feature, "1:-0.5 2:0.1", or leave it out where it is 0.
        self._vectors = np.zeros((len(rows), len(LOW)))
        for row, vector in zip(rows, self._vectors, strict=True):
            for part in row[1:]:
                place, _, value = part.partition(":")
                vector[int(place) - 1] = float(value)


def features(luma: npt.NDArray[np.uint8]) -> Vector | None:
    """Return the 36 features of a picture, or None if hardly anything in it has contrast.

    As published, but that only pixels count around which luma deviates by half a level or more:
    else a plain ground, as behind a product, would look like heavy compression.

    Args:
        luma: Shape (H, W), gamma-encoded, 0 to 255.
    """
    import cv2

    whole = luma.astype(np.float32)
    half = (max(1, luma.shape[1] // 2), max(1, luma.shape[0] // 2))
    # By what lies next to it, not by areas: so were the pictures halved that the model learned.
    small = cv2.resize(whole, half, interpolation=cv2.INTER_CUBIC)
    large, little = _features(whole), _features(np.asarray(small, np.float32))
    return None if large is None or little is None else np.array(large + little)


def _features(plane: Plane) -> list[float] | None:
    coefficients, counts = _normalised(plane)
    if np.count_nonzero(counts) < LEAST:
        return None
    shape, _, left, right = _fit(coefficients, counts)
    found = [shape, (left + right) / 2]
    for one, other in _NEIGHBOURS:
        pairs = counts[one] & counts[other]
        found += _fit(coefficients[one] * coefficients[other], pairs)
    return found


def _normalised(plane: Plane) -> tuple[Plane, Mask]:
    """Return luma less its local mean over its local deviation, and which of it counts."""
    import cv2

    mean, square = (
        cv2.GaussianBlur(each, (WINDOW, WINDOW), SIGMA, borderType=cv2.BORDER_REPLICATE)
        for each in (plane, plane * plane)
    )
    deviation = np.sqrt(np.maximum(square - mean * mean, 0))
    counts = deviation >= CONTRAST
    return np.where(counts, (plane - mean) / (deviation + 1), np.float32(0)), counts


def _fit(values: Plane, counts: Mask) -> tuple[float, float, float, float]:
    """Fit an asymmetric generalised Gaussian to those *values* that count; the others are 0.

    Returns:
        Its shape, mean, left and right variance.
    """
    total = max(1, int(np.count_nonzero(counts)))
    negative = np.minimum(values, 0)
    below = int(np.count_nonzero(negative))
    square_below, square = float(np.vdot(negative, negative)), float(np.vdot(values, values))
    left = square_below / max(1, below)
    right = max(0.0, square - square_below) / max(1, total - below)
    skew = math.sqrt(left / right) if right else 1.0
    flatness = (float(np.abs(values).sum()) / total) ** 2 * total / square if square else 0.0
    ratio = flatness * (skew**3 + 1) * (skew + 1) / (skew**2 + 1) ** 2
    shape, spread = _shape_of(ratio)
    return shape, spread * (math.sqrt(right) - math.sqrt(left)), left, right


def _shape_of(ratio: float) -> tuple[float, float]:
    """Return the shape whose ratio of moments this is, and the mean of it a unit of skewness."""
    shapes, ratios, spreads = _shapes()
    at = min(int(np.searchsorted(ratios, ratio)), len(shapes) - 1)
    return float(shapes[at]), float(spreads[at])


@cache
def _shapes() -> tuple[Vector, Vector, Vector]:
    """Return the shapes that are told apart, and of each its ratio of moments and its spread."""
    from scipy.special import gamma

    shapes = np.arange(*SHAPES)
    one, two, three = (gamma(times / shapes) for times in (1, 2, 3))
    return shapes, two**2 / (one * three), two / np.sqrt(one * three)

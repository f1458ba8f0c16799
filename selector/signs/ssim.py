"""SSIM: how far two pictures of one size have the same structure, pixel by pixel."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

SIGMA = 1.5  # of the Gaussian window, in pixels, and
RADIUS = 5  # how far it reaches: 11 pixels wide
RANGE = 255.0  # of the values, always: never what a picture happens to have
LEVEL, SPREAD = (0.01 * RANGE) ** 2, (0.03 * RANGE) ** 2  # C1 and C2
BAND = 256  # rows at once, so that a large picture takes little memory


def ssim_map(one: npt.NDArray[np.uint8], other: npt.NDArray[np.uint8]) -> Floats:
    """Return the structural similarity around each pixel of two pictures.

    Its mean is the SSIM of the pictures: Gaussian window of 11 pixels and standard deviation 1.5,
    borders mirrored, K1 0.01, K2 0.03, range 255, population variances, the mean of the channels.

    Args:
        one: Shape (H, W, C), uint8.
        other: Likewise, of the same shape.

    Returns:
        Shape (H, W), float32, −1 to 1; 1 where they are equal.

    Raises:
        ValueError: Their shapes differ.

    Source: Z. Wang et al., "Image quality assessment: from error visibility to structural
        similarity", IEEE Transactions on Image Processing, 2004.
    """
    if one.shape != other.shape:
        raise ValueError(f"two shapes (got {one.shape} and {other.shape}). Resize one of them.")
    return np.concatenate([_similarity(*pair)[inner] for *pair, inner in _bands(one, other)])


def _bands(
    one: npt.NDArray[np.uint8], other: npt.NDArray[np.uint8]
) -> Iterator[tuple[Floats, Floats, slice]]:
    """Give rows of both with those around them, and which of them are not only around."""
    high = one.shape[0]
    for start in range(0, high, BAND):
        first, end = max(0, start - RADIUS), min(high, start + BAND + RADIUS)
        rows = slice(first, end)
        inner = slice(start - first, min(high, start + BAND) - first)
        yield one[rows].astype(np.float32), other[rows].astype(np.float32), inner


def _similarity(one: Floats, other: Floats) -> Floats:
    mean, mean_of_other = _blurred(one), _blurred(other)
    # Rounding may leave one a little below 0; left as it is, equal windows are alike exactly.
    spread = _blurred(one * one) - mean * mean
    spread_of_other = _blurred(other * other) - mean_of_other * mean_of_other
    common = _blurred(one * other) - mean * mean_of_other
    level = (2 * mean * mean_of_other + LEVEL) / (
        mean * mean + mean_of_other * mean_of_other + LEVEL
    )
    structure = (2 * common + SPREAD) / (spread + spread_of_other + SPREAD)
    found: Floats = np.clip(level * structure, -1, 1).mean(axis=2)
    return found


def _blurred(values: Floats) -> Floats:
    from scipy import ndimage

    for axis in (0, 1):
        values = ndimage.gaussian_filter1d(values, SIGMA, axis, mode="mirror", radius=RADIUS)
    return values

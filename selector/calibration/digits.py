"""Numbers as a file holds them: six significant digits, so that a change can be read."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

DIGITS = 6


def rounded(numbers: npt.ArrayLike) -> Array:
    """Return each number with six significant digits; what rises never falls after that.

    >>> rounded(np.array([1 / 3, 123456789.0, 0.0])).tolist()
    [0.333333, 123457000.0, 0.0]
    """
    exact = np.asarray(numbers, dtype=np.float64)
    return np.array([float(f"{one:.{DIGITS}g}") for one in exact.ravel()]).reshape(exact.shape)

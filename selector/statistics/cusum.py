"""Seeing that a mean has left its reference: a sum that grows only beyond a dead band."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


def cusum_steps(moved: Array, inner: Array | float, outer: Array | float) -> Array:
    """Return what each value adds to the sum.

    A step is the logarithm of how much likelier a value is under a shift by *outer* than under one
    by *inner*. So shifts smaller than the middle of the two let the sum fall back to 0: they are
    too small to matter, as days that differ a little always are.

    Args:
        moved: Shape (n, …), (value - mean) / standard deviation of the reference; for falls the
            negative of that; NaN where there is no value.
        inner: Shape (…), the largest shift that is harmless, in standard deviations of the values.
        outer: Shape (…), the shift that should be found, larger than *inner*.

    Returns:
        Shape (n, …); 0 where there is no value.

    >>> cusum_steps(np.array([1.0, -1.0, np.nan]), 0.1, 0.3).round(3).tolist()
    [0.16, -0.24, 0.0]
    """
    steps = np.subtract(outer, inner) * (moved - np.add(outer, inner) / 2)
    return np.nan_to_num(steps, copy=False)


def cusum(level: Array, steps: Array) -> Array:
    """Return the sums after each step; they begin at *level* and never fall below 0.

    Step by step, so that it does not matter how a stream is cut into pieces: the sums are the same
    bit for bit. The last is the state to go on from.

    Args:
        level: Shape (…), where the sums stand; zeros at the beginning.
        steps: Shape (n, …), as `cusum_steps` returns them.

    Returns:
        Shape (n, …).

    Source: E. S. Page, "Continuous inspection schemes", Biometrika 1954.

    >>> cusum(np.zeros(1), np.array([[1.0], [-3.0], [2.0]])).tolist()
    [[1.0], [0.0], [2.0]]
    """
    history, nothing = np.empty_like(steps), np.zeros(steps.shape[1:])
    for step, row in zip(steps, history, strict=True):
        np.add(level, step, row)
        level = np.maximum(row, nothing, out=row)
    return history


def cusum_line(values_a_year: float, streams: float = 1) -> float:
    """Return the sum from which on it is an alarm: about one false one a year in all streams.

    Args:
        values_a_year: How many values a stream has in a year.
        streams: How many are watched, each for rises and for falls.

    >>> round(cusum_line(456_250), 2)
    13.72
    """
    return math.log(2 * values_a_year) + math.log(streams)

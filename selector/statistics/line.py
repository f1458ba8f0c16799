"""Predicting a dear number from cheap ones: the straightest guess, and how far off it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

ROUNDING = 1e-12  # of its largest value: a column that differs by less is constant


@dataclass(frozen=True)
class Line:
    """A prediction `intercept + sum of weights × features`, in the units that were given.

    Attributes:
        intercept: The prediction where all features are 0.
        weights: One for each feature, in the order of the columns.
        spread: The standard deviation of what the line leaves unexplained.
    """

    intercept: float
    weights: tuple[float, ...]
    spread: float


def ridge(features: Array, target: Array, penalty: float) -> Line:
    """Return the line of least squares whose weights are held small.

    It minimises `sum of squared errors + penalty × sum of squared weights`, the weights counted
    for a standard deviation of each feature, so that no unit matters; the intercept is free. One
    observation has the weight of one, so with many the penalty fades. A constant feature gets the
    weight 0. What several features tell alike they share.

    The spread is of these observations, with `n - k - 1` degrees of freedom, at least 1, k the
    features that vary. With hardly more observations than features it tells little.

    Args:
        features: Shape (n, k), finite; k may be 0.
        target: Shape (n,), finite.
        penalty: 0 or more; 0 is plain least squares.

    Raises:
        ValueError: There are fewer than two observations, shapes do not fit, a number is not
            finite, or *penalty* is negative.

    Source: A. E. Hoerl, R. W. Kennard, "Ridge Regression: Biased Estimation for Nonorthogonal
        Problems", Technometrics, 1970.

    >>> line = ridge(np.array([[0.0], [1.0], [2.0]]), np.array([1.0, 3.0, 5.0]), 0.0)
    >>> round(line.intercept, 6), round(line.weights[0], 6)
    (1.0, 2.0)
    """
    features, target = np.asarray(features, dtype=np.float64), np.asarray(target, dtype=np.float64)
    _check(features, target, penalty)
    centre, scale = features.mean(axis=0), features.std(axis=0)
    varies = np.ptp(features, axis=0) > ROUNDING * np.abs(features).max(axis=0)
    standard = (features[:, varies] - centre[varies]) / scale[varies]
    weights = np.zeros(features.shape[1])
    weights[varies] = _shrunk(standard, target - target.mean(), penalty) / scale[varies]
    intercept = float(target.mean() - centre @ weights)
    errors = target - intercept - features @ weights
    freedom = max(len(target) - int(varies.sum()) - 1, 1)
    return Line(intercept, tuple(weights.tolist()), float(np.sqrt(errors @ errors / freedom)))


def _shrunk(features: Array, target: Array, penalty: float) -> Array:
    """Return the weights of centred features, shape (k,), in closed form.

    The penalty stands as k more observations, which is as exact as plain least squares, and where
    features repeat each other it takes the smallest weights.
    """
    count = features.shape[1]
    rows = np.vstack([features, np.sqrt(penalty) * np.eye(count)])
    weights: Array = np.linalg.lstsq(rows, np.append(target, np.zeros(count)))[0]
    return weights


def _check(features: Array, target: Array, penalty: float) -> None:
    """Raise a ValueError about what can not be meant."""
    if target.ndim != 1 or features.shape[:-1] != target.shape or len(target) <= 1:
        raise ValueError(
            "features: expected shape (n, k) beside a target of (n,), n two or more "
            f"(got {features.shape} and {target.shape})"
        )
    for name, numbers in (("features", features), ("target", target)):
        if wrong := int(np.count_nonzero(~np.isfinite(numbers))):
            raise ValueError(f"{name}: expected finite numbers (got {wrong} that are not)")
    if not 0 <= penalty < np.inf:
        raise ValueError(f"penalty: expected a finite number from 0 on (got {penalty})")

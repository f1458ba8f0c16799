"""The map from one measure's raw scores to [0, 1], and how far candidates lie apart on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from selector.calibration.digits import rounded

Array = npt.NDArray[Any]
Knots = tuple[tuple[float, float], ...]

# The lowest and the highest 5 % are alike. In two made-up worlds (`benchmarks.scaled clips`): how
# well the sum of four unlike measures chooses of 8 candidates (selector efficiency, without and
# with 2 % of outliers), and how many times less exact laziness costs with five measures:
#
# | clipped at  | chooses | outliers | saves |
# | 1.25        | 0.613   | 0.573    | 4.6   |
# | 1.5         | 0.625   | 0.573    | 4.2   |
# | 1.645       | 0.626   | 0.572    | 3.9   |
# | 2           | 0.630   | 0.562    | 3.4   |
# | 3           | 0.632   | 0.541    | 2.2   |
# | plain ranks |         |          | 4.1   |
#
# Of 800 real pictures equal weights make 0.56 to 0.57, wherever it is clipped.
CLIP = 1.645  # standard deviations of a normal
COMMON = 0.8  # a value that more have counts as so many: the degrees of a rare fault stay apart
MOST_KNOTS = 33
NEAR = 0.005  # of the share: knots that would move nothing by more are not written


@dataclass(frozen=True)
class Scaled:
    """A scale that was fitted.

    Attributes:
        knots: Points (raw score, share), by rising raw score; the share goes from 0 to 1, or from
            1 to 0 where lower is better. Straight between them, level beyond the ends.
        spread: How far candidates of one request lie apart on it: the pooled standard deviation;
            0 where no request has two.
    """

    knots: Knots
    spread: float

    def __call__(self, raw: Array) -> Array:
        """Return the share of each raw score; nan stays nan."""
        at, share = np.array(self.knots).T
        shares: Array = np.interp(np.asarray(raw, dtype=np.float64), at, share)
        return shares


def fit(values: Array, groups: Array, *, higher_is_better: bool = True) -> Scaled:
    """Return the scale on which a measure's scores lie as normal ones would, clipped at both ends.

    Each score maps to the quantile of a normal distribution that its rank stands for, equal ones
    to that of their middle rank, clipped, and drawn to [0, 1]. So units, skewness and outliers do
    not matter, and the ends are near, which is what makes exact laziness cheap.

    Args:
        values: Shape (candidates,), raw scores; nan where there is none, which is left out.
        groups: Shape (candidates,), the number of each candidate's request.
        higher_is_better: Which end maps to 1.

    Raises:
        ValueError: Shapes differ, a score is infinite, or there are not two different ones.
    """
    values, groups = _checked(values, groups)
    raw, share = _quantiles(values)
    knots = _few(raw, share)
    if not higher_is_better:
        knots = tuple((at, float(rounded(1 - share))) for at, share in knots)
    at, height = np.array(knots).T
    return Scaled(knots, float(rounded(spread(np.interp(values, at, height), groups))))


def spread(scores: Array, groups: Array) -> float:
    """Return how far candidates of one request lie apart: the pooled standard deviation.

    Args:
        scores: Shape (candidates,), finite.
        groups: Shape (candidates,), the number of each candidate's request.

    Returns:
        0 where no request has two candidates.
    """
    _, place = np.unique(groups, return_inverse=True)
    sizes = np.bincount(place)
    means = np.bincount(place, weights=scores) / sizes
    freedom = len(scores) - len(sizes)
    return float(np.sqrt(((scores - means[place]) ** 2).sum() / freedom)) if freedom else 0.0


def _quantiles(values: Array) -> tuple[Array, Array]:
    """Return the distinct values and the share of each, both rising; the share from 0 to 1."""
    from scipy import special

    raw, counts = np.unique(rounded(values), return_counts=True)
    most = counts.argmax()
    counts = counts.astype(np.float64)
    counts[most] = min(counts[most], COMMON / (1 - COMMON) * (len(values) - counts[most]))
    middle = (np.cumsum(counts) - counts / 2) / counts.sum()
    normal = np.clip(special.ndtri(middle), -CLIP, CLIP)
    return raw, (normal - normal[0]) / (normal[-1] - normal[0])


def _few(raw: Array, share: Array) -> Knots:
    """Return the points that are needed most: again and again the one furthest from the line."""
    chosen = [int(np.searchsorted(share, 0.0, "right")) - 1, int(np.searchsorted(share, 1.0))]
    while len(chosen) < MOST_KNOTS:
        off = np.abs(np.interp(raw, raw[chosen], share[chosen]) - share)
        if off.max() <= NEAR:
            break
        chosen = sorted([*chosen, int(off.argmax())])
    return tuple(zip(raw[chosen].tolist(), rounded(share[chosen]).tolist(), strict=True))


def _checked(values: Array, groups: Array) -> tuple[Array, Array]:
    """Return both without what is missing, or raise a ValueError."""
    values, groups = np.asarray(values, dtype=np.float64), np.asarray(groups)
    if values.ndim != 1 or values.shape != groups.shape:
        raise ValueError(
            f"values: expected shape (candidates,), like groups (got {values.shape} and "
            f"{groups.shape})"
        )
    there = ~np.isnan(values)
    values, groups = values[there], groups[there]
    if np.isinf(values).any():
        raise ValueError("values: expected finite numbers (got an infinite one)")
    if len(np.unique(rounded(values))) <= 1:
        told = f"{len(values)}, all {values[0]:g}" if len(values) else "none"
        raise ValueError(f"values: expected different ones (got {told})")
    return values, groups

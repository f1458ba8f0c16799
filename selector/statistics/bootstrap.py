"""Resampling: how far from the truth a mean may lie, whatever the numbers look like."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

DRAWS = 5000  # the ends move by about a fiftieth of the width if others are drawn
AT_ONCE = 2**21  # numbers that are drawn at once; more only take memory


def mean_interval(
    groups: Sequence[Sequence[float]], *, level: float = 0.95, draws: int = DRAWS, seed: int = 0
) -> tuple[float, float]:
    """Return between which two numbers the true mean lies, as far as *groups* tell.

    Whole groups are drawn again and again, never single values: images of one prompt resemble
    each other, and taken one by one they would feign a certainty that is not there. The ends are
    percentiles of the means so drawn, moved outwards by Student's t, because few groups vary less
    than what they come from. The same values in any order give the same interval.

    In 4,000 made-up worlds each, 95 % became, with 3, 5, 20 and 100 groups: of normal values 75,
    91, 94, 95 %; of exponential ones, which are skewed, 71, 87, 92, 94 %; of groups of 1 to 8
    values, half of whose variance they share, 75, 91, 94, 94 %. So with less than ten groups read
    it as too narrow. Where all values are equal it has no width, and says nothing of those that
    were not seen.

    Args:
        groups: The values of each group, finite. The mean is over all values alike.
        level: How often the interval is meant to hold the true mean; above 0, below 1.
        draws: How many times groups are drawn.
        seed: Of the drawing.

    Returns:
        The lower and the upper end, never beyond the lowest and the highest mean of a group.

    Raises:
        ValueError: There are fewer than two groups, or one is empty; the level is not between 0
            and 1; nothing is drawn.

    Source: T. C. Hesterberg, "What Teachers Should Know About the Bootstrap: Resampling in the
        Undergraduate Statistics Curriculum", The American Statistician, 2015: the expanded
        percentile interval.

    >>> mean_interval([[1.0], [1.0], [1.0]])
    (1.0, 1.0)
    """
    if len(groups) <= 1 or not all(groups):
        raise ValueError(f"expected two groups or more, none empty (got {len(groups)})")
    if not 0 < level < 1:
        raise ValueError(f"level: expected a number above 0 and below 1 (got {level})")
    if draws < 1:
        raise ValueError(f"draws: expected one or more (got {draws})")
    values = np.concatenate([np.asarray(group, dtype=np.float64) for group in groups])
    scale = float(np.abs(values).max()) or 1.0  # so that no sum overflows
    centre = float((values / scale).mean())  # so that equal values leave no rounding behind
    sums = np.array([(np.asarray(group) / scale - centre).sum() for group in groups])
    counts = np.array([len(group) for group in groups])
    order = np.lexsort((counts, sums))
    means = _drawn(sums[order], counts[order], draws, seed)
    low, high = np.quantile(means, _expanded((1 - level) / 2, len(groups)))
    return (float(low) + centre) * scale, (float(high) + centre) * scale


def ratio_interval(
    above: Array, below: Array, *, level: float = 0.95, draws: int = DRAWS, seed: int = 0
) -> tuple[float, float]:
    """Return between which two numbers a ratio of two means lies, as far as *above* and *below* tell.

    As in `mean_interval`, whole groups are drawn: one number of each belongs to a group. Draws
    in which there is nothing below the line are left out.

    Args:
        above: What stands above the line, of each group; finite.
        below: What stands below it; 0 or more, and not all 0.
        level: How often the interval is meant to hold the true ratio; above 0, below 1.
        draws: How many times groups are drawn.
        seed: Of the drawing.

    Raises:
        ValueError: There are fewer than two groups, or nothing is below the line.

    >>> ratio_interval(np.array([1.0, 2.0]), np.array([2.0, 4.0]))
    (0.5, 0.5)
    """
    if len(above) <= 1 or not below.sum() > 0:
        raise ValueError(f"expected two groups or more, not all 0 below (got {len(above)})")
    order = np.lexsort((below, above))
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = _drawn(above[order], below[order], draws, seed)
    ends = np.quantile(ratios[np.isfinite(ratios)], _expanded((1 - level) / 2, len(above)))
    return float(ends[0]), float(ends[1])


def _drawn(sums: Array, counts: Array, draws: int, seed: int) -> Array:
    """Return the sum of all sums by that of all counts of each draw of groups, shape (draws,)."""
    random = np.random.default_rng(seed)
    step = max(1, AT_ONCE // len(sums))
    means = []
    for start in range(0, draws, step):
        drawn = random.integers(0, len(sums), (min(step, draws - start), len(sums)))
        means.append(sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1))
    return np.concatenate(means)


def _expanded(tail: float, groups: int) -> tuple[float, float]:
    """Return which percentiles, as shares, to take for one that leaves *tail* on each side."""
    from scipy import special

    wide = math.sqrt(groups / (groups - 1)) * special.stdtrit(groups - 1, tail)
    outer = float(special.ndtr(wide))
    return outer, 1 - outer

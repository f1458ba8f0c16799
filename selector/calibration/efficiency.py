"""How good a choice is: the share of what a perfect pick would gain over a random one."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from selector.statistics import ratio_interval

Array = npt.NDArray[Any]

LEVEL = 0.95
AT_ONCE = 2**22  # comparisons that are held at once


@dataclass(frozen=True, eq=False)
class Gains:
    """What a choice gained over a random pick, and what there was to gain, request by request.

    Attributes:
        captured: Worth of the pick, less the mean worth of the request; shape (requests,).
        possible: Worth of the best, less the mean; 0 where all are equal.
    """

    captured: Array
    possible: Array

    @property
    def efficiency(self) -> float | None:
        """The ratio of both means: 0 as good as chance, 1 perfect; None: there was nothing to gain.

        It is no mean of ratios: a request whose candidates are all equal has none, and counts here
        as what it is, nothing lost and nothing gained.
        """
        possible = float(self.possible.sum())
        return float(self.captured.sum()) / possible if possible > 0 else None

    def interval(self, level: float = LEVEL, seed: int = 0) -> tuple[float, float] | None:
        """Return between which values it lies, as far as so many requests tell.

        Whole requests are drawn again and again. None with fewer than two that differ in anything.
        """
        if np.count_nonzero(self.possible) < 2:  # noqa: PLR2004 - one has no spread
            return None
        return ratio_interval(self.captured, self.possible, level=level, seed=seed)


def gains(worth: Array, score: Array) -> Gains:
    """Return what choosing by *score* gains.

    Where several have the highest score, any of them may be picked: their mean counts. What has no
    score is picked only where nothing has one.

    Args:
        worth: Shape (requests, candidates); nan where there is no candidate.
        score: Likewise, higher is better; nan where it failed.
    """
    mean = _mean(worth)
    return Gains(picked(worth, score) - mean, _max(worth) - mean)


def picked(worth: Array, score: Array) -> Array:
    """Return the worth of what *score* picks, the mean of those that tie; shape (requests,)."""
    there = ~np.isnan(worth)
    known = np.where(there, np.where(np.isnan(score), -np.inf, score), np.nan)
    best = there & (known == _max(known)[:, None])
    sums: Array = np.where(best, np.nan_to_num(worth), 0.0).sum(axis=1)
    mean: Array = sums / np.maximum(best.sum(axis=1), 1)
    return mean


def accuracy(worth: Array, score: Array) -> float | None:
    """Return in which share of pairs of one request the better one has the higher score.

    Pairs that people hold equal don't count, those whose scores are equal count half.

    Args:
        worth: Shape (requests, candidates); nan where there is no candidate.
        score: Likewise, higher is better; nan where it failed, which is below all.

    Returns:
        From 0 to 1, 0.5 as chance; None where no two differ in worth.
    """
    known = np.where(np.isnan(score), -np.inf, score)
    step = max(1, AT_ONCE // max(worth.shape[1] ** 2, 1))
    right, count = 0.0, 0
    for start in range(0, len(worth), step):
        ours, theirs = worth[start : start + step], known[start : start + step]
        better = ours[:, :, None] > ours[:, None, :]  # nan is neither more nor less
        higher = theirs[:, :, None] > theirs[:, None, :]
        equal = theirs[:, :, None] == theirs[:, None, :]
        right += float((better & higher).sum()) + 0.5 * float((better & equal).sum())
        count += int(better.sum())
    return right / count if count else None


def expected_efficiency(of_pairs: float) -> float:
    """Return the efficiency that goes with an *accuracy* where all is spread like a bell.

    It is the correlation of score and worth within a request, whatever the number of candidates.

    >>> round(expected_efficiency(0.70), 2)
    0.59
    """
    return math.sin(math.pi * (of_pairs - 0.5))


def _mean(worth: Array) -> Array:
    sums: Array = np.nansum(worth, axis=1)
    mean: Array = sums / np.maximum((~np.isnan(worth)).sum(axis=1), 1)
    return mean


def _max(worth: Array) -> Array:
    """Return the highest of each row; 0 where there is nothing."""
    highest = np.where(np.isnan(worth), -np.inf, worth).max(axis=1, initial=-np.inf)
    return np.where(np.isnan(worth).all(axis=1), 0.0, highest)

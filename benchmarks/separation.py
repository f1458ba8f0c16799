"""How well a number tells pictures with a fault from pictures without: AUC, interval, recall."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

RESAMPLES = 2000
FALSE_ALARMS = 0.05


@dataclass(frozen=True, slots=True)
class Measured:
    """What one picture was given.

    Attributes:
        value: The number; the higher, the more it speaks for the fault.
        origin: The photograph that the picture was made from.
    """

    value: float
    origin: str


@dataclass(frozen=True, slots=True)
class Separation:
    """How far apart two groups of pictures lie.

    Attributes:
        auc: The chance that a bad picture is given more than a good one; ties count half.
        low: Lower end of its 95 % bootstrap interval.
        high: Upper end.
        recall: Share of the bad ones above a line that at most 5 % of the good ones are above.
    """

    auc: float
    low: float
    high: float
    recall: float


def separation(
    good: Sequence[Measured], bad: Sequence[Measured], *, resamples: int = RESAMPLES
) -> Separation:
    """Return how well the numbers of *good* and *bad* pictures, neither empty, part them.

    The interval is a percentile bootstrap over photographs: pictures that were made from one are
    drawn together, because they are no independent evidence.

    Source: B. Efron, R. Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13.
    """
    below = _values(good)[:, None] < _values(bad)[None, :]
    equal = _values(good)[:, None] == _values(bad)[None, :]
    wins = below + 0.5 * equal
    origins = sorted({each.origin for each in (*good, *bad)})
    of_good = np.array([origins.index(each.origin) for each in good])
    of_bad = np.array([origins.index(each.origin) for each in bad])
    drawn = np.random.default_rng(0).multinomial(
        len(origins), np.full(len(origins), 1 / len(origins)), resamples
    )
    weights = [(times[of_good], times[of_bad]) for times in drawn]
    aucs = [left @ wins @ right / (left.sum() * right.sum()) for left, right in weights
            if left.any() and right.any()]  # fmt: skip
    low, high = np.percentile(aucs, [2.5, 97.5]).tolist()
    return Separation(float(wins.mean()), low, high, recall(good, bad))


def recall(good: Sequence[Measured], bad: Sequence[Measured]) -> float:
    """Return which share of the *bad* lies above a line that 5 % of the *good* are above, at most."""
    allowed = math.floor(FALSE_ALARMS * len(good))
    line = np.sort(_values(good))[len(good) - 1 - allowed]
    return float((_values(bad) > line).mean())


def _values(measured: Sequence[Measured]) -> np.ndarray:
    return np.array([each.value for each in measured], np.float64)

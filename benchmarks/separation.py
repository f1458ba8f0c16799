"""How well a number tells pictures with a fault from pictures without: AUC, interval, recall."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

RESAMPLES = 2000
FALSE_ALARMS = 0.05
CONFIDENCE = 0.95


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
        low: Lower end of its 95 % interval.
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

    The interval rests on a bootstrap over photographs: pictures that were made from one are drawn
    together, because they are no independent evidence. Its standard error is laid around the AUC
    on the logit scale. In simulated worlds of 7 to 27 photographs, AUC 0.5 to 0.98, it held the
    truth in 92 to 99 % of 600 tries, in most worlds in 95 to 97 %; the percentile interval did in
    95 down to 37 %, the less the higher the AUC.

    Where every pair is in order nothing varies, and the lower end is exact instead: were it lower,
    as many photographs as there are would all be in order in less than 5 % of tries. So 27 give
    0.89 to 1, whatever they are.

    Source: B. Efron, R. Tibshirani, "An Introduction to the Bootstrap", 1993, chapters 6 and 13;
    logit: M. S. Pepe, "The Statistical Evaluation of Medical Tests for Classification and
    Prediction", 2003, chapter 5.
    """
    below = _values(good)[:, None] < _values(bad)[None, :]
    equal = _values(good)[:, None] == _values(bad)[None, :]
    wins = below + 0.5 * equal
    auc = float(wins.mean())
    error = float(np.std(_resampled(wins, good, bad, resamples)))
    photographs = min(len({each.origin for each in group}) for group in (good, bad))
    return Separation(auc, *_interval(auc, error, photographs), recall(good, bad))


def _resampled(
    wins: np.ndarray, good: Sequence[Measured], bad: Sequence[Measured], resamples: int
) -> list[float]:
    """Return the AUC of as many draws of the photographs, with repetition, as have both groups."""
    origins = sorted({each.origin for each in (*good, *bad)})
    of_good = np.array([origins.index(each.origin) for each in good])
    of_bad = np.array([origins.index(each.origin) for each in bad])
    drawn = np.random.default_rng(0).multinomial(
        len(origins), np.full(len(origins), 1 / len(origins)), resamples
    )
    weights = [(times[of_good], times[of_bad]) for times in drawn]
    return [left @ wins @ right / (left.sum() * right.sum()) for left, right in weights
            if left.any() and right.any()]  # fmt: skip


def _interval(auc: float, error: float, photographs: int) -> tuple[float, float]:
    """Return the 95 % interval of an AUC with this standard error, of as many photographs."""
    if auc in (0, 1):
        end = (1 - CONFIDENCE) ** (1 / photographs)
        return (end, 1.0) if auc else (0.0, 1 - end)
    middle = math.log(auc / (1 - auc))
    reach = NormalDist().inv_cdf((1 + CONFIDENCE) / 2) * error / (auc * (1 - auc))
    low, high = (1 / (1 + math.exp(-end)) for end in (middle - reach, middle + reach))
    return low, high


def recall(good: Sequence[Measured], bad: Sequence[Measured]) -> float:
    """Return which share of the *bad* lies above a line that 5 % of the *good* are above, at most."""
    allowed = math.floor(FALSE_ALARMS * len(good))
    line = np.sort(_values(good))[len(good) - 1 - allowed]
    return float((_values(bad) > line).mean())


def _values(measured: Sequence[Measured]) -> np.ndarray:
    return np.array([each.value for each in measured], np.float64)

"""How far two times of a stream lie apart, in the usual measures: shown, never an alarm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from selector.monitoring.day import Day, Grid
from selector.monitoring.reference import Reference

Array = npt.NDArray[Any]

RECENT = 7  # days, that each day of the week is among them
LEAST = 50  # values; of fewer no distribution is told
PARTS = 10  # of the reference, in which the population stability index counts
HALF = 0.5  # of a value, so that an empty part does not make it infinite


@dataclass(frozen=True, slots=True)
class Effects:
    """How far the last days lie from a reference.

    Attributes:
        count: Values of the last days.
        mean: Theirs.
        moved: Their mean less the reference's, in standard deviations of an image; of a rate, as
            it is.
        ks: The largest difference of the distribution functions, 0 to 1; None of a rate.
        wasserstein: The mean distance that a value has to go, in standard deviations of the
            reference's values; None of a rate.
        psi: The population stability index over the reference's tenths; None of a rate.
    """

    count: int
    mean: float
    moved: float
    ks: float | None = None
    wasserstein: float | None = None
    psi: float | None = None


def effects(days: Sequence[Day], one: Reference, grid: Grid | None) -> Effects | None:
    """Return how far *days* lie from a reference; None where they tell too little."""
    count = sum(day.count for day in days)
    if count < LEAST:
        return None
    offset = sum(day.total for day in days) / count
    if grid is None:
        return Effects(count, offset, offset - one.mean)
    mean = grid.centre + offset
    moved = (mean - one.mean) / one.image_sd if one.image_sd else 0.0
    now, then = counted(days), np.asarray(one.counts, dtype=float)
    if not now.sum() or not one.sd:
        return Effects(count, mean, moved)
    return Effects(
        count, mean, moved, _ks(now, then), _distance(now, then, one, grid), _psi(now, then)
    )


def counted(days: Sequence[Day]) -> Array:
    """Return how many values of *days* lie in each bin; nothing where that is no longer known."""
    known = [day.counts for day in days if day.counts.size]
    return np.sum(known, axis=0).astype(float) if known else np.zeros(0)


def _ks(now: Array, then: Array) -> float:
    return float(np.abs(np.cumsum(now) / now.sum() - np.cumsum(then) / then.sum()).max())


def _distance(now: Array, then: Array, one: Reference, grid: Grid) -> float:
    from scipy.stats import wasserstein_distance

    middles = grid.middles()
    return float(wasserstein_distance(middles, middles, now, then)) / one.sd


def _psi(now: Array, then: Array) -> float:
    ranks = (np.cumsum(then) - then / 2) / then.sum()
    part = np.minimum((ranks * PARTS).astype(int), PARTS - 1)
    shares = []
    for counts in (now, then):
        parts = np.bincount(part, weights=counts, minlength=PARTS) + HALF
        shares.append(parts / parts.sum())
    return float(((shares[0] - shares[1]) * np.log(shares[0] / shares[1])).sum())

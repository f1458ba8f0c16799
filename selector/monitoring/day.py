"""One day of one stream: how many values, their moments, and where they lie on a fixed grid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

BINS = 128  # of the grid; what lies beyond has a bin at either end
REACH = 8.0  # standard deviations from the grid's centre to its ends
FIVE_TO_95 = 3.29  # standard deviations between these percentiles of a normal distribution
ALIKE = 1e-12  # of a value: steps below that are rounding
TINY = 1e-6  # a step, relative to the value, where all values are the same
LARGEST = 1e100  # values are held within it, so that no square overflows


@dataclass(frozen=True, slots=True)
class Grid:
    """Where a stream's values are counted: fixed by its first values, and never moved.

    Attributes:
        centre: In its middle; moments are taken around it.
        step: The width of a bin.
    """

    centre: float
    step: float

    @classmethod
    def of(cls, values: Array) -> Grid:
        """Return the grid for a stream that begins with *values*."""
        low, centre, high = map(float, np.quantile(values, (0.05, 0.5, 0.95)))
        sd = (high - low) / FIVE_TO_95  # one wild value must not make all others one bin
        step = 2 * REACH * sd / BINS
        return cls(centre, step if step > ALIKE * abs(centre) else TINY * (abs(centre) or 1.0))

    def bins(self, values: Array) -> Array:
        """Return the bin of each value, from 0 (below) to `BINS` + 1 (above)."""
        places = np.floor((values - self.centre) / self.step) + (BINS // 2 + 1)
        return np.asarray(np.clip(places, 0, BINS + 1), dtype=np.intp)

    def middles(self) -> Array:
        """Return the middle of each bin; of the two at the ends, where they begin to reach."""
        return np.asarray(self.centre + (np.arange(BINS + 2) - (BINS + 1) / 2) * self.step)


@dataclass(slots=True)
class Day:
    """What a day's values come to.

    Sums go on value by value, so that it does not matter in which pieces a day arrives.

    Attributes:
        date: Which day, UTC.
        count: How many values.
        total: Their sum, less the grid's centre each.
        squares: The sum of the squares of that.
        within: The sum of the variances between the images of a prompt, where they are known.
        withins: Of how many values they are known.
        skipped: In how many requests the value told nothing, as not all images were measured.
        counts: Values in each bin; empty of rates, and of days long past.
        levels: By reference, the highest that a detector stood, as a share of its alarm line.
    """

    date: str
    count: int = 0
    total: float = 0.0
    squares: float = 0.0
    within: float = 0.0
    withins: int = 0
    skipped: int = 0
    counts: Array = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    levels: list[float] = field(default_factory=lambda: [0.0, 0.0])

    def add(self, values: Array, within: Array, grid: Grid | None) -> None:
        """Count *values*, none of them NaN; *within* is NaN where it is not known."""
        shifted = values if grid is None else values - grid.centre
        known = within[~np.isnan(within)]
        self.count += len(values)
        self.total = summed(self.total, shifted)
        self.squares = summed(self.squares, shifted**2)
        self.within = summed(self.within, known)
        self.withins += len(known)
        if grid is not None:
            found = np.bincount(grid.bins(values), minlength=BINS + 2)
            self.counts = found + (self.counts if self.counts.size else 0)

    def to_list(self) -> list[Any]:
        """Return it as JSON."""
        held = np.flatnonzero(self.counts)
        first = int(held[0]) if held.size else 0
        counts = self.counts[first : int(held[-1]) + 1].tolist() if held.size else []
        sums = [self.count, self.total, self.squares, self.within, self.withins, self.skipped]
        return [self.date, *sums, self.levels, first, counts]

    @classmethod
    def from_list(cls, data: Sequence[Any]) -> Day:
        """Return what `to_list` was given."""
        date, count, total, squares, within, withins, skipped, levels, first, counts = data
        whole = np.zeros(BINS + 2 if counts else 0, dtype=np.int64)
        whole[first : first + len(counts)] = counts
        return cls(
            date, count, total, squares, within, withins, skipped, counts=whole, levels=list(levels)
        )


def summed(start: float, values: Array) -> float:
    """Return a sum that goes on from *start*, one value after the other."""
    return float(np.add.accumulate(np.concatenate(([start], values)))[-1])

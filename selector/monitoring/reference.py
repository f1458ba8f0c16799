"""What a stream was like in a time that is taken as its standard, and how far it may stray."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from selector.monitoring.day import BINS, Day, Grid
from selector.monitoring.kinds import Kind

Array = npt.NDArray[Any]

ENOUGH = 200  # values; from fewer a mean is known to 0.07 standard deviations at best
DAYS = 7  # a whole week, so that its days do not count as drift
INNER, OUTER = 0.10, 0.25  # shifts in standard deviations of an image: harmless, to be found
RATE = 0.10  # of a rate (or of what it lacks to 1): harmless
ERRORS = 2.0  # standard errors of the reference itself: what it does not know is no drift
WILD = 0.01  # of a day's values: so few beyond the grid say nothing of the others
YEAR = 365.25
UNIFORM = 1 / math.sqrt(12)  # the standard deviation of ranks


@dataclass(frozen=True, slots=True)
class Reference:
    """A stream's standard.

    Attributes:
        first: Its first day.
        last: Its last day.
        days: How many days of them had values.
        count: How many values there were.
        mean: Of the values; of a rate, the rate.
        sd: Standard deviation of the values, which are means over the images of a prompt.
        image_sd: Standard deviation of single images, as far as summaries tell it.
        inner: The largest shift that is harmless, in the stream's own unit.
        outer: The shift that is to be found; of a rate the same as *inner*.
        low: The lower bound of the mean rank, or of the rate; at or below 0 it can't be left.
        high: The upper bound; at or above 1 it can't be left.
        counts: Values in each bin of the stream's grid; none of a rate.
    """

    first: str
    last: str
    days: int
    count: int
    mean: float
    sd: float
    image_sd: float
    inner: float
    outer: float
    low: float
    high: float
    counts: tuple[int, ...] = ()

    @property
    def per_year(self) -> float:
        """How many values a year has, if it goes on like that; at least one a day."""
        return max(YEAR, self.count / self.days * YEAR)

    def ranks(self) -> Array:
        """Return the mean rank, in [0, 1], of a value in each bin of the grid."""
        return _rank_at(np.arange(BINS + 2), self.counts)

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        return asdict(self) | {"counts": list(self.counts)}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Reference:
        """Return what `to_dict` was given."""
        return cls(**data | {"counts": tuple(data["counts"])})


def reference(days: Sequence[Day], kind: Kind, grid: Grid | None) -> Reference | None:
    """Return the standard that *days* make; None where they tell too little.

    Args:
        days: Whole days, in order.
        kind: How the stream is judged.
        grid: Where its values are counted; None where it has none yet.
    """
    told = [day for day in days if day.count]
    count = sum(day.count for day in told)
    if len(told) < DAYS or count < ENOUGH or (grid is None and not kind.is_rate):
        return None
    centre = 0.0 if grid is None else grid.centre
    sums = [_sums(day, grid) for day in told]
    offset = math.fsum(total for total, _ in sums) / count
    spread = max(math.fsum(squares for _, squares in sums) / count - offset**2, 0.0)
    means = [total / day.count for (total, _), day in zip(sums, told, strict=True)]
    error = _error(means, math.sqrt(spread), count)
    found: dict[str, Any] = {
        "first": told[0].date,
        "last": told[-1].date,
        "days": len(told),
        "count": count,
        "mean": centre + offset,
        "sd": math.sqrt(spread),
    }
    if kind.is_rate or grid is None:
        return Reference(**found, **_rate(offset, error, count, math.sqrt(spread)))
    images = math.sqrt(spread + _within(told))
    inner = max(INNER * images, ERRORS * error)
    counts = tuple(int(one) for one in np.sum([day.counts for day in told], axis=0))
    low, high = _bounds(counts, inner / grid.step, count)
    outer = inner + (OUTER - INNER) * images
    return Reference(
        **found, image_sd=images, inner=inner, outer=outer, low=low, high=high, counts=counts
    )


def _sums(day: Day, grid: Grid | None) -> tuple[float, float]:
    """Return sum and squares; a few values beyond the grid count as at its ends."""
    beyond = int(day.counts[0] + day.counts[-1]) if grid is not None else 0
    if grid is None or not 0 < beyond <= max(1, WILD * day.count):
        return day.total, day.squares
    places = grid.middles() - grid.centre
    return float(day.counts @ places), float(day.counts @ places**2)


def _error(means: Sequence[float], sd: float, count: int) -> float:
    """Return the standard error of the mean, days counted as what differs if they do."""
    return max(sd / math.sqrt(count), float(np.std(means, ddof=1)) / math.sqrt(len(means)))


def _within(days: Sequence[Day]) -> float:
    """Return the mean variance between the images of a prompt; 0 where nothing tells it."""
    known = sum(day.withins for day in days)
    return math.fsum(day.within for day in days) / known if known else 0.0


def _rate(share: float, error: float, count: int, sd: float) -> dict[str, Any]:
    room = max(RATE * min(share, 1 - share), ERRORS * error, _unsure(share, count))
    bounds = {"inner": room, "outer": room, "low": share - room, "high": share + room}
    return {"image_sd": sd, **bounds}


def _unsure(share: float, count: int) -> float:
    """Return how far from *share* the true rate may be, on its wider side.

    Source: E. B. Wilson, "Probable inference", Journal of the American Statistical Association 1927.
    """
    more = ERRORS**2 / count
    half = math.sqrt(more * (share * (1 - share) + more / 4))
    return (abs(0.5 - share) * more + half) / (1 + more)


def _bounds(counts: tuple[int, ...], shift: float, count: int) -> tuple[float, float]:
    """Return the mean ranks of the reference's own values, moved down and up by so many bins."""
    places, _ = _occupied(counts)
    shares = np.asarray(counts)[places] / count
    room = ERRORS * UNIFORM / math.sqrt(count)
    low = min(float(shares @ _rank_at(places - shift, counts)), 0.5 - room)
    high = max(float(shares @ _rank_at(places + shift, counts)), 0.5 + room)
    return low, high


def _rank_at(places: Array, counts: tuple[int, ...]) -> Array:
    return np.interp(places, *_occupied(counts), left=0.0, right=1.0)


@lru_cache(maxsize=4096)
def _occupied(counts: tuple[int, ...]) -> tuple[Array, Array]:
    """Return the bins that hold something, and the mean rank of what each holds."""
    held = np.asarray(counts)
    ranks = (np.cumsum(held) - held / 2) / held.sum()
    places = np.flatnonzero(held)
    return places, ranks[places]

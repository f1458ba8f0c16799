"""What is delivered unseen, how much of that is bad, and how much a person has to look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from selector.calibration import chow
from selector.policy.grammar import Costs
from selector.statistics import binomial

Array = npt.NDArray[Any]

POINTS = 60  # of the curve; more can't be told apart on a page


@dataclass(frozen=True, slots=True)
class Share:
    """A count of requests as a share.

    Attributes:
        count: How many.
        of: Of how many.
        low: Between which shares the true one lies with 95 % confidence; *high* is the other end.
    """

    count: int
    of: int
    low: float
    high: float

    @property
    def share(self) -> float | None:
        """The share; None of nothing."""
        return self.count / self.of if self.of else None


@dataclass(frozen=True, slots=True)
class Point:
    """What accepting from *line* on would do.

    Attributes:
        line: The lowest score, or probability, that is accepted.
        accepted: In how many requests the pick is accepted.
        bad: How many of these are bad.
    """

    line: float
    accepted: Share
    bad: Share


@dataclass(frozen=True, slots=True)
class Zones:
    """What the lines that cost least would do with the picks.

    Attributes:
        accept: Accepted from this probability on.
        reject: Rejected up to this one.
        accepted: How many picks are accepted; *reviewed* and *rejected* are the rest.
        bad_accepted: How many of the accepted are bad.
        good_rejected: How many of the rejected are good.
    """

    accept: float
    reject: float
    accepted: Share
    reviewed: Share
    rejected: Share
    bad_accepted: Share
    good_rejected: Share


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much may be delivered unseen at which risk: of the pick of each request.

    Attributes:
        points: From the strictest line to the one that accepts everything.
        zones: What the lines of given costs do; None without costs, or without probabilities.
        is_probability: Whether lines are probabilities of being good.
        good_from: From which worth on a candidate counts as good.
    """

    points: tuple[Point, ...]
    zones: Zones | None
    is_probability: bool
    good_from: float


def coverage(
    score: Array,
    good: Array,
    *,
    good_from: float,
    is_probability: bool,
    costs: Costs | None = None,
) -> Coverage:
    """Return how much is accepted, and how much of it is bad, at every line.

    Limits are exact, of each line by itself: a line that is chosen because it looks well here
    promises nothing, which is what `selector calibrate` is for.

    Args:
        score: Of the pick of each request, higher is better; shape (requests,).
        good: Whether it is good; shape (requests,).
        good_from: From which worth on it counts as that.
        is_probability: Whether *score* is the probability of that.
        costs: What mistakes cost.
    """
    kept = _few(np.unique(score)[::-1])
    return Coverage(
        points=tuple(_point(score, good, float(line)) for line in kept),
        zones=_zones(score, good, costs) if costs is not None and is_probability else None,
        is_probability=is_probability,
        good_from=good_from,
    )


def _few(lines: Array) -> Array:
    if len(lines) <= POINTS:
        return lines
    places = np.unique(np.linspace(0, len(lines) - 1, POINTS).round().astype(int))
    kept: Array = lines[places]
    return kept


def _point(score: Array, good: Array, line: float) -> Point:
    accepted = score >= line
    return Point(
        line=line,
        accepted=_share(accepted),
        bad=_share(~good[accepted]),
    )


def _zones(score: Array, good: Array, costs: Costs) -> Zones:
    at = chow.lines(costs.false_accept, costs.false_reject, costs.review)
    accepted = score >= at.accept
    rejected = ~accepted & (score <= at.reject)
    return Zones(
        accept=at.accept,
        reject=at.reject,
        accepted=_share(accepted),
        reviewed=_share(~accepted & ~rejected),
        rejected=_share(rejected),
        bad_accepted=_share(~good[accepted]),
        good_rejected=_share(good[rejected]),
    )


def _share(which: Array) -> Share:
    count, of = int(np.count_nonzero(which)), len(which)
    low, high = binomial.interval(count, of) if of else (0.0, 1.0)
    return Share(count, of, float(low), float(high))

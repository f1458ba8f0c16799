"""What the best of n candidates is worth, without bias, for every n that was measured and beyond."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from selector.statistics import mean_interval

Array = npt.NDArray[Any]

MOST_REQUESTS = 0.8  # of all that have as many candidates as the curve goes to
FALSE_WARNINGS = 0.05
FAR = 9.0  # standard deviations from which a normal density adds nothing
FINE = 6001  # points of the integral; exact to nine digits


@cache
def best_of_normals(n: int) -> float:
    """Return how far above the mean the best of *n* normal numbers lies, in standard deviations.

    >>> round(best_of_normals(8), 3)
    1.424
    """
    from scipy import special

    z = np.linspace(-FAR, FAR, FINE)
    density = n * np.exp(-z * z / 2) / math.sqrt(2 * math.pi) * special.ndtr(z) ** (n - 1)
    return float((z * density).sum() * (z[1] - z[0]))


def shares(n: int, of: int) -> Array:
    """Return how often the i-th worst of *of* candidates is the best of *n* drawn from them.

    Without replacement, so that the mean by these shares is unbiased, as in pass@k: drawn with
    replacement, the same candidate twice would count as two.

    Args:
        n: How many are drawn, 1 to *of*.
        of: How many there are.

    Returns:
        Shape (of,), from the worst to the best; they sum to 1.

    Source: M. Chen et al., "Evaluating Large Language Models Trained on Code", 2021 (pass@k).

    >>> shares(2, 3).round(3)
    array([0.   , 0.333, 0.667])
    """
    ways = [math.comb(place, n - 1) for place in range(of)]
    return np.array([way / math.comb(of, n) for way in ways])


def kl(n: int) -> float:
    """Return how far choosing the best of *n* moves what is delivered, in nats: ln n - (n - 1)/n."""
    return math.log(n) - (n - 1) / n


@dataclass(frozen=True, slots=True)
class Point:
    """The best of *n* candidates, on average over requests.

    Attributes:
        n: Of how many.
        gain: What the choice is worth more than a random candidate, in units of the label.
        error: Its standard error; 0 for what is exact.
        oracle: What the best would be worth more.
        marginal: How much the last of the n added; *marginal_error* goes with it.
        kl: How far the choice moves what is delivered, in nats.
    """

    n: int
    gain: float
    error: float
    oracle: float
    marginal: float
    marginal_error: float
    kl: float


@dataclass(frozen=True, slots=True)
class Curve:
    """What the best of n is worth.

    Attributes:
        points: For 1 to as many candidates as most requests have.
        requests: How many requests it is of.
        left_out: How many have fewer candidates than that.
        turns_down: From how many candidates on more of them make the choice worse, beyond what
            chance explains; None: it does not.
    """

    points: tuple[Point, ...]
    requests: int
    left_out: int
    turns_down: int | None

    @property
    def most(self) -> int:
        """How many candidates were measured."""
        return self.points[-1].n

    @property
    def slope(self) -> float:
        """What one standard deviation of the score is worth: efficiency times the worth's spread."""
        return self.points[-1].gain / best_of_normals(self.most) if self.most > 1 else 0.0

    def gain(self, n: int) -> float:
        """Return the gain of the best of *n*; beyond what was measured, as a bell would go on."""
        if n <= self.most:
            return self.points[n - 1].gain
        last = self.points[-1].gain
        return last + self.slope * (best_of_normals(n) - best_of_normals(self.most))


def curve(worth: Array, score: Array, *, seed: int = 0) -> Curve | None:
    """Return what the best of n by *score* is worth, for every n that was measured.

    Args:
        worth: Shape (requests, candidates); nan where there is no candidate.
        score: Likewise, higher is better; nan where it failed, which is below all.
        seed: Of the test whether it turns down.

    Returns:
        The curve; None where most requests have but one candidate.
    """
    counts = (~np.isnan(worth)).sum(axis=1)
    most = int(np.quantile(counts, 1 - MOST_REQUESTS, method="lower")) if len(counts) else 0
    if most < 2:  # noqa: PLR2004 - one is no choice
        return None
    rows = counts >= most
    ours = best_of_each(worth[rows], score[rows], most)
    best = best_of_each(worth[rows], worth[rows], most)
    return Curve(
        points=tuple(_points(ours, best)),
        requests=int(rows.sum()),
        left_out=int((~rows).sum()),
        turns_down=turning(ours, seed=seed),
    )


def best_of_each(worth: Array, score: Array, most: int) -> Array:
    """Return what the best of n by *score* is worth, of each request; shape (requests, most).

    It is the expectation over which n of its candidates were generated, and over ties.
    """
    made = np.empty((len(worth), most))
    tables: dict[int, Array] = {}
    for row, (ours, theirs) in enumerate(zip(worth, score, strict=True)):
        there = ~np.isnan(ours)
        of = int(there.sum())
        if of not in tables:
            tables[of] = np.array([shares(n, of) for n in range(1, most + 1)])
        made[row] = tables[of] @ _from_worst(ours[there], theirs[there])
    return made


def turning(ours: Array, *, seed: int = 0) -> int | None:
    """Return from which n on more candidates make the choice worse than fewer did.

    Where a score's errors have heavy tails, the best of many is what it is most wrong about.
    Requests are drawn again, and all n are tested together, so that of curves that do not turn
    at most one in twenty is said to.

    Args:
        ours: What the best of n is worth, shape (requests, n).
        seed: Of the drawing.
    """
    tests = ours.shape[1] - 1
    if tests < 1 or len(ours) < 2:  # noqa: PLR2004 - one request has no spread
        return None
    drops = ours[:, -1:] - ours[:, :-1]
    level = 1 - 2 * FALSE_WARNINGS / tests
    peak = int(drops.mean(axis=0).argmin())
    high = mean_interval(drops[:, peak, None].tolist(), level=level, seed=seed)[1]
    return peak + 1 if high < 0 else None


def _from_worst(worth: Array, score: Array) -> Array:
    """Return the worths by rising score; equal scores share the mean of theirs."""
    known = np.where(np.isnan(score), -np.inf, score)
    _, which, counts = np.unique(known, return_inverse=True, return_counts=True)
    means = np.bincount(which, weights=worth) / counts
    return np.repeat(means, counts)


def _points(ours: Array, best: Array) -> list[Point]:
    gained, possible = ours - ours[:, :1], best - best[:, :1]
    steps = np.diff(ours, axis=1, prepend=ours[:, :1])
    return [
        Point(
            n=at + 1,
            gain=float(gained[:, at].mean()),
            error=_error(gained[:, at]),
            oracle=float(possible[:, at].mean()),
            marginal=float(steps[:, at].mean()),
            marginal_error=_error(steps[:, at]),
            kl=kl(at + 1),
        )
        for at in range(ours.shape[1])
    ]


def _error(values: Array) -> float:
    return float(values.std(ddof=1) / math.sqrt(len(values))) if len(values) > 1 else 0.0

"""Which measure deserves how much weight: learned from what people said of candidates."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from selector.calibration import logistic
from selector.calibration.digits import rounded
from selector.calibration.scales import spread

Array = npt.NDArray[Any]
Interval = tuple[float, float]

# How pairs are weighed was tried on 800 real pictures, in folds not seen (selector efficiency, of
# which 0.01 is chance): every pair that differs 0.59 to 0.60; near ties left out, given softer
# targets, or pairs weighed by how far they differ 0.57 to 0.59; held to the mean weight instead of
# to 0, 0.58 to 0.60; equal weights 0.56.
SAME = 1e-9  # worths nearer than that are equal: a mean of raters depends on their order

# With fewer of either, or where learning does no better on what it has not seen, all weigh alike.
REQUESTS_FROM = 30
PAIRS_FROM = 200
FOLDS = 5
PENALTIES = (3000.0, 1000.0, 300.0, 100.0, 30.0, 10.0, 3.0, 1.0)
REACH = 15  # how far apart in a request two candidates of a pair may be: of up to 16, all pairs
DRAWS = 400
LEAST_FIXED = 0.02  # of all weights: beside less, numbers in its unit would explode


@dataclass(frozen=True)
class Learned:
    """What each measure should weigh.

    Attributes:
        weights: One a column, from 0 on, for scores as they were given. They sum to 1; beside
            fixed weights they are in the unit of these.
        intervals: Between which weights each lies with 95 % confidence, as far as requests differ;
            None where nothing was learned.
        method: "pairwise" where they were learned, "equal" where each spread weighs the same.
        penalty: What held them small; None where nothing was learned.
        pairs: How many pairs of candidates of one request differ in what they are worth.
        requests: How many requests have such a pair.
        told: How they came about, in words.
    """

    weights: tuple[float, ...]
    intervals: tuple[Interval | None, ...]
    method: Literal["pairwise", "equal"]
    penalty: float | None
    pairs: int
    requests: int
    told: str


@dataclass(frozen=True, eq=False)
class _Pairs:
    """Two candidates of one request a row, of different worth.

    Attributes:
        gaps: Shape (pairs, measures), how many spreads the one scores above the other.
        better: Shape (pairs,), 1 where it is worth more, 0 where less.
        groups: Shape (pairs,), whose request it is.
        units: Shape (measures,), one over the spread of each; 0 where it never differs.
        beside: Whether the last measure is the sum of terms whose weights stand.
    """

    gaps: Array
    better: Array
    groups: Array
    units: Array
    beside: bool

    @property
    def requests(self) -> int:
        return len(np.unique(self.groups))

    def told(self, weights: Array) -> tuple[float, ...]:
        """Return weights of spreads as shares of one, or in the unit of the terms that stand."""
        given = weights * self.units
        whole = max(given[-1], LEAST_FIXED * given.sum()) if self.beside else given.sum()
        return tuple(rounded(given[: len(given) - self.beside] / (whole or 1.0)).tolist())


def learn(
    scaled: Array,
    groups: Array,
    worth: Array,
    *,
    fixed: Array | None = None,
    seed: int = 0,
    intervals: bool = True,
) -> Learned:
    """Return the weights whose sum tells best which of two candidates people hold for better.

    It is a logistic regression on differences within requests, with weights from 0 on, so that
    more of something good never harms. A penalty on squares holds them small, each counted for
    one spread of its column (the pooled standard deviation within requests), so that units do not
    matter: the penalty that has the least log loss on requests that were not seen, five times a
    fifth of them. Candidates of equal worth tell nothing.

    All weigh the same, a spread each, where fewer than 30 requests or 200 pairs have something to
    tell, and where what was learned does no better, or tells nothing, on requests that it has not
    seen.

    Args:
        scaled: Shape (candidates, measures), finite, higher is better; `missing.filled` before.
        groups: Shape (candidates,), the number of each candidate's request.
        worth: Shape (candidates,), what people say each is worth; nan where nobody did.
        fixed: Shape (candidates,), the weighted sum of the terms whose weights stand, if there
            are any: it is one measure more, and its weight becomes 1.
        seed: Of dividing and drawing requests.
        intervals: Whether they are wanted; they take most of the time.

    Raises:
        ValueError: Shapes do not fit, a score is missing, or no measure differs within a request.

    Source: R. A. Bradley, M. E. Terry, "Rank Analysis of Incomplete Block Designs: I. The Method of
        Paired Comparisons", Biometrika, 1952, the worth being a weighted sum. Intervals: requests
        drawn again, one Newton step from the fit each; A. C. Davison, D. V. Hinkley, "Bootstrap
        Methods and their Application", 1997.
    """
    table = np.asarray(scaled if fixed is None else np.column_stack([scaled, fixed]), np.float64)
    groups, worth = np.asarray(groups), np.asarray(worth, np.float64)
    pairs = _paired(table, groups, worth, beside=fixed is not None)
    count = len(pairs.better)
    if pairs.requests < REQUESTS_FROM or count < PAIRS_FROM:
        few = f"{count} pairs of {pairs.requests} requests differ in worth"
        return _alike(pairs, f"{few}; it takes {PAIRS_FROM} of {REQUESTS_FROM} to learn")
    losses, alike = _unseen_losses(pairs, seed)
    best = int(losses.argmin())
    told = f"log loss on requests not seen: {losses[best]:.4f}, with equal weights {alike:.4f}"
    if losses[best] >= min(alike, math.log(2)):  # which is what knowing nothing costs
        return _alike(pairs, f"learning did no better; {told}")
    return _fitted(pairs, PENALTIES[best], told, seed if intervals else None)


def _alike(pairs: _Pairs, why: str) -> Learned:
    """Return the weights that count each spread the same."""
    weights = pairs.told(np.ones(len(pairs.units)))
    nothing = (None,) * len(weights)
    told = f"each spread weighs the same ({why})"
    return Learned(weights, nothing, "equal", None, len(pairs.better), pairs.requests, told)


def _fitted(pairs: _Pairs, penalty: float, told: str, seed: int | None) -> Learned:
    """Return weights learned from all pairs, with intervals if there is a seed to draw them by."""
    matrix = penalty * np.eye(len(pairs.units))
    weights = logistic.fit(pairs.gaps, pairs.better, penalty=matrix)
    given = pairs.told(weights)
    intervals: tuple[Interval | None, ...] = (None,) * len(given)
    if seed is not None:
        drawn = [pairs.told(one) for one in _drawn(pairs, weights, matrix, seed)]
        ends = rounded(np.quantile(drawn, [0.025, 0.975], axis=0)).T.tolist()
        intervals = tuple((low, high) for low, high in ends)
    count, requests = len(pairs.better), pairs.requests
    told = f"learned from {count} pairs of {requests} requests ({told})"
    return Learned(given, intervals, "pairwise", penalty, count, requests, told)


def _unseen_losses(pairs: _Pairs, seed: int) -> tuple[Array, float]:
    """Return the mean log loss of each penalty on folds not seen, and that of equal weights."""
    folds = logistic.folds(pairs.groups, FOLDS, seed)
    alike = pairs.gaps.sum(axis=1, keepdims=True)
    losses, equal = np.zeros(len(PENALTIES)), 0.0
    for fold in range(FOLDS):
        out = folds == fold
        gaps, better = pairs.gaps[~out], pairs.better[~out]
        slope = logistic.fit(alike[~out], better, penalty=np.zeros((1, 1)))
        equal += logistic.losses(alike[out] @ slope, pairs.better[out]).sum()
        weights = None
        for at, penalty in enumerate(PENALTIES):
            matrix = penalty * np.eye(gaps.shape[1])
            weights = logistic.fit(gaps, better, penalty=matrix, start=weights)
            losses[at] += logistic.losses(pairs.gaps[out] @ weights, pairs.better[out]).sum()
    return losses / len(folds), float(equal / len(folds))


def _drawn(pairs: _Pairs, weights: Array, penalty: Array, seed: int) -> list[Array]:
    """Return the weights of requests drawn again and again, by one step of Newton's each."""
    from scipy import special

    p = special.expit(pairs.gaps @ weights)
    bend = pairs.gaps.T @ ((p * (1 - p))[:, None] * pairs.gaps) + penalty
    _, place = np.unique(pairs.groups, return_inverse=True)
    rises = np.zeros((pairs.requests, len(weights)))
    np.add.at(rises, place, (p - pairs.better)[:, None] * pairs.gaps)
    random = np.random.default_rng(seed)
    counts = random.multinomial(len(rises), np.full(len(rises), 1 / len(rises)), DRAWS)
    here = penalty @ weights - bend @ weights
    return [logistic.least(bend, times @ rises + here) for times in counts]


def _paired(table: Array, groups: Array, worth: Array, *, beside: bool) -> _Pairs:
    """Return the pairs of candidates of one request whose worth differs."""
    _check(table, groups, worth)
    spreads = np.array([spread(column, groups) for column in table.T])
    if not spreads.any():
        raise ValueError("scaled: expected measures that differ within a request (got none)")
    units = np.divide(1.0, spreads, out=np.zeros(len(spreads)), where=spreads > 0)
    order = np.flatnonzero(~np.isnan(worth))
    order = order[np.argsort(groups[order], kind="stable")]
    ones, others = [], []
    for apart in range(1, REACH + 1):
        one, other = order[:-apart], order[apart:]
        tells = (groups[one] == groups[other]) & (np.abs(worth[one] - worth[other]) > SAME)
        ones.append(one[tells])
        others.append(other[tells])
    one, other = np.concatenate(ones), np.concatenate(others)
    better = (worth[one] > worth[other]).astype(np.float64)
    return _Pairs((table[one] - table[other]) * units, better, groups[one], units, beside)


def _check(table: Array, groups: Array, worth: Array) -> None:
    """Raise a ValueError about what can't be meant."""
    if groups.ndim != 1 or table.shape[:-1] != groups.shape or worth.shape != groups.shape:
        raise ValueError(
            "scaled: expected shape (candidates, measures) beside groups and worth of (candidates,) "
            f"(got {table.shape}, {groups.shape} and {worth.shape})"
        )
    if missing := int(np.count_nonzero(~np.isfinite(table))):
        raise ValueError(f"scaled: expected every score (got {missing} missing)")

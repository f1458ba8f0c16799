"""What people's judgements allow to be said of a choice, each of them being uncertain."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from selector.calibration.best_of_n import best_of_normals
from selector.calibration.efficiency import Gains, gains

Array = npt.NDArray[Any]

TWO = 2
SPLITS = (
    20  # ways to part the raters in two halves; more move the bound by less than its third digit
)


def repeated(ratings: Array) -> Array:
    """Return the requests of which each candidate was judged twice or more; shape (requests,)."""
    said = (~np.isnan(ratings)).sum(axis=2)
    rows: Array = ((said > 0).sum(axis=1) >= TWO) & (said != 1).all(axis=1)
    return rows


def crossed(ratings: Array, score: Array, *, seed: int = 0) -> Gains | None:
    """Return what a choice gained, beside what one half of the raters gains in the other's eyes.

    The best of noisy judgements owes part of its lead to luck, so its lead overstates what there
    was to gain, and the efficiency by it is a lower bound. Here the best by one half of the raters
    is valued by the other half, both ways: that understates it, and is what other people would
    have captured. So the efficiency by this is an upper bound.

    Args:
        ratings: Shape (requests, candidates, raters), nan where nothing was said.
        score: Shape (requests, candidates), higher is better.
        seed: Of the halves.

    Returns:
        Over requests of which each candidate was judged twice; None if there is none.
    """
    rows = repeated(ratings)
    if not rows.any():
        return None
    ours, theirs = ratings[rows], score[rows]
    random = np.random.default_rng(seed)
    possible = np.zeros(len(ours))
    for _ in range(SPLITS):
        one, other = _halves(ours, random)
        possible += (gains(other, one).captured + gains(one, other).captured) / TWO / SPLITS
    return Gains(gains(mean(ours), theirs).captured, possible)


def without_noise(ratings: Array, score: Array) -> float | None:
    """Return the efficiency in terms of what is true, where worth is spread like a bell.

    What is true of a candidate is what two raters have in common: its spread within a request is
    their covariance, and the best of N lies so far above the mean as the best of N normal numbers.

    Args:
        ratings: Shape (requests, candidates, raters), nan where nothing was said.
        score: Shape (requests, candidates), higher is better.

    Returns:
        The share; None where no candidates of a request were judged twice, or where raters have
        nothing in common.
    """
    rows = repeated(ratings)
    if not rows.any():
        return None
    spread = common_spread(ratings[rows])
    worth = mean(ratings[rows])
    counts = (~np.isnan(worth)).sum(axis=1)
    possible = spread * sum(best_of_normals(int(count)) for count in counts)
    captured = float(gains(worth, score[rows]).captured.sum())
    return captured / possible if possible > 0 else None


def common_spread(ratings: Array) -> float:
    """Return how far true worths of one request lie apart: the root of the covariance of raters.

    0 where raters have nothing in common.
    """
    shared, pairs = 0.0, 0.0
    for one in range(ratings.shape[2]):
        for other in range(one + 1, ratings.shape[2]):
            both = ratings[:, :, [one, other]]
            known = ~np.isnan(both).any(axis=2, keepdims=True)
            count = np.maximum(known.sum(axis=1, keepdims=True), 1)
            centred = np.where(known, both, 0.0)
            centred = np.where(known, both - centred.sum(axis=1, keepdims=True) / count, 0.0)
            shared += float((centred[:, :, 0] * centred[:, :, 1]).sum())
            pairs += float((count - 1).sum())
    return float(np.sqrt(max(shared / pairs, 0.0))) if pairs else 0.0


def one_person(ratings: Array) -> Gains | None:
    """Return what one person captures in the eyes of the others, on average over all persons.

    Args:
        ratings: Shape (requests, candidates, raters), nan where nothing was said.

    Returns:
        Request by request, the mean over its raters; None where no two judged the same candidates.
    """
    each = [_one_against_all(ratings, rater) for rater in range(ratings.shape[2])]
    count = sum((one.possible >= 0 for one in each), np.zeros(len(ratings), dtype=int))
    known = count > 0
    if not known.any():
        return None
    captured, possible = (
        np.nansum([getattr(one, name) for one in each], axis=0)[known] / count[known]
        for name in ("captured", "possible")
    )
    return Gains(captured, possible)


def mean(ratings: Array) -> Array:
    """Return what raters say on average; nan where nobody said anything."""
    said = ~np.isnan(ratings)
    sums = np.where(said, ratings, 0.0).sum(axis=-1)
    return np.where(said.any(axis=-1), sums / np.maximum(said.sum(axis=-1), 1), np.nan)


def _one_against_all(ratings: Array, rater: int) -> Gains:
    """Return what one rater captures; nan of requests where there are no two to choose from."""
    own = ratings[:, :, rater]
    others = mean(np.delete(ratings, rater, axis=2))
    both = ~np.isnan(own) & ~np.isnan(others)
    found = gains(np.where(both, others, np.nan), own)
    enough = both.sum(axis=1) >= TWO
    return Gains(*(np.where(enough, one, np.nan) for one in (found.captured, found.possible)))


def _halves(ratings: Array, random: np.random.Generator) -> tuple[Array, Array]:
    """Return the means of two halves of the raters of each request, parted by chance."""
    shuffled = _shuffled(ratings, random)
    order = np.cumsum(~np.isnan(shuffled), axis=2)
    even = order % TWO == 0
    return mean(np.where(even, shuffled, np.nan)), mean(np.where(even, np.nan, shuffled))


def _shuffled(ratings: Array, random: np.random.Generator) -> Array:
    """Return the raters of each request in another order, the same for all its candidates."""
    keys = random.random((len(ratings), 1, ratings.shape[2]))
    order = np.broadcast_to(np.argsort(keys, axis=2), ratings.shape)
    return np.take_along_axis(ratings, order, axis=2)

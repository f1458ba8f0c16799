"""Logistic regression whose weights are not negative, and folds of whole requests."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

CLOSE = 1e-10  # what a step gains, relative: below it nothing changes that anybody reads
TINY = 1e-9  # of the largest curvature: twin columns have a solution with it


def fit(
    features: Array,
    targets: Array,
    *,
    penalty: Array,
    start: Array | None = None,
) -> Array:
    """Return the weights from 0 on that make the log loss and the penalty least, shape (m,).

    An intercept of any sign is a column of ones and one of minus ones.

    Args:
        features: Shape (n, m).
        targets: Shape (n,), from 0 to 1: the probability that each row should have.
        penalty: Shape (m, m), symmetric, no negative eigenvalue: half of `w' penalty w` is added.
        start: Shape (m,), weights to begin with, which change the time that it takes alone.
    """
    from scipy import special

    def price(weights: Array) -> float:
        odds = features @ weights
        return float(losses(odds, targets).sum() + weights @ penalty @ weights / 2)

    weights = np.zeros(features.shape[1]) if start is None else start
    now, gained = price(weights), np.inf
    while gained > CLOSE * (1 + now):
        p = special.expit(features @ weights)
        rise = features.T @ (p - targets) + penalty @ weights
        bend = features.T @ ((p * (1 - p))[:, None] * features) + penalty
        step = least(bend, rise - bend @ weights) - weights
        while (then := price(weights + step)) > now:  # a whole step of Newton's can go too far
            step = step / 2
        weights, gained, now = weights + step, now - then, then
    return weights


def losses(odds: Array, targets: Array) -> Array:
    """Return the log loss of log odds where these probabilities were right, shape (n,)."""
    loss: Array = np.logaddexp(0, odds) - targets * odds
    return loss


def least(bend: Array, rise: Array) -> Array:
    """Return where `v' bend v / 2 + rise' v` is least of all v from 0 on, shape (m,)."""
    from scipy import linalg, optimize

    ridge = TINY * (bend.diagonal().max() or 1.0)
    root = np.linalg.cholesky(bend + ridge * np.eye(len(bend)))
    found: Array = optimize.nnls(root.T, linalg.solve_triangular(root, -rise, lower=True))[0]
    return found


def folds(groups: Array, count: int, seed: int) -> Array:
    """Return for each row the fold of its group, at random, all folds about as many groups."""
    _, place = np.unique(groups, return_inverse=True)
    number = int(place.max()) + 1
    dealt: Array = np.random.default_rng(seed).permutation(number) % min(count, number)
    return dealt[place]

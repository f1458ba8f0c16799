"""Ranking by mean rank: what is left to do where no measure's numbers are trusted."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


def ranks(scores: Array, groups: Array) -> Array:
    """Return for each candidate how many of its request it beats, as a share, mean over measures.

    Only the order inside the request counts, so an outlier, a broken unit or a wrong scale of one
    measure does no more than one vote's harm. The price: each candidate must be measured by each
    measure before anything can be said (nothing is lazy), and what is said of one candidate
    depends on the others. Half is counted for those that are equal.

    Args:
        scores: Shape (candidates, measures), finite, higher is better.
        groups: Shape (candidates,), the number of each candidate's request, from 0.

    Returns:
        Shape (candidates,), from 0, the last in all, to 1, the first in all; 0.5 where a request
        has one candidate.

    Raises:
        ValueError: Shapes do not fit, there is no measure, or a score is missing.

    Source: J.-C. de Borda, "Mémoire sur les élections au scrutin", 1781.

    >>> ranks(np.array([[1.0, 9.0], [2.0, 5.0], [3.0, 9.0]]), np.array([0, 0, 0])).tolist()
    [0.375, 0.25, 0.875]
    """
    scores, groups = np.asarray(scores, dtype=np.float64), np.asarray(groups)
    if groups.ndim != 1 or scores.shape[:-1] != groups.shape or not scores.shape[-1]:
        raise ValueError(
            "scores: expected shape (candidates, measures) beside groups of (candidates,) "
            f"(got {scores.shape} and {groups.shape})"
        )
    if missing := int(np.count_nonzero(~np.isfinite(scores))):
        raise ValueError(
            f"scores: expected every candidate's by every measure (got {missing} missing)"
        )
    mean: Array = np.mean([_beaten(column, groups) for column in scores.T], axis=0)
    return mean


def _beaten(scores: Array, groups: Array) -> Array:
    """Return the share of the others of its request that each beats, equals by half."""
    _, place = np.unique(groups, return_inverse=True)
    _, level = np.unique(scores, return_inverse=True)
    _, run, equals = np.unique(
        place * (level.max() + 1) + level, return_inverse=True, return_counts=True
    )
    sizes = np.bincount(place)
    before = np.cumsum(sizes) - sizes  # candidates of the requests before
    beaten = (np.cumsum(equals) - (equals + 1) / 2)[run] - before[place]
    others = sizes[place] - 1
    share: Array = np.divide(beaten, others, out=np.full(len(place), 0.5), where=others > 0)
    return share

"""What to do about scores that are missing, when numbers are fitted to the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from selector.statistics import ridge

Array = npt.NDArray[Any]

TELLING = 0.01  # a p-value below it: failures are not by chance
RIDGE = 1.0  # as if one more candidate had told that nothing goes together


@dataclass(frozen=True)
class Failures:
    """Whether a measure fails more often where the other measures see less quality.

    Attributes:
        shares: What share fails, of the candidates that the others rate lowest, of the middle and
            of the highest third.
        p_value: How probable so large a difference is if failures were chance.
    """

    shares: tuple[float, float, float]
    p_value: float

    @property
    def telling(self) -> bool:
        """Whether it is hardly chance, and the lowest third fails more often than the highest."""
        return self.p_value < TELLING and self.shares[0] > self.shares[-1]


def filled(scaled: Array, groups: Array) -> Array:
    """Return the scores with those that are missing as one would expect them.

    Each is what the candidate's other scores tell of it, within its request: the mean of its
    request, plus a line through how far its other scores lie from theirs. Where a request lacks a
    measure altogether it is the mean over all. Nothing is weighted anew, and no 0 stands for
    what is not known. It is for fitting alone: online, a failed score counts as the worst.

    Args:
        scaled: Shape (candidates, measures), each from 0 to 1; nan is missing.
        groups: Shape (candidates,), the number of each candidate's request.

    Raises:
        ValueError: Shapes do not fit, or a measure has no score at all.
    """
    scaled, groups = np.asarray(scaled, dtype=np.float64), np.asarray(groups)
    if groups.ndim != 1 or scaled.shape[:-1] != groups.shape:
        raise ValueError(
            "scaled: expected shape (candidates, measures) beside groups of (candidates,) "
            f"(got {scaled.shape} and {groups.shape})"
        )
    there = np.isfinite(scaled)
    if not there.any(axis=0).all():
        raise ValueError("scaled: expected some score of every measure (got one without any)")
    if there.all():
        return scaled
    _, place = np.unique(groups, return_inverse=True)
    means = np.column_stack([_means(*each, place) for each in zip(scaled.T, there.T, strict=True)])
    within = np.where(there, scaled - means, 0.0)  # what is missing tells nothing of the others
    guesses = [_guessed(within, there[:, at], at) for at in range(scaled.shape[1])]
    return np.where(there, scaled, np.clip(means + np.column_stack(guesses), 0.0, 1.0))


def failures(scaled: Array, at: int) -> Failures | None:
    """Return whether measure *at* fails more often where the others see less; None: nothing to say.

    Args:
        scaled: Shape (candidates, measures), higher is better; nan is missing.
        at: The column that is asked about.

    Returns:
        None where it never fails or always does, or where the others have no score.
    """
    failed = ~np.isfinite(scaled[:, at])
    others = np.delete(scaled, at, axis=1)
    rated = np.isfinite(others).any(axis=1)
    if not others.shape[1] or failed[rated].all() or not failed[rated].any():
        return None
    level = np.nanmean(others[rated], axis=1)
    thirds = np.minimum(np.argsort(np.argsort(level, kind="stable")) * 3 // len(level), 2)
    counts = np.array([np.bincount(thirds[failed[rated] == kind], minlength=3) for kind in (1, 0)])
    low, middle, high = (counts[0] / counts.sum(axis=0)).tolist()
    return Failures((low, middle, high), _p_value(counts))


def _p_value(counts: Array) -> float:
    """Return the p-value of the chi-square test that rows and columns have nothing to do."""
    from scipy import special

    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / counts.sum()
    statistic = ((counts - expected) ** 2 / expected).sum()
    freedom = (counts.shape[0] - 1) * (counts.shape[1] - 1)
    return float(special.chdtrc(freedom, statistic))


def _means(scores: Array, there: Array, place: Array) -> Array:
    """Return for each candidate the mean of its request; over all where the request has none."""
    sums = np.bincount(place, weights=np.where(there, scores, 0.0))
    counts = np.bincount(place, weights=there)
    means = np.full(len(sums), scores[there].mean())
    np.divide(sums, counts, out=means, where=counts > 0)
    return means[place]


def _guessed(within: Array, there: Array, at: int) -> Array:
    """Return how far from its request's mean each would be, by how far its other scores are."""
    others = np.delete(within, at, axis=1)
    if there.all() or np.count_nonzero(there) <= 1 or not others.shape[1]:
        return np.zeros(len(within))
    line = ridge(others[there], within[there, at], RIDGE)
    told: Array = others @ np.array(line.weights)
    return told

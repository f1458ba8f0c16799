"""Steps of a scale as places between cut points: how likely each is, and how that changes."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from selector.labels.terms import Grades

Array = npt.NDArray[Any]

STEEP = 1.2  # frequencies of answers are flatter than one rater's: worth varies too


def usual(grades: Grades) -> Array:
    """Return cut points as the frequencies of answers give them: the first, then log gaps."""
    counts = np.bincount(grades.step, minlength=grades.steps) + 0.5
    share = np.cumsum(counts)[:-1] / counts.sum()
    cuts = STEEP * np.log(share / (1 - share))
    return np.concatenate([cuts[:1], np.log(np.diff(cuts))])


def ends(grades: Grades, worth: Array, common: Array, own: Array) -> tuple[Array, Array]:
    """Return how far the ends of the step that was given lie above what the candidate is worth.

    Args:
        grades: What was given.
        worth: Of each candidate.
        common: Cut points that all share, as in `usual`.
        own: How each rater departs from them, shape (raters, steps - 1).

    Returns:
        The lower and the upper end, shape (grades,); infinite beyond the last step.
    """
    form = common + own
    cuts = np.cumsum(np.column_stack([form[:, :1], np.exp(form[:, 1:])]), axis=1)
    endless = np.full((len(form), 1), np.inf)
    cuts = np.column_stack([-endless, cuts, endless])
    at = worth[grades.item]
    return cuts[grades.rater, grades.step] - at, cuts[grades.rater, grades.step + 1] - at


def between(low: Array, high: Array) -> Array:
    """Return log(expit(high) - expit(low)), exact also where both are far from 0."""
    gap = np.log(-np.expm1(low - high))
    found: Array = gap - np.logaddexp(0, -high) - np.logaddexp(0, low)
    return found


def sharpness(low: Array, high: Array) -> Array:
    """Return how fast the slope of `between` falls as the candidate's worth grows."""
    from scipy import special

    found: Array = special.expit(low) * special.expit(-low)
    found += special.expit(high) * special.expit(-high)
    return found


def slopes(
    grades: Grades, parts: tuple[Array, Array, Array], weights: Array
) -> tuple[Array, Array]:
    """Return how the weighted sum of `between` grows with worth, and with each rater's cut points.

    Args:
        grades: What was given.
        parts: Worth, common cut points, departures, as in `ends`.
        weights: How much each grade counts.

    Returns:
        Shapes (candidates,) and (raters, steps - 1).
    """
    from scipy import special

    worth, common, own = parts
    low, high = ends(grades, worth, common, own)
    below, above = special.expit(low), special.expit(-high)
    rises = np.bincount(grades.item, weights * (below - above), len(worth))
    apart = 1 / np.expm1(high - low)
    width = grades.steps + 1
    size = len(own) * width
    flat = grades.rater * width + grades.step
    cuts = np.bincount(flat + 1, weights * (above + apart), size)
    cuts -= np.bincount(flat, weights * (below + apart), size)
    inner = cuts.reshape(len(own), width)[:, 1:-1]
    later = np.cumsum(inner[:, ::-1], axis=1)[:, ::-1]  # a gap moves all cut points above it
    form = common + own
    return rises, later * np.column_stack([np.ones(len(form)), np.exp(form[:, 1:])])

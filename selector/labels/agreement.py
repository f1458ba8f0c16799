"""How far people agree: Krippendorff's alpha, and kappas, beyond what chance would give."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Level = Literal["nominal", "ordinal", "interval"]
Weights = Literal["linear", "quadratic"]

LEVELS: tuple[Level, ...] = ("nominal", "ordinal", "interval")
FIRM, TENTATIVE = 0.8, 0.667  # Krippendorff's own cuts
DRAWS = 1000
AT_ONCE = 2**22  # numbers of a bootstrap that are held at once

Ratings = Sequence[Mapping[str, float]]  # by item, what each rater said


@dataclass(frozen=True, slots=True)
class Alpha:
    """Krippendorff's alpha: 1 where all agree, 0 where they might as well have drawn lots.

    Attributes:
        value: nan where it has no meaning: nothing was said twice, or only one answer is used.
        low: Lower end of the bootstrap interval by item.
        high: Its upper end.
        items: Of which at least two people said something.
    """

    value: float
    low: float
    high: float
    items: int

    @property
    def reading(self) -> str:
        """What it means, in words."""
        if math.isnan(self.value):
            return "can't be told: nothing was judged twice, or all answers are one and the same"
        if self.value >= FIRM:
            return "firm: people mean the same thing"
        if self.value >= TENTATIVE:
            return "tentative: good for careful conclusions only"
        return "too low: the guideline is unclear, or the question a matter of taste; fix it first"


@dataclass(frozen=True, eq=False)
class Table:
    """How often each answer was given to each item; items judged once are left out.

    Attributes:
        counts: Shape (items, answers).
        answers: The values, in order; shape (answers,).
    """

    counts: Array
    answers: Array


def table(ratings: Ratings) -> Table:
    """Return how often each answer was given to each item."""
    twice = [list(one.values()) for one in ratings if len(one) > 1]
    flat = np.array([value for one in twice for value in one], dtype=float)
    item = np.repeat(np.arange(len(twice)), [len(one) for one in twice])
    answers, place = np.unique(flat, return_inverse=True)
    width = max(len(answers), 1)
    counts = np.bincount(item * width + place, minlength=len(twice) * width)
    return Table(counts.reshape(len(twice), width), answers)


def alpha(
    ratings: Ratings, level: Level, *, confidence: float = 0.95, draws: int = DRAWS, seed: int = 0
) -> Alpha:
    """Return Krippendorff's alpha with a bootstrap interval by item.

    Any number of raters, of whom each may have judged any of the items.

    Args:
        ratings: By item, what each rater said.
        level: Whether answers are names, places in an order, or numbers with distances.
        confidence: How often the interval is meant to hold the true value.
        draws: How many times items are drawn.
        seed: Of the drawing.

    Source: K. Krippendorff, "Computing Krippendorff's Alpha-Reliability", 2011.
    """
    counted = table(ratings)
    items = len(counted.counts)
    if not items:
        return Alpha(math.nan, math.nan, math.nan, 0)
    value = float(_alphas(counted, np.ones((1, items)), level)[0])
    if math.isnan(value):
        return Alpha(value, math.nan, math.nan, items)
    drawn = _drawn(counted, level, draws, seed)
    low, high = np.nanquantile(drawn, [(1 - confidence) / 2, (1 + confidence) / 2])
    return Alpha(value, float(low), float(high), items)


def _drawn(counted: Table, level: Level, draws: int, seed: int) -> Array:
    random = np.random.default_rng(seed)
    items = len(counted.counts)
    step = max(1, AT_ONCE // (items * counted.counts.shape[1]))
    found = []
    for start in range(0, draws, step):
        many = min(step, draws - start)
        weights = random.multinomial(items, np.full(items, 1 / items), size=many)
        found.append(_alphas(counted, weights, level))
    return np.concatenate(found)


def _alphas(counted: Table, weights: Array, level: Level) -> Array:
    """Return alpha for each row of weights of items, shape (draws,).

    On ordinal answers the distance of Krippendorff is that of their ranks in the middle, so that
    ordinal is interval on ranks, which are other ones in each draw.
    """
    counts = counted.counts.astype(float)
    sizes = counts.sum(axis=1)
    marginals = weights @ counts
    total = marginals.sum(axis=1)
    if level == "nominal":
        apart = ((sizes**2 - (counts**2).sum(axis=1)) / (sizes - 1)) @ weights.T
        chance = total**2 - (marginals**2).sum(axis=1)
    else:
        values = _values(counted, marginals, level)
        first, second = counts @ values.T, counts @ (values**2).T
        apart = (2 * (sizes[:, None] * second - first**2) / (sizes[:, None] - 1) * weights.T).sum(0)
        moments = (marginals * values).sum(axis=1), (marginals * values**2).sum(axis=1)
        chance = 2 * (total * moments[1] - moments[0] ** 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = 1 - (total - 1) * apart / chance
    return np.where(chance > 1e-9 * total**2, found, np.nan)


def _values(counted: Table, marginals: Array, level: Level) -> Array:
    """Return what each answer counts as in each draw, shape (draws, answers)."""
    if level == "interval":
        widest = float(np.ptp(counted.answers)) or 1.0
        scaled = (counted.answers - counted.answers[0]) / widest  # so that no square overflows
        return np.broadcast_to(scaled, marginals.shape)
    ranks = np.cumsum(marginals, axis=1) - marginals / 2
    found: Array = ranks / marginals.sum(axis=1, keepdims=True)
    return found


def cohen(one: Sequence[float], other: Sequence[float], weights: Weights | None = None) -> float:
    """Return Cohen's kappa of two raters who judged the same items.

    Args:
        one: What the first said, by item.
        other: What the second said.
        weights: None: answers agree or not. Else they disagree by how many answers lie between.

    Returns:
        1 where they agree in all, 0 for what chance would give; nan where both give one answer.

    Raises:
        ValueError: They judged different numbers of items, or none.

    Source: J. Cohen, "A Coefficient of Agreement for Nominal Scales", 1960; "Weighted Kappa", 1968.
    """
    if len(one) != len(other) or not one:
        raise ValueError(f"expected as many answers of both (got {len(one)} and {len(other)})")
    answers, flat = np.unique([*one, *other], return_inverse=True)
    width = len(answers)
    both = np.bincount(flat[: len(one)] * width + flat[len(one) :], minlength=width * width)
    seen = both.reshape(width, width) / len(one)
    steps = np.abs(np.subtract.outer(np.arange(width), np.arange(width)))
    cost = {None: steps > 0, "linear": steps, "quadratic": steps**2}[weights]
    chance = (np.outer(seen.sum(axis=1), seen.sum(axis=0)) * cost).sum()
    return float(1 - (seen * cost).sum() / chance) if chance else math.nan


def fleiss(ratings: Ratings) -> float | None:
    """Return Fleiss' kappa; None where items do not all have equally many raters, two or more.

    Source: J. L. Fleiss, "Measuring nominal scale agreement among many raters", 1971.
    """
    sizes = {len(one) for one in ratings}
    if len(sizes) != 1 or min(sizes) <= 1:
        return None
    counts = table(ratings).counts
    raters = sizes.pop()
    agreed = float(((counts**2).sum(axis=1) - raters).mean() / (raters * (raters - 1)))
    chance = float(((counts.sum(axis=0) / counts.sum()) ** 2).sum())
    return (agreed - chance) / (1 - chance) if chance < 1 else None


def between(
    ratings: Ratings, least: int = 10
) -> dict[tuple[str, str], tuple[list[float], list[float]]]:
    """Return by pair of raters what both said of the items that both judged.

    Args:
        ratings: By item, what each rater said.
        least: Pairs with fewer items in common are left out.
    """
    found: dict[tuple[str, str], tuple[list[float], list[float]]] = {}
    for one in ratings:
        for first, second in combinations(sorted(one), 2):
            mine, theirs = found.setdefault((first, second), ([], []))
            mine.append(one[first])
            theirs.append(one[second])
    return {pair: both for pair, both in found.items() if len(both[0]) >= least}

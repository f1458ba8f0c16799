"""What else is to be known of how good a selector seems: where labels or scores are not what they seem."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from selector.calibration.assessment import Row
from selector.foreign import isolated

Array = npt.NDArray[Any]

FEW = 50  # requests; with fewer the intervals are wide, and too narrow all the same
TOO_GOOD = 0.98  # of pairs; no measure is, unless it was made of the labels


def remarks(worth: Array, ratings: Array, rows: Sequence[Row]) -> Iterator[str]:
    """Give what is to be known beside the numbers, in sentences.

    Args:
        worth: Shape (requests, most candidates), nan where there is none.
        ratings: Shape (requests, most candidates, most raters), nan where nothing was said.
        rows: What was found.
    """
    yield from _of_requests(worth)
    yield from _of_raters(ratings)
    yield from _of_rows(rows)


def _of_requests(worth: Array) -> Iterator[str]:
    there = ~np.isnan(worth)
    alone = there.sum(axis=1) == 1
    spread = np.where(there, worth, -np.inf).max(axis=1) - np.where(there, worth, np.inf).min(
        axis=1
    )
    if len(worth) < FEW:
        yield (
            f"Only {len(worth):,} requests: the intervals are wide, and the truth lies outside of "
            "them more often than they say."
        )
    if alone.any():
        yield f"{_requests(alone.sum())} one candidate that was judged: nothing to choose there."
    if level := int((~alone & (spread == 0)).sum()):
        yield f"{_requests(level)} candidates that are all worth the same: nothing to gain there."


def _requests(count: int) -> str:
    return "1 request has" if count == 1 else f"{count:,} requests have"


def _of_raters(ratings: Array) -> Iterator[str]:
    said = (~np.isnan(ratings)).sum(axis=2)
    judged = (said > 0).sum()
    if not ratings.shape[2]:
        yield "No judgement stands alone, so that neither an upper bound nor one person can be told."
    elif said.max() == 1:
        yield (
            "Each candidate was judged once, so that nobody knows how far people agree: the "
            "efficiency is a lower bound, and how far the truth is above it can't be told."
        )
    elif once := int((said == 1).sum()):
        yield f"{once:,} of {judged:,} candidates were judged once: bounds go by requests without any."


def suspects(rows: Sequence[Row]) -> tuple[str, ...]:
    """Return the measures that choose so well that they may be made of the labels.

    One does that prefers what people prefer in nearly all pairs, or that without people's noise
    would capture more than there is: it shares that noise.
    """
    return tuple(
        row.name
        for row in rows
        if row.kind == "measure" and ((row.accuracy or 0.0) > TOO_GOOD or row.too_good)
    )


def _of_rows(rows: Sequence[Row]) -> Iterator[str]:
    measures = [row for row in rows if row.kind == "measure"]
    for row in measures:
        if row.interval is not None and row.interval[1] < 0:
            yield f"{isolated(row.name)} chooses worse than chance: is less of it better?"
    bounded = [row for row in rows if row.upper is not None and row.kind != "random"]
    if bounded and not any(row.without_noise is not None for row in bounded):
        yield (
            "Worth is not spread like a bell here (scales end where many judgements lie), so that "
            "only the bounds hold, and no number between them."
        )

"""Choosing how careful to be from what being careless would have cost: conformal risk control."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


def conformal_offset(losses: Array, offsets: Array, risk: float) -> float | None:
    """Return the smallest offset whose mean loss on a new prompt is at most *risk*.

    That holds on average over what one may calibrate with, if the new prompt comes like the old
    ones (exchangeable) and if no prompt's loss ever rises with the offset. An offset counts as
    good where `(sum of losses + 1) / (prompts + 1) <= risk`, as if one prompt more had lost all;
    what is returned is good, and so are all larger ones of the grid. Where the loss of a single
    prompt does rise here and there, the promise holds nearly; for all of it, give for each prompt
    and offset the largest loss from that offset on.

    With fewer than 1/risk - 1 prompts nothing can be promised, even where nothing was lost.

    Args:
        losses: Shape (prompts, offsets), what each prompt would have lost with each offset, in
            [0, 1].
        offsets: Shape (offsets,), ascending; the last may be infinite.
        risk: The mean loss that may be, above 0, below 1.

    Returns:
        One of *offsets*; None where even the largest promises too little. Whoever then takes no
        risk at all keeps the promise.

    Raises:
        ValueError: The shapes do not fit, or nothing is given; a loss is not in [0, 1]; *offsets*
            do not ascend; *risk* is not between 0 and 1.

    Source: A. N. Angelopoulos, S. Bates, A. Fisch, L. Lei, T. Schuster, "Conformal Risk Control",
        ICLR 2024.

    >>> losses = np.tile([0.3, 0.04, 0.0], (99, 1))
    >>> conformal_offset(losses, np.array([0.0, 0.1, 0.2]), 0.05)
    0.1
    """
    losses, offsets = np.asarray(losses, dtype=np.float64), np.asarray(offsets, dtype=np.float64)
    _check(losses, offsets, risk)
    good = (losses.sum(axis=0) + 1) / (len(losses) + 1) <= risk
    kept = np.logical_and.accumulate(good[::-1])[::-1]
    return float(offsets[kept.argmax()]) if kept.any() else None


def _check(losses: Array, offsets: Array, risk: float) -> None:
    """Raise a ValueError about what can not be meant."""
    if offsets.ndim != 1 or losses.shape[1:] != offsets.shape or not losses.size:
        raise ValueError(
            "losses: expected shape (prompts, offsets), none of them 0 "
            f"(got {losses.shape} for offsets of {offsets.shape})"
        )
    if not ((losses >= 0) & (losses <= 1)).all():
        raise ValueError(
            f"losses: expected numbers from 0 to 1 (got {losses.min()} to {losses.max()})"
        )
    if not (offsets[:-1] < offsets[1:]).all() or np.isnan(offsets).any():
        raise ValueError(f"offsets: expected ascending numbers (got {offsets.tolist()})")
    if not 0 < risk < 1:
        raise ValueError(f"risk: expected a number above 0 and below 1 (got {risk})")

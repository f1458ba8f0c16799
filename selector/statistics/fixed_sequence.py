"""Choosing the laxest of many lines that a promise still holds for: Learn then Test."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from selector.statistics import binomial

Array = npt.NDArray[Any]

# How many labels the first line that is tried has, in units of what a promise takes where none of
# them is bad. Few leave no room for chance: 1.7 allow one bad label, 2.15 two. Many begin laxer than
# may be good. The share that was accepted in made-up worlds (AUC, bad; some bad whatever the score):
#
# | world, risk, labels                | 1.7  | 2.15 | 2.65 | 3.6  |
# | 0.90, 15 %; 5 %; 500               | 0.56 | 0.59 | 0.60 | 0.59 |
# | 0.90, 15 %; 2 %; 1,000             | 0.21 | 0.21 | 0.13 | 0.02 |
# | 0.96, 5 %; 1 %; 1,000              | 0.69 | 0.71 | 0.42 | 0    |
# | 0.90, 5 %, and 1.5 %; 5 %; 450     | 0.36 | 0.47 | 0.56 | 0.66 |
# | 0.90, 5 %, and 0.5 %; 2 %; 1,000   | 0.25 | 0.33 | 0.35 | 0.38 |
START = 2.15


@dataclass(frozen=True)
class Lacking:
    """What labels would have to be like for the promise.

    Attributes:
        have: How many labels the strictest line that is tried has.
        bad: How many of these are bad.
        flawless: How many would do if none were bad.
        realistic: How many would do if as large a share as now were bad, half a bad one added;
            None where that is not below the risk, so that no number of labels would do.
    """

    have: int
    bad: int
    flawless: int
    realistic: int | None


def fixed_sequence(
    bads: Array, counts: Array, *, risk: float, confidence: float = 0.95
) -> int | None:
    """Return the place of the laxest line of which "at most *risk* are bad" can be said.

    The lines stand from strict to lax. They are tried in this order by the exact binomial test,
    beginning with the first that accepts at least 2.15 times the labels that flawless ones would
    take (with the one of most labels where none has so many), and ending with the first that
    fails. So the promise holds with this confidence however many lines there are: a false one
    would have to pass where the first false one is tried.

    That needs three things. Labels are of deliveries like those to come. The lines, and which
    candidates are labelled, do not depend on what the labels say (they may depend on scores).
    One label a request: two of one request tell less than two. Counts mostly rise, but need not: a
    laxer line may deliver another candidate of the same request, of which nobody said anything.

    Args:
        bads: Shape (lines,), how many of the labelled ones that each line accepts are bad.
        counts: Shape (lines,), how many labelled ones each accepts.
        risk: The share of bad ones that may be, above 0, below 1.
        confidence: The probability that the promise holds, above 0, below 1.

    Returns:
        The place of the line; None where these labels support none (`lacking` says what would).

    Raises:
        ValueError: Shapes differ, counts are no whole numbers, or a share is not between 0 and 1.

    Source: A. N. Angelopoulos, S. Bates, E. J. Candès, M. I. Jordan, L. Lei, "Learn then Test:
        Calibrating Predictive Algorithms to Achieve Risk Control", Annals of Applied Statistics,
        2025 (arXiv:2110.01052): fixed sequence testing.

    >>> fixed_sequence(np.array([0, 0, 1, 9]), np.array([50, 120, 200, 250]), risk=0.05)
    2
    """
    bads, counts = _lines(bads, counts)
    _inside(confidence)
    passed = binomial.p_value(bads, counts, risk) <= 1 - confidence
    first = _first(counts, risk, confidence)
    tried = int(np.logical_and.accumulate(passed[first:]).sum())
    return first + tried - 1 if tried else None


def lacking(bads: Array, counts: Array, *, risk: float, confidence: float = 0.95) -> Lacking:
    """Return how many labels `fixed_sequence` would take, by the first line that it tries.

    Args:
        bads: As of `fixed_sequence`; likewise all others.
        counts: As of `fixed_sequence`.
        risk: As of `fixed_sequence`.
        confidence: As of `fixed_sequence`.

    Raises:
        ValueError: As of `fixed_sequence`.

    >>> lacking(np.array([0]), np.array([60]), risk=0.02)
    Lacking(have=60, bad=0, flawless=149, realistic=456)
    """
    bads, counts = _lines(bads, counts)
    _inside(confidence)
    flawless = binomial.needed(0, risk, confidence)
    if not len(counts):
        return Lacking(0, 0, flawless, None)
    first = _first(counts, risk, confidence)
    have, bad = int(counts[first]), int(bads[first])
    share = (bad + 0.5) / (have + 1)  # none among few is no promise of none
    return Lacking(have, bad, flawless, binomial.needed_at(share, risk, confidence))


def _first(counts: Array, risk: float, confidence: float) -> int:
    """Return the place that is tried first. It depends on no label, so it costs no confidence."""
    enough = math.ceil(START * math.log(1 - confidence) / math.log1p(-risk))
    return int(np.argmax(counts >= min(enough, counts.max()))) if len(counts) else 0


def _lines(bads: Array, counts: Array) -> tuple[Array, Array]:
    """Return both as whole numbers, or raise a ValueError."""
    bads, counts = np.asarray(bads), np.asarray(counts)
    if bads.ndim != 1 or bads.shape != counts.shape:
        raise ValueError(
            f"bads: expected shape (lines,), like counts (got {bads.shape} and {counts.shape})"
        )
    return binomial.whole(bads, counts)


def _inside(confidence: float) -> None:
    if not 0 < confidence < 1:
        raise ValueError(f"confidence: expected a number above 0 and below 1 (got {confidence})")

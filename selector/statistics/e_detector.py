"""Seeing that a mean has left its bound, whatever the values are like: bets that begin at any time."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

BETS = 6
SMALLEST = 0.1  # is best where a mean leaves its bound by 0.008, of values all over [0, 1]
LARGEST = 5.0  # larger ones find only what the others find soon enough
BLOCK = 64  # values at once: what they need stays in the nearer caches
SAFE = 0.9  # of the bet that could lose everything


def bets(bound: Array) -> Array:
    """Return by how much each bet grows a unit beyond the bound, in equal ratios.

    Args:
        bound: Shape (…), what the mean of values in [0, 1] should not exceed, from 0 to 1. For
            values that should not fall below a bound, give 1 - bound.

    Returns:
        Shape (bets, …), ascending; none can lose more than nine tenths at once.
    """
    most = SAFE / np.maximum(bound, SAFE / LARGEST)
    exponents = np.arange(BETS).reshape(-1, *[1] * np.ndim(bound)) / (BETS - 1)
    return np.asarray(SMALLEST * (most / SMALLEST) ** exponents)


def e_detector(wealth: Array, beyond: Array, sizes: Array) -> tuple[Array, Array]:
    """Return how high the detector stands after each value, and what its bets have come to at last.

    Before each value one more unit is staked on each bet: `M ← (1 + M) (1 + bet · beyond)`. So
    what was lost in a long good time does not matter when something happens at last. An alarm
    where the mean over the bets reaches c comes not sooner than after c values on average, while
    the mean of each value, given all before, is within its bound; values need be neither
    independent nor alike. Whoever watches for rises and falls doubles c.

    Value by value, so that it does not matter how a stream is cut into pieces: the numbers are the
    same bit for bit. Where there is no value nothing changes.

    Args:
        wealth: Shape (bets, …), what each bet has come to; zeros at the beginning.
        beyond: Shape (n, …), value - bound (for falls, bound - value), of values in [0, 1]; NaN
            where there is no value.
        sizes: Shape (bets, …), as `bets` returns them.

    Returns:
        The mean over the bets, shape (n, …), and the wealth to go on from, shape (bets, …).

    Source: J. Shin, A. Ramdas, A. Rinaldo, "E-detectors: A Nonparametric Framework for Sequential
        Change Detection", New England Journal of Statistics in Data Science, 2024.

    >>> one = np.ones((1, 1))
    >>> beyond = np.array([[0.5], [np.nan], [-0.5]])
    >>> e_detector(0 * one, beyond, one)[0].tolist()
    [[1.5], [1.5], [1.25]]
    """
    height, held = np.empty_like(beyond), np.ravel(wealth)
    with np.errstate(over="ignore"):  # far beyond any line it may be infinite
        for start in range(0, len(beyond), BLOCK):
            history = _history(held, beyond[start : start + BLOCK], sizes)
            height[start : start + BLOCK], held = history.mean(axis=1), history[-1].ravel()
    return height, held.reshape(wealth.shape).copy()


def _history(held: Array, beyond: Array, sizes: Array) -> Array:
    """Return what the bets come to after each value, shape (n, bets, …)."""
    there = ~np.isnan(beyond)[:, None]
    payoffs = 1 + sizes * np.where(there, beyond[:, None], 0.0)
    staked = payoffs if there.all() else np.where(there, payoffs, 0.0)
    history = np.empty_like(payoffs)
    flat = (one.reshape(len(beyond), -1) for one in (payoffs, staked, history))
    for payoff, stake, row in zip(*flat, strict=True):
        np.multiply(held, payoff, row)
        held = np.add(row, stake, row)
    return history


def e_detector_line(values_a_year: float, streams: float = 1) -> float:
    """Return the mean over the bets from which on it is an alarm: one false one a year at most.

    Args:
        values_a_year: How many values a stream has in a year.
        streams: How many are watched, each for rises and for falls.

    >>> e_detector_line(1000, 3)
    6000
    """
    return 2 * values_a_year * streams

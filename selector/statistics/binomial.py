"""How large a share may be, seen in a count: exact, however few were counted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Whole = int | Array  # or an array of them, any shape

MOST = 10**9  # labels; who needs more asks for what nobody can count


def p_value(bad: Whole, count: Whole, risk: float) -> Array:
    """Return how probable so few bad ones are where the true share of bad ones is *risk*.

    It is the exact p-value of "the share is above *risk*": at most `1 - confidence` says with that
    confidence that the share is at most *risk*, which is where `upper_limit` is at most *risk*.
    It falls with the count, and rises with the bad ones. From none counted follows nothing: 1.

    Args:
        bad: How many were bad; whole numbers from 0 on, any shape.
        count: How many were counted, of a shape that goes with it; no fewer than *bad*.
        risk: The share that is asked about, above 0, below 1.

    Raises:
        ValueError: A count is not whole or is negative, there are more bad ones than were counted,
            or *risk* is not between 0 and 1.

    Source: C. J. Clopper, E. S. Pearson, "The Use of Confidence or Fiducial Limits Illustrated in
        the Case of the Binomial", Biometrika, 1934.

    >>> p_value(0, 149, 0.02).round(4)
    np.float64(0.0493)
    """
    bad, count = whole(bad, count)
    _inside("risk", risk)
    from scipy import special

    probable: Array = special.bdtr(bad.astype(np.float64), count, risk)
    return probable


def upper_limit(bad: Whole, count: Whole, confidence: float) -> Array:
    """Return the share of bad ones that the true one does not exceed, with this confidence.

    Where none was counted, or all were bad, it is 1.

    Args:
        bad: How many were bad; whole numbers from 0 on, any shape.
        count: How many were counted, of a shape that goes with it; no fewer than *bad*.
        confidence: Above 0, below 1.

    Raises:
        ValueError: As of `p_value`.

    >>> upper_limit(0, 149, 0.95).round(4)
    np.float64(0.0199)
    """
    bad, count = whole(bad, count)
    _inside("confidence", confidence)
    from scipy import special

    good = np.maximum(count - bad, 1)  # where all were bad the limit does not depend on it
    limit: Array = np.where(bad == count, 1.0, special.betaincinv(bad + 1.0, good, confidence))[()]
    return limit


def interval(bad: Whole, count: Whole, confidence: float = 0.95) -> tuple[Array, Array]:
    """Return between which two shares the true one lies, with this confidence.

    On each side it errs at most half as often as it may, so it holds at least as often as it says.

    Args:
        bad: How many were bad; whole numbers from 0 on, any shape.
        count: How many were counted, of a shape that goes with it; no fewer than *bad*.
        confidence: Above 0, below 1.

    Raises:
        ValueError: As of `p_value`.

    >>> [round(float(end), 3) for end in interval(3, 100)]
    [0.006, 0.085]
    """
    bad, count = whole(bad, count)
    _inside("confidence", confidence)
    one_sided = (1 + confidence) / 2
    return 1 - upper_limit(count - bad, count, one_sided), upper_limit(bad, count, one_sided)


def needed(bad: int, risk: float, confidence: float = 0.95) -> int:
    """Return how many must be counted so that *bad* bad ones still say "at most *risk*".

    Args:
        bad: How many bad ones there are among them.
        risk: The share that is to be promised, above 0, below 1.
        confidence: Above 0, below 1.

    Raises:
        ValueError: *bad* is not a whole number from 0 on, a share is not between 0 and 1, or it
            takes more than a thousand million.

    >>> [needed(bad, 0.02) for bad in range(3)]
    [149, 236, 313]
    """
    whole(bad, bad)
    _inside("confidence", confidence)
    if (found := _needed(int(bad), risk, confidence)) is None:
        raise ValueError(f"risk: expected one that can be counted (got {risk}, {bad} bad)")
    return found


def needed_at(share: float, risk: float, confidence: float = 0.95) -> int | None:
    """Return how many must be counted to say "at most *risk*" if this share of them is bad.

    Args:
        share: The share of bad ones among them, from 0 to 1.
        risk: The share that is to be promised, above 0, below 1.
        confidence: Above 0, below 1.

    Returns:
        How many; None where *share* is not below *risk*, or so near it that it takes more than a
        thousand million.

    Raises:
        ValueError: *share* is not from 0 to 1, another not between 0 and 1.

    >>> [needed_at(share, 0.02) for share in (0.005, 0.01, 0.02)]
    [313, 590, None]
    """
    if not 0 <= share <= 1:
        raise ValueError(f"share: expected a number from 0 to 1 (got {share})")
    _inside("confidence", confidence)
    _inside("risk", risk)
    if share >= risk:
        return None

    def enough(bad: int) -> bool:
        count = _needed(bad, risk, confidence)
        return count is None or share * count <= bad

    bad = _least(enough, 0)
    return None if bad is None else _needed(bad, risk, confidence)


def _needed(bad: int, risk: float, confidence: float) -> int | None:
    return _least(lambda count: bool(p_value(bad, count, risk) <= 1 - confidence), max(bad, 1))


def _least(enough: Callable[[int], bool], low: int) -> int | None:
    """Return the first number from *low* on that is enough, as all after it are; None: too far."""
    high = low
    while not enough(high):
        if high >= MOST:
            return None
        low, high = high, min(2 * high + 1, MOST)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def whole(bad: Whole, count: Whole) -> tuple[Array, Array]:
    """Return both as whole numbers.

    Raises:
        ValueError: One is not, or is negative, or there are more bad ones than were counted.
    """
    both = []
    for name, given in (("bad", bad), ("count", count)):
        numbers = np.asarray(given)
        # A share times a count may be a hair off.
        if not np.issubdtype(numbers.dtype, np.integer) or (numbers < 0).any():
            raise ValueError(f"{name}: expected whole numbers from 0 on (got {given})")
        both.append(numbers.astype(np.int64))
    if (both[0] > both[1]).any():
        raise ValueError(f"bad: expected no more than were counted (got {bad} of {count})")
    return both[0], both[1]


def _inside(name: str, share: float) -> None:
    if not 0 < share < 1:
        raise ValueError(f"{name}: expected a number above 0 and below 1 (got {share})")

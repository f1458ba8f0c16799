"""When looking further is worth its price: Weitzman's rule, for what is uncertain like a bell."""

from __future__ import annotations

import math

FAR = 40.0  # standard deviations from which a tail is 0 beside what it is added to
WIDEST = 60.0  # no smaller cost can be written beside any standard deviation
NEVER_BELOW = -10.0  # what a normal number falls below once in 1e23


def reservation(sd: float, cost: float) -> float:
    """Return up to how far above its mean a thing is worth opening for *cost*.

    It is the x with `cost = E[(T - mean - x)+]` for a normal T. Open in descending order of mean
    plus this, and stop when the best that was found is at least the next: on average nothing does
    better, if the things are independent and only one is taken. With one *sd* for all, it is the
    rule of conformal risk control with another offset.

    Args:
        sd: The standard deviation of what is inside, in units of value; 0 where it is known.
        cost: Of opening it, in the same units.

    Returns:
        An offset to the mean, in units of value: below 0 where *cost* is above 0.4 *sd*, `-cost`
        where there is nothing to learn, infinite where opening is free.

    Raises:
        ValueError: One of them is negative or not finite.

    Source: M. L. Weitzman, "Optimal Search for the Best Alternative", Econometrica, 1979.

    >>> round(reservation(1.0, 0.01), 3)
    1.938
    """
    _finite(sd=sd, cost=cost)
    _from_zero(sd=sd, cost=cost)
    if cost >= FAR * sd:
        return 0.0 - cost
    if cost == 0:
        return math.inf
    from scipy import optimize

    goal = math.log(cost) - math.log(sd)
    return sd * float(optimize.brentq(lambda x: _log_gain(x) - goal, -FAR - 1, WIDEST))


def expected_gain(best: float, mean: float, sd: float, more: int) -> float:
    """Return by how much the best of *more* new draws will lie above *best*, on average.

    It is `E[(max of the draws - best)+]` for independent normal draws, right to a millionth of
    *sd*. Draws of one prompt that go up and down together gain less.

    Args:
        best: What one has already, in units of value.
        mean: Of a draw.
        sd: The standard deviation of a draw; 0 where all are alike.
        more: How many are drawn, 0 or more.

    Returns:
        The gain in units of value, 0 or more.

    Raises:
        ValueError: A number is not finite, or *sd* or *more* is negative.

    >>> round(expected_gain(0.0, 0.0, 1.0, 1), 4)
    0.3989
    """
    _finite(best=best, mean=mean, sd=sd)
    _from_zero(sd=sd, more=more)
    if more == 0 or sd == 0:
        return max(mean - best, 0.0) if more else 0.0
    from scipy import integrate, special

    low = min(max((best - mean) / sd, NEVER_BELOW), FAR)
    tail, _ = integrate.quad(
        lambda z: -math.expm1(more * special.log_ndtr(z)), low, max(low, 0.0) - NEVER_BELOW
    )
    return max(mean + NEVER_BELOW * sd - best, 0.0) + sd * float(tail)


def _log_gain(x: float) -> float:
    """Return the logarithm of E[(Z - x)+] for a standard normal Z, precise far out too."""
    from scipy import special

    density = math.exp(-x * x / 2) / math.sqrt(2 * math.pi)
    if x < 1:
        return math.log(density - x * special.ndtr(-x))
    mills = math.sqrt(math.pi / 2) * special.erfcx(x / math.sqrt(2))
    return -x * x / 2 - math.log(2 * math.pi) / 2 + math.log1p(-x * mills)


def _finite(**numbers: float) -> None:
    """Raise a ValueError about the first that is not finite."""
    for name, number in numbers.items():
        if not math.isfinite(number):
            raise ValueError(f"{name}: expected a finite number (got {number})")


def _from_zero(**numbers: float) -> None:
    """Raise a ValueError about the first that is negative."""
    for name, number in numbers.items():
        if number < 0:
            raise ValueError(f"{name}: expected 0 or more (got {number})")

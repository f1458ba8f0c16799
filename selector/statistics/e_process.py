"""Watching a promise for ever: a bet against it that can only grow if the promise is broken."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

BETS = 8  # where the promise is 5 % to 1 %, each is 1.7 to 2.1 times the one before
SMALLEST = 0.25  # notices 1.13 times the promised risk at last; smaller ones slow down the others
CEILING = 1e300  # held down to it: that keeps the promise, and JSON has no infinity


@dataclass(frozen=True)
class Wealth:
    """What a bet against "the mean loss is at most *risk*" has come to; it began with 1.

    `value` is an e-process: while the promise holds, it is on average at most 1 whenever one
    looks, and the chance that it *ever* reaches 1/δ is at most δ (Ville). So `value >= 1/δ` is an
    alarm that may be looked at after every loss, without end. The promise is that each loss has a
    mean of at most *risk*, given all that came before; they need be neither independent nor alike.

    It is the sum of several bets, each `1 + bet (loss - risk)` times as much after a loss, and of
    cash, `1/sqrt(1 + seen)`, which goes into the bets little by little, to all alike. The bets
    stand in equal ratios from 0.25 to half of 1/risk. For losses of 0 or 1 about m - 1 grows
    fastest where the risk is m times what was promised, so the grid has something for each m from
    1.25 on; losses that vary less want larger bets. With at most half of 1/risk no bet loses more
    than half at once, and none can go below 0. Without the cash, a long good time would use up
    the bets, and harm that comes late would be noticed several times later or never; what comes
    early is noticed as soon.

    How many losses of 0 or 1 until the alarm for δ = 0.05, in half and in nine of ten of 4,000
    made-up streams at 2 and 5 times the promised risk; "late" is after 3,000 losses at 0.7 times:

    | risk | 2 times | 5 times | 2 times, late | 5 times, late |
    |---|---|---|---|---|
    | 0.01 | 920, 2230 | 86, 227 | 2520, 4200 | 290, 510 |
    | 0.05 | 158, 399 | 17, 40 | 560, 930 | 61, 99 |

    Attributes:
        risk: The mean loss that is promised, above 0, below 1.
        seen: How many losses have been seen.
        staked: What each bet has come to, from the smallest bet to the largest.

    Source: I. Waudby-Smith, A. Ramdas, "Estimating means of bounded random variables by betting",
        Journal of the Royal Statistical Society B, 2024; to bet from many beginnings: J. Shin,
        A. Ramdas, A. Rinaldo, "E-detectors: A Nonparametric Framework for Sequential Change
        Detection", New England Journal of Statistics in Data Science, 2024.
    """

    risk: float
    seen: int
    staked: tuple[float, ...]

    @property
    def value(self) -> float:
        """What the bets and the cash come to: 1 at the beginning, above 0, held down to 1e300."""
        return sum(self.staked) + _cash(self.seen)


def start(risk: float) -> Wealth:
    """Return the wealth before the first loss.

    Args:
        risk: The mean loss that is promised.

    Raises:
        ValueError: *risk* is not between 0 and 1.

    >>> start(0.01).value
    1.0
    """
    if not 0 < risk < 1:
        raise ValueError(f"risk: expected a number above 0 and below 1 (got {risk})")
    return Wealth(risk, seen=0, staked=(0.0,) * BETS)


def update(wealth: Wealth, loss: float) -> Wealth:
    """Return the wealth after one more loss; *wealth* itself stays as it is.

    Args:
        wealth: What the bet had come to.
        loss: What was lost, in [0, 1].

    Raises:
        ValueError: *loss* is not in [0, 1].

    >>> update(start(0.01), 1.0).value > 1 > update(start(0.01), 0.0).value
    True
    """
    if not 0 <= loss <= 1:
        raise ValueError(f"loss: expected a number from 0 to 1 (got {loss})")
    stake = (_cash(wealth.seen) - _cash(wealth.seen + 1)) / BETS
    excess = loss - wealth.risk
    staked = tuple(
        min((held + stake) * (1 + bet * excess), CEILING / BETS)
        for held, bet in zip(wealth.staked, _bets(wealth.risk), strict=True)
    )
    return Wealth(wealth.risk, wealth.seen + 1, staked)


def combined(values: Sequence[float]) -> float:
    """Return what several writers' bets against the same promise have come to: their mean.

    While the promise holds, each value is on average at most 1, so their mean is, however the
    writers depend on each other; for a set of writers that is settled before, reaching 1/δ ever
    has a chance of at most δ, as for one alone. Who has seen nothing yet counts as 1. The promise
    must hold for each writer given all that any of them saw before.

    Writers that join on the way cost certainty: each may lift the mean by as much as 1/k when it
    makes it k writers, so that the chance is at most δ (1 + 1/2 + … + 1/k). A writer that
    starts again should therefore go on from its last `Wealth`, not from 1; its evidence is kept
    that way too.

    Args:
        values: The last `Wealth.value` of each writer.

    Raises:
        ValueError: There is none, or one is negative or not finite.

    >>> combined([0.5, 30.0, 2.5])
    11.0
    """
    if not values:
        raise ValueError("values: expected one or more (got none)")
    if wrong := [value for value in values if not 0 <= value < math.inf]:
        raise ValueError(f"values: expected finite numbers from 0 on (got {wrong[0]})")
    return math.fsum(value / len(values) for value in values)


def _cash(seen: int) -> float:
    """Return how much has not been staked after so many losses."""
    return 1 / math.sqrt(1 + seen)


@lru_cache
def _bets(risk: float) -> tuple[float, ...]:
    """Return by how much each bet grows a unit of loss above the promise, ascending."""
    ratio = 1 / (2 * risk) / SMALLEST
    return tuple(SMALLEST * ratio ** (step / (BETS - 1)) for step in range(BETS))

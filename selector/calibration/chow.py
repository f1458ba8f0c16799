"""Where to accept, where to ask a person and where to reject, by what mistakes cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from selector.policy.grammar import Costs

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Lines:
    """Two lines on the probability of being good: between them a person looks.

    Attributes:
        accept: From here on it is cheapest to accept.
        reject: Up to here it is cheapest to reject; equal to *accept* where a look never pays.
    """

    accept: float
    reject: float

    @property
    def review(self) -> bool:
        """Whether there is anything that a person should look at."""
        return self.reject < self.accept


def lines(false_accept: float, false_reject: float, review: float) -> Lines:
    """Return the lines that cost least where probabilities are right.

    Accepting what is good with probability p costs `(1 - p) false_accept` on average, rejecting it
    `p false_reject`, and a look *review*, which is meant to find out. A look pays between the two
    lines; where it is dear there is one line, and nothing is looked at.

    Args:
        false_accept: What delivering a bad one costs, above 0.
        false_reject: What throwing a good one away costs, above 0; in the same unit, like all.
        review: What a look costs, above 0, with what wrong looks cost.

    Raises:
        ValueError: A cost is not above 0, or not finite.

    Source: C. K. Chow, "On Optimum Recognition Error and Reject Tradeoff", IEEE Transactions on
        Information Theory, 1970.

    >>> lines(20, 2, 1)
    Lines(accept=0.95, reject=0.5)
    >>> lines(3, 1, 2)
    Lines(accept=0.75, reject=0.75)
    """
    _costs(false_accept=false_accept, false_reject=false_reject, review=review)
    if review / false_accept + review / false_reject < 1:
        return Lines(1 - review / false_accept, review / false_reject)
    single = 1 / (1 + false_reject / false_accept)  # their sum could overflow
    return Lines(single, single)


def mean_cost(p: Array, good: Array, *, at: Lines, costs: Costs) -> float:
    """Return what deciding by these lines costs a candidate, on average.

    Args:
        p: Shape (candidates,), how probable it is held that each is good.
        good: Shape (candidates,), whether it is, or how probable that really is, from 0 to 1.
        at: Accepted is from the upper line on, rejected what is below the lower one or on it.
        costs: Of mistakes and looks, as a policy states them.

    Raises:
        ValueError: Shapes differ, or nothing is given.
    """
    p, good = np.asarray(p, dtype=np.float64), np.asarray(good, dtype=np.float64)
    if p.ndim != 1 or p.shape != good.shape or not len(p):
        raise ValueError(f"p: expected shape (candidates,) like good (got {p.shape}, {good.shape})")
    each = [(1 - good) * costs.false_accept, good * costs.false_reject]
    return float(np.select([p >= at.accept, p <= at.reject], each, costs.review).mean())


def _costs(**costs: float) -> None:
    """Raise a ValueError about the first that is no cost."""
    for name, cost in costs.items():
        if not 0 < cost < np.inf:
            raise ValueError(f"{name}: expected a finite number above 0 (got {cost})")

"""How many candidates to generate: where a further one stops paying for itself."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from selector.calibration.best_of_n import Curve
from selector.statistics import reservation

FARTHEST = 128  # candidates; beyond it nobody generates, and no bell holds


@dataclass(frozen=True, slots=True)
class Advice:
    """How many candidates pay at a price.

    Attributes:
        price: Of one candidate; *value* is that of one unit of the label, in the same money.
        n: How many pay, the best fixed number.
        net: What they bring, less what they cost.
        extrapolated: Whether that is beyond what was measured.
        stop_at: Generated one after the other, stop once one is so many units of the label above
            the mean; None where not even one more pays.
        sequential_n: How many that takes on average.
        sequential_net: What it brings.
    """

    price: float
    value: float
    n: int
    net: float
    extrapolated: bool
    stop_at: float | None
    sequential_n: float | None
    sequential_net: float | None


def advice(found: Curve, *, price: float, value: float) -> Advice:
    """Return how many candidates are worth generating, all at once and one after the other.

    Up to what was measured it goes by the curve itself, beyond it, and for stopping early, by a
    bell with the same gain.

    Args:
        found: What the best of n is worth.
        price: Of one candidate, above 0.
        value: Of one unit of the label, in the same money; above 0.

    Raises:
        ValueError: A price is not above 0.
    """
    if not (price > 0 and value > 0 and math.isfinite(price) and math.isfinite(value)):
        raise ValueError(f"expected prices above 0 (got {price} and {value})")
    nets = [value * found.gain(n) - price * n for n in range(1, FARTHEST + 1)]
    best = int(np.argmax(nets))
    stop, count = _sequential(found.slope, price / value) if best else (None, None)
    return Advice(
        price=price,
        value=value,
        n=best + 1,
        net=nets[best],
        extrapolated=best + 1 > found.most,
        stop_at=stop,
        sequential_n=count,
        sequential_net=None if stop is None else value * stop,
    )


def _sequential(slope: float, cost: float) -> tuple[float | None, float | None]:
    """Return where to stop, in units of the label above the mean, and after how many on average.

    What stopping there brings on the whole is that very number, less nothing.
    """
    from scipy import special

    if slope <= 0:
        return None, None
    z = reservation(1.0, cost / slope)
    return z * slope, 1 / float(special.ndtr(-z))

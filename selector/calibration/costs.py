"""Where what mistakes cost draws the lines of a cut: on the probability, or on the quality."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from selector.calibration import chow
from selector.calibration.curves import Curve
from selector.calibration.digits import rounded
from selector.errors import CalibrationError
from selector.policy.policy import Policy
from selector.policy.values import CALIBRATED


@dataclass(frozen=True)
class ByCosts:
    """The lines of the cut that cost least where probabilities are right.

    Attributes:
        accept: From here on accepting is cheapest; None where no quality is good enough for that.
        reject: Below here rejecting is.
        why: Of what they follow, in words.
    """

    accept: float | None
    reject: float
    why: str


def needs_curve(policy: Policy) -> bool:
    """Return whether costs draw a line on the quality, which takes the probability at each."""
    return policy.cut is not None and policy.cut.of == "quality" and _draws(policy)


def by_costs(policy: Policy, curve: Curve | None) -> ByCosts | None:
    """Return the lines that the costs of a policy draw on what it cuts; None if they draw none.

    Args:
        policy: With its costs.
        curve: How probable being good is by quality, for a cut of that.

    Raises:
        CalibrationError: The reject line is to follow from costs, and there are none.
    """
    if not _draws(policy):
        return None
    if policy.costs is None:
        raise CalibrationError(
            f"{policy.where('cut', 'reject_below')}: cut: reject_below: it follows from what "
            "mistakes cost (got no costs). Add "
            "'costs: {false_accept: 20, false_reject: 2, review: 1}'."
        )
    costs = policy.costs
    lines = chow.lines(costs.false_accept, costs.false_reject, costs.review)
    why = f"by your costs: accept from a probability of {lines.accept:.4g}"
    why += f", reject under {lines.reject:.4g}"
    if curve is None:
        accept, reject = (float(one) for one in rounded(np.array([lines.accept, lines.reject])))
        return ByCosts(accept, reject, why)
    least = _from(curve, lines.reject)
    # Where nothing is good enough to be kept, all is rejected, not nothing.
    return ByCosts(_from(curve, lines.accept), 1.0 if least is None else least, why)


def _draws(policy: Policy) -> bool:
    cut = policy.cut
    if cut is None:
        return False
    return cut.reject_below == CALIBRATED or bool(cut.accept_above == CALIBRATED and policy.costs)


def _from(curve: Curve, probability: float) -> float | None:
    """Return the lowest sum at which something is so probable; None where nothing is."""
    at, height = np.array(curve.knots).T
    enough = np.flatnonzero(height >= probability)
    if not len(enough):
        return None
    first = int(enough[0])
    if first == 0:
        return 0.0
    ends = slice(first - 1, first + 1)
    return float(rounded(np.interp(probability, height[ends], at[ends])))

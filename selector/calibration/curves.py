"""From a sum of scores to a probability: curves that rise, fitted on what people said."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from selector.calibration import logistic
from selector.calibration.digits import rounded

Array = npt.NDArray[Any]
Method = Literal["platt", "beta", "isotonic"]
Function = Callable[[Array], Array]

# With fewer labels its steps follow chance: deciding by them cost 3 to 15 % more than by Platt's
# curve where the truth was smooth.
ISOTONIC_FROM = 2000
FOLDS = 5
EDGE = 1e-3  # a sum nearer to 0 or 1 counts as this near: its logarithm must not rule the fit
RIDGE = 1e-3  # bends nothing where there are labels of both kinds, holds a slope that nothing holds
STEPS = 32  # knots at equal distances; as many again stand where most sums are


@dataclass(frozen=True)
class Curve:
    """How probable it is that a candidate is good, by its sum.

    Attributes:
        knots: Points (sum, probability) from sum 0 to 1; straight between them. Sums rise, and
            probabilities, strictly between 0 and 1, never fall.
        method: How it was fitted.
        losses: The mean log loss of each method that was tried, on requests that it had not seen.
    """

    knots: tuple[tuple[float, float], ...]
    method: Method
    losses: Mapping[Method, float] = field(default_factory=dict, compare=False)

    def __call__(self, sums: Array) -> Array:
        """Return the probability at each sum."""
        at, height = np.array(self.knots).T
        probable: Array = np.interp(np.asarray(sums, dtype=np.float64), at, height)
        return probable


def fit(sums: Array, good: Array, *, groups: Array | None = None, seed: int = 0) -> Curve:
    """Return the curve that tells best what it has not seen.

    Two are smooth: Platt's, a logistic curve over the logit of the sum, and the beta curve, which
    may bend differently at both ends. From 2,000 labels on there is a third, isotonic: steps
    wherever the labels have them. Each is fitted without a fifth of the requests and asked about
    these; the one with the least log loss is fitted again with all. Where higher sums are not
    better, the curve is level.

    Args:
        sums: Shape (candidates,), each from 0 to 1, higher is better.
        good: Shape (candidates,), whether each is good.
        groups: Shape (candidates,), the number of each candidate's request; None: each its own.
        seed: Of dividing the requests.

    Raises:
        ValueError: Shapes differ, a sum is not from 0 to 1, or all candidates are good, or none.

    Source: J. Platt, "Probabilistic Outputs for Support Vector Machines", Advances in Large Margin
        Classifiers, 1999; M. Kull, T. Silva Filho, P. Flach, "Beta calibration: a well-founded and
        easily implemented improvement on logistic calibration for binary classifiers", AISTATS
        2017; B. Zadrozny, C. Elkan, "Transforming Classifier Scores into Accurate Multiclass
        Probability Estimates", KDD 2002.
    """
    sums, good = _checked(sums, good)
    groups = np.arange(len(sums)) if groups is None else np.asarray(groups)
    fitters = {name: _FITTERS[name] for name in _methods(len(sums))}
    folds = logistic.folds(groups, FOLDS, seed)
    losses = {name: _unseen_loss(fitter, sums, good, folds) for name, fitter in fitters.items()}
    best = min(losses, key=losses.__getitem__)
    return Curve(_knots(fitters[best](sums, good), sums), best, losses)


def _methods(labels: int) -> tuple[Method, ...]:
    return ("platt", "beta", "isotonic") if labels >= ISOTONIC_FROM else ("platt", "beta")


def _platt(sums: Array, good: Array) -> Function:
    return _smooth(lambda at: np.column_stack([np.log(at) - np.log1p(-at)]), sums, good)


def _beta(sums: Array, good: Array) -> Function:
    return _smooth(lambda at: np.column_stack([np.log(at), -np.log1p(-at)]), sums, good)


def _smooth(features: Function, sums: Array, good: Array) -> Function:
    """Return a logistic curve over features of the sum, whose slopes are not negative.

    The targets stand a little inside 0 and 1, as Platt has it: as if one more label of each kind
    had been seen. So separable labels have a curve, too.
    """
    from scipy import special

    def columns(at: Array) -> Array:
        one = np.ones((len(at), 1))
        return np.hstack([features(np.clip(at, EDGE, 1 - EDGE)), one, -one])

    rows, number = columns(sums), good.sum()
    targets = np.where(good, (number + 1) / (number + 2), 1 / (len(good) - number + 2))
    penalty = np.diag([RIDGE] * (rows.shape[1] - 2) + [0.0, 0.0])
    weights = logistic.fit(rows, targets, penalty=penalty)
    return lambda at: special.expit(columns(at) @ weights)


def _isotonic(sums: Array, good: Array) -> Function:
    """Return the rising steps of least squares, straight from the middle of one to the next."""
    from scipy import optimize

    order = np.argsort(sums, kind="stable")
    at, start = np.unique(sums[order], return_index=True)
    weights = np.diff(start, append=len(sums))
    shares = np.add.reduceat(good[order].astype(np.float64), start) / weights
    found = optimize.isotonic_regression(shares, weights=weights)
    blocks = found.blocks[:-1]
    sizes = np.add.reduceat(weights, blocks)
    middles = np.add.reduceat(at * weights, blocks) / sizes
    heights = (found.x[blocks] * sizes + 0.5) / (sizes + 1)
    return lambda sums: np.interp(sums, middles, np.maximum.accumulate(heights))


_FITTERS: Mapping[Method, Callable[[Array, Array], Function]] = {
    "platt": _platt,
    "beta": _beta,
    "isotonic": _isotonic,
}


def _unseen_loss(
    fitter: Callable[[Array, Array], Function], sums: Array, good: Array, folds: Array
) -> float:
    """Return the mean log loss on each fold of a curve that was fitted without it."""
    p = np.empty(len(sums))
    for fold in np.unique(folds):
        out = folds == fold
        p[out] = fitter(sums[~out], good[~out])(sums[out])
    return float(-np.log(np.where(good, p, 1 - p)).mean())


def _knots(curve: Function, sums: Array) -> tuple[tuple[float, float], ...]:
    """Return the curve at points of equal distance and where the sums are."""
    dense = np.quantile(sums, np.linspace(0, 1, STEPS + 1))
    at = np.unique(rounded(np.concatenate([np.linspace(0, 1, STEPS + 1), dense])))
    heights = np.clip(rounded(curve(at)), 1e-6, 1 - 1e-6)
    return tuple(zip(at.tolist(), np.maximum.accumulate(heights).tolist(), strict=True))


def _checked(sums: Array, good: Array) -> tuple[Array, Array]:
    """Return both as arrays, or raise a ValueError."""
    sums, good = np.asarray(sums, dtype=np.float64), np.asarray(good, dtype=bool)
    if sums.ndim != 1 or sums.shape != good.shape:
        raise ValueError(
            f"sums: expected shape (candidates,), like good (got {sums.shape} and {good.shape})"
        )
    if not ((sums >= 0) & (sums <= 1)).all():
        raise ValueError("sums: expected numbers from 0 to 1")
    if good.all() or not good.any():
        kind = "good" if good.all() else "bad"
        told = f"{len(good)}, all of them {kind}" if len(good) else "none"
        raise ValueError(f"good: expected candidates of both kinds (got {told})")
    return sums, good

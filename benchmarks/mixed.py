"""Made-up measures as unlike as real ones, and ways to add them up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special

from selector.calibration import borda, missing, scales, weights

Array = npt.NDArray[Any]

TOLD = (0.5, 0.4, 0.3, 0.3)  # how each measure correlates with worth, within a prompt
PROMPTS = (3.0, 1.0, 0.5, 1.0)  # how far prompts differ, in standard deviations within one
HEAVY = 2  # the measure whose noise has heavy tails
OUTLIER = 15  # standard deviations
COSTS = np.array([1, 10, 10, 30, 1000.0])
SHARES = np.array([0.175, 0.175, 0.175, 0.175, 0.3])  # weights of these five
CALIBRATED = 500  # requests that scales are fitted on
LABELLED = 75  # of these, whose 2,000 pairs weights are learned from


@dataclass(frozen=True)
class Mixed:
    """Candidates of equal-sized requests.

    Attributes:
        scores: Shape (candidates, measures).
        worth: Shape (candidates,).
        size: Of a request.
    """

    scores: Array
    worth: Array
    size: int

    @property
    def groups(self) -> Array:
        """The number of each candidate's request."""
        return np.arange(len(self.worth)) // self.size


def mixed(rng: np.random.Generator, requests: int, *, size: int = 8, outliers: float = 0) -> Mixed:
    """Return candidates with four measures, as unlike as measures are."""
    worth = rng.normal(size=(requests, size))
    columns = []
    for at, (told, prompts) in enumerate(zip(TOLD, PROMPTS, strict=True)):
        heavy = rng.standard_t(3, worth.shape) / 3**0.5
        noise = heavy if at == HEAVY else rng.normal(size=worth.shape)
        column = (
            told * worth + (1 - told**2) ** 0.5 * noise + prompts * rng.normal(size=(requests, 1))
        )
        columns.append(_SHAPES[at](column))
    scores = np.stack(columns, axis=-1)
    broken = rng.random(scores.shape) < outliers
    jump = OUTLIER * scores.std(axis=(0, 1)) * rng.choice([-1, 1], scores.shape)
    return Mixed(np.where(broken, scores + jump, scores).reshape(-1, 4), worth.ravel(), size)


_SHAPES: Sequence[Callable[[Array], Array]] = (
    lambda raw: 0.27 + 0.02 * raw,
    lambda raw: np.exp(0.8 * raw),
    lambda raw: raw,
    lambda raw: special.expit(2.5 * (raw + 0.5)),
)


def efficiency(sums: Array, worth: Array, groups: Array) -> float:
    """Return the share of the oracle's gain over a random pick that the highest sum captures."""
    won = best = 0.0
    for group in np.unique(groups):
        own, value = sums[groups == group], worth[groups == group]
        won += value[own >= own.max() - 1e-9].mean() - value.mean()
        best += value.max() - value.mean()
    return won / best


def on_scales(fitted_on: Mixed, to: Mixed) -> tuple[Array, Array]:
    """Return the shares of *to* on scales of *fitted_on*, and the spread of each measure."""
    fitted = [scales.fit(column, fitted_on.groups) for column in fitted_on.scores.T]
    shares = [scale(column) for scale, column in zip(fitted, to.scores.T, strict=True)]
    return np.column_stack(shares), np.array([scale.spread for scale in fitted])


def learned(fitted_on: Mixed) -> Array:
    """Return weights from labels of some of these requests."""
    shares, _ = on_scales(fitted_on, fitted_on)
    few = fitted_on.groups < LABELLED
    return np.array(weights.learn(shares[few], fitted_on.groups[few], fitted_on.worth[few]).weights)


def by_method(fitted_on: Mixed, to: Mixed) -> dict[str, float]:
    """Return how well each way to add measures up chooses."""
    first = fitted_on.scores
    within = [scales.spread(column, fitted_on.groups) for column in first.T]
    shares, spreads = on_scales(fitted_on, to)
    sums = {
        "raw sum": to.scores.sum(axis=1),
        "divided by the standard deviation over all": (to.scores / first.std(axis=0)).sum(axis=1),
        "divided by the spread within requests": (to.scores / within).sum(axis=1),
        "mean rank (Borda)": borda.ranks(to.scores, to.groups),
        "scales, as they are": shares.sum(axis=1),
        "scales, a spread each": (shares / spreads).sum(axis=1),
        "scales, learned weights": shares @ learned(fitted_on),
    }
    found = {name: efficiency(each, to.worth, to.groups) for name, each in sums.items()}
    alone = [efficiency(column, to.worth, to.groups) for column in to.scores.T]
    return {"best single measure": max(alone), **found}


def saved(requests: int, scale: Callable[[Array], Array], *, size: int = 8, seed: int = 0) -> float:
    """Return how many times less exact laziness costs, where all five are on this scale.

    *scale* is fitted and applied at once: it takes the scores of one measure. A candidate is
    measured further while the best that it could come to is not below the winner: the closed form.
    """
    rng = np.random.default_rng(seed)
    common = rng.normal(size=(requests, size, 1))
    raw = (common + rng.normal(size=(requests, size, 5))) / 2**0.5
    shares = np.stack([scale(raw[..., at].ravel()).reshape(requests, size) for at in range(5)], -1)
    best = (shares @ SHARES).max(axis=1, keepdims=True)
    reached = [shares[..., :at] @ SHARES[:at] + SHARES[at:].sum() for at in range(5)]
    calls = np.array([(bound >= best - 1e-12).sum(axis=1).mean() for bound in reached])
    return float(COSTS.sum() * size / (calls @ COSTS))


def fitted_scale(raw: Array) -> Array:
    """Return scores on the scale that is fitted to them."""
    return scales.fit(raw, np.arange(len(raw)))(raw)


def uniform(raw: Array) -> Array:
    """Return the rank of each score as a share."""
    shares: Array = raw.argsort().argsort() / (len(raw) - 1)
    return shares


def with_missing(
    fitted_on: Mixed, to: Mixed, *, share: float, on_bad: bool, seed: int = 0
) -> float:
    """Return how well learned weights choose where scores are missing, filled as for fitting."""
    rng = np.random.default_rng(seed)
    shares, _ = on_scales(fitted_on, to)
    bad = to.worth < np.quantile(to.worth, 0.3)
    gone = rng.random(shares.shape) < (np.where(bad, share / 0.3, 0)[:, None] if on_bad else share)
    filled = missing.filled(np.where(gone, np.nan, shares), to.groups)
    return efficiency(filled @ learned(fitted_on), to.worth, to.groups)

"""Scales and weights of a policy, fitted on requests that certify nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from selector.calibration import drafting as draft
from selector.calibration import scales, weights
from selector.calibration.gather import Known
from selector.calibration.said import Judged, Key
from selector.calibration.sample import Array
from selector.decision.composite import raw
from selector.errors import CalibrationError
from selector.planning import plan_of
from selector.policy.calibration import Calibration, ScaleOf, WeightOf
from selector.policy.grammar import Term
from selector.policy.plan import Criterion, Plan
from selector.policy.plan import Term as Weighted
from selector.policy.policy import Policy
from selector.types import Failure, Outcome, Score


@dataclass(frozen=True)
class Learning:
    """What is learned from.

    Attributes:
        policy: What is calibrated; *plan* is its plan without a calibration.
        known: The requests that certify nothing.
        judged: What people said.
    """

    policy: Policy
    plan: Plan
    known: tuple[Known, ...]
    judged: Judged

    @cached_property
    def rows(self) -> tuple[tuple[Known, str], ...]:
        """Every standing candidate, with its request."""
        return tuple((one, name) for one in self.known for name in one.standing)

    @cached_property
    def keys(self) -> tuple[Key, ...]:
        """Their names."""
        return tuple((one.id, name) for one, name in self.rows)

    @cached_property
    def groups(self) -> Array:
        """The numbers of their requests."""
        places = {one.id: at for at, one in enumerate(self.known)}
        return np.array([places[request] for request, _ in self.keys], dtype=int)

    def outcomes(self, key: str) -> list[Outcome]:
        """Return what one output is of each."""
        return [one.outcomes.of(name, key) for one, name in self.rows]

    def values(self, key: str) -> Array:
        """Return the numbers among these; nan where there is none."""
        found = self.outcomes(key)
        return np.array([one.value if isinstance(one, Score) else np.nan for one in found])

    def of(self, said: Mapping[Key, Any]) -> tuple[Array, Array]:
        """Return of whom anything is said, as places, and what."""
        at = [place for place, key in enumerate(self.keys) if key in said]
        return np.array(at, dtype=int), np.array([said[self.keys[place]] for place in at])


def scales_of(learning: Learning) -> Iterator[ScaleOf]:
    """Give the scales that the policy asks for.

    Raises:
        CalibrationError: An output is the same for all candidates.
    """
    both = zip(draft.parts(learning.policy), learning.plan.parts, strict=True)
    # An output that ranks twice, as an axis and in the pick, has one scale.
    asked = {part.of: step for part, step in both if draft.asks_scale(part)}
    for of, step in asked.items():
        yield _scale(learning, of, step)


def _scale(learning: Learning, of: str, step: Weighted | Criterion) -> ScaleOf:
    higher = step.scale.higher_is_better
    try:
        found = scales.fit(learning.values(step.of.key), learning.groups, higher_is_better=higher)
    except ValueError as error:
        raise CalibrationError(
            f"{learning.policy.name}: the scale of {of} can't be fitted: {error}. "
            "It tells no candidates apart; drop it, or give its ends."
        ) from None
    return ScaleOf(of=of, knots=found.knots, spread=found.spread)


def weights_of(learning: Learning, made: Calibration) -> tuple[tuple[WeightOf, ...], str]:
    """Return the weights that the policy asks for, and how they came about.

    Terms whose weights are given are one to it: what they weigh against each other stays.

    Args:
        learning: What is learned from.
        made: What is known so far, with stand-ins for the weights.

    Raises:
        CalibrationError: Nobody said of two candidates of one request which is better.
    """
    both = zip(draft.parts(learning.policy), plan_of(learning.policy, made).parts, strict=True)
    terms = [(part, step) for part, step in both if isinstance(part, Term)]
    asked = [part.of for part, _ in terms if draft.asks_weight(part)]
    given = np.array([0.0 if isinstance(part.weight, str) else part.weight for part, _ in terms])
    columns = np.column_stack([scaled(learning, step) for _, step in terms])
    features = columns[:, [draft.asks_weight(part) for part, _ in terms]]
    found = learned(learning, features, columns @ given if given.any() else None)
    each = zip(asked, found.weights, found.intervals, strict=True)
    return tuple(
        WeightOf(of=of, weight=weight, interval=interval) for of, weight, interval in each
    ), found.told


def learned(learning: Learning, features: Array, fixed: Array | None = None) -> weights.Learned:
    """Return what labels say of these features of all candidates, shape (candidates, features).

    Args:
        learning: What is learned from.
        features: On scales.
        fixed: Shape (candidates,), the sum of what has a weight already.

    Raises:
        CalibrationError: Nobody said of two candidates of one request which is better.
    """
    at, worth = learning.of(learning.judged.worth)
    beside = None if fixed is None else fixed[at]
    try:
        return weights.learn(features[at], learning.groups[at], worth, fixed=beside)
    except ValueError as error:
        raise CalibrationError(
            f"{learning.policy.name}: weights can't be learned: {error}. "
            "Let people judge several candidates of a request."
        ) from None


def scaled(learning: Learning, step: Weighted | Criterion) -> Array:
    """Return where each candidate lies on a scale; one that failed counts as others of its request do."""
    found = [
        np.nan if isinstance(one, Failure) else step.scale(raw(step, one))
        for one in learning.outcomes(step.of.key)
    ]
    return _filled(np.array(found), learning.groups)


def _filled(shares: Array, groups: Array) -> Array:
    known = ~np.isnan(shares)
    counts = np.maximum(np.bincount(groups, known), 1)
    means = np.bincount(groups, np.where(known, shares, 0.0)) / counts
    return np.where(known, shares, means[groups])

"""How a policy itself ranks labelled candidates, whatever its method is."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from selector.calibration.sample import Sample
from selector.decision.decide import decide
from selector.errors import CalibrationError
from selector.policy.plan import Plan
from selector.types import Candidate, Decision, Failure, Outcome, Outcomes, Score

Array = npt.NDArray[Any]

MISSING = Failure("no number in the table")


def by_outcomes(plan: Plan, sample: Sample, outcomes: Mapping[str, Outcomes]) -> Array:
    """Return how a policy scores the candidates of a sample, higher is better.

    That is its quality where it has one, else the place in its ranking. Gates, cut and copies are
    left aside: of candidates that passed them it tells which is better.

    Args:
        plan: Of the policy.
        sample: The candidates; those that were refused are not among them.
        outcomes: What is known of each request.

    Returns:
        Shape (candidates,); nan for what the policy would not deliver at all.

    Raises:
        CalibrationError: Something is not known that ranking needs.
    """
    ranks = replace(
        plan, gates=(), cut=None, distinct=None, deliver=None, on_empty="none",
        uncertified=(), certified=None, probability=None, review_at_most=None,
    )  # fmt: skip
    found: dict[str, Mapping[str, float]] = {}
    for request, rows in _requests(sample).items():
        names = {sample.candidates[row] for row in rows}
        given = outcomes[request]
        kept = tuple(one for one in given.candidates if one.id in names)
        decision = decide(ranks, replace(given, candidates=kept))
        if not isinstance(decision, Decision):
            asks = sorted({ask.instance for ask in decision.asks})
            raise CalibrationError(
                f"{plan.policy}: it can't rank by what is there (got nothing of "
                f"{', '.join(asks)}). Give columns of these outputs, or leave the policy away."
            )
        found[request] = _scored(decision)
    scores = zip(sample.requests, sample.candidates, strict=True)
    return np.array([found[request].get(name, math.nan) for request, name in scores])


def by_table(plan: Plan, sample: Sample) -> Array:
    """Return the same of a table whose columns are named as the policy names its outputs.

    Raises:
        CalibrationError: A column is missing that ranking needs.
    """
    known = {f"{name}.{output}" for name, one in plan.instances.items() for output in one.outputs}
    there = {name: column for name, column in sample.scores.items() if name in known}
    outcomes = {
        request: Outcomes(
            tuple(Candidate(id=sample.candidates[row]) for row in rows),
            {
                sample.candidates[row]: {
                    name: _outcome(float(column[row])) for name, column in there.items()
                }
                for row in rows
            },
        )
        for request, rows in _requests(sample).items()
    }
    return by_outcomes(plan, sample, outcomes)


def lower_is_better(plan: Plan) -> frozenset[str]:
    """Return the outputs of a plan of which less is better: "instance.output"."""
    return frozenset(
        f"{name}.{output}"
        for name, one in plan.instances.items()
        for output, about in one.outputs.items()
        if about.higher_is_better is False
    )


def _requests(sample: Sample) -> Mapping[str, Sequence[int]]:
    rows: dict[str, list[int]] = {}
    for row, request in enumerate(sample.requests):
        rows.setdefault(request, []).append(row)
    return rows


def _outcome(value: float) -> Outcome:
    return MISSING if math.isnan(value) else Score(value)


def _scored(decision: Decision) -> Mapping[str, float]:
    if all(one in decision.quality for one in decision.ranking):
        return decision.quality
    return {one: -float(place) for place, one in enumerate(decision.ranking)}

"""One request in one row: all that monitoring reads."""

from __future__ import annotations

import json
import math
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from selector.types import Failure, NotApplicable, Outcome, Score, Selection, agreed


def summary(selection: Selection) -> dict[str, Any]:
    """Return what there is to watch about a request, as columns of the table of summaries.

    `outputs` is a JSON object by "instance.output": `count` scores, their `mean` (None without
    any), `sd`, the spread of these scores around it, how many `failures`, and
    how often there was nothing to measure (`absent`). `margin` is the composite of the best-ranked candidate less that
    of the next, None where there is no composite, no next, or one of them was not measured in
    full. `audit` tells that all was measured: what laziness leaves is a biased sample; `disagreed`,
    whether that would have been decided otherwise. `generator` and `segment` are what the metadata
    of all candidates agree on, else None.

    Raises:
        ValueError: A score is not finite.
    """
    verdicts = Counter(selection.decision.verdicts.values())
    outputs = _outputs(selection)
    return {
        "created": selection.created,
        "generator": agreed(selection.candidates, "generator"),
        "segment": agreed(selection.candidates, "segment"),
        "outputs": json.dumps(outputs, allow_nan=False),
        "failures": sum(output["failures"] for output in outputs.values()),
        "margin": _margin(selection),
        "accepted": verdicts["accept"],
        "review": verdicts["review"],
        "rejected": verdicts["reject"],
        "needs_person": selection.needs_person,
        "audit": selection.audited,
        "disagreed": selection.disagreed,
    }


def _outputs(selection: Selection) -> dict[str, dict[str, Any]]:
    by_key: dict[str, list[Outcome]] = {}
    for outcomes in selection.outcomes.values():
        for key, outcome in outcomes.items():
            by_key.setdefault(key, []).append(outcome)
    return {key: _output(outcomes) for key, outcomes in by_key.items()}


def _output(outcomes: Iterable[Outcome]) -> dict[str, Any]:
    values, failures, absent = [], 0, 0
    for outcome in outcomes:
        if isinstance(outcome, Score):
            values.append(outcome.value)
        failures += isinstance(outcome, Failure)
        absent += isinstance(outcome, NotApplicable)
    mean = _mean(values)
    sd = None if mean is None else _spread(values, mean)
    counted = {"failures": failures, "absent": absent}
    return {"count": len(values), "mean": mean, "sd": sd, **counted}


def _mean(values: Sequence[float]) -> float | None:
    if not values:
        return None
    mean = sum(value / len(values) for value in values)  # the sum itself might overflow
    return min(max(mean, min(values)), max(values))


def _spread(values: Sequence[float], mean: float) -> float:
    """Return the standard deviation of these very values."""
    farthest = max(abs(value - mean) for value in values)
    if farthest in {0.0, math.inf}:  # alike, or so far apart that no double tells
        return min(farthest, sys.float_info.max)
    shares = [((value - mean) / farthest) ** 2 for value in values]  # squares might overflow
    return farthest * math.sqrt(sum(shares) / len(shares))


def _margin(selection: Selection) -> float | None:
    quality = selection.decision.quality
    first, second = (quality.get(name) for name in (*selection.decision.ranking, "", "")[:2])
    return None if first is None or second is None else first - second

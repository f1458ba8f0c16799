"""Requests of which all is known: what the exact decision was worth, and what another one loses."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from selector import cascade
from selector.decision.contest import Contest
from selector.decision.decide import decided
from selector.decision.standing import Row
from selector.decision.walk import out
from selector.policy.plan import Plan
from selector.types import Ask, Decision, Measured, NotEvaluated, Outcomes, Selection, agreed


@dataclass(frozen=True, slots=True)
class Whole:
    """One request of which all is known.

    Attributes:
        request_id: Its id.
        generator: What made all its candidates, if their metadata say so.
        outcomes: Its candidates and everything that was measured.
        decision: What is exact.
        quality: Of each candidate that stands.
        good: Who of these no constraint and no cut keeps from being delivered.
        shares: What each term adds for these, as far as nothing of it failed.
    """

    request_id: str
    generator: str | None
    outcomes: Outcomes
    decision: Decision
    quality: Mapping[str, float]
    good: tuple[str, ...]
    shares: Mapping[str, Sequence[float]]


def whole(plan: Plan, selection: Selection) -> Whole | None:
    """Return a request as one of which all is known; None if not all of it is.

    Args:
        plan: What to decide by, exactly.
        selection: The request with its outcomes, however it was decided.
    """
    outcomes = Outcomes(selection.candidates, selection.outcomes, selection.expect)
    contest = Contest(replace(plan, prediction=None), outcomes)
    if any(_lacks(plan, row) for row in contest.rows.values()):
        return None
    decision = decided(contest)
    if not isinstance(decision, Decision):
        return None
    standing = {one: row for one, row in contest.rows.items() if not row.refusals}
    return Whole(
        request_id=selection.request_id,
        generator=agreed(selection.candidates, "generator"),
        outcomes=outcomes,
        decision=decision,
        quality={one: row.quality for one, row in standing.items()},
        good=tuple(one for one, row in standing.items() if not out(contest.plan, row)),
        shares={one: tuple(row.shares) for one, row in standing.items() if not any(row.failures)},
    )


def alike(plan: Plan, requests: Iterable[tuple[Plan, Selection]]) -> list[Whole]:
    """Return the requests under the policy of *plan* that the same measures measured, in whole.

    Args:
        plan: What to decide by, exactly.
        requests: With the plans that decided them.
    """
    found = (
        whole(plan, selection)
        for other, selection in requests
        if other.policy_hash == plan.policy_hash and _prints(other) == _prints(plan)
    )
    return [one for one in found if one]


def _prints(plan: Plan) -> dict[str, str]:
    return {name: one.fingerprint for name, one in plan.instances.items()}


def _lacks(plan: Plan, row: Row) -> bool:
    # Who was refused before a set was made is in none.
    return any(plan.instances[stage].scope == "candidate" for stage in row.waits)


def again(plan: Plan, one: Whole) -> cascade.Resolved:
    """Return how a request is decided by *plan*, asking for no more than that needs."""

    def answer(ask: Ask, _: object) -> list[dict[str, Measured]]:
        return [_measured(plan, one, ask.instance, name) for name in ask.candidates]

    return cascade.resolve(plan, replace(one.outcomes, table={}), answer)


def _measured(plan: Plan, one: Whole, instance: str, candidate: str) -> dict[str, Measured]:
    found: dict[str, Measured] = {}
    for output in plan.instances[instance].outputs:
        outcome = one.outcomes.of(candidate, f"{instance}.{output}")
        if not isinstance(outcome, NotEvaluated):
            found[output] = outcome
    return found


def loss(one: Whole, decision: Decision, gain: float) -> float:
    """Return what *decision* loses against the exact one, as `lost` does, but 1 at most."""
    return min(lost(one, decision, gain), 1.0)


def lost(one: Whole, decision: Decision, gain: float) -> float:
    """Return what *decision* loses against the exact one, as a share of the gain, from 0 on.

    What is delivered counts; where nothing is accepted, what a person looks at. Another answer, or
    another number of them, loses all.

    Args:
        one: The request.
        decision: What it got.
        gain: What the best of a request has over a random candidate of it, on average.
    """
    best, taken = _taken(one.decision), _taken(decision)
    if decision.answer != one.decision.answer or len(taken) != len(best):
        return 1.0
    less = _worth(one, best) - _worth(one, taken)
    return max(less / (len(best) * gain), 0.0) if less else 0.0


def _taken(decision: Decision) -> list[str]:
    accepted = [one for one, verdict in decision.verdicts.items() if verdict == "accept"]
    return accepted or [one for one, verdict in decision.verdicts.items() if verdict == "review"]


def _worth(one: Whole, names: Sequence[str]) -> float:
    return math.fsum(one.quality[name] for name in names)

"""Rank by dominance on several objectives; inside a front by a pick."""

from __future__ import annotations

import operator
from collections.abc import Sequence

from selector.decision.composite import raw
from selector.decision.contest import Asks, Contest
from selector.policy.plan import Criterion
from selector.types import Score

Vector = tuple[float, ...]


def front(
    contest: Contest, objectives: Sequence[Criterion], left: Sequence[str]
) -> list[str] | Asks:
    """Return those of *left* whom nobody dominates, or what must be measured to know them.

    Equal vectors share a front. What is not measured has no bound on these axes, so every
    objective is asked of all who stand; what else may refuse, only of those on the front.
    """
    axes = {part.of.instance for part in objectives}
    gates = contest.reading.refusing
    stages = contest.reading.stages
    last = max(stages.index(name) for name in axes)
    early = {name for name in stages[: last + 1] if name in axes or name in gates}
    if asks := contest.next_of(left, early):
        return asks
    vectors = {one: vector(contest, objectives, one) for one in left}
    found = [
        one for one in left if not any(dominates(vectors[other], vectors[one]) for other in left)
    ]
    return contest.next_of(found, gates) or found


def rest(contest: Contest, objectives: Sequence[Criterion], left: Sequence[str]) -> tuple[str, ...]:
    """Return *left* in order: the best by the pick of the front each time, taken away."""
    vectors = {one: vector(contest, objectives, one) for one in left}
    beaten = {
        one: {other for other in left if dominates(vectors[one], vectors[other])} for one in left
    }
    above = dict.fromkeys(left, 0)
    for losers in beaten.values():
        for loser in losers:
            above[loser] += 1
    ahead = {one for one in left if above[one] == 0}
    order = []
    while ahead:
        winner = min(ahead, key=contest.key)
        ahead.remove(winner)
        order.append(winner)
        for loser in beaten[winner]:
            above[loser] -= 1
            if above[loser] == 0:
                ahead.add(loser)
    return tuple(order)


def dominates(one: Vector, other: Vector) -> bool:
    """Return whether *one* is nowhere worse and somewhere better. Higher is better."""
    return one != other and all(map(operator.ge, one, other))


def vector(contest: Contest, objectives: Sequence[Criterion], candidate: str) -> Vector:
    """Return a candidate's raw outputs, the lower the better ones negated."""
    values = []
    for part in objectives:
        outcome = contest.known.of(candidate, part.of)
        value = outcome.value if isinstance(outcome, Score) else raw(part, outcome)
        values.append(value if part.scale.higher_is_better else -value)
    return tuple(values)

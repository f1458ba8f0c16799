"""Rank by dominance on several objectives; inside a front by a pick."""

from __future__ import annotations

from collections.abc import Sequence

from selector.decision.composite import quality, raw
from selector.decision.known import Known
from selector.decision.ranking import Part, Ranked, failed, missing
from selector.policy.plan import Criterion, Pareto
from selector.types import Ask, Score

Vector = tuple[float, ...]


def rank(method: Pareto, known: Known, candidates: Sequence[str]) -> Ranked | tuple[Ask, ...]:
    """Return candidates in Pareto order, or what is still to be measured.

    Rank r+1 is the best by `pick` (without one: by content hash) of the front of what ranks 1…r
    leave. Equal vectors share a front.
    """
    parts: tuple[Part, ...] = (*method.objectives, *method.pick)
    if asks := missing(parts, known, candidates):
        return asks
    doubtful, refused = failed(parts, known, candidates)
    left = [one for one in candidates if one not in refused]
    vectors = {one: _vector(method.objectives, known, one) for one in left}
    values = {one: quality(method.pick, known, one) for one in left} if method.pick else {}
    keys = {one: (-values.get(one, 0.0), known.content_hash(one)) for one in left}
    order, front = _peel(vectors, keys)
    return Ranked(order, values, doubtful, refused, None if method.pick else front)


def dominates(one: Vector, other: Vector) -> bool:
    """Return whether *one* is nowhere worse and somewhere better. Higher is better."""
    return one != other and all(mine >= its for mine, its in zip(one, other, strict=True))


def _vector(objectives: Sequence[Criterion], known: Known, candidate: str) -> Vector:
    values = []
    for part in objectives:
        outcome = known.of(candidate, part.of)
        value = outcome.value if isinstance(outcome, Score) else raw(part, outcome)
        values.append(value if part.scale.higher_is_better else -value)
    return tuple(values)


def _peel(
    vectors: dict[str, Vector], keys: dict[str, tuple[float, str]]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the whole order, taking the best of the front each time, and the first front."""
    beaten = {
        one: {other for other in vectors if dominates(vectors[one], vectors[other])}
        for one in vectors
    }
    above = dict.fromkeys(vectors, 0)
    for losers in beaten.values():
        for loser in losers:
            above[loser] += 1
    front = {one for one in vectors if above[one] == 0}
    first = tuple(sorted(front, key=keys.__getitem__))
    order = []
    while front:
        winner = min(front, key=keys.__getitem__)
        front.remove(winner)
        order.append(winner)
        for loser in beaten[winner]:
            above[loser] -= 1
            if above[loser] == 0:
                front.add(loser)
    return tuple(order), first

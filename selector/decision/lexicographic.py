"""Rank by the most important criterion; what it can't tell apart, by the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from selector.decision.composite import failure, raw
from selector.decision.known import Known
from selector.decision.ranking import Ranked, missing
from selector.policy.plan import Criterion
from selector.types import Ask, Reason


def rank(
    criteria: Sequence[Criterion], known: Known, candidates: Sequence[str]
) -> Ranked | tuple[Ask, ...]:
    """Return candidates in lexicographic order, or what is still to be measured.

    Rank r+1 is the winner among what ranks 1…r leave: from all that are left, each criterion
    keeps those within `eps` of its best, until one is left; the last tie goes by content hash.
    A criterion that is never reached is not needed, and its failure does no harm.
    """
    left = list(candidates)
    order: list[str] = []
    failures: dict[str, tuple[Reason, ...]] = {}
    refused: dict[str, tuple[Reason, ...]] = {}
    while left:
        found = _round(criteria, known, left)
        if not isinstance(found, _Round):
            return found
        gone = _refused(found.consulted, known)
        if gone:  # the round is held again without those whom a failure refuses
            refused |= gone
            left = [one for one in left if one not in gone]
            continue
        winner = found.winner
        order.append(winner)
        left.remove(winner)
        parts = [part for part, group in found.consulted if winner in group]
        reasons = [failure(part, known.of(winner, part.of)) for part in parts]
        if any(reasons):
            failures[winner] = tuple(dict.fromkeys(reason for reason in reasons if reason))
    return Ranked(tuple(order), {}, failures, refused)


Consulted = list[tuple[Criterion, tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class _Round:
    """Who won a round, and which criteria were asked of whom in it."""

    winner: str
    consulted: Consulted


def _round(
    criteria: Sequence[Criterion], known: Known, left: Sequence[str]
) -> _Round | tuple[Ask, ...]:
    """Hold one round, or return what it needs to know."""
    group = tuple(left)
    consulted: Consulted = []
    for part in criteria:
        if len(group) == 1:
            break
        if asks := missing([part], known, group):
            return asks
        consulted.append((part, group))
        group = _best(part, known, group)
    return _Round(min(group, key=known.content_hash), consulted)


def _best(part: Criterion, known: Known, group: tuple[str, ...]) -> tuple[str, ...]:
    values = {one: raw(part, known.of(one, part.of)) for one in group}
    if part.scale.higher_is_better:
        line = max(values.values()) - part.eps
        return tuple(one for one in group if values[one] >= line)
    line = min(values.values()) + part.eps
    return tuple(one for one in group if values[one] <= line)


def _refused(consulted: Consulted, known: Known) -> dict[str, tuple[Reason, ...]]:
    gone: dict[str, tuple[Reason, ...]] = {}
    for part, group in consulted:
        if part.on_failure != "reject":
            continue
        for one in group:
            if reason := failure(part, known.of(one, part.of)):
                gone[one] = (*gone.get(one, ()), reason)
    return gone

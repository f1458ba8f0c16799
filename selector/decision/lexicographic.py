"""Rank by the most important criterion; what it can't tell apart, by the next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from selector.decision.composite import raw
from selector.decision.known import Known
from selector.decision.ranking import Ranked, failed, missing
from selector.policy.plan import Criterion
from selector.types import Ask

Values = Sequence[Mapping[str, float]]  # of each criterion, by candidate


def rank(
    criteria: Sequence[Criterion], known: Known, candidates: Sequence[str]
) -> Ranked | tuple[Ask, ...]:
    """Return candidates in lexicographic order, or what is still to be measured.

    Rank r+1 is the winner among what ranks 1…r leave: from all that are left, each criterion
    keeps those within `eps` of its best, until one is left; the last tie goes by content hash.
    """
    if asks := missing(criteria, known, candidates):
        return asks
    doubtful, refused = failed(criteria, known, candidates)
    left = [one for one in candidates if one not in refused]
    values = [{one: raw(part, known.of(one, part.of)) for one in left} for part in criteria]
    order = []
    while left:
        winner = min(_best(criteria, values, left), key=known.content_hash)
        order.append(winner)
        left.remove(winner)
    return Ranked(tuple(order), {}, doubtful, refused)


def _best(criteria: Sequence[Criterion], values: Values, left: Sequence[str]) -> Sequence[str]:
    """Return whom the criteria, one after the other, leave as best."""
    group = left
    for part, value in zip(criteria, values, strict=True):
        if len(group) == 1:
            break
        if part.scale.higher_is_better:
            line = max(value[one] for one in group) - part.eps
            group = [one for one in group if value[one] >= line]
        else:
            line = min(value[one] for one in group) + part.eps
            group = [one for one in group if value[one] <= line]
    return group

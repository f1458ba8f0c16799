"""Rank by one weighted sum of scaled scores. `constrained` ranks by its objective the same way."""

from __future__ import annotations

from collections.abc import Sequence

from selector.decision.composite import quality
from selector.decision.known import Known
from selector.decision.ranking import Ranked, failed, missing
from selector.policy.plan import Term
from selector.types import Ask


def rank(
    terms: Sequence[Term], known: Known, candidates: Sequence[str]
) -> Ranked | tuple[Ask, ...]:
    """Return candidates by falling quality, ties by content hash; or what is still to be measured."""
    if asks := missing(terms, known, candidates):
        return asks
    doubtful, refused = failed(terms, known, candidates)
    values = {one: quality(terms, known, one) for one in candidates if one not in refused}
    order = sorted(values, key=lambda one: (-values[one], known.content_hash(one)))
    return Ranked(tuple(order), values, doubtful, refused)

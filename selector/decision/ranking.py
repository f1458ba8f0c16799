"""What every way of ranking gives back, and what they share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from selector.decision.composite import failure
from selector.decision.known import Known
from selector.policy.plan import Criterion, Term
from selector.types import Ask, Reason

Reasons = Mapping[str, tuple[Reason, ...]]


@dataclass(frozen=True, slots=True)
class Ranked:
    """Candidates in order.

    Attributes:
        order: Ids, best first.
        quality: The composite of each, where the method has one; failed outputs at their worst.
        failures: Of those in order, what failed that ranking needed: they are doubtful.
        refused: Those whose failed outputs refuse them (`on_failure: reject`), with the reasons.
        front: The first front, for a Pareto order without a pick.
    """

    order: tuple[str, ...]
    quality: Mapping[str, float] = field(default_factory=dict)
    failures: Reasons = field(default_factory=dict)
    refused: Reasons = field(default_factory=dict)
    front: tuple[str, ...] | None = None


Part = Term | Criterion


def missing(parts: Iterable[Part], known: Known, candidates: Iterable[str]) -> tuple[Ask, ...]:
    """Return what must be measured before every part of every candidate is known."""
    everyone = tuple(candidates)
    return known.asks(
        (part.of.instance, one) for part in parts for one in everyone if known.missing(one, part.of)
    )


def failed(
    parts: Sequence[Part], known: Known, candidates: Iterable[str]
) -> tuple[Reasons, Reasons]:
    """Return the failures that make candidates doubtful, and those that refuse them."""
    doubtful: dict[str, tuple[Reason, ...]] = {}
    refused: dict[str, tuple[Reason, ...]] = {}
    for one in candidates:
        found = [(part, failure(part, known.of(one, part.of))) for part in parts]
        reasons = tuple(dict.fromkeys(reason for _, reason in found if reason))
        if any(reason and part.on_failure == "reject" for part, reason in found):
            refused[one] = reasons
        elif reasons:
            doubtful[one] = reasons
    return doubtful, refused

"""What is known of a request while it is decided, and which of it counts for this plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from selector.policy.plan import Plan, Ref
from selector.types import (
    NOT_EVALUATED,
    Candidate,
    Kind,
    NotEvaluated,
    Outcome,
    Outcomes,
    members_hash,
)


@dataclass(slots=True)
class Known:
    """The outcomes of one request, read through one plan.

    An outcome of a set counts only if it was measured over exactly the set that this plan asks
    for: the candidates that no gate of an earlier kind refuses. `members` holds those sets as
    far as they are settled.

    Attributes:
        firsts: The candidates by id, copies left out.
        members: By kind of measure, the ids of the set that a measure of that kind is asked on,
            in the order of their content hashes.
    """

    plan: Plan
    outcomes: Outcomes
    firsts: Mapping[str, Candidate]
    members: dict[Kind, tuple[str, ...]] = field(default_factory=dict)
    _hashes: dict[Kind, str] = field(default_factory=dict)

    def settle(self, kind: Kind, members: Iterable[str]) -> None:
        """State that sets of measures of this *kind* are made of just these candidates."""
        self.members[kind] = tuple(sorted(members, key=self.content_hash))
        self._hashes[kind] = members_hash(self.content_hash(one) for one in self.members[kind])

    def content_hash(self, candidate: str) -> str:
        """Return the content hash of a candidate; "" for one that could not be read at all."""
        return self.firsts[candidate].content_hash or ""

    def of(self, candidate: str, ref: Ref) -> Outcome:
        """Return the outcome of one output of one candidate, if it counts for this plan."""
        outcome = self.outcomes.of(candidate, ref.key)
        instance = self.plan.instances[ref.instance]
        if instance.scope == "candidate" or isinstance(outcome, NotEvaluated):
            return outcome
        return outcome if outcome.members == self._hashes.get(instance.kind) else NOT_EVALUATED

    def missing(self, candidate: str, ref: Ref) -> bool:
        """Return whether an output still has to be measured."""
        return isinstance(self.of(candidate, ref), NotEvaluated)


def firsts_and_copies(
    candidates: Iterable[Candidate],
) -> tuple[dict[str, Candidate], dict[str, str]]:
    """Return the candidates without copies by id, and each copy's id with whom it equals.

    Candidates with equal bytes are one; the smallest id stands for them.
    """
    firsts: dict[str, Candidate] = {}
    copies: dict[str, str] = {}
    seen: dict[str, str] = {}
    for one in sorted(candidates, key=lambda candidate: candidate.id):
        if one.content_hash is not None and one.content_hash in seen:
            copies[one.id] = seen[one.content_hash]
            continue
        firsts[one.id] = one
        if one.content_hash is not None:
            seen[one.content_hash] = one.id
    return firsts, copies

"""Asks become rounds: the cheapest measure next, on those for whom it can still matter."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from selector.decision.decide import decide, members
from selector.decision.known import firsts_and_copies
from selector.policy.plan import Instance, Plan
from selector.types import (
    KINDS,
    Ask,
    Decision,
    Failure,
    Measured,
    NotEvaluated,
    Outcome,
    Outcomes,
    evidence_needed,
    members_hash,
)

Measurer = Callable[[Ask, "Table"], Sequence[Mapping[str, Measured]]]
GONE = Failure("the measure no longer declares this output")
Table = dict[str, dict[str, Outcome]]


def resolve(plan: Plan, request: Outcomes, measure: Measurer) -> tuple[Decision, Table]:
    """Return the decision on a request and everything that was measured for it.

    Filters come before detectors before scorers, and within a kind the cheap before the dear.
    Whoever is refused on the way is not asked for again.

    Args:
        plan: What to decide by.
        request: The candidates, what is known of them already, what is expected.
        measure: Answers an ask, given all that is known so far: every output of the instance
            for every candidate, in their order.
    """
    table: Table = {one.id: dict(request.table.get(one.id, {})) for one in request.candidates}
    rounds = _Rounds(plan, Outcomes(request.candidates, table, request.expect), table, measure)
    if plan.mode == "exhaustive":
        rounds.everything()
    asked: set[Ask] = set()
    while True:
        decided = decide(plan, rounds.known)
        if isinstance(decided, Decision):
            return decided, table
        ask = decided.asks[0]  # the cheapest comes first, in the order of the kinds
        if ask in asked:
            raise RuntimeError(f"cascade: the same was asked twice (got {ask})")
        asked.add(ask)
        rounds.answer(ask)


@dataclass(frozen=True)
class _Rounds:
    plan: Plan
    known: Outcomes
    table: Table
    measure: Measurer

    def everything(self) -> None:
        """Measure all that the plan refers to, on every candidate that can be read."""
        firsts, _ = firsts_and_copies(self.known.candidates)
        readable = tuple(name for name, one in firsts.items() if one.error is None)
        for kind in KINDS:
            for instance in (one for one in self.plan.instances.values() if one.kind == kind):
                if instance.scope == "candidate":
                    self._lacking(Ask(instance.name, readable))
                elif whole := members(self.plan, self.known)[kind]:
                    self.answer(Ask(instance.name, whole))

    def answer(self, ask: Ask) -> None:
        """Measure what is asked, after what it needs as evidence, and write it down."""
        instance = self.plan.instances[ask.instance]
        for needed in evidence_needed(instance.needs):
            self._lacking(Ask(needed, ask.candidates))
        # Of sets never: what another has may be of another set.
        twin = self._twin(instance, ask.candidates) if instance.scope == "candidate" else None
        if twin is None:
            answers = self.measure(ask, self.table)
        else:
            answers = [self._row(twin, one) for one in ask.candidates]
        for candidate, outcomes in zip(ask.candidates, answers, strict=True):
            for output in instance.outputs:
                self.table[candidate][f"{instance.name}.{output}"] = outcomes.get(output, GONE)
        if instance.scope == "set":
            self._stamp(instance, ask.candidates)

    def _lacking(self, ask: Ask) -> None:
        instance = self.plan.instances[ask.instance]
        lacking = tuple(one for one in ask.candidates if not self._row(instance, one))
        if lacking:
            self.answer(Ask(ask.instance, lacking))

    def _twin(self, instance: Instance, candidates: Sequence[str]) -> Instance | None:
        """Return another instance with the same fingerprint that has measured all these already."""
        for other in self.plan.instances.values():
            same = other.name != instance.name and other.fingerprint == instance.fingerprint
            if same and all(self._row(other, one) for one in candidates):
                return other
        return None

    def _row(self, instance: Instance, candidate: str) -> dict[str, Measured]:
        """Return what an instance measured of a candidate; empty if it has not."""
        row = self.table[candidate]
        named = {output: row.get(f"{instance.name}.{output}") for output in instance.outputs}
        return {} if None in named.values() else named  # type: ignore[return-value]

    def _stamp(self, instance: Instance, candidates: Sequence[str]) -> None:
        """Write into the outcomes of a set which set it was."""
        hashes = {one.id: one.content_hash or "" for one in self.known.candidates}
        name = members_hash(hashes[one] for one in candidates)
        for candidate in candidates:
            row = self.table[candidate]
            for output in instance.outputs:
                key = f"{instance.name}.{output}"
                outcome = row[key]
                if not isinstance(outcome, NotEvaluated):
                    row[key] = replace(outcome, members=name)

"""How one candidate stands, as far as it is measured: refused, doubtful, worth at most so much."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from selector.decision.composite import chance, failure, fault, probability, quality, share
from selector.decision.gates import UNKNOWN, Judged, judge
from selector.decision.known import Known
from selector.policy.plan import Lexicographic, Plan, Probability, Ref, Term
from selector.types import KINDS, NOT_EVALUATED, Kind, Outcome, Reason


@dataclass(slots=True)
class Row:
    """One candidate before the gates, the constraints and the parts of the ranking.

    Attributes:
        hash: Its content hash, which decides ties.
        gates: How it stands before each gate, in the order of the plan's.
        constraints: Likewise before each constraint.
        failures: Of each part of the ranking, why its outcome is no number.
        shares: What each term adds to its quality; the failed at worst, the unknown at best.
        rescued: The same with the failed at best too.
        faults: Of each term of the probability of being good, why its outcome is not known.
        chances: What each adds to its factor; the failed at worst, the unknown at best.
        hopes: The same with the failed at best too.
        waits: The stages that have not measured it, in the order in which they would.
        refusals: Why it is refused; any makes it so, whatever is unknown.
        quality: Its quality; while it waits for a term, what that can be at most.
        best: The same with the failed at best too.
        probability: How probable it is that it is good; while not all of that is measured, at most.
        hope: The same with the failed at best too.
    """

    hash: str
    gates: list[Judged]
    constraints: list[Judged]
    failures: list[Reason | None]
    shares: list[float]
    rescued: list[float]
    faults: list[Reason | None]
    chances: list[float]
    hopes: list[float]
    waits: list[str]
    refusals: tuple[Reason, ...] = ()
    quality: float = 1.0
    best: float = 1.0
    probability: float = 1.0
    hope: float = 1.0

    def doubts(self) -> tuple[Reason, ...]:
        """Return the bands of gates that it lies in, and what of ranking and cut failed."""
        failed = filter(None, (*self.failures, *self.faults))
        return tuple(dict.fromkeys([*_reasons(self.gates, "doubtful"), *failed]))

    def infeasible(self) -> tuple[Reason, ...]:
        """Return why constraints refuse it; any makes it infeasible, whatever is unknown."""
        return tuple(
            reason if reason.kind == "failure" else replace(reason, kind="infeasible")
            for reason in _reasons(self.constraints, "refused")
        )

    def unsure(self) -> tuple[Reason, ...]:
        """Return the bands of constraints that it lies in, and their failures."""
        return _reasons(self.constraints, "doubtful")


def _reasons(judged: Iterable[Judged], standing: str) -> tuple[Reason, ...]:
    return tuple(one.reason for one in judged if one.standing == standing and one.reason)


@dataclass(frozen=True, slots=True)
class Reading:
    """A plan laid out by instance: what one more outcome changes of how a candidate stands.

    Attributes:
        plan: What is decided by.
        stages: The instances that gates, constraints, ranking and cut refer to, in the order of
            measuring.
        refs: The outputs of each that they refer to.
        gates: Which of the gates are on each; likewise the others.
        by_kind: The gates of each kind.
        refusing: The stages that may refuse a candidate.
        needed: The stages that an accepted candidate must have passed.
        placing: The stages that one must have passed whose place in the ranking is told.
        promoting: The stages that one must have passed whom `on_empty: review` promotes.
        consults: Whether a part of the ranking counts only where the ranking came to ask for it.
        sums: The terms of the plan, and *weight* what they weigh together.
        likely: The terms of the probability of being good; *factors* which of them are on each.
    """

    plan: Plan
    stages: tuple[str, ...]
    refs: Mapping[str, Sequence[Ref]]
    gates: Mapping[str, Sequence[int]]
    constraints: Mapping[str, Sequence[int]]
    parts: Mapping[str, Sequence[int]]
    terms: Mapping[str, Sequence[int]]
    by_kind: Mapping[Kind, Sequence[int]]
    refusing: frozenset[str]
    needed: frozenset[str]
    placing: frozenset[str]
    promoting: frozenset[str]
    consults: bool
    sums: tuple[Term, ...]
    weight: float
    likely: tuple[Term, ...]
    factors: Mapping[str, Sequence[int]]

    @classmethod
    def of(cls, plan: Plan, order: Sequence[str]) -> Reading:
        """Return the reading of *plan* whose stages stand in *order*."""
        gates = [gate.on for gate in plan.gates]
        constraints = [gate.on for gate in plan.constraints]
        parts = [part.of for part in plan.parts]
        likely = plan.probability.terms if plan.probability else ()
        factors = [term.of for term in likely]
        refs = dict.fromkeys([*gates, *constraints, *parts, *factors])
        kinds = [plan.instances[ref.instance].kind for ref in gates]
        asked = {ref.instance for ref in refs}
        consults = isinstance(plan.method, Lexicographic)
        ranks = {ref.instance for ref in parts if not consults}
        rejects = {part.of.instance for part in plan.parts if part.on_failure == "reject"} & ranks
        strict = {gate.on.instance for gate in plan.constraints if gate.on_failure == "reject"}
        gating = {ref.instance for ref in gates}
        placing = gating | ranks | {ref.instance for ref in constraints}
        return cls(
            plan=plan,
            stages=tuple(name for name in order if name in asked),
            refs={name: [ref for ref in refs if ref.instance == name] for name in asked},
            gates=_places(gates),
            constraints=_places(constraints),
            parts=_places(parts),
            terms=_places([term.of for term in plan.terms]),
            by_kind={kind: [at for at, its in enumerate(kinds) if its == kind] for kind in KINDS},
            refusing=frozenset(gating | rejects),
            needed=frozenset(placing | {ref.instance for ref in factors}),
            placing=frozenset(placing),
            promoting=frozenset(gating | ranks | strict),
            consults=consults,
            sums=plan.terms,
            weight=math.fsum(term.weight for term in plan.terms),
            likely=likely,
            factors=_places(factors),
        )

    def row(self, known: Known, candidate: str) -> Row:
        """Return how *candidate* stands now."""
        plan = self.plan
        shares, chances = map(_at_best, (self.sums, self.likely))
        row = Row(
            hash=known.content_hash(candidate),
            gates=[UNKNOWN] * len(plan.gates),
            constraints=[UNKNOWN] * len(plan.constraints),
            failures=[None] * len(plan.parts),
            shares=shares,
            rescued=list(shares),
            faults=[None] * len(chances),
            chances=chances,
            hopes=list(chances),
            waits=list(self.stages),
        )
        if plan.probability:
            row.probability = row.hope = probability(plan.probability, chances)
        if known.outcomes.table.get(candidate):
            for stage in self.stages:
                self.learn(row, known, candidate, stage)
        return row

    def learn(self, row: Row, known: Known, candidate: str, stage: str) -> None:
        """Take into *row* what *stage* has measured by now."""
        found = {ref.output: known.of(candidate, ref) for ref in self.refs[stage]}
        if stage in row.waits and NOT_EVALUATED not in found.values():
            row.waits.remove(stage)
        plan, expect = self.plan, known.outcomes.expect
        for at in self.gates.get(stage, ()):
            row.gates[at] = judge(plan.gates[at], found[plan.gates[at].on.output], expect)
        for at in self.constraints.get(stage, ()):
            gate = plan.constraints[at]
            row.constraints[at] = judge(gate, found[gate.on.output], expect)
        for at in self.parts.get(stage, ()) if not self.consults else ():
            part = plan.parts[at]
            row.failures[at] = failure(part, found[part.of.output])
        if stage in self.terms:
            self._sum(row, found, stage)
        if stage in self.factors and plan.probability:
            self._multiply(plan.probability, row, found, stage)
        if stage in self.refusing or row.refusals:  # what else failed is told too
            row.refusals = self._refusals(row)

    def refused_before(self, row: Row, kind: Kind) -> bool | None:
        """Return whether gates of earlier kinds refuse it; None while that is not known."""
        earlier = [
            row.gates[at].standing for its in KINDS[: KINDS.index(kind)] for at in self.by_kind[its]
        ]
        return True if "refused" in earlier else None if "unknown" in earlier else False

    def _sum(self, row: Row, found: Mapping[str, Outcome], stage: str) -> None:
        for at in self.terms[stage]:
            term = self.sums[at]
            row.shares[at] = share(term, found[term.of.output])
            row.rescued[at] = share(term, found[term.of.output], "best")
        row.quality = quality(row.shares, self.weight)
        row.best = row.quality
        if row.rescued != row.shares:
            row.best = quality(row.rescued, self.weight)

    def _multiply(
        self, of: Probability, row: Row, found: Mapping[str, Outcome], stage: str
    ) -> None:
        for at in self.factors[stage]:
            term = self.likely[at]
            outcome = found[term.of.output]
            row.faults[at] = fault(term, outcome)
            row.chances[at] = chance(term, outcome)
            row.hopes[at] = chance(term, outcome, "best")
        row.probability = row.hope = probability(of, row.chances)
        if row.hopes != row.chances:
            row.hope = probability(of, row.hopes)

    def _refusals(self, row: Row) -> tuple[Reason, ...]:
        """Return the refusals of the first kind of gates that has any, else of failed parts."""
        for places in self.by_kind.values():
            if found := _reasons((row.gates[at] for at in places), "refused"):
                return found
        if any(
            reason and part.on_failure == "reject"
            for part, reason in zip(self.plan.parts, row.failures, strict=True)
        ):
            return tuple(dict.fromkeys(filter(None, row.failures)))
        return ()


def _at_best(terms: Sequence[Term]) -> list[float]:
    return [term.weight * term.scale(term.scale.best) for term in terms]


def _places(refs: Sequence[Ref]) -> dict[str, list[int]]:
    """Return by instance which places of *refs* are on it."""
    places = sorted(range(len(refs)), key=lambda at: refs[at].instance)
    return {name: list(of) for name, of in groupby(places, key=lambda at: refs[at].instance)}

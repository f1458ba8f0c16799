"""One candidate of a recorded request with other numbers: what would be decided then."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TypeAlias

from pydantic import JsonValue

from selector.decision.certified import for_request
from selector.decision.contest import Contest
from selector.decision.decide import decided
from selector.decision.gates import filled
from selector.journal.matched import Table
from selector.policy.order import order
from selector.policy.plan import Criterion, Gate, Plan, Term
from selector.replay.again import Lacking, lacking
from selector.types import (
    Candidate,
    Decision,
    Failure,
    NotEvaluated,
    Outcome,
    Outcomes,
    Output,
    Score,
    Selection,
    Undecided,
    VerdictName,
)

Numbers: TypeAlias = Mapping[str, float]  # by "instance.output"
State: TypeAlias = "VerdictName | Lacking"


@dataclass(frozen=True)
class WhatIf:
    """One candidate, and all that is known of its request.

    Attributes:
        plan: What decides.
        candidate: Whose numbers are changed.
        candidates: All of the request.
        table: What is known of them.
        expect: What the request expects.
    """

    plan: Plan
    candidate: str
    candidates: tuple[Candidate, ...]
    table: Table
    expect: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, plan: Plan, selection: Selection, candidate: str) -> WhatIf:
        """Return what is known of *candidate*: what an audit measured too, where that agrees."""
        known = {one: dict(row) for one, row in selection.outcomes.items()}
        whole = cls(plan, candidate, selection.candidates, known, selection.expect)
        if not selection.afterwards or whole.state() == selection.decision.verdicts[candidate]:
            return whole
        for one, keys in selection.afterwards.items():
            for key in keys:
                known.get(one, {}).pop(key, None)
        return whole

    @property
    def row(self) -> Mapping[str, Outcome]:
        """What is known of the candidate."""
        return self.table.get(self.candidate, {})

    @cached_property
    def numbers(self) -> Numbers:
        """Its numbers that the plan refers to, in the plan's order."""
        keys = dict.fromkeys(ref.key for ref in self.plan.refs)
        found = ((key, self.row.get(key)) for key in keys)
        return {key: one.value for key, one in found if isinstance(one, Score)}

    @cached_property
    def outputs(self) -> Mapping[str, Output]:
        """What each number that the plan refers to means."""
        return {
            ref.key: self.plan.instances[ref.instance].outputs[ref.output]
            for ref in self.plan.refs
            if ref.output in self.plan.instances[ref.instance].outputs
        }

    def decide(self, numbers: Numbers | None = None) -> Decision | Lacking:
        """Return the decision, were these its numbers."""
        table = dict(self.table)
        table[self.candidate] = {
            **self.row,
            **{key: self._found(key, value) for key, value in (numbers or {}).items()},
        }
        contest = Contest(self.plan, Outcomes(self.candidates, table, self.expect), self._stages)
        found = decided(contest)
        return lacking(contest, found) if isinstance(found, Undecided) else found

    def state(self, numbers: Numbers | None = None) -> State:
        """Return its verdict, were these its numbers."""
        found = self.decide(numbers)
        return found if isinstance(found, Lacking) else found.verdicts[self.candidate]

    def bounds(self, key: str) -> tuple[Gate, ...]:
        """Return the gates and constraints on a number, with what the request expects filled in."""
        plan, _ = for_request(self.plan, self.candidates)
        gates = (one for one in (*plan.gates, *plan.constraints) if one.on.key == key)
        return tuple(filled(one, self.expect)[0] for one in gates)

    def lines(self, key: str) -> list[float]:
        """Return where a verdict may change with a number, as far as the plan says it."""
        found: list[float | str | None] = []
        for gate in self.bounds(key):
            found += [gate.reject_below, gate.reject_above, gate.accept_below, gate.accept_above]
            found += [gate.equals, gate.at_least]
        for part in (one for one in self._scaled if one.of.key == key):
            found += [part.scale.low, part.scale.high]
            if isinstance(part, Criterion):
                found += [at + far for at in self._others(key) for far in (-part.eps, 0, part.eps)]
        if self.plan.distinct and self.plan.distinct.by.key == key:
            found.append(self.plan.distinct.within)
        return [float(one) for one in found if isinstance(one, int | float)]

    def span(self, key: str) -> float:
        """Return how far apart values of a number usually lie, to measure distances in."""
        output = self.outputs.get(key)
        if output and output.usual and output.usual[1] > output.usual[0]:
            return output.usual[1] - output.usual[0]
        for part in self._scaled:
            if part.of.key == key:
                return part.scale.high - part.scale.low
        if output and output.low is not None and output.high is not None:
            return (output.high - output.low) or 1.0
        return max(abs(self.numbers.get(key, 0.0)), *(abs(one) for one in self.lines(key)), 1e-9)

    @cached_property
    def _scaled(self) -> tuple[Term | Criterion, ...]:
        """All that ranks, and all that the probability of being good follows from."""
        plan = self.plan
        return (*plan.parts, *(plan.probability.terms if plan.probability else ()))

    @cached_property
    def _stages(self) -> tuple[str, ...]:
        return order(self.plan)

    def _others(self, key: str) -> Iterable[float]:
        """Return what the others have of a number."""
        rows = (row for name, row in self.table.items() if name != self.candidate)
        found = (row.get(key) for row in rows)
        return [one.value for one in found if isinstance(one, Score)]

    def _found(self, key: str, value: float) -> Outcome:
        """Return the outcome of a number as if it had been measured so."""
        old = self.row.get(key)
        if old is None or isinstance(old, NotEvaluated):
            return Score(value)
        evidence: JsonValue = old.evidence
        if self.plan.distinct and self.plan.distinct.by.key == key:
            evidence = self._apart(evidence, value)
        return Score(value, evidence, old.members)

    def _apart(self, evidence: JsonValue, value: float) -> JsonValue:
        """Return the distances from the others of the set, none of them smaller than *value*."""
        listed = evidence.get("distances") if isinstance(evidence, dict) else None
        if not isinstance(listed, list):
            return evidence
        return {"distances": [max(far, value) for far in listed if isinstance(far, int | float)]}


def failed(what: WhatIf) -> tuple[str, ...]:
    """Return its numbers that the plan refers to and that could not be measured."""
    keys = dict.fromkeys(ref.key for ref in what.plan.refs)
    return tuple(key for key in keys if isinstance(what.row.get(key), Failure))


def with_candidate(what: WhatIf, candidate: str) -> WhatIf:
    """Return the same request, with another candidate whose numbers are changed."""
    return replace(what, candidate=candidate)


def beyond(value: float, *, up: bool, whole: bool) -> float:
    """Return the next value above or below."""
    if whole:
        return math.floor(value) + 1 if up else math.ceil(value) - 1
    return math.nextafter(value, math.inf if up else -math.inf)

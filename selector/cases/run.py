"""Cases decided by their policy, through the very decision that requests get."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from selector import cascade
from selector.cases import grammar, misfits
from selector.cases.grammar import ABSENT, UNREADABLE, Case, Given
from selector.errors import PolicyError
from selector.planning import Source, plan_of
from selector.policy import document
from selector.policy.plan import Instance, Plan
from selector.types import (
    Ask,
    Candidate,
    Decision,
    Failure,
    Measured,
    NotApplicable,
    Outcomes,
    Output,
    Score,
)

FAR = 1e9  # between two that are not said to be alike, in a measure that names no largest distance


@dataclass(frozen=True, slots=True)
class Result:
    """How one case came out.

    Attributes:
        where: Its file and line.
        name: Its name.
        problems: What came out otherwise than expected; none: it passed.
    """

    where: str
    name: str
    problems: tuple[str, ...]


def run(policy: Source, cases: str | os.PathLike[str]) -> tuple[Result, ...]:
    """Decide every case of a file by a policy; nothing is measured.

    Args:
        policy: What `Policy.load` takes.
        cases: The path of a YAML file: `usually`, the outcomes of every candidate where its case
            does not say otherwise, and `cases`, each with candidates and what is expected of them.

    Raises:
        PolicyError: The policy can't be planned, or the file is not one of cases that fit it;
            lists every problem.
    """
    plan = plan_of(policy)
    book, text, problems = grammar.read(cases)
    if wrong := [*problems, *misfits.found(plan, book, text)]:
        raise PolicyError(document.in_order(wrong))
    results = []
    for at, case in enumerate(book.cases):
        request = _Request(plan, case, book.usually)
        otherwise = tuple(_otherwise(case, request.decided()))
        results.append(Result(text.where(("cases", at, "name")), case.name, otherwise))
    return tuple(results)


@dataclass(frozen=True)
class _Request:
    plan: Plan
    case: Case
    usually: grammar.Row

    def decided(self) -> Decision:
        named = tuple(self._candidate(name) for name in self.case.candidates)
        request = Outcomes(named, {}, self.case.expect)
        decision, _ = cascade.resolve(self.plan, request, self._measure)
        return decision

    def _candidate(self, name: str) -> Candidate:
        error = "unreadable" if self.case.candidates[name] == UNREADABLE else None
        content = None if error else _hash(self.case.copy_of(name) or name)
        return Candidate(id=name, content_hash=content, pixel_hash=content, error=error)

    def _measure(self, ask: Ask, _: object) -> list[Mapping[str, Measured]]:
        instance = self.plan.instances[ask.instance]
        members = sorted(ask.candidates, key=_hash) if instance.scope == "set" else ()
        return [self._outcomes(instance, name, members) for name in ask.candidates]

    def _outcomes(
        self, instance: Instance, name: str, members: Sequence[str]
    ) -> dict[str, Measured]:
        row = self._row(name)
        found: dict[str, Measured] = {}
        for output, declared in instance.outputs.items():
            given = row.get(f"{instance.name}.{output}")
            if given is not None:
                found[output] = _measured(given)
            elif members:
                found[output] = self._distances(name, members, declared)
            else:
                found[output] = NotApplicable("the policy does not refer to it")
        return found

    def _row(self, name: str) -> dict[str | None, Given]:
        rows = (self.usually, self.case.rows()[name])  # the later wins
        return {misfits.key_of(self.plan, key): row[key] for row in rows for key in row}

    def _distances(self, name: str, members: Sequence[str], output: Output) -> Measured:
        far = FAR if output.high is None else output.high
        near = {frozenset(one.pair): one.distance for one in self.case.alike}
        apart = [0.0 if one == name else near.get(frozenset((one, name)), far) for one in members]
        others = [far for far, one in zip(apart, members, strict=True) if one != name]
        if not others:
            return NotApplicable("alone in its set")
        return Score(min(others), evidence={"distances": [*apart]})


def _hash(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()


def _measured(given: Given) -> Measured:
    if isinstance(given, float):
        return Score(given)
    return NotApplicable("there is nothing") if given == ABSENT else Failure("it failed")


def _otherwise(case: Case, decision: Decision) -> Iterator[str]:
    """Find what came out otherwise than expected, in words."""
    for name, expected in case.verdicts.items():
        verdict, *kinds = expected.split()
        reasons = decision.reasons[name]
        if decision.verdicts[name] != verdict or {*kinds} - {reason.kind for reason in reasons}:
            why = "; ".join(f"{reason.kind}: {reason}" for reason in reasons) or "met every bound"
            yield f"{name}: expected {expected}, got {decision.verdicts[name]} ({why})"
    ranking = tuple(decision.ranking)
    if case.ranking is not None and case.ranking != ranking:
        wanted, got = (", ".join(names) or "nobody" for names in (case.ranking, ranking))
        yield f"ranking: expected {wanted}; got {got}"
    came_out = {
        "answer": decision.answer,
        "advice": decision.advice or "none",
        "needs_person": decision.needs_person,
    }
    for what, got_ in came_out.items():
        expected_ = getattr(case, what)
        if expected_ is not None and expected_ != got_:
            yield f"{what}: expected {expected_}, got {got_}"

"""Cases decided by their policy, through the very decision that requests get."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from selector import cascade
from selector.cases import grammar, misfits
from selector.cases.grammar import ABSENT, UNREADABLE, Case, Given
from selector.errors import PolicyError
from selector.planning import Source, plan_of
from selector.policy import document
from selector.policy.plan import Instance, Plan, Ref
from selector.policy.values import MOST
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

ASCENDING, DESCENDING = "ascending", "descending"
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
    # In full, so that the whole ranking and every reason are there; the verdicts are the same.
    plan = _for_any(replace(plan_of(policy), mode="exhaustive"))
    book, text, problems = grammar.read(cases)
    if wrong := [*problems, *misfits.found(plan, book, text)]:
        raise PolicyError(document.in_order(wrong))
    return tuple(
        Result(text.where(("cases", at, "name")), case.name, _problems(plan, case, book.usually))
        for at, case in enumerate(book.cases)
    )


def _for_any(plan: Plan) -> Plan:
    """Return the plan for requests of any number, made by anything.

    A case has as many candidates as it takes to show something.
    """
    if plan.certified is None:
        return plan
    return replace(plan, certified=replace(plan.certified, fewest=1, most=MOST, generators=()))


def _problems(plan: Plan, case: Case, usually: grammar.Row) -> tuple[str, ...]:
    """Return what came out otherwise than expected.

    Ties are decided by the content's hash, which a case does not say; so it is decided under two
    orders of hashes, and must come out alike.
    """
    one, other = (
        _Request(plan, case, usually, order).decided() for order in (ASCENDING, DESCENDING)
    )
    found, reverse = tuple(_otherwise(case, one)), tuple(_otherwise(case, other))
    if bool(found) != bool(reverse):
        return ("it depends on a tie, which bytes decide. Give the candidates different numbers",)
    return found


@dataclass(frozen=True)
class _Request:
    plan: Plan
    case: Case
    usually: grammar.Row
    order: str

    def decided(self) -> Decision:
        named = tuple(self._candidate(name) for name in self.case.candidates)
        request = Outcomes(named, {}, self.case.expect)
        return cascade.resolve(self.plan, request, self._measure).decision

    def _candidate(self, name: str) -> Candidate:
        error = "unreadable" if self.case.candidates[name] == UNREADABLE else None
        content = None if error else self._content(name)
        return Candidate(id=name, content_hash=content, pixel_hash=content, error=error)

    def _content(self, name: str) -> str:
        """Return the hash of a candidate's bytes, ascending or descending as the case names them."""
        places = list(self.case.candidates)
        place = places.index(self.case.copied(name))
        return f"{place if self.order == ASCENDING else len(places) - place:064x}"

    def _measure(self, ask: Ask, _: object) -> list[Mapping[str, Measured]]:
        instance = self.plan.instances[ask.instance]
        return [self._outcomes(instance, name, ask.candidates) for name in ask.candidates]

    def _outcomes(
        self, instance: Instance, name: str, members: Sequence[str]
    ) -> dict[str, Measured]:
        distinct = self.plan.distinct
        row = self._row(name)
        found: dict[str, Measured] = {}
        for output, declared in instance.outputs.items():
            names = self._names(instance)
            given = next((row[key] for one in names if (key := f"{one}.{output}") in row), None)
            if given is not None:
                found[output] = _measured(given)
            elif distinct and any(distinct.by == Ref(one, output) for one in names):
                found[output] = self._distances(name, members, declared)
            else:
                found[output] = NotApplicable("the policy does not decide by it")
        return found

    def _names(self, instance: Instance) -> list[str]:
        """Return the names of all instances that measure the same: the cascade asks one of them."""
        every = self.plan.instances.values()
        return [one.name for one in every if one.fingerprint == instance.fingerprint]

    def _row(self, name: str) -> dict[str | None, Given]:
        rows = (self.usually, self.case.rows()[self.case.copied(name)])  # the later wins
        return {misfits.key_of(self.plan, key): row[key] for row in rows for key in row}

    def _distances(self, name: str, members: Sequence[str], output: Output) -> Measured:
        far = FAR if output.high is None else output.high
        near = {frozenset(map(self._content, one.pair)): one.distance for one in self.case.alike}
        own, hashes = self._content(name), sorted(map(self._content, members))
        apart = [0.0 if one == own else near.get(frozenset((one, own)), far) for one in hashes]
        others = [far for far, one in zip(apart, hashes, strict=True) if one != own]
        if not others:
            return NotApplicable("alone in its set")
        return Score(min(others), evidence={"distances": [*apart]})


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

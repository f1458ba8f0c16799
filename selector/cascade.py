"""Asks become rounds: whom to measure next with what, the cheapest way to a decision."""

from __future__ import annotations

import time
from collections.abc import Callable, Container, Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from selector.decision.contest import Contest
from selector.decision.decide import decided
from selector.policy.order import Rates, order, seconds
from selector.policy.plan import Instance, Plan
from selector.types import (
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

_Found = TypeVar("_Found")

Table = dict[str, dict[str, Outcome]]
Answers = Sequence[Mapping[str, Measured]]
Measurer = Callable[[Ask, Table], Answers]
# Gives an ask and all that is known so far, takes every output of the instance for every candidate,
# in their order.
Asking = Generator[tuple[Ask, Table], Answers, _Found]
GONE = Failure("the measure no longer declares this output")
# What a round may spend on candidates whom it may turn out not to need: of what one of the dearest
# calls costs, or in seconds, for each that is measured at once. Waiting for more rounds costs more.
AT_STAKE = 0.05
AT_STAKE_S = 0.05
# Up to this share of the dearest cost, all go together whom nothing tells from the best so far: it
# would have to turn out perfect for one of them to be measured in vain.
CHEAP = 0.1


@dataclass(frozen=True, slots=True)
class Resolved:
    """What a request got, and how.

    Attributes:
        decision: What `decide` found.
        table: Everything that was measured.
        rounds: What was asked for it, round by round; several asks of one instance in one round
            were measured together.
    """

    decision: Decision
    table: Table
    rounds: tuple[tuple[Ask, ...], ...]


@dataclass(frozen=True, slots=True)
class Unfinished:
    """How far a request came with some of its instances alone; the others go on from here.

    Attributes:
        table: Everything that was measured.
        rounds: What was asked for it, as in `Resolved`.
    """

    table: Table
    rounds: tuple[tuple[Ask, ...], ...]


def resolve(
    plan: Plan,
    request: Outcomes,
    measure: Measurer,
    rates: Rates | None = None,
    deadline: float | None = None,
) -> Resolved:
    """Return the decision on a request and everything that was measured for it.

    Args:
        plan: What to decide by.
        request: The candidates, what is known of them already, what is expected.
        measure: Answers an ask, given all that is known so far: every output of the instance
            for every candidate, in their order.
        rates: As for `resolving`.
        deadline: As for `resolving`.
    """
    return driven(resolving(plan, request, rates, deadline), measure)


def complete(plan: Plan, request: Outcomes, measure: Measurer) -> Table:
    """Return everything that the plan refers to, measured where it is not known yet.

    Args:
        plan: Whose instances.
        request: The candidates, what is known of them already, what is expected.
        measure: As for `resolve`.
    """
    return driven(completing(plan, request), measure)


def driven(asking: Asking[_Found], measure: Measurer) -> _Found:
    """Return what an asker ends with, its asks answered one after the other."""
    try:
        ask, table = next(asking)
        while True:
            ask, table = asking.send(measure(ask, table))
    except StopIteration as ended:
        found: _Found = ended.value
        return found


def resolving(
    plan: Plan, request: Outcomes, rates: Rates | None = None, deadline: float | None = None
) -> Asking[Resolved]:
    """Ask what the decision on a request needs, one ask at a time, and return the decision.

    In every mode but "exhaustive" only what can still change the decision is asked. Whoever answers
    may answer equal asks of many requests at once.

    Args:
        plan: What to decide by.
        request: The candidates, what is known of them already, what is expected.
        rates: What measuring came to here; changes what is asked first, never what is decided.
        deadline: On the clock of `time.monotonic`; after it answers are failures at once, and all
            who wait are told so together.
    """
    found = yield from _resolving(Measuring(plan, request, rates or {}, deadline))
    if isinstance(found, Unfinished):
        raise RuntimeError("cascade: undecided though every instance could be asked")  # noqa: TRY004
    return found


def beginning(
    plan: Plan, request: Outcomes, hosted: Container[str], rates: Rates | None = None
) -> Asking[Resolved | Unfinished]:
    """Ask as `resolving` does, up to the first round that needs an instance which is not *hosted*.

    `resolving` goes on from what is known then as if nobody had stopped.

    Args:
        plan: What to decide by.
        request: The candidates, what is known of them already, what is expected.
        hosted: The names of the instances that can be asked here.
        rates: As for `resolving`.
    """
    return _resolving(Measuring(plan, request, rates or {}, None, hosted))


def _resolving(measuring: Measuring) -> Asking[Resolved | Unfinished]:
    rounds: list[tuple[Ask, ...]] = []
    if measuring.plan.mode == "exhaustive" and not (yield from measuring.everything()):
        return Unfinished(measuring.table, ())
    while True:
        found = decided(measuring.contest)
        if isinstance(found, Decision):
            return Resolved(found, measuring.table, tuple(rounds))
        if rounds and rounds[-1][:1] == found.asks[:1]:
            raise RuntimeError(f"cascade: the same was asked twice (got {found.asks[0]})")
        chosen = measuring.chosen(found.asks)
        if not all(measuring.is_hosted(ask.instance) for ask in chosen):
            return Unfinished(measuring.table, tuple(rounds))
        rounds.append(chosen)
        yield from measuring.round(chosen)


def completing(plan: Plan, request: Outcomes) -> Asking[Table]:
    """Ask everything that the plan refers to and that is not known yet, and return it all.

    Args:
        plan: Whose instances.
        request: The candidates, what is known of them already, what is expected.
    """
    measuring = Measuring(plan, request, {})
    yield from measuring.everything()
    return measuring.table


@dataclass
class Measuring:
    """One request while it is measured.

    Attributes:
        plan: What to decide by.
        request: The candidates, and what was known of them from the start.
        rates: What measuring came to here.
        deadline: After which answers are failures.
        hosted: The instances that can be asked here; None: every one.
        table: What is known.
        contest: What follows from it.
        hashes: The candidates' content hashes.
        costs: What one candidate is expected to take, by instance, in seconds.
    """

    plan: Plan
    request: Outcomes
    rates: Rates
    deadline: float | None = None
    hosted: Container[str] | None = None
    table: Table = field(init=False)
    contest: Contest = field(init=False)
    hashes: Mapping[str, str] = field(init=False)
    costs: Mapping[str, float] = field(init=False)

    def __post_init__(self) -> None:
        given = self.request
        self.table = {one.id: _known(given.table.get(one.id, {})) for one in given.candidates}
        known = Outcomes(given.candidates, self.table, given.expect)
        self.contest = Contest(self.plan, known, order(self.plan, self.rates))
        self.hashes = {one.id: one.content_hash or "" for one in given.candidates}
        self.costs = {name: seconds(one, self.rates) for name, one in self.plan.instances.items()}

    def is_hosted(self, instance: str) -> bool:
        """Return whether an instance can be asked here, with those whose evidence it needs."""
        if self.hosted is None:
            return True
        needed = evidence_needed(self.plan.instances[instance].needs)
        return instance in self.hosted and all(map(self.is_hosted, needed))

    def chosen(self, asks: Sequence[Ask]) -> tuple[Ask, ...]:
        """Return the best asks, for one round.

        As many as are measured at once; and where that is cheap, all who wait for the same as the
        best do.
        """
        alike = [ask for ask in asks if ask.instance == asks[0].instance]
        together = alike[: self._together(alike)]
        return tuple(dict.fromkeys([*asks[: self.plan.parallelism], *together]))

    def round(self, chosen: Sequence[Ask]) -> Asking[None]:
        """Have asks answered, those of one instance together."""
        grouped: dict[str, list[str]] = {}
        for ask in chosen:
            grouped.setdefault(ask.instance, []).extend(ask.candidates)
        for instance, candidates in grouped.items():
            yield from self.answer(Ask(instance, tuple(dict.fromkeys(sorted(candidates)))))

    def _together(self, asks: Sequence[Ask]) -> int:
        """Return how many of these of one instance are worth answering at once, needed or not."""
        late = self.deadline is not None and time.monotonic() >= self.deadline
        if late or self.plan.instances[asks[0].instance].kind == "filter":
            return len(asks)
        cost = self.costs[asks[0].instance]
        dearest = max(self.costs[name] for name in self.contest.reading.stages)
        at_stake = self.plan.parallelism * max(AT_STAKE * dearest, AT_STAKE_S)
        alike = sum(ask.at_most == asks[0].at_most for ask in asks)
        return max(int(at_stake // max(cost, 1e-9)), alike if cost <= CHEAP * dearest else 0)

    def everything(self) -> Asking[bool]:
        """Have all measured that the plan refers to, on every candidate that can be read.

        Returns whether it could: False where an instance that is not hosted comes next.
        """
        readable = tuple(self.contest.rows)
        for instance in self.plan.instances.values():  # in the order of the kinds
            if not self.is_hosted(instance.name):
                return False
            if instance.scope == "candidate":
                yield from self._lacking(Ask(instance.name, readable))
            elif whole := self.contest.known.members[instance.kind]:
                yield from self._lacking(Ask(instance.name, whole))
        return True

    def answer(self, ask: Ask) -> Asking[None]:
        """Have what is asked measured, after what it needs as evidence, and write it down."""
        instance = self.plan.instances[ask.instance]
        for needed in evidence_needed(instance.needs):
            yield from self._lacking(Ask(needed, ask.candidates))
        found = self._of_twins(instance, ask.candidates)
        others = Ask(ask.instance, tuple(one for one in ask.candidates if one not in found))
        if others.candidates:
            answers = yield others, self.table
            found |= dict(zip(others.candidates, answers, strict=True))
        for candidate in ask.candidates:
            for output in instance.outputs:
                outcome = found[candidate].get(output, GONE)
                self.table[candidate][f"{instance.name}.{output}"] = outcome
        if instance.scope == "set":
            self._stamp(instance, ask.candidates)
        self.contest.learn(ask.instance, ask.candidates)

    def _lacking(self, ask: Ask) -> Asking[None]:
        """Ask what of an ask is not known yet; a set's whole, unless it is known of just it."""
        instance = self.plan.instances[ask.instance]
        lacking = tuple(one for one in ask.candidates if not self._row(instance, one))
        if instance.scope == "set":
            name = members_hash(self.hashes[one] for one in ask.candidates)
            rows = (self._row(instance, one).values() for one in ask.candidates)
            same = all(row and all(one.members == name for one in row) for row in rows)
            lacking = () if same else ask.candidates
        if lacking:
            yield from self.answer(Ask(ask.instance, lacking))

    def _of_twins(
        self, instance: Instance, candidates: Sequence[str]
    ) -> dict[str, Mapping[str, Measured]]:
        """Return what others with the same fingerprint have measured of the candidates already."""
        if instance.scope == "set":  # what another has may be of another set
            return {}
        twins = [
            other
            for other in self.plan.instances.values()
            if other.name != instance.name and other.fingerprint == instance.fingerprint
        ]
        rows = ((one, self._row(twin, one)) for one in candidates for twin in twins)
        return {one: row for one, row in rows if row}

    def _row(self, instance: Instance, candidate: str) -> Mapping[str, Measured]:
        """Return what an instance measured of a candidate; empty if it has not."""
        row = self.table[candidate]
        named = {output: row.get(f"{instance.name}.{output}") for output in instance.outputs}
        return {} if None in named.values() else named  # type: ignore[return-value]

    def _stamp(self, instance: Instance, candidates: Sequence[str]) -> None:
        """Write into the outcomes of a set which set it was."""
        name = members_hash(self.hashes[one] for one in candidates)
        for candidate in candidates:
            row = self.table[candidate]
            for output in instance.outputs:
                key = f"{instance.name}.{output}"
                outcome = row[key]
                if not isinstance(outcome, NotEvaluated):
                    row[key] = replace(outcome, members=name)


def _known(row: Mapping[str, Outcome]) -> dict[str, Outcome]:
    return {key: outcome for key, outcome in row.items() if not isinstance(outcome, NotEvaluated)}

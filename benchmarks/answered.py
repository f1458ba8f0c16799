"""Requests whose every score is known beforehand: what a cascade asks of them, and what it costs."""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from selector import cascade
from selector.policy.plan import Gate, Instance, Method, Plan, Ref, Scale, Term, refs_of
from selector.types import Ask, Candidate, Cost, Decision, Kind, Measured, Outcomes, Output

OUTPUT = "value"
UNIT = Scale(0.0, 1.0, higher_is_better=True)


@dataclass(frozen=True)
class Request:
    """Candidates, and what each measure would say of them.

    Attributes:
        candidates: In no particular order.
        truth: By measure, then by candidate id.
    """

    candidates: tuple[Candidate, ...]
    truth: Mapping[str, Mapping[str, Measured]]

    @property
    def outcomes(self) -> dict[str, dict[str, Measured]]:
        """All outcomes, by candidate id and "instance.output"."""
        return {
            one.id: {ref(name).key: its[one.id] for name, its in self.truth.items()}
            for one in self.candidates
        }


@dataclass
class Answers:
    """A measurer that looks its answers up, and counts.

    Attributes:
        request: What it looks up in.
        calls: Candidates measured, by measure.
        seconds: What looking up took.
    """

    request: Request
    calls: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    def __call__(self, ask: Ask, _table: object) -> Sequence[Mapping[str, Measured]]:
        """Answer an ask."""
        started = time.perf_counter()
        self.calls[ask.instance] += len(ask.candidates)
        found = self.request.truth[ask.instance]
        answers = [{OUTPUT: found[one]} for one in ask.candidates]
        self.seconds += time.perf_counter() - started
        return answers


@dataclass(frozen=True)
class Found:
    """What a request got, and what that took.

    Attributes:
        decision: Every verdict.
        calls: Candidates measured, by measure.
        cost: What the calls would have cost, in seconds.
        rounds: How often the cascade waited for an answer.
    """

    decision: Decision
    calls: Counter[str]
    cost: float
    rounds: int

    def same_as(self, other: Found) -> bool:
        """Return whether both gave all verdicts alike, and the same order to what is delivered."""
        mine, its = self.decision, other.decision
        alike = (mine.verdicts, mine.answer) == (its.verdicts, its.answer)
        return alike and delivered(mine) == delivered(its)


def delivered(decision: Decision) -> list[str]:
    """Return what is accepted or in review, best first."""
    return [one for one in decision.ranking if decision.verdicts[one] != "reject"]


def resolved(plan: Plan, request: Request) -> Found:
    """Return what the engine's cascade finds."""
    answers = Answers(request)
    found = cascade.resolve(plan, Outcomes(request.candidates, {}), answers)
    cost = sum(plan.instances[name].cost.seconds * calls for name, calls in answers.calls.items())
    return Found(found.decision, answers.calls, cost, len(found.rounds))


def exhaustive(plan: Plan) -> Plan:
    """Return the same plan, by which everything is measured."""
    return replace(plan, mode="exhaustive")


def candidates(names: Iterable[str]) -> tuple[Candidate, ...]:
    """Return candidates of these names, each with a content hash of its own."""
    hashed = ((one, hashlib.sha256(one.encode()).hexdigest()) for one in names)
    return tuple(Candidate(id=one, content_hash=name, pixel_hash=name) for one, name in hashed)


def ref(name: str) -> Ref:
    """Return the one output of a measure."""
    return Ref(name, OUTPUT)


def terms(weights: Mapping[str, float], scales: Mapping[str, Scale]) -> tuple[Term, ...]:
    """Return the terms of a weighted sum; weights need not sum to 1."""
    whole = sum(weights.values())
    return tuple(Term(ref(name), its / whole, scales[name]) for name, its in weights.items())


def planned(
    method: Method,
    costs: Mapping[str, float],
    *,
    gates: Sequence[Gate] = (),
    kinds: Mapping[str, Kind] | None = None,
) -> Plan:
    """Return a plan whose measures cost so many seconds a candidate; scorers unless *kinds* say."""
    named = dict.fromkeys(one.instance for one in refs_of(gates, method, None))
    made = {name: _instance(name, costs[name], (kinds or {}).get(name, "scorer")) for name in named}
    return Plan("benchmark", 1, "benchmark", made, tuple(gates), method)


def _instance(name: str, seconds: float, kind: Kind) -> Instance:
    return Instance(
        name=name,
        use=f"benchmarks.{name}",
        kind=kind,
        scope="candidate",
        version=1,
        fingerprint=name,
        parameters={},
        outputs={OUTPUT: Output("share", None, None, higher_is_better=True)},
        needs=(),
        cost=Cost(seconds),
    )

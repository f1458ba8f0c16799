"""Small made-up requests with a known truth, for tests of deciding: plans, candidates, outcomes."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from selector import cascade
from selector.decision.decide import decide
from selector.policy import plan as p
from selector.policy.order import Rates
from selector.types import (
    Ask,
    Candidate,
    Cost,
    Decision,
    Measured,
    NotApplicable,
    Outcomes,
    Output,
    Score,
    evidence_needed,
    members_hash,
)

UP = p.Scale(0.0, 1.0, higher_is_better=True)
DOWN = p.Scale(0.0, 1.0, higher_is_better=False)


def candidate(name: str, content: str | None = None, error: str | None = None) -> Candidate:
    """Return a candidate whose content hash follows from *content* (default: its name)."""
    digest = hashlib.sha256((content or name).encode()).hexdigest()
    return Candidate(id=name, content_hash=digest, pixel_hash=digest, error=error)


def instance(
    name: str,
    kind: str = "scorer",
    *,
    scope: str = "candidate",
    cost: float = 1.0,
    outputs: Iterable[str] = ("value",),
) -> p.Instance:
    """Return an instance with one output "value" in [0, 1]; of sets: "nearest" in [0, 64]."""
    value = Output("share", 0.0, 1.0, higher_is_better=True, optional=True)
    nearest = Output("bits", 0.0, 64.0, higher_is_better=True, optional=True)
    return p.Instance(
        name=name,
        use=f"tests.{name}",
        kind=kind,
        scope=scope,
        version=1,
        fingerprint=f"print-{name}",
        parameters={},
        outputs=dict.fromkeys(outputs, value) if scope == "candidate" else {"nearest": nearest},
        needs=(),
        cost=Cost(cost),
    )


def ref(name: str) -> p.Ref:
    return p.Ref(name, "value")


def plan(method: p.Method, *, instances: Iterable[p.Instance] = (), **rest) -> p.Plan:
    """Return a plan; instances that are not given are scorers named as the method refers to them."""
    made = {one.name: one for one in instances}
    named = [gate.on for gate in rest.get("gates", ())] + _refs_of(method)
    for one in named:
        made.setdefault(one.instance, instance(one.instance))
    return p.Plan("test", 1, "hash", made, rest.pop("gates", ()), method, **rest)


def _refs_of(method: p.Method) -> list[p.Ref]:
    match method:
        case p.WeightedSum(terms=parts) | p.Lexicographic(criteria=parts):
            return [part.of for part in parts]
        case p.Constrained(objective=parts, constraints=bounds):
            return [part.of for part in parts] + [bound.on for bound in bounds]
        case p.Pareto(objectives=axes, pick=parts):
            return [part.of for part in (*axes, *parts)]


def by_score(**rest) -> p.Plan:
    """Return a plan that ranks by one score "s"."""
    return plan(p.WeightedSum((p.Term(ref("s"), 1.0, UP),)), **rest)


def outcomes(rows: Mapping[str, Mapping[str, float | Measured]], **rest) -> Outcomes:
    """Return outcomes of "value" by candidate and instance; plain numbers are scores."""
    table = {
        name: {
            f"{measure}.value": Score(given) if isinstance(given, int | float) else given
            for measure, given in row.items()
        }
        for name, row in rows.items()
    }
    candidates = rest.pop("candidates", tuple(candidate(name) for name in rows))
    return Outcomes(candidates, table, **rest)


@dataclass
class World:
    """A request with a known truth; `measure` reveals it and counts the calls.

    Attributes:
        truth: By candidate and "instance.output", what measuring of one candidate finds.
        places: Where each candidate lies on a line, from which the distances of sets follow.
        rates: What measuring came to before.
        asked: Every call so far.
    """

    plan: p.Plan
    candidates: tuple[Candidate, ...]
    truth: Mapping[str, Mapping[str, Measured]]
    places: Mapping[str, int]
    expect: Mapping[str, float] = field(default_factory=dict)
    rates: Rates = field(default_factory=dict)
    asked: list[Ask] = field(default_factory=list)

    def measure(self, ask: Ask, table: cascade.Table) -> Sequence[Mapping[str, Measured]]:
        self.asked.append(ask)
        its = self.plan.instances[ask.instance]
        for needed in evidence_needed(its.needs):
            assert all(f"{needed}.value" in table[one] for one in ask.candidates)
        if its.scope == "set":
            return [{"nearest": self._nearest(one, ask.candidates)} for one in ask.candidates]
        truth = self.truth
        return [{o: truth[one][f"{its.name}.{o}"] for o in its.outputs} for one in ask.candidates]

    def _nearest(self, one: str, members: Sequence[str]) -> Measured:
        hashes = {each.id: each.content_hash or "" for each in self.candidates}
        ordered = sorted(members, key=hashes.__getitem__)
        distances = [abs(self.places[one] - self.places[other]) for other in ordered]
        others = [far for far, other in zip(distances, ordered, strict=True) if other != one]
        if not others:
            return NotApplicable("alone")
        return Score(float(min(others)), {"distances": list(distances)})

    def resolve(self, known: cascade.Table | None = None) -> cascade.Resolved:
        """Return what the cascade finds, lazily as the plan says; *known* is known already."""
        self.asked.clear()
        request = Outcomes(self.candidates, known or {}, self.expect)
        return cascade.resolve(self.plan, request, self.measure, self.rates)

    def exhaustive(self) -> cascade.Resolved:
        """Return what is found when everything is measured."""
        return replace(self, plan=replace(self.plan, mode="exhaustive"), asked=[]).resolve()


def members_of(candidates: Iterable[Candidate]) -> str:
    """Return by which name outcomes of a set of just these candidates go."""
    return members_hash(one.content_hash or "" for one in candidates)


def decided(a_plan: p.Plan, given: Outcomes) -> Decision:
    decision = decide(a_plan, given)
    assert isinstance(decision, Decision), decision
    return decision


def kinds(decision: Decision, name: str) -> list[str]:
    return [reason.kind for reason in decision.reasons[name]]


def same_answer(one: Decision, other: Decision) -> bool:
    """Compare all that a request gets: verdicts, order, answer, why a person has to look."""
    return gist(one) == gist(other)


def gist(of: Decision) -> tuple:
    """Return a decision without why the rejected are, and without their order."""
    kept = [name for name in of.ranking if of.verdicts[name] != "reject"]
    reasons = {
        # Whoever is promoted was rejected first.
        name: [one for one in of.reasons[name] if one.kind == "promoted"] or of.reasons[name]
        for name in kept
    }
    quality = {name: of.quality.get(name) for name in kept}
    return of.verdicts, kept, reasons, quality, of.answer, of.needs_person, of.advice

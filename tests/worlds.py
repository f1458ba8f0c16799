"""Small made-up requests with a known truth, for tests of deciding: plans, candidates, outcomes."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from hypothesis import strategies as st

from selector import cascade
from selector.decision.decide import decide
from selector.policy import plan as p
from selector.types import (
    Ask,
    Candidate,
    Cost,
    Decision,
    Failure,
    Measured,
    NotApplicable,
    Outcomes,
    Output,
    Score,
)

LEVELS = (0.0, 0.25, 0.5, 0.75, 1.0)  # few, so that ties are common
UP = p.Scale(0.0, 1.0, higher_is_better=True)
DOWN = p.Scale(0.0, 1.0, higher_is_better=False)


def candidate(name: str, content: str | None = None, error: str | None = None) -> Candidate:
    """Return a candidate whose content hash follows from *content* (default: its name)."""
    digest = hashlib.sha256((content or name).encode()).hexdigest()
    return Candidate(id=name, content_hash=digest, pixel_hash=digest, error=error)


def instance(name: str, kind: str = "scorer", *, scope: str = "candidate", cost: float = 1.0):
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
        outputs={"value": value} if scope == "candidate" else {"nearest": nearest},
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
    """A request with a known truth; `measure` reveals it and counts the calls."""

    plan: p.Plan
    candidates: tuple[Candidate, ...]
    truth: Mapping[str, Mapping[str, Measured]]
    places: Mapping[str, int]  # where each candidate lies on a line: distances between them
    expect: Mapping[str, float] = field(default_factory=dict)
    asked: list[Ask] = field(default_factory=list)

    def measure(self, ask: Ask, _table: object) -> Sequence[Mapping[str, Measured]]:
        self.asked.append(ask)
        if self.plan.instances[ask.instance].scope == "candidate":
            return [{"value": self.truth[one][ask.instance]} for one in ask.candidates]
        return [{"nearest": self._nearest(one, ask.candidates)} for one in ask.candidates]

    def _nearest(self, one: str, members: Sequence[str]) -> Measured:
        hashes = {each.id: each.content_hash or "" for each in self.candidates}
        ordered = sorted(members, key=hashes.__getitem__)
        distances = [abs(self.places[one] - self.places[other]) for other in ordered]
        others = [far for far, other in zip(distances, ordered, strict=True) if other != one]
        if not others:
            return NotApplicable("alone")
        return Score(float(min(others)), {"distances": list(distances)})

    def resolve(self, plan: p.Plan | None = None) -> tuple[Decision, cascade.Table]:
        request = Outcomes(self.candidates, {}, self.expect)
        found = cascade.resolve(plan or self.plan, request, self.measure)
        return found.decision, found.table


def decided(a_plan: p.Plan, given: Outcomes) -> Decision:
    decision = decide(a_plan, given)
    assert isinstance(decision, Decision), decision
    return decision


def kinds(decision: Decision, name: str) -> list[str]:
    return [reason.kind for reason in decision.reasons[name]]


# -- strategies -----------------------------------------------------------------------------

NAMES = ("f1", "f2", "d1", "s1", "s2", "s3")
KIND_OF = {"f": "filter", "d": "detector", "s": "scorer"}

scores = st.sampled_from(LEVELS).map(Score)
measured = st.one_of(
    scores, scores, scores, st.just(Failure("broken")), st.just(NotApplicable("nothing there"))
)
levels = st.sampled_from(LEVELS)
refs = st.sampled_from(NAMES).map(ref)
on_failure = st.sampled_from(["review", "review", "reject"])


@st.composite
def gates(draw: st.DrawFn) -> p.Gate:
    low, high = sorted((draw(levels), draw(levels)))
    lines = draw(
        st.sampled_from(
            [
                {"reject_below": low},
                {"reject_above": high},
                {"reject_below": low, "accept_above": high},
                {"reject_above": high, "accept_below": low},
                {"equals": low},
                {"at_least": low},
                {"equals": "wanted"},
            ]
        )
    )
    absent = draw(st.sampled_from(["pass", "review", "reject"]))
    return p.Gate(draw(refs), **lines, on_failure=draw(on_failure), if_absent=absent)


@st.composite
def term_lists(draw: st.DrawFn) -> tuple[p.Term, ...]:
    count = draw(st.integers(1, 3))
    weights = [draw(st.sampled_from([1.0, 2.0, 3.0])) for _ in range(count)]
    scale = st.sampled_from([UP, DOWN])
    absent = st.sampled_from([None, 0.0, 0.5])
    return tuple(
        p.Term(draw(refs), weight / sum(weights), draw(scale), draw(absent), draw(on_failure))
        for weight in weights
    )


@st.composite
def criteria(draw: st.DrawFn, least: int = 1) -> tuple[p.Criterion, ...]:
    one = st.builds(
        p.Criterion,
        refs,
        st.sampled_from([UP, DOWN]),
        st.sampled_from([0.0, 0.25, 0.3]),
        st.sampled_from([None, 0.5]),
        on_failure,
    )
    return tuple(draw(st.lists(one, min_size=least, max_size=3)))


methods = st.one_of(
    term_lists().map(p.WeightedSum),
    criteria().map(p.Lexicographic),
    st.builds(p.Constrained, term_lists(), st.lists(gates(), min_size=1, max_size=2).map(tuple)),
    st.builds(p.Pareto, criteria(2), st.one_of(st.just(()), term_lists())),
)


@st.composite
def plans(draw: st.DrawFn) -> p.Plan:
    method = draw(methods)
    composite = isinstance(method, p.WeightedSum | p.Constrained)
    low, high = sorted((draw(levels), draw(levels)))
    walks = not isinstance(method, p.Pareto) or bool(method.pick)
    near = p.Distinct(p.Ref("near", "nearest"), draw(st.sampled_from([0.0, 1.0, 3.0])))
    set_gate = p.Gate(p.Ref("near", "nearest"), reject_below=1.0, accept_above=2.0)
    made = [instance(one, KIND_OF[one[0]], cost=cost) for cost, one in enumerate(NAMES)]
    made.append(instance("near", draw(st.sampled_from(["filter", "scorer"])), scope="set"))
    bounds = tuple(draw(st.lists(gates(), max_size=3)))
    return p.Plan(
        "test", 1, "hash",
        {one.name: one for one in made},
        bounds + draw(st.sampled_from([(), (), (set_gate,)])),
        method,
        cut=draw(st.sampled_from([None, p.Cut("quality", low, high), p.Cut("quality", low)]))
        if composite else None,
        deliver=draw(st.sampled_from([None, 1, 1, 2, 3])),
        review_at_most=draw(st.sampled_from([None, None, 1, 2])) if walks else None,
        distinct=draw(st.sampled_from([None, near])) if walks else None,
        on_empty=draw(st.sampled_from(["none", "review", "regenerate"])),
        uncertified=draw(st.sampled_from([(), (), ("cut.accept_above",)])),
        if_uncertified=draw(st.sampled_from(["review", "accept"])),
    )  # fmt: skip


@st.composite
def worlds(draw: st.DrawFn, plan_of: st.SearchStrategy[p.Plan] | None = None) -> World:
    count = draw(st.integers(1, 6))
    contents = [draw(st.sampled_from(["", "", "", "same"])) for _ in range(count)]
    broken = [draw(st.sampled_from([None, None, None, "truncated"])) for _ in range(count)]
    names = draw(st.permutations([f"c{at}" for at in range(count)]))
    candidates = tuple(
        candidate(name, content or None, "truncated" if content == "" and error else None)
        for name, content, error in zip(names, contents, broken, strict=True)
    )
    return World(
        plan=draw(plans() if plan_of is None else plan_of),
        candidates=candidates,
        truth={name: {one: draw(measured) for one in NAMES} for name in names},
        places={name: draw(st.integers(0, 5)) for name in names},
        expect=draw(st.sampled_from([{}, {"wanted": 0.5}])),
    )

"""The stages of a plan: what each is for, what it costs here, and of whom it is asked."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from selector.policy.order import Rate, Rates, order, seconds
from selector.policy.plan import Criterion, Instance, Lexicographic, Pareto, Plan, Term
from selector.types import evidence_needed

What = Literal[
    "gate", "constraint", "term", "criterion", "axis", "pick", "cut", "distinct", "evidence"
]
Asked = Literal[
    "everything",  # of all, whatever is known: the plan says so
    "standing",  # of all whom nothing has refused so far
    "rivals",  # of who can still win
    "top",  # of who reaches the top
    "ahead",  # of those whom the first criterion leaves
    "tied",  # of those whom the criteria before can't tell apart
    "front",  # of whom nobody dominates
    "set",  # of all that stand, together
    "second",  # likewise, once one is accepted and another comes up
    "never",
    "with others",  # of whomever another stage is asked that needs its evidence
]
Hindrance = Literal["", "everything", "axis", "first criterion", "first term", "set"]


@dataclass(frozen=True, slots=True)
class Use:
    """One thing that a plan uses an instance for.

    Attributes:
        what: What sort of use it is.
        of: The output; for "evidence" the instance that needs it.
        share: A term's share of the quality.
        place: A criterion's place, from 1.
    """

    what: What
    of: str
    share: float | None = None
    place: int | None = None


@dataclass(frozen=True, slots=True)
class Stage:
    """One instance of a plan, in the order of measuring.

    Attributes:
        instance: Which.
        uses: What the plan uses it for.
        seconds: What a candidate is expected to take; an encoder counts for the first who runs it.
        encoder_of: The instance before it that has run its encoder already; "" if none has.
        rate: What measuring came to here, if that is known.
        asked: Of whom it is asked.
        hindrance: Why a bound on the others spares nobody; "" where who can't win is left out.
    """

    instance: Instance
    uses: tuple[Use, ...]
    seconds: float
    encoder_of: str
    rate: Rate | None
    asked: Asked
    hindrance: Hindrance

    @property
    def is_timed(self) -> bool:
        """Whether its seconds were measured here, and not declared."""
        return self.rate is not None and self.rate.seconds is not None

    @property
    def refuses(self) -> bool:
        """Whether it may refuse a candidate by a bound."""
        return any(use.what in {"gate", "constraint"} for use in self.uses)

    @property
    def passed(self) -> float | None:
        """The share of what it measured here that it did not refuse; None if it has not."""
        if self.rate is None or not self.rate.measured or not self.refuses:
            return None
        return 1 - self.rate.refused / self.rate.measured


def stages(plan: Plan, rates: Rates | None = None) -> tuple[Stage, ...]:
    """Return the stages of *plan* in the order of measuring.

    Args:
        plan: What will decide.
        rates: What measuring came to here; as declared where nothing is known.
    """
    names = order(plan, rates)
    encoders: dict[str, str] = {}
    found = []
    for name in names:
        instance = plan.instances[name]
        uses = tuple(_uses(plan, name))
        asked = _asked(plan, names, instance, uses)
        encoder = instance.cost.backbone or ""
        found.append(
            Stage(
                instance=instance,
                uses=uses,
                seconds=seconds(instance, rates or {}, encoders),
                encoder_of=encoders.get(encoder, ""),
                rate=(rates or {}).get(name),
                asked=asked,
                hindrance=_hindrance(instance, uses, asked),
            )
        )
        if encoder:
            encoders.setdefault(encoder, name)
    return tuple(found)


def _uses(plan: Plan, name: str) -> Iterator[Use]:
    yield from (Use("gate", gate.on.output) for gate in plan.gates if gate.on.instance == name)
    terms = [term for term in plan.terms if term.of.instance == name]
    what: What = "pick" if isinstance(plan.method, Pareto) else "term"
    yield from (Use(what, term.of.output, share=term.weight) for term in terms)
    for place, part in enumerate(_compared(plan), start=1):
        if part.of.instance == name:
            ordered = isinstance(plan.method, Lexicographic)
            yield (
                Use("criterion", part.of.output, place=place)
                if ordered
                else Use("axis", part.of.output)
            )
    bounds = [gate for gate in plan.constraints if gate.on.instance == name]
    yield from (Use("constraint", gate.on.output) for gate in bounds)
    likely = plan.probability.terms if plan.probability else ()
    yield from (Use("cut", term.of.output) for term in likely if term.of.instance == name)
    if plan.distinct is not None and plan.distinct.by.instance == name:
        yield Use("distinct", plan.distinct.by.output)
    for other in plan.instances.values():
        if name in evidence_needed(other.needs):
            yield Use("evidence", other.name)


def _compared(plan: Plan) -> Sequence[Criterion]:
    match plan.method:
        case Lexicographic(criteria=found) | Pareto(objectives=found):
            return found
    return ()


def _asked(plan: Plan, names: Sequence[str], instance: Instance, uses: Sequence[Use]) -> Asked:
    what = {use.what for use in uses}
    if plan.mode == "exhaustive":
        return "everything"
    if what <= {"evidence"}:
        return "with others"
    if what <= {"distinct", "evidence"}:
        return "never" if plan.deliver == 1 else "second"
    if what <= {"cut", "evidence"}:
        return "top"
    return "set" if instance.scope == "set" else _by_rank(plan, names, instance.name, what)


def _by_rank(plan: Plan, names: Sequence[str], name: str, what: Collection[What]) -> Asked:
    """Return of whom the ranking comes to ask a stage."""
    at = names.index(name)
    ranking = [names.index(part.of.instance) for part in _first_parts(plan)]
    match plan.method:
        case Lexicographic():
            early = at == ranking[0] or (at < ranking[0] and "gate" in what)
            return "standing" if early else "ahead" if "gate" in what else "tied"
        case Pareto():
            early = "axis" in what or ("gate" in what and at < max(ranking))
            return "standing" if early else "front"
    return "standing" if at <= min(ranking) else "top" if at > max(ranking) else "rivals"


def _first_parts(plan: Plan) -> Sequence[Term | Criterion]:
    """Return what a candidate is ranked by before anything else."""
    return _compared(plan) or plan.terms


def _hindrance(instance: Instance, uses: Sequence[Use], asked: Asked) -> Hindrance:
    """Return why a dear stage is asked of all who stand; filters are cheap enough for that."""
    what = {use.what for use in uses}
    if asked in {"everything", "set"}:
        return "everything" if asked == "everything" else "set"
    if asked != "standing" or instance.kind == "filter":
        return ""
    if "axis" in what:
        return "axis"
    if "criterion" in what:
        return "first criterion"
    return "first term" if "term" in what else ""

"""The plan: a policy made ready to run. Numbers only, so that it decides the same years later."""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Field, JsonValue

from selector.types import Cost, Kind, Output, Scope, from_data, to_data

OnFailure = Literal["review", "reject"]
Mode = Literal["exact", "exhaustive"]
Knots = tuple[tuple[float, float], ...]  # points of a line that never turns, by rising first number


def _is_empty(value: object) -> bool:
    return not value


# What calibration adds is left out of the JSON form where there is none: a plan without it keeps
# the hash that it had before there was any.
_LEFT_OUT = Field(exclude_if=_is_empty)


@dataclass(frozen=True, slots=True)
class Ref:
    """One output of one instance; `key` is its name in tables of outcomes."""

    instance: str
    output: str

    @property
    def key(self) -> str:
        """The name in a table of outcomes: "instance.output"."""
        return f"{self.instance}.{self.output}"


@dataclass(frozen=True, slots=True)
class Instance:
    """One use of a measure: which numbers it gives, and what identifies them.

    Attributes:
        models: What beside code and parameters its numbers follow from, by name: the content of
            each model, and of the wording that a judge is asked in.
    """

    name: str
    use: str
    kind: Kind
    scope: Scope
    version: int
    fingerprint: str
    parameters: Mapping[str, JsonValue]
    outputs: Mapping[str, Output]
    needs: tuple[str, ...]
    cost: Cost
    models: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scale:
    """The monotone, clipped map from a raw score to [0, 1]; 1 is best.

    Attributes:
        low: The raw value that it begins with; *high* is where it ends.
        higher_is_better: Whether *high* maps to 1; else *low* does.
        knots: Points (raw value, share) between which it is straight, from *low* to *high*; without
            any it is straight from end to end.
    """

    low: float
    high: float
    higher_is_better: bool
    knots: Annotated[Knots, _LEFT_OUT] = ()

    @property
    def worst(self) -> float:
        """The raw value that maps to 0."""
        return self.low if self.higher_is_better else self.high

    @property
    def best(self) -> float:
        """The raw value that maps to 1."""
        return self.high if self.higher_is_better else self.low

    def clip(self, raw: float) -> float:
        """Return *raw*, or the end of the scale that it lies beyond."""
        return min(max(raw, self.low), self.high)

    def __call__(self, raw: float) -> float:
        """Return *raw* mapped to [0, 1]. Monotone in floating point too, so bounds hold exactly."""
        if self.knots:
            return interpolated(self.knots, raw)
        distance = (
            self.clip(raw) - self.low if self.higher_is_better else self.high - self.clip(raw)
        )
        return distance / (self.high - self.low)


def interpolated(knots: Sequence[tuple[float, float]], at: float) -> float:
    """Return the height at *at* of the line through *knots*, level beyond its ends.

    Where the heights never fall (or never rise), neither does what is returned, in floating point
    too: between two knots it is never beyond either.
    """
    place = bisect_right(knots, at, key=_first)
    if place == 0:
        return knots[0][1]
    if place == len(knots):
        return knots[-1][1]
    (left, low), (right, high) = knots[place - 1], knots[place]
    height = low + (at - left) / (right - left) * (high - low)
    return min(max(height, min(low, high)), max(low, high))


def _first(knot: tuple[float, float]) -> float:
    return knot[0]


@dataclass(frozen=True, slots=True)
class Gate:
    """A bound on one output: before ranking (a gate) or asked in rank order (a constraint).

    `equals` and `at_least` are a number, or the name of an expectation of the request.
    """

    on: Ref
    reject_below: float | None = None
    reject_above: float | None = None
    accept_below: float | None = None
    accept_above: float | None = None
    equals: float | str | None = None
    at_least: float | str | None = None
    on_failure: OnFailure = "review"
    if_absent: Literal["pass", "review", "reject"] = "pass"


@dataclass(frozen=True, slots=True)
class Term:
    """One weighted score of a composite; the weights of a composite sum to 1."""

    of: Ref
    weight: float
    scale: Scale
    if_absent: float | None = None
    on_failure: OnFailure = "review"


@dataclass(frozen=True, slots=True)
class Criterion:
    """One step of a lexicographic order, or one axis of a Pareto order. `eps` is in raw units."""

    of: Ref
    scale: Scale
    eps: float = 0.0
    if_absent: float | None = None
    on_failure: OnFailure = "review"


@dataclass(frozen=True, slots=True)
class WeightedSum:
    """Rank by a weighted sum of scaled scores."""

    terms: tuple[Term, ...]
    kind: Literal["weighted_sum"] = "weighted_sum"


@dataclass(frozen=True, slots=True)
class Lexicographic:
    """Rank by the first criterion; what it can't tell apart within `eps`, by the next."""

    criteria: tuple[Criterion, ...]
    kind: Literal["lexicographic"] = "lexicographic"


@dataclass(frozen=True, slots=True)
class Constrained:
    """Rank by an objective (a weighted sum); constraints are asked in rank order."""

    objective: tuple[Term, ...]
    constraints: tuple[Gate, ...]
    kind: Literal["constrained"] = "constrained"


@dataclass(frozen=True, slots=True)
class Pareto:
    """Rank by dominance on several objectives; inside a front by `pick`, a weighted sum."""

    objectives: tuple[Criterion, ...]
    pick: tuple[Term, ...] = ()
    kind: Literal["pareto"] = "pareto"


Method = Annotated[WeightedSum | Lexicographic | Constrained | Pareto, Field(discriminator="kind")]


@dataclass(frozen=True, slots=True)
class Factor:
    """How probable it is that nothing is wrong, as far as some outputs tell.

    Attributes:
        terms: Their weighted sum, in [0, 1]; the weights sum to 1.
        curve: Points (sum, probability); neither ever falls.
    """

    terms: tuple[Term, ...]
    curve: Knots


@dataclass(frozen=True, slots=True)
class Probability:
    """How probable it is that a candidate is good: the product of its factors (a noisy-OR of faults).

    Each factor rises with each of its outputs, towards its better end, so that bounds hold: what
    is not measured yet counts at its best.
    """

    factors: tuple[Factor, ...]

    @property
    def terms(self) -> tuple[Term, ...]:
        """All outputs that it follows from, each as often as a factor has it."""
        return tuple(term for factor in self.factors for term in factor.terms)


@dataclass(frozen=True, slots=True)
class Cut:
    """A bound on the composite, or on the probability of being good."""

    of: Literal["quality", "probability"]
    reject_below: float | None = None
    accept_above: float | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One certified accept line: where it stands in the policy, and the number.

    Attributes:
        on: The output as the policy names it in a gate or constraint; "cut" for that of the cut.
        line: "accept_below" or "accept_above".
        value: In raw units; of the cut, in [0, 1].
        places: Which bounds of the plan have it, its gates and then its constraints counted from 0.
    """

    on: str
    line: Literal["accept_below", "accept_above"]
    value: float
    places: tuple[int, ...] = ()

    @property
    def words(self) -> str:
        """What the line is called where it waits for a calibration."""
        return line_words(self.on, self.line)


def line_words(on: str, line: str) -> str:
    """Return what a line of a policy is called: "accept_below of injury", "cut.accept_above"."""
    return f"cut.{line}" if on == "cut" else f"{line} of {on}"


@dataclass(frozen=True, slots=True)
class Certified:
    """For which requests the certified lines of a plan hold; any other is uncertified.

    Attributes:
        fewest: Requests of at least so many candidates; *most* is the other end.
        generators: Only where all candidates are of one of these; any, if none is named.
        segments: Lines of their own, by the segment that all candidates name. With any, what names
            none of these goes by the plan's own lines.
        open: Segments whose labels support no line.
    """

    fewest: int
    most: int
    generators: tuple[str, ...] = ()
    segments: Mapping[str, tuple[Line, ...]] = field(default_factory=dict)
    open: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Distinct:
    """Deliver nothing within this distance of something accepted; *by* leaves the distances."""

    by: Ref
    within: float


@dataclass(frozen=True, slots=True)
class Regret:
    """A promise that saves: what is delivered is nearly as good as the best.

    Attributes:
        share: What is lost at most, on average, of what the best of a request has over a random
            candidate of it; one that loses more than the average of that counts as losing just that.
        confidence: How sure one must be that it is broken before it is given up.
    """

    share: float
    confidence: float = 0.95


@dataclass(frozen=True, slots=True)
class Worth:
    """What quality and measuring cost, in one money.

    Attributes:
        quality: What quality 1 instead of 0 is worth.
        call: The price of measuring one candidate with the dearest measure.
        candidate: The price of generating one more candidate; None where nobody asks.
        more: How many are generated at once.
    """

    quality: float
    call: float
    candidate: float | None = None
    more: int = 4


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a dear measure will say, as far as the cheap ones tell; learned from measured requests.

    All in units of quality: a term adds its weight times its scaled score.

    Attributes:
        instance: Whose terms are predicted.
        intercept: What they add before anything else is known.
        slopes: For each term of the plan, by how much what it adds changes that; 0 for those of
            *instance* itself.
        spread: How far what they add lies from that, as a standard deviation.
        offset: How much more than that a candidate is given credit for.
        gain: What the best of a request has over a random candidate of it, on average.
        within: How far candidates of one request differ in quality, as a standard deviation.
        fewest: It holds for requests of at least so many candidates; *most* is the other end.
        generators: For images of these only, if any is named.
        basis: The hash of everything that it follows from and holds for.
    """

    instance: str
    intercept: float
    slopes: tuple[float, ...]
    spread: float
    offset: float
    gain: float
    within: float
    fewest: int
    most: int
    generators: tuple[str, ...]
    basis: str


@dataclass(frozen=True, slots=True)
class Written:
    """The files that a plan was made from, as they were read.

    Attributes:
        text: The policy as YAML; read again it means the same.
        calibrated: The calibrated file that was used, if one was.
        claim: What that promises, in a sentence with its date.
    """

    text: str
    calibrated: str | None = None
    claim: str = ""


@dataclass(frozen=True)
class Plan:
    """All that `decide` needs beside the outcomes.

    Attributes:
        policy: The policy's name; *version* and *policy_hash* (of its resolved meaning) go with it.
        instances: Every measure that the policy refers to, by instance name, in the order of kinds.
        deliver: How many to accept; None for all that are good enough.
        uncertified: Lines that wait for a calibration, in words; any makes requests uncertified.
        if_uncertified: What an accept becomes while any line waits.
        journal: "required": no request without one; "where_set": where one is set, failing to
            write it is an error; "best_effort": it is not.
        mode: What is measured: "exact": what the answer depends on, unless *regret* or *worth*
            says less; "exhaustive": everything.
        parallelism: How many of the best that can still win are measured at once where it is dear.
        audit: The share of requests that is measured exhaustively after the decision.
        regret: What may be lost for saving more, if anything.
        worth: What quality is worth and a call costs, if that decides what is measured.
        prediction: What a dear measure will say; without one, these two measure as "exact" does.
        probability: Of being good, if a cut is of that.
        certified: For which requests its certified lines hold, if it has any.
        written: What it was made from; not part of the hash, the JSON form, nor of comparison.
    """

    policy: str
    version: int
    policy_hash: str
    instances: Mapping[str, Instance]
    gates: tuple[Gate, ...]
    method: Method
    cut: Cut | None = None
    deliver: int | None = 1
    review_at_most: int | None = None
    distinct: Distinct | None = None
    on_empty: Literal["review", "regenerate", "none"] = "none"
    uncertified: tuple[str, ...] = ()
    if_uncertified: Literal["review", "accept"] = "review"
    journal: Literal["required", "best_effort", "where_set"] = "where_set"
    timeout_s: float | None = None
    mode: Mode = "exact"
    parallelism: int = 2
    audit: float = 0.01
    regret: Regret | None = None
    worth: Worth | None = None
    prediction: Prediction | None = None
    schema: int = field(default=1)
    probability: Annotated[Probability | None, _LEFT_OUT] = None
    certified: Annotated[Certified | None, _LEFT_OUT] = None
    written: Annotated[Written | None, Field(exclude=True)] = field(
        default=None, repr=False, compare=False
    )

    @cached_property
    def hash(self) -> str:
        """sha256 hex of the whole plan: the name under which the journal keeps it."""
        return hashlib.sha256(canonical(self.to_dict()).encode()).hexdigest()

    @property
    def expectations(self) -> frozenset[str]:
        """The names that a request may give expectations for."""
        bounds = (*self.gates, *self.constraints)
        given = [bound for gate in bounds for bound in (gate.equals, gate.at_least)]
        return frozenset(name for name in given if isinstance(name, str))

    @property
    def refs(self) -> tuple[Ref, ...]:
        """All outputs that it decides by, each as often as it is referred to."""
        return refs_of(self.gates, self.method, self.distinct, self.probability)

    @cached_property
    def parts(self) -> tuple[Term | Criterion, ...]:
        """Everything that the ranking is made of."""
        match self.method:
            case WeightedSum(terms=terms) | Constrained(objective=terms):
                return terms
            case Lexicographic(criteria=criteria):
                return criteria
            case Pareto(objectives=criteria, pick=terms):
                return (*criteria, *terms)

    @cached_property
    def terms(self) -> tuple[Term, ...]:
        """The weighted sum that gives the composite; empty for a method that has none."""
        match self.method:
            case WeightedSum(terms=terms):
                return terms
            case Constrained(objective=terms):
                return terms
            case Pareto(pick=terms):
                return terms
        return ()

    @cached_property
    def constraints(self) -> tuple[Gate, ...]:
        """The bounds that are asked in rank order; empty for a method that has none."""
        return self.method.constraints if isinstance(self.method, Constrained) else ()

    def to_dict(self) -> dict[str, Any]:
        """Return the plan as JSON data; `from_dict` reads it back, equal."""
        return dict(to_data(Plan, self))

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Plan:
        """Return the plan that `to_dict` wrote.

        Raises:
            pydantic.ValidationError: *data* is not a plan.
        """
        plan: Plan = from_data(Plan, data)
        return plan


def refs_of(
    gates: Iterable[Gate],
    method: Method,
    distinct: Distinct | None,
    probability: Probability | None = None,
) -> tuple[Ref, ...]:
    """Return all outputs that these parts of a plan refer to."""
    refs = [gate.on for gate in gates]
    match method:
        case WeightedSum(terms=terms):
            refs += [part.of for part in terms]
        case Lexicographic(criteria=criteria):
            refs += [part.of for part in criteria]
        case Constrained(objective=terms, constraints=bounds):
            refs += [part.of for part in terms] + [bound.on for bound in bounds]
        case Pareto(objectives=criteria, pick=terms):
            refs += [part.of for part in criteria] + [part.of for part in terms]
    refs += [term.of for term in probability.terms] if probability else []
    return (*refs, distinct.by) if distinct else tuple(refs)


def canonical(data: Any) -> str:
    """Return JSON *data* as the one text that hashes are taken of."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=True)

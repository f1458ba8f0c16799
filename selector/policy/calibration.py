"""What labels support of a policy: the calibrated file as it is written, read and checked."""

from __future__ import annotations

import hashlib
import os
from itertools import pairwise
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from selector.errors import CalibrationError, PolicyError
from selector.policy import document, find
from selector.policy.plan import canonical
from selector.policy.policy import Policy
from selector.policy.values import NAME

CUT = "cut"  # what a line of the cut is `on`
NOT_UTF8 = "surrogateescape"  # bytes that are none reach whoever tells of them
LARGEST = 1e12  # of a weight: sums of such are finite
# What changes neither who is delivered nor what is promised of it. `deliver` makes requests
# uncertified, it does not make the file another policy's.
_NOT_BOUND = {
    "version", "deliver", "on_empty", "uncertified", "cascade", "licences", "journal", "timeout_s",
    "style", "acknowledged",
}  # fmt: skip

# What of the cascade changes who is delivered.
_SAVES = {"regret", "value_of_quality", "price_of_call"}

Finite = Annotated[float, Field(allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1)]
Points = Annotated[tuple[tuple[Finite, Share], ...], Field(min_length=2)]
Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Whole = Annotated[int, Field(ge=0)]


class Part(BaseModel):
    """A mapping of the file: frozen, and every unknown key is a problem."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class HoldsFor(Part):
    """What the numbers were made for; elsewhere nothing is promised.

    Attributes:
        policy: The hash of what the policy means, as `bound` gives it.
        measures: The fingerprint of each instance that the policy names.
        candidates: How many a request had: the fewest, and the most.
        generators: What made them; empty where they did not say.
        deliver: How many were to be delivered.
    """

    policy: Hash
    measures: dict[str, str]
    candidates: tuple[Annotated[int, Field(ge=1)], Annotated[int, Field(ge=1)]]
    generators: tuple[str, ...] = ()
    deliver: Annotated[int, Field(ge=1)] | Literal["all"]

    @model_validator(mode="after")
    def _some(self) -> Self:
        _rises("candidates", list(self.candidates))
        return self


class Data(Part):
    """What it rests on.

    Attributes:
        hash: sha256 hex of all labels and outcomes that were used.
        requests: How many requests had labels and were measured in full.
        candidates: How many candidates of these somebody labelled.
        bad: How many of these were not good.
        labels: How many single judgements there were, by how many *raters*.
        left_out: What was not used, in words, with counts.
    """

    hash: Hash
    requests: Whole
    candidates: Whole
    bad: Whole
    labels: Whole
    raters: Whole
    left_out: tuple[str, ...] = ()


class ScaleOf(Part):
    """A scale that was fitted.

    Attributes:
        of: The output as the policy names it.
        knots: Points (raw value, share), by rising raw value; the share never turns.
        spread: How far candidates of one request lie apart on it: the pooled standard deviation.
    """

    of: str
    knots: Points
    spread: Share

    @model_validator(mode="after")
    def _monotone(self) -> Self:
        _rises("knots", [raw for raw, _ in self.knots], strictly=True)
        shares = [share for _, share in self.knots]
        _rises("knots", shares if shares[0] <= shares[-1] else shares[::-1])
        if {shares[0], shares[-1]} != {0.0, 1.0}:
            raise ValueError("knots: expected to go from 0 to 1, or from 1 to 0")
        return self


class WeightOf(Part):
    """A weight that was learned, beside the other weights of the policy; 0 drops the term.

    Attributes:
        of: The output as the policy names it.
        weight: From 0 on.
        interval: Between which weights it lies with 95 % confidence, where that is known.
    """

    of: str
    weight: Annotated[float, Field(ge=0, le=LARGEST)]
    interval: tuple[Finite, Finite] | None = None


class TermOf(Part):
    """One output of a factor.

    Attributes:
        of: The output as the policy, or a name of a measure, gives it.
        weight: Its share in the factor's sum, above 0.
        knots: Points (raw value, share); the share never turns.
    """

    of: str
    weight: Annotated[float, Field(gt=0, le=LARGEST)]
    knots: Points

    @model_validator(mode="after")
    def _monotone(self) -> Self:
        _rises("knots", [raw for raw, _ in self.knots], strictly=True)
        shares = [share for _, share in self.knots]
        _rises("knots", shares if shares[0] <= shares[-1] else shares[::-1])
        return self


class FactorOf(Part):
    """How probable it is that nothing is wrong, as far as some outputs tell.

    Attributes:
        of: What it tells of: "verdict", or the fault that people looked for.
        terms: Their weighted sum.
        curve: Points (sum, probability), both rising.
        method: How the curve was fitted: "platt", "beta", "isotonic".
    """

    of: str
    terms: Annotated[tuple[TermOf, ...], Field(min_length=1)]
    curve: Annotated[tuple[tuple[Share, Share], ...], Field(min_length=2)]
    method: str

    @model_validator(mode="after")
    def _rising(self) -> Self:
        _rises("curve", [sum_ for sum_, _ in self.curve], strictly=True)
        _rises("curve", [probability for _, probability in self.curve])
        return self


class CutOf(Part):
    """One line that labels were to give, or why they can't.

    Attributes:
        on: The output as the policy names it, or "cut".
        line: Which line.
        value: The number; None where the labels support none.
        segment: For candidates of this segment alone; None: for all that have no line of their own.
        interval: Between which values of the line the labels can't tell, where that is known.
        labels: How many labelled deliveries it rests on; *bad* of them were not good.
        risk_at_most: What share of what it delivers is bad at most, with the confidence promised.
        why: How it was found; of a missing one, what is lacking and how much of it.
    """

    on: str
    line: Literal["accept_below", "accept_above", "reject_below"]
    value: Finite | None
    segment: str | None = None
    interval: tuple[Finite, Finite] | None = None
    labels: Whole = 0
    bad: Whole = 0
    risk_at_most: Share | None = None
    why: str


class Calibration(Part):
    """A calibrated file: what labels support of one policy, and what it was made from.

    Attributes:
        schema_: Of this grammar.
        policy: The policy's name.
        claim: What is promised, in one sentence.
        date: When it was made, YYYY-MM-DD.
        command: What made it.
        holds_for: What the numbers were made for.
        data: What they rest on.
        scales: For terms and criteria whose `ends` are calibrated.
        weights: For terms whose `weight` is; *weights_by* says how they came about.
        probability: Its factors, for a cut that is of it.
        cuts: The accept lines, and the reject line of the cut, that are calibrated.
    """

    schema_: Literal[1] = Field(1, alias="schema")
    policy: Annotated[str, Field(pattern=NAME)]
    claim: str
    date: Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\d$")]
    command: str
    holds_for: HoldsFor
    data: Data
    scales: tuple[ScaleOf, ...] = ()
    weights_by: str = ""
    weights: tuple[WeightOf, ...] = ()
    probability: tuple[FactorOf, ...] = ()
    cuts: tuple[CutOf, ...] = ()

    @classmethod
    def read(cls, text: str, origin: str = "calibrated") -> Calibration:
        """Return the calibration that a calibrated file holds.

        Raises:
            CalibrationError: It is no calibrated file; lists every problem.
        """
        try:
            read = document.read(text.encode("utf-8", NOT_UTF8), origin)
        except PolicyError as error:
            raise CalibrationError(str(error)) from None
        problems = document.in_order(read.problems)
        if not problems:
            try:
                return cls.model_validate(read.data)
            except ValidationError as error:
                problems = [
                    f"{read.where(tuple(each['loc']))}: {_path(each['loc'])}: {each['msg']}."
                    for each in error.errors()
                ]
        told = "\n".join(problems)
        raise CalibrationError(f"{told}\n{origin}: not as it was written. Calibrate again.")

    @property
    def text(self) -> str:
        """The file: a comment that says what it is, then YAML, one entry a line where that is short."""
        data = self.model_dump(mode="json", by_alias=True, exclude_none=False)
        return HEAD + yaml.dump(
            data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100
        )

    @property
    def hash(self) -> str:
        """sha256 hex of what changes a decision: not of the claim, the date, the command."""
        deciding = {"policy", "holds_for", "scales", "weights", "probability", "cuts"}
        data = self.model_dump(mode="json", include=deciding, exclude=_TOLD)
        return hashlib.sha256(canonical(data).encode()).hexdigest()


# What is told of numbers, and decides nothing.
_TOLD: Any = {
    "scales": {"__all__": {"spread"}},
    "weights": {"__all__": {"interval"}},
    "probability": {"__all__": {"of", "method"}},
    "cuts": {"__all__": {"interval", "labels", "bad", "risk_at_most", "why"}},
}
HEAD = (
    "# Written by `selector calibrate`, and read when the policy is used. Look at its changes as at\n"
    "# those of a lock file; don't edit it.\n"
)


class _Dumper(yaml.SafeDumper):
    """Writes points and short lists on one line, as a person reads them."""


def _listed(dumper: yaml.SafeDumper, data: list[object]) -> yaml.Node:
    flat = all(not isinstance(one, dict) for one in data)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", data, flow_style=flat)


_Dumper.add_representer(list, _listed)


def of_policy(name: str) -> tuple[str, str] | None:
    """Return the calibrated file of the policy of this name, if there is one: its path, its text.

    Raises:
        PolicyError: It can't be read.
    """
    path = find.calibrated(name)
    if not os.path.lexists(path):
        return None
    return str(path), find.read(path).decode("utf-8", NOT_UTF8)


def bound(policy: Policy) -> str:
    """Return sha256 hex of all that a calibration of this policy depends on, the measures apart."""
    meaning = policy.meaning(_NOT_BOUND)
    saves = policy.cascade.model_dump(mode="json", include=_SAVES)
    return hashlib.sha256(canonical([meaning, saves]).encode()).hexdigest()


def _rises(what: str, numbers: list[float], *, strictly: bool = False) -> None:
    if not all(one < other if strictly else one <= other for one, other in pairwise(numbers)):
        raise ValueError(f"{what}: expected numbers that rise")


def _path(loc: tuple[str | int, ...]) -> str:
    return ".".join(map(str, loc)) or "the file"

"""The parts of a policy as they are written: which keys there are, and what each means."""

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator

from selector.policy.values import (
    CALIBRATED,
    Count,
    Ends,
    EndsLine,
    Expected,
    FromZero,
    InnerShare,
    Line,
    Number,
    Positive,
    Reference,
    Share,
    ShareLine,
    Weight,
    listed,
)

_OF = "Which output: filters.sharpness.overall, or an instance of `measures`."
_SCALE = "What counts as 0 and as 1; needed where the output has no bounds."
_IF_ABSENT = "The raw value that an output counts as where there is nothing to measure."
_ON_FAILURE = "What a candidate gets whose output could not be measured; review if not given."
_CALIBRATED_LATER = "A number, or `calibrated`: to be certified by labels."


class Part(BaseModel):
    """A mapping of the policy: frozen, and every unknown key is a problem."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Gate(Part):
    """A bound on one output. Past a reject line: refused. All accept lines met: passed."""

    on: Reference = Field(description=_OF)
    reject_below: Number | None = Field(None, description="Refuse what is lower than this.")
    reject_above: Number | None = Field(None, description="Refuse what is higher than this.")
    accept_below: Line | None = Field(
        None, description=f"Pass only up to this; between the lines is review. {_CALIBRATED_LATER}"
    )
    accept_above: Line | None = Field(
        None, description=f"Pass only from this; between the lines is review. {_CALIBRATED_LATER}"
    )
    equals: Expected | None = Field(
        None, description="Refuse what is not this: a number, or expect.NAME of the request."
    )
    at_least: Expected | None = Field(
        None, description="Refuse what is under this: a number, or expect.NAME of the request."
    )
    on_failure: Literal["review", "reject"] = Field("review", description=_ON_FAILURE)
    if_absent: Literal["pass", "review", "reject"] = Field(
        "pass", description="What there being nothing to measure leads to; pass if not given."
    )

    @model_validator(mode="after")
    def _lines(self) -> Self:
        lines = (self.reject_below, self.accept_above, self.accept_below, self.reject_above)
        if all(line is None for line in (*lines, self.equals, self.at_least)):
            raise ValueError("a gate without a bound refuses nothing; give it one, or drop it")
        if self.equals is not None and any(line is not None for line in (*lines, self.at_least)):
            raise ValueError("'equals' leaves no room for another bound; keep one of them")
        for below, above in MUST_NOT_CROSS:
            _must_not_cross(self, below, above)
        return self


# What must hold for any number to pass: it is neither under the first nor over the second.
MUST_NOT_CROSS = (
    ("reject_below", "reject_above"),
    ("reject_below", "accept_above"),
    ("reject_below", "accept_below"),
    ("accept_above", "accept_below"),
    ("accept_above", "reject_above"),
    ("accept_below", "reject_above"),
    ("at_least", "accept_below"),
    ("at_least", "reject_above"),
)


def _must_not_cross(part: Part, below: str, above: str) -> None:
    low, high = getattr(part, below), getattr(part, above)
    if isinstance(low, float) and isinstance(high, float) and low > high:
        raise ValueError(
            f"lines cross: {below} {low:.12g} is over {above} {high:.12g}; move one of them"
        )


class Scale(Part):
    """The raw values that count as 0 and as 1 (or as 1 and 0, where lower is better)."""

    ends: EndsLine = Field(
        description="[LOW, HIGH] in raw units, or `calibrated`: to be learned from labels."
    )
    until_then: Ends | None = Field(
        None, description="With `ends: calibrated`: [LOW, HIGH] before there is a calibration."
    )

    @model_validator(mode="after")
    def _cold_start(self) -> Self:
        _needs_until_then("ends", calibrated=self.ends == CALIBRATED, given=self.until_then)
        return self


class Term(Part):
    """One weighted score of a composite."""

    of: Reference = Field(description=_OF)
    weight: Weight = Field(
        1.0, description="Its share against the other terms; a number above 0, or `calibrated`."
    )
    until_then: Positive | None = Field(
        None, description="With `weight: calibrated`: the weight before there is a calibration."
    )
    scale: Scale | None = Field(None, description=_SCALE)
    if_absent: Number | None = Field(None, description=_IF_ABSENT)
    on_failure: Literal["review", "reject"] = Field("review", description=_ON_FAILURE)

    @model_validator(mode="after")
    def _cold_start(self) -> Self:
        _needs_until_then("weight", calibrated=self.weight == CALIBRATED, given=self.until_then)
        return self


def _needs_until_then(name: str, *, calibrated: bool, given: Any) -> None:
    if calibrated and given is None:
        raise ValueError(f"'{name}: calibrated' needs a value before calibration; add 'until_then'")
    if not calibrated and given is not None:
        raise ValueError(f"'until_then' is for '{name}: calibrated' only; drop one of them")


class Criterion(Part):
    """One step of a lexicographic order; `eps`, in raw units, is what counts as equal."""

    of: Reference = Field(description=_OF)
    eps: FromZero = Field(
        0.0, description="What differs by no more than this, in raw units, goes to the next step."
    )
    scale: Scale | None = Field(None, description=_SCALE)
    if_absent: Number | None = Field(None, description=_IF_ABSENT)
    on_failure: Literal["review", "reject"] = Field("review", description=_ON_FAILURE)


class Objective(Part):
    """One axis of a Pareto order."""

    of: Reference = Field(description=_OF)
    scale: Scale | None = Field(None, description=_SCALE)
    if_absent: Number | None = Field(None, description=_IF_ABSENT)
    on_failure: Literal["review", "reject"] = Field("review", description=_ON_FAILURE)


_ONE = Field(json_schema_extra={"minItems": 1})
_TWO = Field(json_schema_extra={"minItems": 2})
Gates = Annotated[tuple[Gate, ...], listed()]
Constraints = Annotated[tuple[Gate, ...], listed(1), _ONE]
Terms = Annotated[tuple[Term, ...], listed(1), _ONE]
Criteria = Annotated[tuple[Criterion, ...], listed(1), _ONE]
Objectives = Annotated[tuple[Objective, ...], listed(2), _TWO]


class Constrained(Part):
    """Optimise a weighted sum among those that meet the constraints."""

    objective: Terms = Field(description="The weighted sum to rank by.")
    constraints: Constraints = Field(
        description="Bounds, written like gates, that are asked in the order of the ranking."
    )


class Pareto(Part):
    """Order by dominance; inside a front by `pick`."""

    objectives: Objectives = Field(description="The axes; two or more.")
    pick: Terms | None = Field(
        None, description="The weighted sum that ranks inside a front; without it a person picks."
    )


class Method(Part):
    """How candidates are ranked: exactly one of the four."""

    weighted_sum: Terms | None = Field(None, description="By the weighted sum of scaled scores.")
    lexicographic: Criteria | None = Field(
        None, description="By the first criterion; what it can't tell apart, by the next."
    )
    constrained: Constrained | None = Field(
        None, description="By a weighted sum, among those that meet the constraints."
    )
    pareto: Pareto | None = Field(None, description="By dominance on several objectives.")

    @model_validator(mode="after")
    def _one(self) -> Self:
        given = [name for name in Method.model_fields if getattr(self, name) is not None]
        if len(given) != 1:
            among, got = ", ".join(Method.model_fields), ", ".join(given) or "none"
            raise ValueError(f"expected exactly one of {among} (got {got})")
        return self


class Cut(Part):
    """A bound on the composite: `quality` as ranked, or the calibrated `probability`."""

    of: Literal["quality", "probability"] = Field(
        description="The weighted sum that ranks, or the calibrated probability of being good."
    )
    reject_below: ShareLine | None = Field(
        None,
        description="Reject what is lower; a number from 0 to 1, or `calibrated`: from the costs.",
    )
    accept_above: ShareLine | None = Field(
        None, description=f"Accept only from this; under it is review. {_CALIBRATED_LATER}"
    )

    @model_validator(mode="after")
    def _lines(self) -> Self:
        if self.reject_below is None and self.accept_above is None:
            raise ValueError("a cut without a bound cuts nothing; give it one, or drop it")
        _must_not_cross(self, "reject_below", "accept_above")
        return self


class Distinct(Part):
    """Deliver nothing within this distance of something that is delivered already."""

    by: Reference = Field(description="A measure of sets: filters.near_duplicates.")
    within: FromZero = Field(description="The distance, in the measure's unit, that is too near.")


class Costs(Part):
    """What a mistake costs, in one unit of your choice."""

    false_accept: Positive = Field(description="What delivering a bad one costs.")
    false_reject: Positive = Field(description="What throwing a good one away costs.")
    review: Positive = Field(description="What a person's look at one costs.")


class Target(Part):
    """What is promised: at most this share of what is delivered is bad."""

    bad_delivered: InnerShare = Field(description="The share of what is delivered that may be bad.")
    confidence: InnerShare = Field(description="The probability that the promise holds.")


class Cascade(Part):
    """How measuring is arranged; only `regret` and `value_of_quality` may change an answer."""

    mode: Literal["exact", "exhaustive"] = Field(
        "exact", description="exact: measure what the answer depends on; exhaustive: everything."
    )
    parallelism: Count = Field(
        2,
        description="How many of the best that can still win are measured at once where it is "
        "dear: 1 is cheapest, 4 answers soonest.",
    )
    audit: Share = Field(
        0.01,
        description="The share of requests of which everything is measured after the verdict, in "
        "the time that is left of the request's; with `regret`, in as much time again.",
    )
    regret: InnerShare | None = Field(
        None,
        description="Save more, and lose at most this share of what the best candidate has over a "
        "random one, on average; a request that loses more than the average of that counts as "
        "losing just that. Needs a journal of measured requests.",
    )
    confidence: InnerShare | None = Field(
        None,
        description="With `regret`: how sure one must be that it is broken before all is measured "
        "again that may matter; 0.95 if not given, which alarms in vain once in twenty.",
    )
    value_of_quality: Positive | None = Field(
        None, description="What quality 1 instead of 0 is worth, in money of your choice."
    )
    price_of_call: Positive | None = Field(
        None,
        description="With `value_of_quality`: what measuring one candidate with the dearest "
        "measure costs, in the same money.",
    )
    price_of_candidate: Positive | None = Field(
        None,
        description="With `value_of_quality`: what generating one more candidate costs; then the "
        "answer says whether `more` of them are worth it.",
    )
    more: Count | None = Field(
        None,
        description="With `price_of_candidate`: how many are generated at once; 4 if not given.",
    )

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        chosen = [key for key in ("regret", "value_of_quality") if getattr(self, key) is not None]
        if len(chosen) > 1:
            raise ValueError(
                "'regret' and 'value_of_quality' are two ways to save; keep one of them"
            )
        if chosen and self.mode == "exhaustive":
            raise ValueError(f"'{chosen[0]}' saves nothing where all is measured; drop one of them")
        for key, needs in _GOES_WITH.items():
            if getattr(self, key) is not None and getattr(self, needs) is None:
                raise ValueError(f"'{key}' says nothing without '{needs}'; give both, or neither")
        if self.value_of_quality is not None and self.price_of_call is None:
            raise ValueError(
                "'value_of_quality' needs a price to weigh it with; add 'price_of_call'"
            )
        return self


_GOES_WITH = {
    "confidence": "regret",
    "price_of_call": "value_of_quality",
    "price_of_candidate": "value_of_quality",
    "more": "price_of_candidate",
}


class Use(BaseModel):
    """A named use of a measure: its path under `use`, its parameters beside it."""

    model_config = ConfigDict(frozen=True, extra="allow")
    __pydantic_extra__: dict[str, JsonValue] = Field(init=False)

    use: Reference = Field(description="The measure's path: scorers.vlm_question.")

    @property
    def parameters(self) -> dict[str, JsonValue]:
        """What is written beside `use`."""
        return self.__pydantic_extra__

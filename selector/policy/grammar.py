"""The parts of a policy as they are written: which keys there are, and what fits each."""

import math
import re
import typing
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, model_validator

CALIBRATED = "calibrated"
EXPECT = "expect."
KIND_FOLDERS = ("filters", "detectors", "scorers")
REFERENCE = r"^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$"


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError("expected a finite number")
    return float(value)


def _positive(value: Any) -> float:
    if (number := _number(value)) <= 0:
        raise ValueError("expected a number above 0")
    return number


def _share(value: Any) -> float:
    if not 0 <= (number := _number(value)) <= 1:
        raise ValueError("expected a number from 0 to 1")
    return number


def _line(value: Any) -> float | str:
    return CALIBRATED if value == CALIBRATED else _or(value, CALIBRATED, _number)


def _share_line(value: Any) -> float | str:
    return CALIBRATED if value == CALIBRATED else _or(value, CALIBRATED, _share)


def _weight(value: Any) -> float | str:
    return CALIBRATED if value == CALIBRATED else _or(value, CALIBRATED, _positive)


def _or(value: Any, word: str, check: Any) -> float:
    try:
        return float(check(value))
    except ValueError as error:
        raise ValueError(f"{error}, or {word!r}") from None


def _expected(value: Any) -> float | str:
    if isinstance(value, str) and value.startswith(EXPECT) and value[len(EXPECT) :].isidentifier():
        return value
    return _or(value, "expect.NAME", _number)


def _deliver(value: Any) -> int | str:
    if value == "all" or (isinstance(value, int) and not isinstance(value, bool) and value >= 1):
        return typing.cast("int | str", value)
    raise ValueError("expected a whole number from 1, or 'all'")


def _reference(value: Any) -> str:
    if isinstance(value, str) and re.fullmatch(REFERENCE, value):
        return value
    raise ValueError("expected a name such as filters.blank.structure")


def _ends(value: Any) -> Any:
    if value == CALIBRATED:
        return value
    if not isinstance(value, list | tuple) or len(value) != 2:  # noqa: PLR2004 - a low and a high end
        raise ValueError("expected [LOW, HIGH], or 'calibrated'")
    low, high = (_number(end) for end in value)
    if low >= high:
        raise ValueError("expected the low end before the high end")
    return (low, high)


Number = Annotated[float, BeforeValidator(_number)]
Positive = Annotated[float, BeforeValidator(_positive)]
Share = Annotated[float, BeforeValidator(_share)]
Line = Annotated[float | Literal["calibrated"], BeforeValidator(_line)]
ShareLine = Annotated[float | Literal["calibrated"], BeforeValidator(_share_line)]
Weight = Annotated[float | Literal["calibrated"], BeforeValidator(_weight)]
Expected = Annotated[float | str, BeforeValidator(_expected)]
Deliver = Annotated[int | Literal["all"], BeforeValidator(_deliver)]
Ends = Annotated[tuple[float, float] | Literal["calibrated"], BeforeValidator(_ends)]
Reference = Annotated[str, BeforeValidator(_reference), Field(pattern=REFERENCE)]
Count = Annotated[int, Field(ge=1, strict=True)]


class Part(BaseModel):
    """A mapping of the policy: frozen, and every unknown key is a problem."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Gate(Part):
    """A bound on one output. Past a reject line: refused. All accept lines met: passed."""

    on: Reference
    reject_below: Number | None = None
    reject_above: Number | None = None
    accept_below: Line | None = None
    accept_above: Line | None = None
    equals: Expected | None = None
    at_least: Expected | None = None
    on_failure: Literal["review", "reject"] = "review"
    if_absent: Literal["pass", "review", "reject"] = "pass"

    @model_validator(mode="after")
    def _lines(self) -> Self:
        lines = (self.reject_below, self.accept_above, self.accept_below, self.reject_above)
        if all(line is None for line in (*lines, self.equals, self.at_least)):
            raise ValueError("a gate without a bound refuses nothing; give it one, or drop it")
        if self.equals is not None and any(line is not None for line in (*lines, self.at_least)):
            raise ValueError("'equals' leaves no room for another bound; keep one of them")
        for below, above in _MUST_NOT_CROSS:
            low, high = getattr(self, below), getattr(self, above)
            if isinstance(low, float) and isinstance(high, float) and low > high:
                raise ValueError(f"lines cross: {below} {low:g} is over {above} {high:g}")
        if isinstance(self.at_least, float) and self.at_least > _lowest_top(self):
            raise ValueError(f"lines cross: at_least {self.at_least:g} is over an upper line")
        return self


_MUST_NOT_CROSS = (
    ("reject_below", "reject_above"),
    ("reject_below", "accept_above"),
    ("reject_below", "accept_below"),
    ("accept_above", "accept_below"),
    ("accept_above", "reject_above"),
    ("accept_below", "reject_above"),
)


def _lowest_top(gate: Gate) -> float:
    tops = [top for top in (gate.reject_above, gate.accept_below) if isinstance(top, float)]
    return min(tops, default=math.inf)


class Scale(Part):
    """The raw values that count as 0 and as 1 (or as 1 and 0, where lower is better)."""

    ends: Ends
    until_then: Ends | None = None

    @model_validator(mode="after")
    def _cold_start(self) -> Self:
        _until_then(self.ends == CALIBRATED, self.until_then, "ends")
        if self.until_then == CALIBRATED:
            raise ValueError("'until_then' must be [LOW, HIGH]")
        return self


class Term(Part):
    """One weighted score of a composite."""

    of: Reference
    weight: Weight = 1.0
    until_then: Positive | None = None
    scale: Scale | None = None
    if_absent: Number | None = None
    on_failure: Literal["review", "reject"] = "review"

    @model_validator(mode="after")
    def _cold_start(self) -> Self:
        _until_then(self.weight == CALIBRATED, self.until_then, "weight")
        return self


def _until_then(calibrated: bool, given: Any, name: str) -> None:  # noqa: FBT001 - a private check
    if calibrated and given is None:
        raise ValueError(f"'{name}: calibrated' needs 'until_then', the value before calibration")
    if not calibrated and given is not None:
        raise ValueError(f"'until_then' is for '{name}: calibrated' only; drop one of them")


class Criterion(Part):
    """One step of a lexicographic order; `eps`, in raw units, is what counts as equal."""

    of: Reference
    eps: Annotated[float, BeforeValidator(_number), Field(ge=0)] = 0.0
    scale: Scale | None = None
    if_absent: Number | None = None
    on_failure: Literal["review", "reject"] = "review"


class Objective(Part):
    """One axis of a Pareto order."""

    of: Reference
    scale: Scale | None = None
    if_absent: Number | None = None
    on_failure: Literal["review", "reject"] = "review"


Terms = Annotated[list[Term], Field(min_length=1)]


class Constrained(Part):
    """Optimise a weighted sum among those that meet the constraints."""

    objective: Terms
    constraints: Annotated[list[Gate], Field(min_length=1)]


class Pareto(Part):
    """Order by dominance; inside a front by `pick`."""

    objectives: Annotated[list[Objective], Field(min_length=2)]
    pick: Terms | None = None


class Method(Part):
    """How candidates are ranked: exactly one of the four."""

    weighted_sum: Terms | None = None
    lexicographic: Annotated[list[Criterion], Field(min_length=1)] | None = None
    constrained: Constrained | None = None
    pareto: Pareto | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        given = [name for name in Method.model_fields if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"expected exactly one of {', '.join(Method.model_fields)}")
        return self


class Cut(Part):
    """A bound on the composite: `quality` as ranked, or the calibrated `probability`."""

    of: Literal["quality", "probability"]
    reject_below: Share | None = None
    accept_above: ShareLine | None = None

    @model_validator(mode="after")
    def _lines(self) -> Self:
        if self.reject_below is None and self.accept_above is None:
            raise ValueError("a cut without a bound cuts nothing; give it one, or drop it")
        low, high = self.reject_below, self.accept_above
        if low is not None and isinstance(high, float) and low > high:
            raise ValueError(f"lines cross: reject_below {low:g} is over accept_above {high:g}")
        return self


class Distinct(Part):
    """Deliver nothing within this distance of something that is delivered already."""

    by: Reference
    within: Annotated[float, BeforeValidator(_number), Field(ge=0)]


class Costs(Part):
    """What a mistake costs, in one unit of your choice."""

    false_accept: Positive
    false_reject: Positive
    review: Positive


class Target(Part):
    """What is promised: at most this share of what is delivered is bad."""

    bad_delivered: Annotated[float, BeforeValidator(_share), Field(gt=0, lt=1)]
    confidence: Annotated[float, BeforeValidator(_share), Field(gt=0, lt=1)]


class Cascade(Part):
    """How measuring is arranged; never changes an answer."""

    mode: Literal["exact", "exhaustive"] = "exact"
    parallelism: Count | None = None
    audit: Share | None = None


class Use(BaseModel):
    """A named use of a measure: its path under `use`, its parameters beside it."""

    model_config = ConfigDict(frozen=True, extra="allow")
    __pydantic_extra__: dict[str, JsonValue] = Field(init=False)

    use: Reference

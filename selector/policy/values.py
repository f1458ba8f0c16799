"""The single values of a policy: what fits a number, a share, a bound, a weight, a name."""

import re
import sys
from typing import Annotated, Any, Literal, cast

from pydantic import BeforeValidator, Field

CALIBRATED = "calibrated"
EXPECT = "expect."
KIND_FOLDERS = ("filters", "detectors", "scorers")
WORD = r"[A-Za-z_][A-Za-z0-9_]*"
REFERENCE = rf"^{WORD}(\.{WORD})*$"
NAME = r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$"
# The rules of the linter, which the grammar must know because a policy may acknowledge them.
LINT = (
    "backwards", "caution", "costs", "dear-front", "idle", "impossible", "masked", "missing-file",
    "photographic-taste", "twin", "unreachable", "unused", "wide-scale", "within-prompt",
)  # fmt: skip
MOST = 10**9  # far more than anyone means, and any database keeps it


def _number(value: Any) -> float:
    plain = isinstance(value, int | float) and not isinstance(value, bool)
    if not plain or not abs(value) <= sys.float_info.max:  # nor is not-a-number
        raise ValueError("expected a number")
    return float(value) + 0.0  # which makes -0.0 the 0.0 that it means


def _positive(value: Any) -> float:
    if (number := _number(value)) <= 0:
        raise ValueError("expected a number above 0")
    return number


def _from_zero(value: Any) -> float:
    if (number := _number(value)) < 0:
        raise ValueError("expected a number from 0")
    return number


def _share(value: Any) -> float:
    if not 0 <= (number := _number(value)) <= 1:
        raise ValueError("expected a number from 0 to 1")
    return number


def _inner_share(value: Any) -> float:
    if not 0 < (number := _number(value)) < 1:
        raise ValueError("expected a number between 0 and 1")
    return number


def _or_calibrated(check: Any) -> BeforeValidator:
    return BeforeValidator(
        lambda value: value if value == CALIBRATED else _or(value, repr(CALIBRATED), check)
    )


def _or(value: Any, word: str, check: Any) -> float:
    try:
        return float(check(value))
    except ValueError as error:
        raise ValueError(f"{error}, or {word}") from None


def _expected(value: Any) -> float | str:
    if isinstance(value, str) and re.fullmatch(rf"expect\.{WORD}", value):
        return value
    return _or(value, "expect.NAME", _number)


def _count(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MOST:
        return value
    raise ValueError("expected a whole number from 1")


def _deliver(value: Any) -> int | str:
    if value == "all":
        return cast("str", value)
    try:
        return _count(value)
    except ValueError as error:
        raise ValueError(f"{error}, or 'all'") from None


def listed(least: int = 0) -> BeforeValidator:
    """Return the check that something is a list of at least so many entries."""
    some = ("", "one or more ", "two or more ")[least]

    def check(value: Any) -> Any:
        if isinstance(value, list | tuple) and len(value) >= least:
            return value
        raise ValueError(f"expected a list of {some}entries, each beginning with '- '")

    return BeforeValidator(check)


def _reference(value: Any) -> str:
    if isinstance(value, str) and re.fullmatch(REFERENCE, value):
        return value
    raise ValueError("expected a name such as filters.blank.structure")


def _instance_name(value: Any) -> str:
    if value in KIND_FOLDERS:
        raise ValueError(f"expected another name than {', '.join(KIND_FOLDERS)}, which are taken")
    if isinstance(value, str) and re.fullmatch(WORD, value):
        return value
    raise ValueError("expected one word of letters, digits and '_', not beginning with a digit")


def _policy_name(value: Any) -> str:
    if isinstance(value, str) and re.fullmatch(NAME, value):
        return value
    raise ValueError("expected one word of letters, digits, '-', '_' and '.'")


def _ends(value: Any) -> tuple[float, float]:
    if not isinstance(value, list | tuple) or len(value) != 2:  # noqa: PLR2004 - a low and a high end
        raise ValueError("expected [LOW, HIGH]")
    low, high = (_number(end) for end in value)
    if not low < high:
        raise ValueError("expected the low end before the high end")
    if high - low > sys.float_info.max:
        raise ValueError("expected ends that are less far apart")
    return low, high


def _ends_line(value: Any) -> Any:
    try:
        return value if value == CALIBRATED else _ends(value)
    except ValueError as error:
        raise ValueError(f"{error}, or {CALIBRATED!r}") from None


def _lint_rule(value: Any) -> str:
    if value in LINT:
        return cast("str", value)
    raise ValueError(f"expected a rule of the linter: {', '.join(LINT)}")


def _because(value: Any) -> str:
    if isinstance(value, str) and value.strip():
        return value
    raise ValueError("expected the reason why, as text")


_Calibrated = Literal["calibrated"]
_Expectation = Annotated[str, Field(pattern=rf"^expect\.{WORD}$")]
_Ends = tuple[float, float]

# The constraint stands before the check, so that the schema tells it; the check is what speaks.
Number = Annotated[float, BeforeValidator(_number)]
Positive = Annotated[float, Field(gt=0), BeforeValidator(_positive)]
FromZero = Annotated[float, Field(ge=0), BeforeValidator(_from_zero)]
Share = Annotated[float, Field(ge=0, le=1), BeforeValidator(_share)]
InnerShare = Annotated[float, Field(gt=0, lt=1), BeforeValidator(_inner_share)]
Line = Annotated[float | _Calibrated, _or_calibrated(_number)]
ShareLine = Annotated[Annotated[float, Field(ge=0, le=1)] | _Calibrated, _or_calibrated(_share)]
Weight = Annotated[Annotated[float, Field(gt=0)] | _Calibrated, _or_calibrated(_positive)]
Expected = Annotated[float | _Expectation, BeforeValidator(_expected)]
Count = Annotated[int, Field(ge=1, le=MOST), BeforeValidator(_count)]
Deliver = Annotated[Count | Literal["all"], BeforeValidator(_deliver)]
Ends = Annotated[_Ends, BeforeValidator(_ends)]
EndsLine = Annotated[_Ends | _Calibrated, BeforeValidator(_ends_line)]
Reference = Annotated[str, Field(pattern=REFERENCE), BeforeValidator(_reference)]
InstanceName = Annotated[str, Field(pattern=f"^{WORD}$"), BeforeValidator(_instance_name)]
LintRule = Annotated[str, Field(json_schema_extra={"enum": [*LINT]}), BeforeValidator(_lint_rule)]
Because = Annotated[str, Field(min_length=1), BeforeValidator(_because)]
PolicyName = Annotated[str, Field(pattern=NAME), BeforeValidator(_policy_name)]

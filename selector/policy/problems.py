"""What is wrong with a policy, in words that its author can act on."""

import difflib
import typing
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

from selector.policy.document import UNREAD, Document, Loc, Problem
from selector.policy.values import CALIBRATED

# Pydantic's kinds of error, in our words; `{}` are what it tells of the bound.
_WORDS = {
    "bool_type": "expected true or false",
    "dict_type": "expected a mapping of keys to values",
    "finite_number": "expected a finite number",
    "float_type": "expected a number",
    "greater_than": "expected a number above {gt}",
    "greater_than_equal": "expected a number from {ge}",
    "int_from_float": "expected a whole number",
    "int_type": "expected a whole number",
    "less_than": "expected a number below {lt}",
    "less_than_equal": "expected a number up to {le}",
    "list_type": "expected a list",
    "literal_error": "expected {expected}",
    "model_type": "expected a mapping of keys to values",
    "string_pattern_mismatch": "expected text that fits {pattern}",
    "string_too_long": "expected at most {max_length} characters",
    "string_too_short": "expected at least {min_length} characters",
    "string_type": "expected text",
    "too_long": "expected no more than {max_length} entries",
    "too_short": "expected {min_length} or more entries",
    "tuple_type": "expected a list",
}


UNSHOWN = "key_from"  # a key pasted here instead of its variable's name is not repeated


def found(read: Document, error: ValidationError, model: type[BaseModel]) -> list[Problem]:
    """Return what pydantic found wrong with a document, without what was told when reading it.

    Args:
        read: The document that was checked.
        error: What pydantic raised.
        model: The grammar that it was checked against.
    """
    records = [one for one in error.errors() if one["input"] is not UNREAD]
    return [_problem(read, one, model) for one in records]


def in_words(error: Any) -> str:
    """Return what one of pydantic's error records says is wrong, and what was given instead."""
    kind, given = error["type"], error["input"]
    context = error.get("ctx", {})
    said = str(error["msg"]).removeprefix("Value error, ")
    said = _WORDS[kind].format(**context) if kind in _WORDS else said
    if kind in {"too_short", "too_long"}:
        return f"{said} (got {context['actual_length']})."
    told = not isinstance(given, dict | BaseModel) and UNSHOWN not in error["loc"]
    got = f" (got {_shown(given)})" if told else ""
    return f"{said}{got}.{_advice(said, given)}"


def nearest(given: str, valid: Sequence[str]) -> str:
    """Return "did you mean …?" for the name nearest to *given*, else the list of valid ones."""
    near = difflib.get_close_matches(given, valid, n=1)
    return f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(valid) or 'none'}."


def _problem(read: Document, error: Any, model: type[BaseModel]) -> Problem:
    loc: Loc = tuple(part for part in error["loc"] if part != "[key]")
    return Problem(read.spot(loc), _said(error, loc, model))


def _said(error: Any, loc: Loc, model: type[BaseModel]) -> str:
    # An entry of a list has no name; its line says which one it is.
    name = loc[-1] if loc and isinstance(loc[-1], str) else ""
    if error["type"] == "extra_forbidden":
        return f"unknown key {name!r}; {nearest(name, _keys_at(model, loc[:-1]))}"
    if error["type"] == "missing":
        within = f"{loc[-2]}: " if loc[:-1] and isinstance(loc[-2], str) else ""
        return f"{within}{name!r} is missing. Add it."
    if error["type"] == "literal_error" and isinstance(error["input"], str):
        words = str(error["ctx"]["expected"]).replace("'", "").replace(" or ", ", ").split(", ")
        return f"{name}: unknown word {error['input']!r}; {nearest(error['input'], words)}"
    return f"{name}: {in_words(error)}" if name else in_words(error)


def _advice(said: str, given: Any) -> str:
    """Return what to do about a value, where more can be said than what was expected."""
    if given is None:
        return " Write it, or drop the key."
    if given == CALIBRATED:
        return " Only accept lines, the lines of a cut, weights and scales can be calibrated."
    if isinstance(given, str) and "number" in said and (number := _meant(given)) is not None:
        return f" Write {number:.12g}, without quotes."
    return ""


def _meant(text: str) -> float | None:
    """Return the number that a person may mean by a text: '1', 1_000, 0x1F, 1,5."""
    for read in (float, lambda given: int(given, 0), lambda given: float(given.replace(",", "."))):
        try:
            number = float(read(text))
        except (ValueError, OverflowError):
            continue
        return number if abs(number) < float("inf") else None
    return None


def _shown(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return {None: "nothing", True: "true", False: "false"}[value]
    text = repr(value)
    return text if len(text) < 60 else text[:57] + "…"  # noqa: PLR2004 - a readable line


def _keys_at(model: Any, loc: Loc) -> list[str]:
    for part in loc:
        if isinstance(part, str) and part in model.model_fields:
            model = _model_in(model.model_fields[part].annotation) or model
    return list(model.model_fields)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    inner = (_model_in(part) for part in typing.get_args(annotation))
    return next((model for model in inner if model is not None), None)

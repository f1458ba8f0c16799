"""What is wrong with a policy, in words that its author can act on."""

import difflib
import typing
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

from selector.policy.document import Document, Loc


def in_order(read: Document, error: ValidationError) -> list[Any]:
    """Return the problems in *error* in the order in which they stand in the file."""
    return sorted(error.errors(), key=lambda one: read.line(one["loc"]))


def describe(read: Document, error: Any, model: type[BaseModel]) -> str:
    """Return one problem in words, with its file and line.

    Args:
        read: The document that was checked.
        error: One of pydantic's error records.
        model: The grammar that it was checked against.
    """
    loc: Loc = error["loc"]
    where = read.where(loc)
    name = next((str(part) for part in reversed(loc) if isinstance(part, str)), "policy")
    if error["type"] == "extra_forbidden":
        return f"{where}: unknown key {name!r}; {nearest(name, _keys_at(model, loc[:-1]))}"
    if error["type"] == "missing":
        return f"{where}: {name!r} is missing. Add it."
    said = str(error["msg"]).removeprefix("Value error, ")
    if error["type"] == "literal_error" and isinstance(error["input"], str):
        words = str(error["ctx"]["expected"]).replace("'", "").replace(" or ", ", ").split(", ")
        return f"{where}: {name}: unknown word {error['input']!r}; {nearest(error['input'], words)}"
    got = "" if isinstance(error["input"], dict | BaseModel) else f" (got {_short(error['input'])})"
    return f"{where}: {name}: {said}{got}."


def nearest(given: str, valid: Sequence[str]) -> str:
    """Return "did you mean …?" for the name nearest to *given*, else the list of valid ones."""
    near = difflib.get_close_matches(given, valid, n=1)
    return f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(valid) or 'none'}."


def _short(value: Any) -> str:
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

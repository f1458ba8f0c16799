"""The parameters of a measure, in words for whoever writes a policy, and as data."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import PydanticUserError
from pydantic.fields import FieldInfo
from pydantic_core import to_jsonable_python

from selector.errors import MeasureError
from selector.measures.base import Measure

ONE_AND_MANY = {
    "string": ("text", "texts"),
    "integer": ("whole number", "whole numbers"),
    "number": ("number", "numbers"),
    "boolean": ("true or false", "true or false"),
    "null": ("null", "null"),
    "array": ("list", "lists"),
    "object": ("mapping", "mappings"),
}
LIMITS = {
    "exclusiveMinimum": "more than",
    "minimum": "at least",
    "exclusiveMaximum": "less than",
    "maximum": "at most",
}


def parameters(measure: Measure) -> list[dict[str, Any]]:
    """Return name, type, whether required, default, example and description of each, as JSON data.

    The type is in everyday words; "schema" is the same as JSON Schema.
    """
    schemas = _schemas(measure)
    return [_parameter(name, measure, schemas.get(name, {})) for name in type(measure).model_fields]


def told(it: Mapping[str, Any]) -> str:
    """Return one of `parameters` in words: its type, its default or an example, what it is."""
    known = "" if it["required"] else f", default {_json(it['default'])}"
    shown = "" if it["example"] is None else f", for example {_json(it['example'])}"
    behind = f"; {it['description']}" if it["description"] else ""
    return f"{it['type']}{known}{shown}{behind}"


def _default(field: FieldInfo) -> Any:
    """Return what a parameter is by itself; None where that follows from what does not fit."""
    try:
        return field.get_default(call_default_factory=True)
    except MeasureError:  # of the environment; told where the measure is said to lack something
        return None


def _parameter(name: str, measure: Measure, schema: Mapping[str, Any]) -> dict[str, Any]:
    field = type(measure).model_fields[name]
    default = None if field.is_required() else _default(field)
    return {
        "name": name,
        "type": _kind(schema),
        "schema": schema,
        "required": field.is_required(),
        "default": to_jsonable_python(default, fallback=str),
        "example": to_jsonable_python(measure.example.get(name), fallback=str),
        "description": field.description or "",
    }


def _schemas(measure: Measure) -> Mapping[str, Any]:
    try:
        schema = type(measure).model_json_schema()
    except PydanticUserError:  # a type that JSON has no word for; a team's own measure may have one
        return {}
    whole: dict[str, Any] = _inlined(schema, schema.get("$defs", {}))
    return dict(whole.get("properties", {}))


def _inlined(schema: Any, known: Mapping[str, Any], inside: frozenset[str] = frozenset()) -> Any:
    """Return *schema* with what it refers to in the place of each reference."""
    if isinstance(schema, list):
        return [_inlined(one, known, inside) for one in schema]
    if not isinstance(schema, dict):
        return schema
    name = str(schema.get("$ref", "")).rpartition("/")[2]
    if name in known:
        target = {} if name in inside else _inlined(known[name], known, inside | {name})
        schema = {**target, **{key: text for key, text in schema.items() if key != "$ref"}}
    return {key: _inlined(one, known, inside) for key, one in schema.items() if key != "$defs"}


def _kind(schema: Mapping[str, Any], *, many: bool = False) -> str:
    if kinds := schema.get("anyOf") or schema.get("oneOf"):
        return " or ".join(_kind(one, many=many) for one in kinds)
    if "enum" in schema or "const" in schema:
        listed = schema.get("enum") or [schema["const"]]
        return ("any of " if many else "one of ") + ", ".join(map(_json, listed))
    word = ONE_AND_MANY.get(schema.get("type", ""), ("value", "values"))[many]
    return " ".join((word, *_inside(schema), *_limits(schema)))


def _inside(schema: Mapping[str, Any]) -> Iterator[str]:
    """Give what a list or a mapping holds; a list of fixed length holds the same everywhere."""
    if schema.get("properties"):
        yield f"of {', '.join(schema['properties'])}"
    if fixed := schema.get("prefixItems"):
        yield f"of {len(fixed)} {_kind(fixed[0], many=True)}"
    elif items := schema.get("items"):
        yield f"of {_kind(items, many=True)}"


def _limits(schema: Mapping[str, Any]) -> Iterator[str]:
    found = [f"{words} {schema[name]:g}" for name, words in LIMITS.items() if name in schema]
    if found:
        yield f"({' and '.join(found)})"


def _json(what: Any) -> str:
    return json.dumps(what, ensure_ascii=False)

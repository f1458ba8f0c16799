"""What a measure is, as lines for a terminal and as data."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic_core import to_jsonable_python

from selector.cli import pasted
from selector.cli.prose import coloured, entry
from selector.doctor import Finding
from selector.doctor.finding import megabytes
from selector.doctor.measures import lacks
from selector.measures import loader
from selector.measures.base import Measure
from selector.types import Cost, Output, to_data
from selector.weights import manifest
from selector.weights.fetch import cached
from selector.weights.manifest import Entry

COLUMN = 13  # where the text beside a label begins


@dataclass(frozen=True, slots=True)
class Card:
    """One measure: what it says of itself, and what it lacks here."""

    path: str
    measure: Measure
    text: dict[str, str]
    models: tuple[Entry, ...]
    lacks: Finding | None


def card(path: str) -> Card:
    """Return the card of the measure *path*.

    Raises:
        MeasureError: There is no such measure, or it needs parameters and gives no example.
    """
    kind = loader.load(path)
    measure = loader.construct(path, kind.example)
    models = tuple(map(manifest.entry, measure.weights))
    return Card(path, measure, kind.card(), models, lacks(measure))


def brief(of: Card) -> Iterator[str]:
    """Give a few lines: what to know when one chooses among measures."""
    yield coloured(of.path, "cyan")
    yield entry("", of.text[""], column=0)
    for name, output in of.measure.outputs.items():
        yield entry(name, _range(output), column=COLUMN - 2, indent=4)
    yield entry("Blind to", of.text.get("Blind to", "not said"), column=COLUMN)
    cost = _seconds(of.measure.cost.seconds) + _encoder(of.measure.cost)
    facts = (of.measure.kind, cost, f"licence: {_licences(of)}", _here(of))
    yield entry("", " · ".join(facts), column=0)
    yield from _cure(of)


def whole(of: Card) -> Iterator[str]:
    """Give everything that is known of a measure."""
    measure = of.measure
    yield coloured(of.path, "cyan")
    yield entry("", of.text[""], column=0)
    yield ""
    yield "Outputs"
    for name, output in measure.outputs.items():
        yield entry(name, output.words or "not said in everyday words", column=COLUMN)
        yield entry("", _range(output, everything=True), column=COLUMN)
    yield "Parameters"
    for name, told in _parameters(measure):
        yield entry(name, told, column=COLUMN)
    if not type(measure).model_fields:
        yield entry("", "none", column=0)
    yield "Card"
    for label in ("Unit", "Needs", "Evidence", "Blind to", "Model", "Source"):
        yield entry(label, of.text.get(label, "not said"), column=COLUMN)
    yield "Facts"
    for label, told in _facts(of):
        yield entry(label, told, column=COLUMN)
    yield from _cure(of)
    yield "In a policy, to begin with (which bounds are right, only your pictures can tell)"
    yield from (f"  {line}" for line in pasted.lines(of.path, measure))


def data(of: Card) -> dict[str, Any]:
    """Return everything that is known of a measure as JSON data."""
    measure = of.measure
    return {
        "path": of.path,
        "kind": measure.kind,
        "scope": measure.scope,
        "version": measure.version,
        "fingerprint": measure.fingerprint(),
        "what": of.text[""],
        "card": {name: text for name, text in of.text.items() if name},
        "outputs": to_data(dict[str, Output], dict(measure.outputs)),
        "parameters": [_parameter(name, field) for name, field in _fields(measure)],
        "needs": sorted(measure.needs),
        "cost": to_data(Cost, measure.cost),
        "models": [to_data(Entry, one) | {"cached": cached(one)} for one in of.models],
        "commercial": all(one.commercial for one in of.models) if of.models else None,
        "favours": list(measure.favours),
        "extra": measure.extra,
        "lacks": to_data(Finding | None, of.lacks),
        "in_a_policy": pasted.lines(of.path, measure),
    }


def _facts(of: Card) -> Iterator[tuple[str, str]]:
    measure = of.measure
    yield "Kind", f"{measure.kind}, version {measure.version}, {_SCOPES[measure.scope]}"
    yield "Reads", ", ".join(["the picture", *sorted(measure.needs)])
    if measure.favours:
        yield "Favours", ", ".join(measure.favours)
    cost = _seconds(measure.cost.seconds) + _encoder(measure.cost)
    yield "Cost", f"{cost} a candidate on a CPU"
    yield "Licence", _licences(of)
    for one in of.models:
        where = "in the cache" if cached(one) else "not in the cache"
        yield one.name, f"{one.file}, {megabytes(one.size)}, {where}, sha256 {one.sha256}"
    yield "Fingerprint", measure.fingerprint()
    yield "Here", _here(of)


_SCOPES = {"candidate": "each candidate by itself", "set": "the candidates of a request together"}


def _range(output: Output, *, everything: bool = False) -> str:
    low = "−∞" if output.low is None else f"{output.low:g}"
    high = "∞" if output.high is None else f"{output.high:g}"
    told = [f"{output.unit}, {low} to {high}", _BETTER[output.higher_is_better]]
    if everything:
        told += [f"{output.usual[0]:g} to {output.usual[1]:g} in nine of ten real pictures"
                 if output.usual else ""]  # fmt: skip
        told += ["compares only within one prompt" * output.within_prompt]
        told += ["may be absent" * output.optional, "always whole" * output.whole]
    return "; ".join(one for one in told if one)


_BETTER = {True: "higher is better", False: "lower is better", None: "neither end is better"}


def _encoder(cost: Cost) -> str:
    if cost.backbone is None:
        return ""
    return f" + {_seconds(cost.backbone_seconds)} ({cost.backbone}, shared)"


def _seconds(seconds: float) -> str:
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e6:.2g} µs" if seconds < 1e-4 else f"{seconds * 1e3:.1g} ms"  # noqa: PLR2004 - 0.1 ms


def _licences(of: Card) -> str:
    if not of.models:
        of_none = of.text.get("Model", "").startswith("none")
        return "none (no model)" if of_none else "as its card says"
    may = {True: "commercial use allowed", False: "no commercial use"}
    return ", ".join(dict.fromkeys(f"{one.licence} ({may[one.commercial]})" for one in of.models))


def _here(of: Card) -> str:
    return f"not yet here: {of.lacks.said}" if of.lacks else "available here"


def _cure(of: Card) -> Iterator[str]:
    if of.lacks and of.lacks.cure:
        yield f"    {of.lacks.cure}"


def _fields(measure: Measure) -> list[tuple[str, Any]]:
    return list(type(measure).model_fields.items())


def _parameters(measure: Measure) -> Iterator[tuple[str, str]]:
    for name, field in _fields(measure):
        it = _parameter(name, field)
        default = "must be given" if it["required"] else f"default {it['default']!r}"
        told = f"{it['type']}, {default}"
        yield name, f"{told}; {it['description']}" if it["description"] else told


def _parameter(name: str, field: Any) -> dict[str, Any]:
    required = field.is_required()
    default = None if required else field.get_default(call_default_factory=True)
    return {
        "name": name,
        "type": inspect.formatannotation(field.annotation),
        "required": required,
        "default": to_jsonable_python(default, fallback=str),
        "description": field.description or "",
    }

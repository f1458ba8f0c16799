"""What a measure is, as lines for a terminal and as data."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from selector.cli import pasted
from selector.cli.models import MAY
from selector.cli.parameters import parameters, told
from selector.cli.prose import coloured, entry
from selector.doctor import Finding
from selector.doctor.finding import megabytes
from selector.doctor.measures import example, lacks
from selector.measures.base import Measure
from selector.types import Cost, Kind, Output, to_data
from selector.weights import manifest
from selector.weights.entry import Entry
from selector.weights.fetch import cached

LISTED = 10  # outputs, where one chooses among measures
COLUMN = 13  # where the text beside a label begins
KINDS: dict[Kind, str] = {
    "filter": "Filters, cheap rules about pixels",
    "detector": "Detectors, which find a thing or a defect",
    "scorer": "Scorers, learned judgement",
}
_END = re.compile(r"[;:.](?= )")  # of the first thing that a card says


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
    measure, wrong = example(path)
    lacking = Finding("measures", path, "broken", wrong) if wrong else lacks(measure)
    models = tuple(map(manifest.entry, measure.weights))
    return Card(path, measure, type(measure).card(), models, lacking)


def listed(cards: Iterable[Card]) -> Iterator[str]:
    """Give a paragraph for each card, under a heading for each kind: what there is to choose from."""
    for kind, some in groupby(cards, lambda of: of.measure.kind):
        group = list(some)
        yield f"{KINDS[kind]}: {len(group)}"
        yield from ("\n".join(brief(of)) for of in group)


def brief(of: Card) -> Iterator[str]:
    """Give a few lines: what to know when one chooses among measures."""
    yield coloured(of.path, "cyan")
    yield entry("", of.text[""], column=0)
    yield entry("Gives", _outputs(of.measure), column=COLUMN)
    asked = [f"{it['name']}: {told(it)}" for it in parameters(of.measure) if it["required"]]
    if asked:
        yield entry("Asks for", "\n".join(asked), column=COLUMN)
    yield entry("Blind to", _first(of.text.get("Blind to", "not said")), column=COLUMN)
    cost = seconds(of.measure.cost.seconds) + _encoder(of.measure.cost)
    yield entry("", " · ".join((cost, f"licence: {_licences(of)}", _here(of))), column=0)
    yield from _cure(of)


def _outputs(measure: Measure) -> str:
    names = list(measure.outputs)
    more = len(names) - LISTED
    return ", ".join(names) if more <= 0 else f"{', '.join(names[:LISTED])}, and {more} more"


def _first(text: str) -> str:
    """Return the first thing that a card says; the most important one stands there."""
    head = _END.split(text, maxsplit=1)[0]
    return head if head == text else f"{head} …"


def whole(of: Card) -> Iterator[str]:
    """Give everything that is known of a measure."""
    measure = of.measure
    yield coloured(of.path, "cyan")
    yield entry("", of.text[""], column=0)
    yield ""
    yield "Outputs"
    for name, output in measure.outputs.items():
        yield entry(name, output.words or "not said in everyday words", column=COLUMN)
        yield entry("", _range(output), column=COLUMN)
    yield "Parameters"
    for it in parameters(measure):
        must = "must be given: " * it["required"]
        yield entry(it["name"], f"{must}{told(it)}", column=COLUMN)
    if not type(measure).model_fields:
        yield entry("", "none", column=0)
    yield "Card"
    for label in ("Unit", "Needs", "Evidence", "Blind to", "Model", "Source"):
        yield entry(label, of.text.get(label, "not said"), column=COLUMN)
    yield "Facts"
    for label, fact in _facts(of):
        yield entry(label, fact, column=COLUMN)
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
        "parameters": parameters(measure),
        "needs": sorted(measure.needs),
        "cost": to_data(Cost, measure.cost),
        "tolerance": measure.steady_within,
        "models": [_model(one) for one in of.models],
        "commercial": _commercial(of.models),
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
    cost = seconds(measure.cost.seconds) + _encoder(measure.cost)
    where = f", {measure.cost.tokens} tokens" if measure.cost.tokens else " on a CPU"
    yield "Cost", f"{cost} a candidate{where}"
    yield "Tolerance", _tolerance(measure)
    yield "Licence", _licences(of)
    for one in of.models:
        where = "in the cache" if cached(one) else "not in the cache"
        files = ", ".join(file.name for file in one.files)
        yield one.name, f"{files}, {megabytes(one.size)}, {where}, {_content(one)}"
    yield "Fingerprint", measure.fingerprint()
    yield "Here", _here(of)


_SCOPES = {"candidate": "each candidate by itself", "set": "the candidates of a request together"}


def _range(output: Output) -> str:
    low = "−∞" if output.low is None else f"{output.low:g}"
    high = "∞" if output.high is None else f"{output.high:g}"
    usual = output.usual or (0.0, 0.0)
    facts = {
        f"{output.unit}, {low} to {high}": True,
        _BETTER[output.higher_is_better]: True,
        f"mostly {usual[0]:g} to {usual[1]:g}": output.usual,
        "compares only within one prompt": output.within_prompt,
        "may be absent": output.optional,
        "always whole": output.whole,
    }
    return "; ".join(fact for fact, holds in facts.items() if holds)


_BETTER = {True: "higher is better", False: "lower is better", None: "neither end is better"}


def _tolerance(measure: Measure) -> str:
    """Return how much one picture may measure otherwise on another machine, or after an upgrade."""
    share = f"{measure.steady_within:g} of what is usual, on another machine or after an upgrade"
    whole = [output.whole for output in measure.outputs.values()]
    return "none: whole numbers" if all(whole) else share + "; whole numbers: none" * any(whole)


def _encoder(cost: Cost) -> str:
    if cost.backbone is None:
        return ""
    return f" + {seconds(cost.backbone_seconds)} ({cost.backbone}, shared)"


def seconds(value: float) -> str:
    """Return a duration with the unit that suits it."""
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if value >= size:
            return f"{value / size:.3g} {unit}"
    return f"{value * 1e6:.2g} µs" if value < 1e-4 else f"{value * 1e3:.1g} ms"  # noqa: PLR2004 - 0.1 ms


def _licences(of: Card) -> str:
    if not of.models:
        of_none = of.text.get("Model", "").startswith("none")
        return "none (no model)" if of_none else "as its card says"
    return ", ".join(dict.fromkeys(f"{one.licence} ({MAY[one.commercial]})" for one in of.models))


def _content(model: Entry) -> str:
    """Return in words what tells the content of a model from any other."""
    known = all(file.sha256 for file in model.files)
    return f"sha256 {model.identity}" if known else model.identity


def _model(model: Entry) -> dict[str, Any]:
    facts = {"size": model.size, "identity": model.identity, "cached": cached(model)}
    return {**to_data(Entry, model), **facts}


def _commercial(models: Iterable[Entry]) -> bool | None:
    """Return whether all allow commercial use; None where one does not say, or there is none."""
    may = {one.commercial for one in models}
    return False if False in may else may == {True} or None


def _here(of: Card) -> str:
    if of.lacks:
        return f"not yet here: {of.lacks.said}"
    yours = of.measure.yours
    return f"works with {yours} of your own" if yours else "available here"


def _cure(of: Card) -> Iterator[str]:
    if of.lacks and of.lacks.cure:
        yield f"    {of.lacks.cure}"

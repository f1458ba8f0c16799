"""The models that a policy's measures load: whether their licences suit it, and which are missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from selector.errors import WeightsError
from selector.measures.base import Measure
from selector.weights import manifest
from selector.weights.entry import Entry
from selector.weights.fetch import cached

OWN = "checkpoint"  # the parameter of a measure that takes a model file of its user's instead


def not_commercial(name: str, measure: Measure) -> Iterator[str]:
    """Tell of each model of an instance whose licence is not known to allow commercial use.

    Model files of the user's own are the user's business.

    Args:
        name: What the policy calls the instance.
        measure: The measure of it.
    """
    own = f"give '{OWN}', a file that you may use, " if OWN in type(measure).model_fields else ""
    doubts = [
        f"the licence of its model {entry.name} {_says(entry)}"
        for entry in map(manifest.entry, measure.weights)
        if not entry.commercial
    ]
    doubts += [
        f"the licence of its model {model} is not known here (got one that is not in the manifest)"
        for model in measure.unlisted
    ]
    for doubt in doubts:
        yield f"{name}: {doubt}. Use another measure, {own}or say 'licences: any'."


def absent(measures: Iterable[Measure]) -> tuple[Entry, ...]:
    """Return the models that these measures load and that are not in the cache yet, each once."""
    named = dict.fromkeys(model for one in measures for model in one.weights)
    return tuple(entry for entry in map(manifest.entry, named) if not _is_here(entry))


def unlisted(measures: Iterable[Measure]) -> tuple[str, ...]:
    """Return the models that these measures load and the manifest does not know, each once."""
    return tuple(dict.fromkeys(model for one in measures for model in one.unlisted))


def _says(entry: Entry) -> str:
    if entry.commercial is None:
        return f"does not state that commercial use is allowed (got {entry.licence})"
    return f"forbids commercial use (got {entry.licence})"


def _is_here(entry: Entry) -> bool:
    try:
        return cached(entry)
    except WeightsError:  # there is no cache folder, so nothing is in it
        return False

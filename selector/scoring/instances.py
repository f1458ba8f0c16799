"""The measure that is asked for, and those whose evidence it needs: made, named, with their models."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from selector.errors import MeasureError, RequestError
from selector.measures import loader
from selector.measures.base import Measure, own_files
from selector.planning.instances import fingerprint
from selector.scoring.scores import NOT_STATED, Model
from selector.types import evidence_needed
from selector.weights import manifest


def made(measure: str | Measure, parameters: Mapping[str, Any] | None) -> Measure:
    """Return the measure that a caller means.

    Raises:
        MeasureError: There is no such measure, or a parameter does not fit.
        RequestError: It is neither a path nor a measure, or has parameters twice.
    """
    if isinstance(measure, Measure):
        if parameters:
            raise RequestError(
                "parameters: a measure has its own (got others beside). Give its path, or none."
            )
        return measure
    if not isinstance(measure, str):
        raise RequestError(
            f"measure: expected a path or a measure (got {type(measure).__name__}). Give one."
        )
    return loader.construct(measure, parameters or {})


def with_evidence(name: str, measure: Measure, above: tuple[str, ...] = ()) -> dict[str, Measure]:
    """Return a measure by its path, after all those whose evidence it needs.

    Raises:
        MeasureError: One of them can't be made, looks at sets, or needs evidence of who needs its.
    """
    found: dict[str, Measure] = {}
    for other in evidence_needed(measure.needs):
        if other in (*above, name):
            raise MeasureError(f"{name}: needs evidence of {other}: a cycle. Let one do without.")
        try:
            shown = loader.construct(other, {})
        except MeasureError as error:
            raise MeasureError(f"{name}: needs evidence of {other}. {error}") from None
        if shown.scope == "set":
            raise MeasureError(
                f"{name}: needs evidence of {other}, which looks at all candidates together. "
                "Name one that looks at each alone."
            )
        found |= with_evidence(other, shown, (*above, name))
    return found | {name: measure}


def fingerprints(instances: Mapping[str, Measure]) -> dict[str, str]:
    """Return the names of the numbers of each, which follow from the evidence it is given too."""
    prints: dict[str, str] = {}
    for name, measure in instances.items():
        prints[name] = fingerprint(measure, prints)
    return prints


def models(instances: Mapping[str, Measure]) -> Iterator[Model]:
    """Give every model that makes the numbers, those of the measures whose evidence is needed too."""
    for measure in instances.values():
        for entry in map(manifest.entry, measure.weights):
            yield Model(entry.name, entry.revision, entry.licence, entry.commercial, entry.identity)
        for name in measure.unlisted:
            yield Model(name, "", NOT_STATED, None, "")
        for name, own in own_files(measure).items():
            yield Model(name, "", "", None, own.sha256)

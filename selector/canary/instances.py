"""The measures of a canary: made as they were named, in an order in which evidence comes first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Any

from selector.canary.compare import Tolerance, tolerance
from selector.canary.recording import Used
from selector.errors import MeasureError, WeightsError
from selector.measures import loader
from selector.measures.base import Measure
from selector.planning.instances import fingerprint
from selector.types import evidence_needed

Wanted = Mapping[str, tuple[str, Mapping[str, Any]]]  # by name, a measure's path and parameters


@dataclass(frozen=True)
class Instances:
    """What could be made, and why the others could not.

    Attributes:
        measures: By name; whose evidence is needed comes first.
        used: What each is now.
        gone: Why an instance can't be made, by name.
    """

    measures: Mapping[str, Measure]
    used: Mapping[str, Used]
    gone: Mapping[str, str]

    @property
    def tolerances(self) -> dict[str, Tolerance]:
        """What each output may change by, by "instance.output"."""
        return {
            f"{name}.{output}": tolerance(measure.steady_within, declared)
            for name, measure in self.measures.items()
            for output, declared in measure.outputs.items()
        }


def made(wanted: Wanted) -> Instances:
    """Return the instances that are *wanted*, after all has come that names what they measure."""
    measures, gone = _constructed(wanted)
    came = [measure.prepare() for measure in measures.values()]
    if any(came):
        measures, gone = _constructed(wanted)
    ordered = {name: measures[name] for name in _in_order(measures) if name in measures}
    for name, measure in ordered.items():
        lacking = [one for one in evidence_needed(measure.needs) if one in gone]
        if lacking:
            gone[name] = f"{name}: needs evidence of {lacking[0]}, which can't be measured."
    measures = {name: one for name, one in ordered.items() if name not in gone}
    return Instances(measures, _used(measures, wanted), gone)


def _constructed(wanted: Wanted) -> tuple[dict[str, Measure], dict[str, str]]:
    measures, gone = {}, {}
    for name, (use, parameters) in wanted.items():
        try:
            measure = loader.construct(use, parameters)
            measure.fingerprint()  # it names models, which may not exist any more
            measures[name] = measure
        except (MeasureError, WeightsError) as error:
            gone[name] = str(error)
    return measures, gone


def _in_order(measures: Mapping[str, Measure]) -> list[str]:
    needed = {name: sorted(evidence_needed(one.needs)) for name, one in measures.items()}
    try:
        return list(TopologicalSorter(needed).static_order())
    except CycleError as error:
        raise MeasureError(f"{error.args[1][0]}: needs evidence of itself. Drop it.") from None


def _used(measures: Mapping[str, Measure], wanted: Wanted) -> dict[str, Used]:
    prints: dict[str, str] = {}
    used = {}
    for name, measure in measures.items():
        prints[name] = fingerprint(measure, prints)
        used[name] = Used(
            use=wanted[name][0],
            version=measure.version,
            fingerprint=prints[name],
            parameters=measure.model_dump(mode="json"),
            models=dict(measure.identities),
        )
    return used

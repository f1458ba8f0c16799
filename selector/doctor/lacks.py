"""What one measure lacks on this machine, told without trying it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from selector.doctor.finding import Finding
from selector.doctor.models import cached, fetching
from selector.doctor.packages import install, misfit, requirements

if TYPE_CHECKING:
    from selector.measures.base import Measure


def lacks(measure: Measure) -> Finding | None:
    """Return what *measure* lacks here, with the command that cures it; None if nothing.

    It looks for the packages of its optional part and for its models. Nothing is loaded or
    fetched, so a library of the system that is missing is not seen; `examine` sees it.

    Raises:
        WeightsError: It names a model that the manifest does not know, or there is no cache folder.
    """
    from selector.measures import loader
    from selector.weights import manifest

    path = loader.path_of(type(measure))
    wrong = [
        f"{one.name}: {said}" for one in requirements(measure.extra) if (said := misfit(one))
    ] if measure.extra else []  # fmt: skip
    if wrong:
        return Finding("measures", path, "absent", "; ".join(wrong), install(measure.extra))
    missing = [entry for entry in map(manifest.entry, measure.weights) if not cached(entry)]
    return fetching("measures", path, missing) if missing else None

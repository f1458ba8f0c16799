"""What each measure lacks on this machine, and every one at work on small drawn pictures."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from selector.doctor.finding import Asked, Finding
from selector.doctor.models import offline, to_fetch, unusable
from selector.doctor.packages import fault
from selector.errors import MeasureError, SelectorError
from selector.installed import CURE, install_extra, mend, misfit, requirements
from selector.measures import loader
from selector.measures.base import Measure, Subject
from selector.types import Failure, evidence_needed
from selector.weights import manifest
from selector.weights.fetch import cached

if TYPE_CHECKING:
    from selector.images import Image
    from selector.runner import Measurements

PART = "measures"
LONGEST_S = 120.0  # of one measure, its model loaded; what takes longer does not work
PROMPT = "a red disc on a green ground"


def lacks(measure: Measure) -> Finding | None:
    """Return what *measure* lacks here, with the command that cures it; None if nothing.

    It looks for the packages of its optional part and for its models. Nothing is loaded or
    fetched, so a library of the system that is missing is not seen; `examine` sees it.

    Raises:
        WeightsError: It names a model that the manifest does not know, or there is no cache folder.
    """
    path = loader.path_of(type(measure))
    needed = requirements(measure.extra) if measure.extra else []
    if wrong := [f"{one.name}: {said}" for one in needed if (said := misfit(one))]:
        return Finding(PART, path, "absent", "; ".join(wrong), install_extra(measure.extra))
    missing = [entry for entry in map(manifest.entry, measure.weights) if not cached(entry)]
    return to_fetch(PART, path, missing) if missing else None


def measures(asked: Asked) -> Iterator[Finding]:
    """Find which measures of the package give numbers; nothing is downloaded for it."""
    pictures = [_drawn("green", "red"), _drawn("navy", "gold")]
    found: dict[str, Measurements] = {}
    for path in loader.names():
        asked.tell(f"measuring {path}")
        try:
            measure, _ = example(path)
            lacking = _yours(path, measure) or _no_model(path, measure) or lacks(measure)
        except SelectorError as error:
            yield _broken(path, str(error))
            continue
        yield lacking or _tried(path, measure, _subjects(measure, pictures, found), found)


def example(path: str) -> tuple[Measure, str]:
    """Return a measure of the package, and what is wrong with the judge of the environment.

    Without a judge where something is; "" where nothing is, or it asks none.

    Raises:
        MeasureError: There is no such measure, or it can't be made by its example.
    """
    kind = loader.load(path)
    try:
        return loader.construct(path, kind.example), ""
    except MeasureError as error:
        if "judge" not in kind.model_fields:
            raise
        return loader.construct(path, {**kind.example, "judge": None}), str(error)


def _yours(path: str, measure: Measure) -> Finding | None:
    if not measure.yours:
        return None
    return Finding(PART, path, "absent", f"not tried: it needs {measure.yours} of your own")


def _tried(
    path: str, measure: Measure, subjects: list[Subject], found: dict[str, Measurements]
) -> Finding:
    from selector.runner import Runner

    start = time.monotonic()
    # It is not closed: that can take seconds, and nothing is lost when the process ends.
    with offline():
        made = Runner({path: measure}).run(path, subjects, start + LONGEST_S)
    found[path] = made
    for row in made:
        for outcome in row.values():
            if isinstance(outcome, Failure):
                return _broken(path, outcome.reason, measure.extra)
    hundredths = math.ceil(100 * (time.monotonic() - start))
    return Finding(PART, path, "ok", f"measured within {hundredths / 100:g} s, loading included")


def _no_model(path: str, measure: Measure) -> Finding | None:
    """Return that a model is there and is not the right one; what is missing, `lacks` tells."""
    wrong = (unusable(manifest.entry(name)) for name in measure.weights)
    broken = (one for one in wrong if one and one.state == "broken")
    return next((replace(one, part=PART, what=path) for one in broken), None)


def _broken(path: str, reason: str, part: str = "") -> Finding:
    said, _, cure = reason.partition(CURE)
    return Finding(PART, path, "broken", said, cure or mend(reason) or _cure(part))


def _cure(part: str) -> str:
    """Return what cures the first package that is needed and can't be imported."""
    needed = requirements("") + (requirements(part) if part else [])
    return next((wrong.cure for one in needed if (wrong := fault(one))), "")


def _subjects(
    measure: Measure, pictures: list[Image], found: Mapping[str, Measurements]
) -> list[Subject]:
    """Return the pictures, with whatever of a request the measure may need beside."""
    wanted = [name for name in evidence_needed(measure.needs) if name in found]
    return [
        Subject(image, PROMPT, pictures[0], {name: found[name][at] for name in wanted})
        for at, image in enumerate(pictures)
    ]


def _drawn(ground: str, disc: str) -> Image:
    from PIL import Image as Pillow
    from PIL import ImageDraw

    from selector.images import open_image

    picture = Pillow.new("RGB", (256, 256), ground)
    ImageDraw.Draw(picture).ellipse((64, 48, 208, 192), fill=disc)
    return open_image(picture)

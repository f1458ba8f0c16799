"""Every measure of the package at work on small drawn pictures."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from selector.doctor.finding import Finding, Tell
from selector.doctor.lacks import lacks
from selector.doctor.models import offline, unusable
from selector.errors import SelectorError
from selector.measures import loader
from selector.measures.base import Measure, Subject
from selector.runner import Measurements, Runner
from selector.types import Failure, evidence_needed
from selector.weights import manifest

if TYPE_CHECKING:
    from selector.images import Image

PART = "measures"
LONGEST_S = 120.0  # of one measure, its model loaded; what takes longer does not work
CURE = " Run: "  # what comes behind it in an error is a command
PROMPT = "a red disc on a green ground"


def measures(tell: Tell) -> Iterator[Finding]:
    """Find which measures of the package give numbers; nothing is downloaded for it."""
    pictures = [_drawn("green", "red"), _drawn("navy", "gold")]
    found: dict[str, Measurements] = {}
    for path in loader.names():
        tell(f"measuring {path}")
        try:
            measure = loader.construct(path, loader.load(path).example)
            lacking = lacks(measure) or _no_model(path, measure)
        except SelectorError as error:
            yield _broken(path, str(error))
            continue
        yield lacking or _tried(path, measure, _subjects(measure, pictures, found), found)


def _tried(
    path: str, measure: Measure, subjects: list[Subject], found: dict[str, Measurements]
) -> Finding:
    start = time.monotonic()
    # It is not closed: that can take seconds, and nothing is lost when the process ends.
    with offline():
        made = Runner({path: measure}).run(path, subjects, start + LONGEST_S)
    found[path] = made
    for row in made:
        for outcome in row.values():
            if isinstance(outcome, Failure):
                return _broken(path, outcome.reason)
    hundredths = math.ceil(100 * (time.monotonic() - start))
    return Finding(PART, path, "ok", f"measured within {hundredths / 100:g} s, loading included")


def _no_model(path: str, measure: Measure) -> Finding | None:
    wrong = (unusable(manifest.entry(name)) for name in measure.weights)
    return next((replace(one, part=PART, what=path) for one in wrong if one), None)


def _broken(path: str, reason: str) -> Finding:
    said, _, cure = reason.partition(CURE)
    return Finding(PART, path, "broken", said, cure)


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

"""Evidence as boxes on a picture; what does not have that shape is left out."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from selector.foreign import shortened, visible
from selector.report.words import number
from selector.types import Outcome

MOST = 64  # on one picture; more hide it
LABEL = 60  # characters

TAG = 0.032  # radius of a number's disc on the picture, as a share of its longer side
OUTSIDE = 0.75  # of that radius: so far beyond its corner, on each axis, it hides next to nothing

Corners = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Box:
    """A box on a picture, in pixels of the upright original.

    Attributes:
        count: Its number on the picture, from 1.
        corners: (x0, y0, x1, y1), inside the picture.
        label: What was found there.
        numbers: What else was said of it: "score 0.98, jitter 0.12".
        source: The instance that found it.
        tag: Where the middle of its number's disc lies.
    """

    count: int
    corners: Corners
    label: str
    numbers: str
    source: str
    tag: tuple[float, float]

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in pixels."""
        x0, y0, x1, y1 = self.corners
        return x1 - x0, y1 - y0


@dataclass(frozen=True, slots=True)
class Found:
    """The boxes that are drawn on a picture, and how many there are in all."""

    drawn: tuple[Box, ...] = ()
    total: int = 0


def boxes(row: Mapping[str, Outcome], size: tuple[int, int]) -> Found:
    """Return the boxes that the outcomes of one candidate left on its picture.

    A box of one label that several outputs of an instance left is drawn once, with the most that
    is said of it.

    Args:
        row: Outcomes by "instance.output".
        size: The picture's width and height in pixels.
    """
    found: dict[tuple[str, Corners, str], dict[str, Any]] = {}
    for key, outcome in row.items():
        source = key.rpartition(".")[0]
        for entry in _entries(getattr(outcome, "evidence", None)):
            corners = _corners(entry.get("box"), size)
            if corners is not None:
                found.setdefault((source, corners, _label(entry)), {}).update(entry)
    drawn = (
        Box(count, corners, label or _shown(source), _numbers(said), source, _tag(corners, size))
        for count, ((source, corners, label), said) in enumerate(found.items(), 1)
    )
    return Found(tuple(islice(drawn, MOST)), len(found))


def radius(size: tuple[int, int]) -> float:
    """Return the radius of a number's disc on a picture of this size, in its pixels."""
    return TAG * max(size)


def _tag(corners: Corners, size: tuple[int, int]) -> tuple[float, float]:
    """Return where a box's number lies: outside the first of its corners that has room there."""
    reach, step = radius(size), OUTSIDE * radius(size)
    x0, y0, x1, y1 = corners
    places = [(x, y) for y in (y0 - step, y1 + step) for x in (x0 - step, x1 + step)]
    inside = (
        place for place in places
        if all(reach <= at <= most - reach for at, most in zip(place, size, strict=True))
    )  # fmt: skip
    x, y = next(inside, (x0, y0))
    return max(min(x, size[0] - reach), reach), max(min(y, size[1] - reach), reach)


def _entries(evidence: Any) -> Iterator[dict[str, Any]]:
    listed = evidence.get("boxes") if isinstance(evidence, dict) else None
    for entry in listed if isinstance(listed, list) else ():
        if isinstance(entry, dict):
            yield entry


def _corners(given: Any, size: tuple[int, int]) -> Corners | None:
    """Return the part of a box that lies inside the picture; None if nothing of it does."""
    if not isinstance(given, list) or not all(map(_is_number, given)):
        return None
    match given:
        case [x0, y0, x1, y1]:
            left, right = (min(max(float(x), 0.0), float(size[0])) for x in (x0, x1))
            top, bottom = (min(max(float(y), 0.0), float(size[1])) for y in (y0, y1))
            return (left, top, right, bottom) if left < right and top < bottom else None
    return None


def _is_number(given: Any) -> bool:
    if isinstance(given, bool) or not isinstance(given, int | float):
        return False
    try:
        return math.isfinite(given)
    except OverflowError:
        return False


def _label(said: Mapping[str, Any]) -> str:
    label = said.get("label")
    return _shown(label) if isinstance(label, str) else ""


def _shown(text: str) -> str:
    return shortened(visible(text), LABEL)


def _numbers(said: Mapping[str, Any]) -> str:
    known = {name: said[name] for name in ("score", "jitter") if _is_number(said.get(name))}
    return ", ".join(f"{name} {number(float(one))}" for name, one in known.items())

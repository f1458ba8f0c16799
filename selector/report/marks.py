"""Evidence that is drawn on a picture, numbered; what does not have its shape is left out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from typing import Any

from selector.foreign import apart, shortened, visible
from selector.report import tags
from selector.report.shapes import Point, Points, Shape, Size, is_number, outline
from selector.report.words import number
from selector.types import Outcome

MOST = 64  # on one picture; more hide it
LABEL = 60  # characters
TOLD = 8  # of them in sight, under the picture
MOST_NUMBERS = 10  # that are said of one mark; of a hand there are nine
NAME = 24  # characters of what such a number is called

LISTS: Mapping[str, Shape] = {"boxes": "box", "polygons": "polygon", "lines": "line"}


@dataclass(frozen=True, slots=True)
class Mark:
    """A box, a polygon or a line on a picture, in pixels of the upright original.

    Attributes:
        count: Its number on the picture, from 1.
        shape: "box", "polygon" or "line".
        points: Its corners in order, inside the picture; the two ends of a line.
        label: What was found there.
        numbers: What else was said of it that an outcome is about: "defect 0.12".
        others: All other numbers that were said of it: "score 0.98, jitter 0.12".
        source: The instance that found it.
        tag: Where the middle of its number's disc lies.
    """

    count: int
    shape: Shape
    points: Points
    label: str
    numbers: str
    others: str
    source: str
    tag: Point

    @property
    def outline(self) -> str:
        """The corners as SVG writes them."""
        return " ".join(f"{x:.6g},{y:.6g}" for x, y in self.points)


BySource = tuple[tuple[str, tuple[Mark, ...]], ...]


@dataclass(frozen=True, slots=True)
class Found:
    """The marks that are drawn on a picture, and how many there are in all."""

    drawn: tuple[Mark, ...] = ()
    total: int = 0

    @property
    def sources(self) -> int:
        """How many instances found them."""
        return len({one.source for one in self.drawn})

    @property
    def told(self) -> BySource:
        """The first marks, which are told in sight."""
        return _by_source(self.drawn[:TOLD])

    @property
    def folded(self) -> BySource:
        """The marks after those."""
        return _by_source(self.drawn[TOLD:])

    @property
    def more(self) -> int:
        """How many these are."""
        return len(self.drawn[TOLD:])


def _by_source(drawn: Iterable[Mark]) -> BySource:
    """Return marks in their order, those together that an instance found."""
    groups = groupby(drawn, key=lambda one: one.source)
    return tuple((source, tuple(each)) for source, each in groups)


def marks(row: Mapping[str, Outcome], size: Size) -> Found:
    """Return the marks that the outcomes of one candidate left on its picture.

    What several outputs of an instance left in one place under one label is drawn once, with the
    most that is said of it.

    Args:
        row: Outcomes by "instance.output".
        size: The picture's width and height in pixels.
    """
    found: dict[tuple[str, Shape, Points, str], dict[str, Any]] = {}
    for key, outcome in row.items():
        source = key.rpartition(".")[0]
        for shape, entry in _entries(getattr(outcome, "evidence", None)):
            if points := outline(shape, entry.get(shape), size):
                found.setdefault((source, shape, points, _label(entry)), {}).update(entry)
    drawn: list[Mark] = []
    for (source, shape, points, label), said in islice(found.items(), MOST):
        tag = tags.place(points, size, [one.tag for one in drawn])
        named = label or _shown(source)
        numbers, others = _numbers(said, {name for name in said if f"{source}.{name}" in row})
        drawn.append(Mark(len(drawn) + 1, shape, points, named, numbers, others, source, tag))
    return Found(tuple(drawn), len(found))


def _entries(evidence: Any) -> Iterator[tuple[Shape, dict[str, Any]]]:
    for name, shape in LISTS.items():
        listed = evidence.get(name) if isinstance(evidence, dict) else None
        for entry in listed if isinstance(listed, list) else ():
            if isinstance(entry, dict):
                yield shape, entry


def _label(said: Mapping[str, Any]) -> str:
    label = said.get("label")
    return _shown(label.strip()) if isinstance(label, str) else ""


def _shown(text: str) -> str:
    return shortened(visible(text), LABEL)


def _numbers(said: Mapping[str, Any], first: Collection[str]) -> tuple[str, str]:
    """Return the numbers of one mark in words: those called as *first* says, and the others."""
    known = {
        name: f"{_named(name)} {number(float(one))}" for name, one in said.items() if is_number(one)
    }
    return (
        _listed([told for name, told in known.items() if name in first]),
        _listed([told for name, told in known.items() if name not in first]),
    )


def _listed(told: Sequence[str]) -> str:
    return ", ".join([*told[:MOST_NUMBERS], *["…"] * (len(told) > MOST_NUMBERS)])


def _named(name: str) -> str:
    return apart(shortened(visible(name.replace("_", " ")), NAME))

"""Boxes, polygons and lines that a measure left, checked and clipped to the picture."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, Literal

Shape = Literal["box", "polygon", "line"]
Point = tuple[float, float]
Points = tuple[Point, ...]
Size = tuple[int, int]

MOST_POINTS = 256  # of one polygon; of more, every so many are taken
FAR = 1e6  # px; no picture is so large, and with much larger numbers nothing can be clipped
TWO, THREE, FOUR = 2, 3, 4


def outline(shape: Shape, given: Any, size: Size) -> Points:
    """Return the corners of what a measure left, as far as it lies inside the picture.

    Args:
        shape: What it should be. A box and a line are [x0, y0, x1, y1], a polygon [[x, y], …].
        given: What was left, which may be anything.
        size: The picture's width and height in pixels.

    Returns:
        In order: four of a box, three or more of a polygon, two of a line; none where it has
        another shape, holds what is no number, or does not lie on the picture.
    """
    if shape == "polygon":
        return _polygon(given, size)
    if not isinstance(given, list) or len(given) != FOUR or not all(map(is_number, given)):
        return ()
    x0, y0, x1, y1 = map(float, given)
    return _box((x0, y0), (x1, y1), size) if shape == "box" else _line((x0, y0), (x1, y1), size)


def bounds(points: Points) -> tuple[float, float, float, float]:
    """Return the box around *points*: (x0, y0, x1, y1)."""
    across, down = zip(*points, strict=True)
    return min(across), min(down), max(across), max(down)


def is_number(given: Any) -> bool:
    """Return whether *given* is a number that can be drawn or shown."""
    if isinstance(given, bool) or not isinstance(given, int | float):
        return False
    try:
        return math.isfinite(given)
    except OverflowError:
        return False


def _box(one: Point, other: Point, size: Size) -> Points:
    (left, top), (right, bottom) = (
        tuple(min(max(at, 0.0), float(most)) for at, most in zip(corner, size, strict=True))
        for corner in (one, other)
    )
    whole = ((left, top), (right, top), (right, bottom), (left, bottom))
    return whole if left < right and top < bottom else ()


def _line(one: Point, other: Point, size: Size) -> Points:
    kept = _clipped((one, other), size)
    return kept if len(kept) == TWO else ()


def _polygon(given: Any, size: Size) -> Points:
    if not isinstance(given, list) or len(given) < THREE:
        return ()
    taken = given[:: math.ceil(len(given) / MOST_POINTS)]
    if not all(isinstance(one, list) and len(one) == TWO for one in taken):
        return ()
    if not all(is_number(at) for one in taken for at in one):
        return ()
    kept = _clipped(tuple((float(x), float(y)) for x, y in taken), size)
    if len(kept) < THREE:
        return ()
    x0, y0, x1, y1 = bounds(kept)
    return kept if x0 < x1 and y0 < y1 else ()


def _clipped(points: Points, size: Size) -> Points:
    """Return what of a polygon lies on the picture; a line is one that goes and comes back.

    Source: I. E. Sutherland, G. W. Hodgman, "Reentrant polygon clipping", CACM 1974.
    """
    if any(abs(at) > FAR for point in points for at in point):
        return ()
    for axis, most in enumerate(size):
        points = _beyond(_beyond(points, axis, 0.0, 1), axis, float(most), -1)
    return tuple(one for before, one in _sides(points) if one != before)


def _beyond(points: Points, axis: int, edge: float, sign: int) -> Points:
    """Return the part of a polygon on one side of an edge; *sign* says on which."""
    kept: list[Point] = []
    for one, other in _sides(points):
        here, there = (sign * (end[axis] - edge) >= 0 for end in (one, other))
        if here != there:
            kept.append(_crossing(one, other, axis, edge))
        if there:
            kept.append(other)
    return tuple(kept)


def _crossing(one: Point, other: Point, axis: int, edge: float) -> Point:
    start, end = sorted((one, other))  # there and back it is the very same point
    share = (edge - start[axis]) / (end[axis] - start[axis])
    across = start[1 - axis] + share * (end[1 - axis] - start[1 - axis])
    return (edge, across) if axis == 0 else (across, edge)


def _sides(points: Points) -> Iterator[tuple[Point, Point]]:
    return pairwise((*points[-1:], *points))

"""Where the numbers of marks lie on a picture: near what they count, and not on it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

from selector.report.shapes import Point, Points, Size, bounds

TAG = 0.032  # radius of a number's disc on the picture, as a share of its longer side
READABLE = 8.0  # px of that radius on a screen, at least
FRAME = 300  # px: into about so many a smaller picture is enlarged, by a whole number
OUTSIDE = 0.75  # of that radius: so far beyond its corner, on each axis, it hides next to nothing
TRIED = 8  # corners of one outline; more are no better


def radius(size: Size) -> float:
    """Return the radius of a number's disc on a picture of this size, in its pixels."""
    longest = max(size)
    return max(TAG * longest, READABLE / max(1, FRAME // longest))


def place(points: Points, size: Size, taken: Sequence[Point]) -> Point:
    """Return where the middle of a number's disc lies.

    Beyond the first corner that has room there; where none has, on the outline. Where that can be,
    not on the number of another.

    Args:
        points: The corners of what it counts.
        size: The picture's width and height in pixels.
        taken: Where the numbers of others lie.
    """
    some = points[:: math.ceil(len(points) / TRIED)]
    places = [*_beyond(some, size), *_within(some, size)]
    free = (one for one in places if all(_is_apart(one, other, size) for other in taken))
    return next(free, places[0])


def _beyond(points: Points, size: Size) -> Iterator[Point]:
    """Give the places beyond corners, away from the middle, that are on the picture as a whole."""
    step = OUTSIDE * radius(size)
    x0, y0, x1, y1 = bounds(points)
    for x, y in points:
        at = x + step * _sign(2 * x - x0 - x1), y + step * _sign(2 * y - y0 - y1)
        if at == _inside(at, size):
            yield at


def _within(points: Points, size: Size) -> Iterator[Point]:
    """Give the places on the outline: corners first, then between them."""
    yield from (_inside(point, size) for point in points)
    for (x0, y0), (x1, y1) in pairwise((*points, points[0])):
        yield _inside(((x0 + x1) / 2, (y0 + y1) / 2), size)


def _inside(at: Point, size: Size) -> Point:
    """Return the place nearest to *at* where the whole disc is on the picture."""
    reach = radius(size)
    x, y = (max(min(one, most - reach), reach) for one, most in zip(at, size, strict=True))
    return x, y


def _is_apart(one: Point, other: Point, size: Size) -> bool:
    return math.dist(one, other) >= 2 * radius(size)


def _sign(value: float) -> int:
    return (value > 0) - (value < 0)

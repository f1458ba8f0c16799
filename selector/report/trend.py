"""Plots of a stream over its days, as the numbers that a drawing is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from selector.monitoring import Panel, Point, Spread, Standard

WIDTH, HEIGHT = 1000, 240  # of a drawing, in its own units: it is stretched to its place
ROOM = 0.08  # of the height, above and below what is drawn
ERRORS = 2  # standard errors: of so many days 95 % hold the truth
BARS = 32  # of a distribution
LOWEST = 0.02  # of a level that can be seen at all


@dataclass(frozen=True, slots=True)
class Band:
    """What is harmless around a reference: from *top* to *bottom*, its mean at *middle*."""

    top: float
    middle: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Mark:
    """An alarm in the plot, at *x*."""

    x: float
    date: str


@dataclass(frozen=True, slots=True)
class Trend:
    """A stream over its days.

    Attributes:
        line: The daily means, as points of a polyline.
        band: The days' own uncertainty, as points of a polygon.
        dots: Each day, as a path of points.
        reference: What is harmless; None without a reference.
        since: Where the days begin and end that the reference is made of, in x.
        marks: The alarms.
        level: The height of the detectors, as points of a polygon; the line is at the top.
        low: The value at the lower end.
        high: At the upper one.
        first: The first day.
        last: The last.
    """

    line: str
    band: str
    dots: str
    reference: Band | None
    since: tuple[float, float] | None
    marks: tuple[Mark, ...]
    level: str
    low: float
    high: float
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class Histogram:
    """Two distributions over each other.

    Attributes:
        then: The reference's, as points of a polygon.
        now: That of the last days.
        low: The value at the left end.
        high: At the right one.
    """

    then: str
    now: str
    low: float
    high: float


def trend(panel: Panel) -> Trend | None:
    """Return how a stream went; None where there are fewer than two days."""
    points = panel.points
    if len(points) < 2:  # noqa: PLR2004 - one day is no line
        return None
    standard = panel.standards[0] if panel.standards else None
    low, high = _ends(points, standard, is_rate=panel.is_rate)
    across = _Across(points[0].date, points[-1].date)
    down = _Down(low, high)
    xs = [across.at(one.date) for one in points]
    upper = [(x, down.at(one.mean + ERRORS * one.error)) for x, one in zip(xs, points, strict=True)]
    lower = [(x, down.at(one.mean - ERRORS * one.error)) for x, one in zip(xs, points, strict=True)]
    means = [(x, down.at(one.mean)) for x, one in zip(xs, points, strict=True)]
    return Trend(
        line=_drawn(means),
        band=_drawn([*upper, *reversed(lower)]),
        dots=" ".join(f"M{x:g} {y:g}h0" for x, y in means),
        reference=_band(standard, down),
        since=(across.at(standard.first), across.at(standard.last)) if standard else None,
        marks=tuple(
            Mark(across.at(one.created[:10]), one.created[:10])
            for one in {alarm.created[:10]: alarm for alarm in panel.alarms}.values()
            if points[0].date <= one.created[:10]
        ),
        level=_level(points, xs),
        low=low,
        high=high,
        first=points[0].date,
        last=points[-1].date,
    )


def histogram(spread: Spread) -> Histogram | None:
    """Return two distributions; None where there is nothing to see."""
    held = [at for at, both in enumerate(zip(spread.then, spread.now, strict=True)) if any(both)]
    if not held:
        return None
    first, last = max(held[0] - 1, 0), min(held[-1] + 2, len(spread.then))
    width = max(1, -(-(last - first) // BARS))
    bins = range(first, last, width)
    then, now = (
        [sum(shares[at : min(at + width, last)]) for at in bins]
        for shares in (spread.then, spread.now)
    )
    most = max(*then, *now)
    return Histogram(
        then=_steps(then, most),
        now=_steps(now, most),
        low=spread.low + first * spread.step,
        high=spread.low + (first + width * len(bins)) * spread.step,
    )


@dataclass(frozen=True, slots=True)
class _Across:
    first: str
    last: str

    def at(self, day: str) -> float:
        start, end, here = map(date.fromisoformat, (self.first, self.last, day))
        share = (here - start).days / max((end - start).days, 1)
        return round(WIDTH * min(max(share, 0.0), 1.0), 1)


@dataclass(frozen=True, slots=True)
class _Down:
    low: float
    high: float

    def at(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return round(HEIGHT * (1 - min(max(share, 0.0), 1.0)), 1)


def _ends(
    points: Sequence[Point], standard: Standard | None, *, is_rate: bool
) -> tuple[float, float]:
    ends = [one.mean + way * ERRORS * one.error for one in points for way in (-1, 1)]
    if standard:
        ends += [standard.mean + way * 1.5 * standard.harmless for way in (-1, 1)]
    low, high = min(ends), max(ends)
    room = ROOM * (high - low) or ROOM * abs(high) or ROOM
    low, high = low - room, high + room
    return (max(low, 0.0), min(high, 1.0)) if is_rate else (low, high)


def _band(standard: Standard | None, down: _Down) -> Band | None:
    if standard is None:
        return None
    mean, harmless = standard.mean, standard.harmless
    return Band(down.at(mean + harmless), down.at(mean), down.at(mean - harmless))


def _level(points: Sequence[Point], xs: Sequence[float]) -> str:
    heights = [(x, HEIGHT * (1 - max(one.levels))) for x, one in zip(xs, points, strict=True)]
    return _drawn([(xs[0], HEIGHT), *heights, (xs[-1], HEIGHT)])


def _steps(shares: Sequence[float], most: float) -> str:
    wide = WIDTH / len(shares)
    corners = [(0.0, float(HEIGHT))]
    for at, share in enumerate(shares):
        top = HEIGHT * (1 - share / most)
        corners += [(at * wide, top), ((at + 1) * wide, top)]
    return _drawn([*corners, (float(WIDTH), float(HEIGHT))])


def _drawn(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)

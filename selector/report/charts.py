"""Lines over two axes, as the numbers that a drawing is made of: where they run, and what ticks say."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from selector.report.words import number

WIDTH, HEIGHT = 1000, 400  # of a drawing, in its own units: it is stretched to its place
TICKS = 7  # of an axis, at most about
STEPS = (1, 2, 2.5, 5, 10)  # between ticks, times a power of ten
ROOM = 1.04  # of the height, above what is drawn

Points = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Line:
    """A line, and what it is: "ours", "oracle", "beyond", "price"."""

    kind: str
    points: Points


@dataclass(frozen=True, slots=True)
class Band:
    """Between which heights a line may well lie: points (x, low, high)."""

    points: Sequence[tuple[float, float, float]]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A line in the units of the drawing, as points of a polyline."""

    kind: str
    points: str
    dots: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A number beside an axis, *at* so many percent of it."""

    at: float
    says: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Lines over two axes, ready to be laid out.

    Attributes:
        title: What it shows.
        across: What the horizontal axis is; *up* the vertical one.
        lines: From the back to the front.
        band: Around the first line, as points of a polygon; "" without.
        xs: Ticks of the horizontal axis; *ys* of the vertical one.
        zero: Where the height 0 is, in units of the drawing.
        marks: Upright lines: what each is, and where, in units of the drawing.
    """

    title: str
    across: str
    up: str
    lines: tuple[Drawn, ...]
    band: str
    xs: tuple[Tick, ...]
    ys: tuple[Tick, ...]
    zero: float
    marks: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Axes:
    """What a chart is called, and how its numbers are said."""

    title: str
    across: str
    up: str
    x: Callable[[float], str] = number
    y: Callable[[float], str] = number
    whole: bool = False


def chart(
    axes: Axes,
    lines: Sequence[Line],
    *,
    band: Band | None = None,
    marks: Sequence[tuple[str, float]] = (),
) -> Chart:
    """Return lines over two axes that hold all of them, and the height 0."""
    xs = [x for line in lines for x, _ in line.points] + [x for _, x in marks]
    ys = [0.0, *(y for line in lines for _, y in line.points)]
    ys += [y for _, *ends in (band.points if band else ()) for y in ends]
    left, right = min(xs), max(xs)
    low, high = min(ys) * ROOM, max(ys) * ROOM
    across = _onto(left, right, 0, WIDTH)
    up = _onto(low, high, HEIGHT, 0)
    return Chart(
        title=axes.title,
        across=axes.across,
        up=axes.up,
        lines=tuple(
            Drawn(
                line.kind,
                _points([(across(x), up(y)) for x, y in line.points]),
                " ".join(f"M{across(x):.1f} {up(y):.1f}h0" for x, y in line.points),
            )
            for line in lines
        ),
        band=_polygon(band, across, up) if band else "",
        xs=tuple(
            Tick(across(at) / WIDTH * 100, axes.x(at))
            for at in ticks(left, right, whole=axes.whole)
        ),
        ys=tuple(Tick(up(at) / HEIGHT * 100, axes.y(at)) for at in ticks(low, high)),
        zero=round(up(0.0), 1),
        marks=tuple((kind, round(across(at), 1)) for kind, at in marks),
    )


def ticks(low: float, high: float, *, whole: bool = False) -> list[float]:
    """Return round numbers from *low* to *high*, three to seven or so.

    >>> ticks(0, 0.9)
    [0.0, 0.2, 0.4, 0.6, 0.8]
    """
    if not high > low:
        return [low]
    rough = (high - low) / TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(one * power for one in STEPS if one * power >= rough * (1 - 1e-9))
    step = max(1.0, math.ceil(step)) if whole else step
    first = math.ceil(low / step - 1e-9)
    return [round(at * step, 12) for at in range(first, math.floor(high / step + 1e-9) + 1)]


def _onto(low: float, high: float, start: float, end: float) -> Callable[[float], float]:
    """Return the map from low…high to start…end; what has no width lies in the middle."""
    if high == low:
        return lambda _: (start + end) / 2
    return lambda at: start + (at - low) / (high - low) * (end - start)


def _polygon(band: Band, across: Callable[[float], float], up: Callable[[float], float]) -> str:
    lower = [(across(x), up(low)) for x, low, _ in band.points]
    upper = [(across(x), up(high)) for x, _, high in band.points]
    return _points([*upper, *reversed(lower)])


def _points(points: Points) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)

"""Where each bar begins and ends, and where on it a value lies."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from selector.types import Output

NARROW = 0.25  # of the declared range: with all at one end of it, the bar shows only that end
SPREAD = 0.1  # of the declared range: with all within so little of it, the bar shows only that
NEAR = 50  # a bound this many times below the end would be lost without a logarithmic bar
PADDING = 0.05
LARGEST = sys.float_info.max


@dataclass(frozen=True, slots=True)
class Span:
    """What a bar runs over, from left to right.

    Attributes:
        low: The raw value at its left end.
        high: The raw value at its right end.
        log: Whether equal steps are equal ratios; what is below *low* lies at its left end.
    """

    low: float
    high: float
    log: bool = False

    def at(self, value: float) -> float:
        """Return where *value* lies, in percent of the bar; beyond an end: at that end."""
        low, here, high = map(self._place, (self.low, value, self.high))
        return round(100 * ((here - low) / (high - low)), 2)

    def _place(self, value: float) -> float:
        inside = min(max(value, self.low), self.high)
        return math.log(inside) if self.log else inside / 2  # so that no difference overflows


def span(output: Output, bounds: Sequence[float], others: Iterable[float]) -> Span:
    """Return what the bar of an output runs over.

    The declared range, unless it has no end, or only one end or a little of it is in use: then just
    that.

    Args:
        output: What the number means.
        bounds: The policy's lines on it.
        others: What else should lie on the bar: ends of scales, the candidates' values.
    """
    points = [float(one) for one in (*bounds, *others, *(output.usual or ()))]
    low, high = min(points, default=0.0), max(points, default=1.0)
    if output.low is not None and output.high is not None:
        declared = Span(float(output.low), float(output.high))
        whole = _length(declared.low, declared.high)
        narrow, wide = NARROW * whole, _length(low, high) >= SPREAD * whole
        in_use = high >= declared.low + narrow and low <= declared.high - narrow
        if not points or (in_use and (wide or low == high)):
            return _logarithmic(declared, bounds)
    return _logarithmic(_around(low, high, output), bounds)


def _around(low: float, high: float, output: Output) -> Span:
    """Return a span with all of *low* to *high* on it; it begins at the declared end if near."""
    length = _length(low, high)
    room = PADDING * length or 0.1 * abs(high) or 1.0
    start, end = max(low - room, -LARGEST), min(high + room, LARGEST)
    if output.low is not None and output.low > low - (length or room):
        start = float(output.low)
    if output.high is not None:
        end = min(end, float(output.high))
    return Span(start, end) if start < end else Span(start, start + room)


def _length(low: float, high: float) -> float:
    return min(high - low, LARGEST)


def _logarithmic(span: Span, bounds: Iterable[float]) -> Span:
    """Return *span* on a logarithmic bar, if a bound would otherwise be lost at its left end."""
    smallest = min((bound for bound in bounds if bound > 0), default=span.high)
    if span.low < 0 or smallest * NEAR >= span.high:
        return span
    return Span(smallest / 10 or smallest, span.high, log=True)

"""The plots of the efficiency report: which lines they have, over which axes."""

from __future__ import annotations

from selector.calibration.assessment import Assessment
from selector.calibration.best_of_n import Curve
from selector.report.charts import Axes, Band, Chart, Line, chart
from selector.report.words import number

SURE = 1.96  # standard errors, for 95 %
BEYOND = 2  # times as many candidates as were measured are drawn, if nobody asks for more
FARTHEST = 64


def gain(found: Assessment, curve: Curve) -> Chart:
    """Return what the best of n is worth, beside a perfect pick."""
    points = curve.points
    last = _last(found, curve)
    oracle = [(one.n, one.oracle) for one in points]
    beyond = [(n, curve.gain(n)) for n in range(curve.most, last + 1)]
    band = [(one.n, one.gain - SURE * one.error, one.gain + SURE * one.error) for one in points]
    return chart(
        Axes(
            "What the best of n gains",
            "candidates a request",
            "gain over a random candidate, in units of the label",
            whole=True,
        ),
        [
            Line("oracle", oracle),
            Line("beyond", beyond),
            Line("ours", [(one.n, one.gain) for one in points]),
        ],
        band=Band(band),
        marks=[("pays", found.advice.n)] if found.advice and found.advice.n <= last else [],
    )


def marginal(found: Assessment, curve: Curve) -> Chart:
    """Return what one more candidate adds, beside what it costs."""
    last = _last(found, curve)
    points = curve.points[1:]
    ours = [(one.n, one.marginal) for one in points]
    beyond = [(n, curve.gain(n) - curve.gain(n - 1)) for n in range(curve.most, last + 1)]
    band = [
        (one.n, one.marginal - SURE * one.marginal_error, one.marginal + SURE * one.marginal_error)
        for one in points
    ]
    lines = [Line("beyond", beyond), Line("ours", ours)]
    if found.advice:
        price = found.advice.price / found.advice.value
        lines.insert(0, Line("price", [(2, price), (last, price)]))
    return chart(
        Axes(
            "What one more candidate adds",
            "candidates a request",
            "gain over a random candidate, in units of the label",
            whole=True,
        ),
        lines,
        band=Band(band),
    )


def _last(found: Assessment, curve: Curve) -> int:
    asked = found.advice.n + 1 if found.advice else 0
    return min(max(BEYOND * curve.most, asked), max(FARTHEST, curve.most))


def risk(found: Assessment) -> Chart | None:
    """Return how much is bad by how much is delivered; None where there is no line to choose."""
    points = found.coverage.points if found.coverage else ()
    if found.coverage is None or len(points) <= 1:
        return None
    zones = found.coverage.zones
    across = [100 * (one.accepted.share or 0.0) for one in points]
    bad = [100 * (one.bad.share or 0.0) for one in points]
    band = [
        (x, 100 * one.bad.low, 100 * one.bad.high) for x, one in zip(across, points, strict=True)
    ]
    marks = [("accept", 100 * (zones.accepted.share or 0.0))] if zones else []
    if zones:
        marks.append(("reject", 100 * (1 - (zones.rejected.share or 0.0))))
    return chart(
        Axes(
            "How much of what is delivered unseen is bad",
            "picks delivered unseen",
            "bad among them",
            x=lambda value: f"{number(value)} %",
            y=lambda value: f"{number(value)} %",
        ),
        [Line("ours", list(zip(across, bad, strict=True)))],
        band=Band(band),
        marks=marks,
    )

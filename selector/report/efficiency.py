"""The report of how good a selector is: one HTML file that needs nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from selector.calibration.assessment import Assessment, Row
from selector.report import captured
from selector.report import efficiency_plots as plots
from selector.report.captured import between, named, percent
from selector.report.charts import Chart
from selector.report.rendering import TEMPLATES, render
from selector.report.words import counted
from selector.report.writing import PathLike, put


@dataclass(frozen=True, slots=True)
class Bar:
    """One way to choose, ready to be laid out; all numbers in percent of the bar.

    Attributes:
        row: The way.
        name: What it is called.
        note: What else it is.
        value: Its efficiency in words; *around* its interval.
        at: Where its mark is.
        low: Where its interval begins; *high* where it ends.
        upper: Where the upper bound is; None without.
        zero: Where chance is.
    """

    row: Row
    name: str
    note: str
    value: str
    around: str
    at: float
    low: float
    high: float
    upper: float | None
    zero: float


@dataclass(frozen=True, slots=True)
class Weighed:
    """What one measure weighs; *at*, *low* and *high* in percent of the bar."""

    name: str
    share: str
    around: str
    alone: str
    at: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Page:
    """What stands on the page.

    Attributes:
        found: What was found.
        headline: In a sentence.
        first: What to know first.
        many: How many candidates to generate.
        delivered: What may be delivered.
        warning: That the score is exploited; "" if it is not.
        facts: What it rests on.
        bars: Every way to choose.
        gain: What the best of n is worth; None where there is nothing to choose.
        marginal: What one more candidate adds.
        risk: How much of what is delivered is bad, by how much is.
        weights: What measures weigh.
    """

    found: Assessment
    headline: str
    first: tuple[str, ...]
    many: tuple[str, ...]
    delivered: tuple[str, ...]
    warning: str
    facts: tuple[tuple[str, str], ...]
    bars: tuple[Bar, ...]
    gain: Chart | None
    marginal: Chart | None
    risk: Chart | None
    weights: tuple[Weighed, ...]


def page(found: Assessment) -> str:
    """Return the report as one HTML document; it asks nothing of the network and runs no script."""
    rules = (TEMPLATES / "efficiency.css").read_text("utf-8")
    return render("efficiency.html.j2", rules=rules, page=_page(found), percent=percent)


def write_efficiency(found: Assessment, path: PathLike) -> None:
    """Write the report to *path*: it appears whole or not at all.

    Nothing is overwritten but an earlier report, and a file that is empty.

    Raises:
        RequestError: It can't be written there.
    """
    put(page(found), path)


def _page(found: Assessment) -> Page:
    return Page(
        found=found,
        headline=captured.headline(found),
        first=tuple(captured.first(found)),
        many=tuple(captured.many(found)),
        delivered=tuple(captured.delivered(found)),
        warning=captured.warning(found),
        facts=tuple(_facts(found)),
        bars=tuple(_bars(found.rows)),
        gain=plots.gain(found, found.curve) if found.curve else None,
        marginal=plots.marginal(found, found.curve) if found.curve else None,
        risk=plots.risk(found),
        weights=tuple(_weights(found)),
    )


def _facts(found: Assessment) -> Iterator[tuple[str, str]]:
    yield "Requests", f"{found.requests:,}"
    yield "Candidates", f"{found.candidates:,}"
    if found.judgements:
        yield (
            "Judgements",
            f"{found.judgements:,} by {counted(found.raters, 'person')}".replace(
                "persons", "people"
            ),
        )
    if found.shares_good is not None:
        yield "Good", f"{percent(found.shares_good[0])} of the candidates"


def _bars(rows: Sequence[Row]) -> Iterator[Bar]:
    ends = [row.interval[0] for row in rows if row.interval] + [row.efficiency for row in rows]
    tops = [row.upper for row in rows if row.upper is not None]
    low, high = min(0.0, *ends), max(1.0, *tops, *(row.efficiency for row in rows))

    def place(value: float) -> float:
        return round(100 * (min(max(value, low), high) - low) / (high - low), 2)

    for row in rows:
        ends_of = row.interval or (row.efficiency, row.efficiency)
        yield Bar(
            row=row,
            name=named(row.name),
            note=_note(row),
            value=percent(row.efficiency),
            around=between(row.interval) if row.kind != "random" else "by definition",
            at=place(row.efficiency),
            low=place(ends_of[0]),
            high=place(ends_of[1]),
            upper=None if row.upper is None or row.kind == "random" else place(row.upper),
            zero=place(0.0),
        )


_NOTES = {
    "policy": "the policy under test",
    "blend": "on unseen requests",
    "measure": "",
    "person": "in the eyes of the others",
    "random": "",
}


def _note(row: Row) -> str:
    return _NOTES[row.kind]


def _weights(found: Assessment) -> Iterator[Weighed]:
    most = (
        max((max(one.share, *(one.interval or (0.0,))) for one in found.weights), default=1.0)
        or 1.0
    )
    for one in found.weights:
        low, high = one.interval or (one.share, one.share)
        yield Weighed(
            name=named(one.name),
            share=percent(one.share),
            around=between(one.interval),
            alone=percent(one.efficiency),
            at=round(100 * one.share / most, 2),
            low=round(100 * max(low, 0.0) / most, 2),
            high=round(100 * high / most, 2),
        )

"""The report of what moved: one HTML file that needs nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from selector.monitoring import Outlook, Panel, Standard
from selector.report.moves import day, named, sentence, shift, valued
from selector.report.rendering import TEMPLATES, render
from selector.report.trend import Histogram, Trend, histogram, trend
from selector.report.words import counted, listed, number
from selector.report.writing import PathLike, put

MOST = 24  # plots of what moved; more are in the table
ALL = "the whole policy"


@dataclass(frozen=True, slots=True)
class Row:
    """One number of a table of effect sizes."""

    name: str
    frozen: str
    rolling: str


@dataclass(frozen=True, slots=True)
class Card:
    """One stream, ready to be laid out.

    Attributes:
        panel: The stream.
        title: What it is called.
        where: Of which group.
        now: Its mean of the last days, in words; "" where that is not known.
        then: The reference's.
        moved: How far it is from there.
        height: How near its detectors are to an alarm.
        news: The alarm that is not over, in a sentence; "" if there is none.
        rows: Effect sizes against both references.
        trend: How it went; None where there are too few days.
        histogram: How it is distributed, then and now.
        learning: What is missing for a reference; "" where nothing is.
    """

    panel: Panel
    title: str
    where: str
    now: str
    then: str
    moved: str
    height: str
    news: str
    rows: tuple[Row, ...]
    trend: Trend | None
    histogram: Histogram | None
    learning: str

    def label(self, value: float) -> str:
        """Return a value of the stream in words."""
        return valued(value, is_rate=self.panel.is_rate)


@dataclass(frozen=True, slots=True)
class Cell:
    """How far one stream of one group is from its reference, in words, and whether it moved."""

    said: str
    standing: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """The groups of one level side by side: a row for each stream."""

    title: str
    names: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """One policy on the page.

    Attributes:
        outlook: What it shows.
        watched: How many streams have a reference, in words.
        moved: Streams whose alarm is not over, the farthest first.
        more: How many more of them there are.
        whole: The streams of the whole policy that did not move.
        still: Failure rates at which nothing ever happened, by instance.
        comparisons: Generators and segments side by side.
        notes: What to know of the numbers.
    """

    outlook: Outlook
    watched: str
    moved: tuple[Card, ...]
    more: int
    whole: tuple[Card, ...]
    still: tuple[str, ...]
    comparisons: tuple[Comparison, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """What stands on the page.

    Attributes:
        headline: What happened, in a sentence.
        standing: "moved", "quiet" or "learning".
        news: The farthest of what moved, in sentences.
        todo: What to do now.
        sections: By policy.
    """

    headline: str
    standing: str
    news: tuple[str, ...]
    todo: tuple[str, ...]
    sections: tuple[Section, ...]


def drift(outlooks: Sequence[Outlook]) -> str:
    """Return the report of *outlooks* as one HTML document.

    It asks nothing of the network and runs no script.
    """
    rules = (TEMPLATES / "drift.css").read_text("utf-8")
    return render("drift.html.j2", rules=rules, page=_page(outlooks))


def write_drift(outlooks: Sequence[Outlook], path: PathLike) -> None:
    """Write the report of *outlooks* to *path*: it appears whole or not at all.

    Nothing is overwritten but an earlier report, and a file that is empty.

    Raises:
        RequestError: It can't be written there.
    """
    put(drift(outlooks), path)


_TITLES = {
    "margin": "Winner's margin",
    "escalation": "Needs a person",
    "acceptance": "Something accepted",
    "disagreement": "Audits that disagree",
    "overturn": "Verdicts overturned",
}
_ORDER = ("escalation", "acceptance", "overturn", "disagreement", "mean", "audited", "margin")


def _page(outlooks: Sequence[Outlook]) -> Page:
    moved = sorted((one for each in outlooks for one in each.moved), key=_distance, reverse=True)
    known = any(panel.standing == "quiet" for each in outlooks for panel in each.panels)
    standing = "moved" if moved else "quiet" if known else "learning"
    return Page(
        headline=_headline(moved, standing),
        standing=standing,
        news=tuple(f"{_news(panel)}." for panel in moved[:3]),
        todo=tuple(_todo(moved, standing)),
        sections=tuple(map(_section, outlooks)),
    )


def _headline(moved: Sequence[Panel], standing: str) -> str:
    if standing == "learning":
        return "Still learning: there is nothing to compare with yet"
    if not moved:
        return "Quiet: nothing has moved"
    titles = list(dict.fromkeys(_title(panel) for panel in moved))
    if len(titles) == 1:
        where = {"" if one.level == "policy" else f" of {one.level} {one.group}" for one in moved}
        return f"{titles[0]}{named(where.pop()) if len(where) == 1 else ''} has moved"
    return f"{counted(len(titles), 'number')} have moved"


def _todo(moved: Sequence[Panel], standing: str) -> Iterable[str]:
    if standing == "learning":
        yield "Nothing: come back when there is a week of requests."
    if any(alarm.voids for panel in moved for alarm in panel.episodes):
        yield (
            "What was promised by calibration no longer holds where the frozen reference was left: "
            "look at what was delivered since then, label some of it, and calibrate again."
        )
    if moved:
        yield (
            "Ask what changed that day: a generator, its settings, the prompts, a model. If the "
            "change is meant, take it as the new standard:"
        )
    elif standing == "quiet":
        yield "Nothing."


def _section(outlook: Outlook) -> Section:
    moved = sorted(outlook.moved, key=_distance, reverse=True)
    rest = [one for one in outlook.panels if one.level == "policy" and one.standing != "moved"]
    still = [one for one in rest if one.kind == "failures" and _never(one)]
    shown = sorted((one for one in rest if one not in still), key=_place)
    return Section(
        outlook=outlook,
        watched=_watched(outlook),
        moved=tuple(map(_card, moved[:MOST])),
        more=max(len(moved) - MOST, 0),
        whole=tuple(map(_card, shown)),
        still=tuple(one.of for one in still),
        comparisons=tuple(_comparisons(outlook)),
        notes=tuple(_notes(outlook)),
    )


def _watched(outlook: Outlook) -> str:
    armed = sum(bool(one.standards) for one in outlook.panels)
    learning = len(outlook.panels) - armed
    return counted(armed, "stream") + (f", {learning} still learning" if learning else "")


def _never(panel: Panel) -> bool:
    return bool(panel.standards) and not any(point.mean for point in panel.points)


def _place(panel: Panel) -> tuple[int, str]:
    return (_ORDER.index(panel.kind) if panel.kind in _ORDER else len(_ORDER), panel.of)


def _distance(panel: Panel) -> float:
    """Return how far a stream moved, so that rates and scores can be sorted together."""
    far = [abs(one.moved) / (0.2 if one.is_rate else 1.0) for one in panel.episodes]
    return max(far, default=0.0)


def _card(panel: Panel) -> Card:
    standard = panel.standards[0] if panel.standards else None
    found = standard.effects if standard else None
    height = max(panel.heights.values(), default=0.0)
    is_rate = panel.is_rate
    return Card(
        panel=panel,
        title=_title(panel),
        where=ALL if panel.level == "policy" else f"{panel.level} {named(panel.group)}",
        now=valued(found.mean, is_rate=is_rate) if found else "",
        then=valued(standard.mean, is_rate=is_rate) if standard else "",
        moved=shift(found.moved, is_rate=is_rate) if found else "",
        height=f"{height:.0%}",
        news=f"{_news(panel)}." if panel.episodes else "",
        rows=tuple(_rows(panel)),
        trend=trend(panel),
        histogram=histogram(panel.spread) if panel.spread else None,
        learning="" if standard else f"{counted(panel.seen, 'value')} so far",
    )


def _rows(panel: Panel) -> Iterable[Row]:
    by = {one.name: one for one in panel.standards}
    if not by:
        return
    pair = (by.get("frozen"), by.get("rolling"))
    yield Row("Days", *(_days(one) for one in pair))
    yield Row("Values", *(f"{one.count:,}" if one else "—" for one in pair))
    yield Row("Mean", *(valued(one.mean, is_rate=panel.is_rate) if one else "—" for one in pair))
    yield Row("Moved", *(_effect(one, "moved", is_rate=panel.is_rate) for one in pair))
    if not panel.is_rate:
        yield Row("Wasserstein / sd", *(_effect(one, "wasserstein") for one in pair))
        yield Row("KS", *(_effect(one, "ks") for one in pair))
        yield Row("PSI", *(_effect(one, "psi") for one in pair))
    heights = panel.heights
    yield Row(
        "Way to an alarm",
        *(f"{heights[name]:.0%}" if name in heights else "—" for name in ("frozen", "rolling")),
    )


def _days(one: Standard | None) -> str:
    return f"{day(one.first)} – {day(one.last)}" if one else "—"


def _effect(one: Standard | None, name: str, *, is_rate: bool = False) -> str:
    value = getattr(one.effects, name) if one and one.effects else None
    if value is None:
        return "—"
    return shift(value, is_rate=is_rate) if name == "moved" else number(round(value, 3))


def _comparisons(outlook: Outlook) -> Iterable[Comparison]:
    for level, title in (("generator", "Generators"), ("segment", "Segments")):
        panels = [one for one in outlook.panels if one.level == level]
        names = list(dict.fromkeys(one.group for one in panels))
        keys = sorted({(*_place(one), one.kind) for one in panels if not _never(one)})
        table = {(one.group, one.kind, one.of): one for one in panels}
        rows = [
            (
                _title_of(kind, of),
                tuple(_cell(table.get((name, kind, of))) for name in names),
            )
            for _, of, kind in keys
        ]
        if rows:
            yield Comparison(title, tuple(names), tuple(rows))


def _cell(panel: Panel | None) -> Cell:
    if panel is None:
        return Cell("—", "")
    found = panel.standards[0].effects if panel.standards else None
    if found is None:
        return Cell("—", panel.standing)
    return Cell(shift(found.moved, is_rate=panel.is_rate), panel.standing)


def _notes(outlook: Outlook) -> Iterable[str]:
    if outlook.dear:
        yield (
            f"Not measured of every candidate, as the answer did not need it: "
            f"{listed(map(named, outlook.dear))}. What is left would be a biased sample, so "
            "only requests count that were audited, of which everything was measured."
        )
    for level, rows in outlook.unwatched.items():
        yield (
            f"{counted(rows, 'request')} of the last day were of a {level} that is not watched by "
            "itself: there are more of them than can be watched. They count for the whole policy."
        )


def _news(panel: Panel) -> str:
    first, *rest = panel.episodes
    return sentence(first, " and the last four weeks" if rest and first.voids else "")


def _title(panel: Panel) -> str:
    return _title_of(panel.kind, panel.of)


def _title_of(kind: str, of: str) -> str:
    if kind == "failures":
        return f"Failures of {named(of)}"
    return _TITLES.get(kind) or named(of)

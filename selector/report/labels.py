"""The page of what people said: how far they agree, who fails which check, what to mend first."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from selector.foreign import isolated, printable
from selector.labels.agreement import FIRM, TENTATIVE, Alpha
from selector.labels.answers import Form
from selector.labels.raters import Judged
from selector.labels.summary import Kappa, Overview, Summary
from selector.report.rendering import TEMPLATES, render
from selector.report.words import counted, listed, number
from selector.report.writing import PathLike, put

SHADES = 5  # of a table's cells
LEAST = 0.5  # percent of the line that an interval takes, so that it is seen
MOST = 200  # raters that are listed, those who fail first
NAMED = 6  # aspects in a headline
ITEMS: dict[Form, str] = {
    "verdict": "candidate", "rating": "candidate", "flag": "candidate", "comparison": "pair",
}  # fmt: skip
FORMS: dict[Form, str] = {
    "verdict": "good or not", "rating": "steps of a scale", "flag": "a fault, there or not",
    "comparison": "which of two is better",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Gauge:
    """Alpha on a line from 0 to 1, in percent of its length."""

    low: float
    high: float
    at: float


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table of answers; *shade* says how dark it is, 0 for hardly anything."""

    said: str
    shade: int
    same: bool


@dataclass(frozen=True, slots=True)
class Card:
    """One aspect.

    Attributes:
        aspect: Its name.
        form: How it was judged, in words.
        standing: "accept", "review" or "reject".
        value: Alpha in words.
        between: Its interval in words; "" where there is none.
        reading: What that means.
        gauge: It drawn; None where it can't be told.
        facts: Names and numbers.
        cleaned: Alpha without the raters who should be dropped, in words; "" if none are.
        warning: What should be mended; "" if nothing.
        shares: Each answer with its share in words, and in percent of the longest bar.
        answers: Of the table of answers.
        confusion: Its rows.
        kappas: Of pairs of raters.
    """

    aspect: str
    form: str
    standing: str
    value: str
    between: str
    reading: str
    gauge: Gauge | None
    facts: tuple[tuple[str, str], ...]
    cleaned: str
    warning: str
    shares: tuple[tuple[str, str, float], ...]
    answers: tuple[str, ...]
    confusion: tuple[tuple[str, tuple[Cell, ...]], ...]
    kappas: tuple[tuple[Kappa, str, str], ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One rater: what to do, numbers in words, and what is wrong."""

    name: str
    standing: str
    advice: str
    cells: tuple[str, ...]
    wrong: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """What stands on the page.

    Attributes:
        headline: How far people agree, without those who should be dropped, in a sentence.
        standing: "accept", "review" or "reject".
        todo: What to do now.
        facts: Names and numbers.
        cards: By aspect.
        columns: Of the table of raters.
        rows: Of that table.
        more: How many raters are not listed.
        notes: What else to know.
    """

    headline: str
    standing: str
    todo: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    cards: tuple[Card, ...]
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    more: int
    notes: tuple[str, ...]


def labels(made: Overview) -> str:
    """Return what can be told of labels as one HTML document.

    It asks nothing of the network and runs no script.
    """
    rules = (TEMPLATES / "labels.css").read_text("utf-8")
    return render("labels.html.j2", rules=rules, page=_page(made))


def write_labels(made: Overview, path: PathLike) -> None:
    """Write that document to *path*: it appears whole or not at all.

    Nothing is overwritten but an earlier report, and a file that is empty.

    Raises:
        RequestError: It can't be written there.
    """
    put(labels(made), path)


def _page(made: Overview) -> Page:
    rest = made.cleaned or made.aspects
    standings = [_standing(one.alpha) for one in rest]
    worst = next((one for one in ("reject", "review") if one in standings), "accept")
    dropped = [one for one in made.raters if one.dropped]
    columns, rows = _raters(made.raters[:MOST])
    return Page(
        headline=_without(dropped, _headline(rest, worst)),
        standing=worst,
        todo=tuple(_todo(made, dropped)),
        facts=(
            ("Labels", f"{made.labels:,}"),
            ("Requests", f"{made.requests:,}"),
            ("Raters", f"{len(made.raters):,}"),
            ("To be dropped", f"{len(dropped):,}"),
        ),
        cards=tuple(_card(one, _like(made.cleaned, one)) for one in made.aspects),
        columns=columns,
        rows=rows,
        more=max(len(made.raters) - MOST, 0),
        notes=tuple(map(printable, (*made.notes, *made.left_out))),
    )


def _like(cleaned: Sequence[Summary], one: Summary) -> Summary | None:
    """Return the same aspect and form without the raters who should be dropped."""
    same = (each for each in cleaned if (each.aspect, each.form) == (one.aspect, one.form))
    return next(same, None)


def _standing(alpha: Alpha) -> str:
    if math.isnan(alpha.value):
        return "review"
    return "accept" if alpha.value >= FIRM else "review" if alpha.value >= TENTATIVE else "reject"


def _headline(aspects: Sequence[Summary], worst: str) -> str:
    if all(math.isnan(one.alpha.value) for one in aspects):
        return "Whether people agree can't be told"
    said = {
        "accept": "People mean the same thing",
        "review": "People agree well enough for careful conclusions",
        "reject": "People agree too little",
    }[worst]
    if len(aspects) == 1:
        return said
    below = [isolated(one.aspect) for one in aspects if _standing(one.alpha) == worst]
    return f"{said}: {listed(below[:NAMED])}" if worst != "accept" else said


def _without(dropped: Sequence[Judged], said: str) -> str:
    if not dropped:
        return said
    return f"Without {counted(len(dropped), 'rater')}, {said[0].lower()}{said[1:]}"


def _todo(made: Overview, dropped: Sequence[Judged]) -> Iterator[str]:
    rest = made.cleaned or made.aspects
    low = [isolated(one.aspect) for one in rest if _standing(one.alpha) == "reject"]
    if dropped:
        yield f"Look at {counted(len(dropped), 'rater')} who should not count, then leave them out."
    if low:
        yield (
            f"{'Even then people agree too little. ' if dropped else ''}Write down what {listed(low[:NAMED])} means, with examples of each answer, and let "
            "a few people judge the same images again."
        )
    if any(one.thin for one in made.aspects):
        yield "Have at least three people judge each item that matters."
    if not dropped and not low and not any(one.thin for one in made.aspects):
        yield "Nothing: these labels can be calibrated with."


def _card(one: Summary, cleaned: Summary | None) -> Card:
    alpha = one.alpha
    known = not math.isnan(alpha.value)
    largest = max(one.shares.values(), default=1.0)
    item = ITEMS[one.form]
    names = tuple(one.shares)
    return Card(
        aspect=one.aspect,
        form=FORMS[one.form],
        standing=_standing(alpha),
        value=_number(alpha.value) if known else "–",
        between=f"{_number(alpha.low)} to {_number(alpha.high)}" if known else "",
        reading=alpha.reading,
        gauge=_gauge(alpha) if known else None,
        facts=tuple(_facts(one)),
        cleaned=_cleaned(cleaned),
        warning=f"{one.thin:,} of {counted(one.items, item)} have fewer than three raters."
        if one.thin
        else "",
        shares=tuple((name, f"{at:.0%}", 100 * at / largest) for name, at in one.shares.items()),
        answers=names,
        confusion=tuple(
            (
                name,
                tuple(_cell(at, same=name == other) for other, at in zip(names, row, strict=True)),
            )
            for name, row in zip(names, one.confusion, strict=False)
        ),
        kappas=tuple((each, _number(each.plain), _number(each.weighted)) for each in one.kappas),
    )


def _gauge(alpha: Alpha) -> Gauge:
    low, high = _percent(alpha.low), _percent(alpha.high)
    low = min(low, 100 - LEAST)
    return Gauge(low, max(high, low + LEAST), _percent(alpha.value))


def _cleaned(one: Summary | None) -> str:
    if one is None or math.isnan(one.alpha.value):
        return ""
    low, high = _number(one.alpha.low), _number(one.alpha.high)
    return f"{_number(one.alpha.value)} ({low} to {high})"


def _facts(one: Summary) -> Iterator[tuple[str, str]]:
    yield "Judgements", f"{one.judgements:,}"
    yield f"{ITEMS[one.form].capitalize()}s", f"{one.items:,}"
    yield "Raters", f"{one.raters:,}"
    for level, alpha in one.alphas.items():
        if level != one.level and not math.isnan(alpha.value):
            yield f"Alpha, {level}", _number(alpha.value)
    if one.fleiss is not None:
        yield "Fleiss’ kappa", _number(one.fleiss)


def _cell(share: float, *, same: bool) -> Cell:
    return Cell(f"{share:.0%}", min(round(share * SHADES), SHADES), same)


def _percent(value: float) -> float:
    return round(100 * min(max(value, 0.0), 1.0), 2)


def _number(value: float | None) -> str:
    if value is None or math.isnan(value):
        return "–"
    return f"{value + 0.0:.2f}".replace("-0.00", "0.00").replace("-", "−")


_COLUMNS = ("Labels", "Gold right", "Agrees", "Means it", "Left side", "Too fast", "Run", "Ties")


def _raters(raters: Sequence[Judged]) -> tuple[tuple[str, ...], tuple[Row, ...]]:
    """Return the columns of which anything is known, and a row for each rater."""
    cells = [tuple(_cells(one)) for one in raters]
    known = [any(row[at] for row in cells) for at in range(len(_COLUMNS))]

    def some(row: Iterable[str]) -> tuple[str, ...]:
        return tuple(one or "–" for one, is_known in zip(row, known, strict=True) if is_known)

    rows = tuple(
        Row(
            one.name,
            *_advice(one),
            some(row),
            tuple(each.said for each in one.findings),
        )
        for one, row in zip(raters, cells, strict=True)
    )
    return some(_COLUMNS), rows


def _advice(one: Judged) -> tuple[str, str]:
    """Return what to do about a rater: as a verdict's colour, and in a word."""
    if one.dropped:
        return "reject", "Drop"
    if one.findings:
        return "review", "Look"
    signs = (one.gold, one.fast, one.run, one.ties, one.agreement, one.reliability)
    checked = any(sign is not None for sign in signs)
    return ("accept", "Fine") if checked else ("review", "Not checked")


def _cells(one: Judged) -> Iterator[str]:
    yield f"{one.labels:,}"
    yield "" if one.gold is None else f"{one.gold.right} of {one.gold.asked}"
    yield "" if one.agreement is None else _number(one.agreement)
    yield _share(one.reliability)
    yield "" if one.side is None else f"{'+' if one.side > 0 else ''}{number(round(one.side, 2))}"
    yield _share(one.fast)
    yield "" if one.run is None else f"{one.run}"
    yield _share(one.ties)


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.0%}"

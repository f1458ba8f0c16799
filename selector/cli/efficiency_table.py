"""How good a choice is, as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from selector.calibration.assessment import Assessment, Row
from selector.cli.prose import entry, shown
from selector.report.captured import between, headline, percent, sentences
from selector.report.words import ISOLATE, POP

NAME = 40  # characters of a name in the table
MOST = 25  # rows; --json has all


def lines(found: Assessment) -> Iterator[str]:
    """Give the headline, what to know first, the table, the curve and the weights."""
    first = (f"{headline(found)}.", *sentences(found))
    yield from (entry("", _plain(said), column=0, indent=0) for said in first)
    yield ""
    yield from _rows(found.rows)
    if found.curve is not None:
        yield ""
        yield from _curve(found)
    if found.weights:
        yield ""
        yield from _weights(found)
    if found.notes:
        yield ""
        yield from (entry("", _plain(note), column=0, indent=0) for note in found.notes)


def _plain(text: str) -> str:
    """Return a sentence without the marks that keep foreign names apart on a page."""
    return text.replace(ISOLATE, "").replace(POP, "")


def _rows(rows: Sequence[Row]) -> Iterator[str]:
    heading = ("way to choose", "captures", "95 %", "at most", "pairs")
    table = [heading, *(_cells(row) for row in rows[:MOST])]
    yield from aligned(table)
    if not all(row.fair for row in rows):
        yield "* judged by the very labels that show which of these is best"
    if len(rows) > MOST:
        yield f"… and {len(rows) - MOST} more; --json prints all."


def _cells(row: Row) -> tuple[str, ...]:
    bound = "" if row.upper is None or row.kind == "random" else percent(row.upper)
    pairs = "" if row.accuracy is None else percent(row.accuracy, 1)
    star = "" if row.fair else " *"
    return (
        f"{shown(row.name, NAME)}{star}", percent(row.efficiency), between(row.interval), bound, pairs
    )  # fmt: skip


def _curve(found: Assessment) -> Iterator[str]:
    assert found.curve is not None  # noqa: S101 - asked for where there is one
    table = [("best of", "gain", "±", "perfect pick", "last one adds")]
    table += [
        (str(one.n), f"{one.gain:.3f}", f"{2 * one.error:.3f}", f"{one.oracle:.3f}", f"{one.marginal:.3f}")
        for one in found.curve.points
        if one.n > 1
    ]  # fmt: skip
    yield from aligned(table)


def _weights(found: Assessment) -> Iterator[str]:
    yield entry(
        "", f"Weights, per spread of a request; {shown(found.weights_by)}:", column=0, indent=0
    )
    table = [("measure", "weight", "95 %", "by itself")]
    table += [
        (shown(one.name, NAME), percent(one.share), between(one.interval), percent(one.efficiency))
        for one in found.weights[:MOST]
    ]
    yield from aligned(table)


def aligned(table: Sequence[Sequence[str]]) -> Iterator[str]:
    """Give a table's rows, the first column to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for first, *rest in table:
        cells = (one.rjust(width) for one, width in zip(rest, widths[1:], strict=True))
        yield "  ".join((first.ljust(widths[0]), *cells)).rstrip()

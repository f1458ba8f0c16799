"""`selector labels …`: what people said, read, checked and held against each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from selector.cli.labels_columns import Given, columns
from selector.cli.plan import JournalPath

if TYPE_CHECKING:
    from selector.labels import Read

HELP = """Read what people said of candidates, and see whether they agree.

Files are CSV, JSON lines, Parquet, or exports of Label Studio; without any, the labels of the
journal are meant. Columns are found by their usual names, or told by --column.

Example: selector labels agreement ratings.csv
"""

commands = typer.Typer(help=HELP, no_args_is_help=True, rich_markup_mode=None)

Files = Annotated[
    list[str] | None, typer.Argument(help="What people said; the journal's own if none.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print it as JSON.")]
Level = Annotated[
    float,
    typer.Option(
        "--gold",
        help="What share of gold questions a rater must surely get right.",
        min=0,
        max=1,
        metavar="SHARE",
    ),
]
GOLD = 0.7


@commands.command(name="import", short_help="Read labels, and write them in one form.")
def import_(
    files: Annotated[list[str], typer.Argument(help="What people said.")],
    *,
    out: Annotated[
        str | None,
        typer.Option(help="Write them into this file, one a line.", metavar="LABELS.jsonl"),
    ] = None,
    journal: Annotated[
        str | None,
        typer.Option(
            help="Write them into this journal, beside the requests that they are of.",
            metavar="WHERE",
        ),
    ] = None,
    column: Given = None,
    as_json: AsJson = False,
) -> None:
    """Read labels of any form; write them as JSON lines, or into a journal, or both.

    Whatever is not understood is told at once, with its line, and then nothing is written. A
    journal takes labels of its own candidates alone.

    Example: selector labels import ratings.csv --out labels.jsonl
    """
    from selector import labels
    from selector.cli import labels_told, labels_written
    from selector.errors import CalibrationError

    if out is None and journal is None:
        raise CalibrationError("labels import: where to? Give --out LABELS.jsonl, or --journal.")
    found = labels.read_all(files, columns(column))
    if out is not None:
        labels_written.check(out, files)
    already = None if journal is None else labels_written.into(journal, found.labels)
    if out is not None:
        labels.write(found.labels, out)
    labels_told.imported(found, out=out, journal=journal, already=already, as_json=as_json)


@commands.command(short_help="Tell how far raters agree.")
def agreement(
    files: Files = None,
    *,
    journal: JournalPath = None,
    column: Given = None,
    as_json: AsJson = False,
) -> None:
    """Tell how far raters agree, beyond what chance would give: Krippendorff's alpha, and kappas.

    From 0.8 on people mean the same thing; under 0.667 the guideline wants mending before anything
    is made of the labels.

    Example: selector labels agreement ratings.csv
    """
    from selector.cli import labels_told
    from selector.labels import summary

    found = _read(files, journal, column)
    aspects = summary.summaries(found.labels)
    if as_json:
        labels_told.put(labels_told.agreement(aspects))
    else:
        labels_told.agreed(found, aspects)


@commands.command(short_help="Tell which raters fail which check.")
def raters(
    files: Files = None,
    *,
    journal: JournalPath = None,
    column: Given = None,
    gold: Level = GOLD,
    kept: Annotated[
        str | None,
        typer.Option(
            help="Write the labels of raters who pass into this file.", metavar="LABELS.jsonl"
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check every rater: gold answers, time, runs, ties, agreement with others, the label model.

    Missed gold questions, or two other signs, are reason to drop a rater. One sign alone is told.

    Example: selector labels raters ratings.csv
    """
    from selector import labels
    from selector.cli import labels_told, labels_written
    from selector.labels.raters import Gate, judged, without

    found = _read(files, journal, column)
    everyone = judged(found.labels, Gate(level=gold))
    if kept is not None:
        labels_written.check(kept, files or ())
        labels.write(without(found.labels, everyone), kept)
    if as_json:
        labels_told.put([{**asdict(one), "dropped": one.dropped} for one in everyone])
    else:
        labels_told.rated(found, everyone, kept)


@commands.command(short_help="Write a page of all that can be told of labels.")
def report(
    files: Files = None,
    *,
    out: Annotated[
        str | None, typer.Option(help="Write the page into this file.", metavar="OUT.html")
    ] = None,
    journal: JournalPath = None,
    column: Given = None,
    gold: Level = GOLD,
    as_json: AsJson = False,
) -> None:
    """Show how many labels there are, how far people agree, and who fails which check.

    Example: selector labels report ratings.csv --out labels.html
    """
    from selector.cli import labels_told, reports
    from selector.cli.files import journal_files
    from selector.cli.prose import shown
    from selector.errors import CalibrationError
    from selector.labels.raters import Gate
    from selector.labels.summary import overview

    if out is None and not as_json:
        raise CalibrationError("labels report: where to? Give --out OUT.html, or --json.")
    reports.check(out, files or journal_files(journal))
    found = _read(files, journal, column)
    made = overview(found.labels, Gate(level=gold), notes=found.notes, left_out=found.left_out)
    if out is not None:
        from selector.report.labels import write_labels

        write_labels(made, out)
        typer.echo(f"The report lies in {shown(out)}", err=as_json)
    if as_json:
        labels_told.put(labels_told.data(made))


def _read(files: Sequence[str] | None, journal: str | None, column: Sequence[str] | None) -> Read:
    """Return the labels of files, or of the journal."""
    from selector.errors import CalibrationError
    from selector.labels import Read, read_all
    from selector.labels.settled import settled

    told = columns(column)
    if files:
        return read_all([Path(one) for one in files], told)
    from selector.cli.replay import address
    from selector.cli.said import said
    from selector.journal import Journal

    with Journal(address(journal)) as book:
        kept, left_out = settled(said((), told, book)[0])
        if not kept:
            raise CalibrationError(
                f"{book.name}: the journal has no labels (got none). Name files, or import some."
            )
    return Read(kept, left_out)

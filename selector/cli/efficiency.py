"""`selector efficiency`: how good the choice is, beside every other way to choose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from selector.cli import complete
from selector.cli.labels_columns import Given
from selector.cli.plan import JournalPath

if TYPE_CHECKING:
    from selector.calibration.assessment import Assessment


def add_to(app: typer.Typer) -> None:
    """Add the command of this module to *app*, beside its own."""
    app.command(short_help="Say how good the choice is: against a perfect pick, and a person.")(
        efficiency
    )


def efficiency(  # noqa: PLR0913 - one option each
    policy: Annotated[
        str | None,
        typer.Argument(
            help="A policy whose own choice is judged too, by path or name.",
            autocompletion=complete.policies,
        ),
    ] = None,
    *,
    scores: Annotated[
        str | None,
        typer.Option(
            help="A table with a row a candidate: .csv, .jsonl, .parquet; else the journal.",
            metavar="TABLE",
        ),
    ] = None,
    labels: Annotated[
        list[str] | None,
        typer.Option(
            help="What people said; again for more. Else what stands in the table, or journal.",
            metavar="FILE",
        ),
    ] = None,
    journal: JournalPath = None,
    measures: Annotated[
        list[str] | None,
        typer.Option(
            help="Only these outputs, by name or pattern (m_*); again for more.", metavar="NAME"
        ),
    ] = None,
    lower: Annotated[
        list[str] | None,
        typer.Option(
            help="Outputs of which less is better, likewise; again for more.", metavar="NAME"
        ),
    ] = None,
    column: Given = None,
    aspect: Annotated[
        str | None, typer.Option(help="Of what labels are, if they are of several things.")
    ] = None,
    good_from: Annotated[
        float | None,
        typer.Option(
            help="From which mean label on a candidate is good; else three quarters of the scale."
        ),
    ] = None,
    price: Annotated[
        float | None, typer.Option(help="What generating one more candidate costs.", min=1e-12)
    ] = None,
    value: Annotated[
        float, typer.Option(help="What one unit of the label is worth, likewise.", min=1e-12)
    ] = 1.0,
    report: Annotated[
        str | None,
        typer.Option(help="Write a page to look at into this file.", metavar="OUT.html"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print it all as JSON.")] = False,
) -> None:
    """Say which share of what a perfect pick would gain over a random one the choice captures.

    Beside it: a person, each measure, equal and learned weights (on requests they were not
    learned from), how many candidates pay, and how much of what is delivered is bad.

    Example: selector efficiency --scores scores.csv --report page.html
    """
    from selector.calibration.assess import assess
    from selector.cli import reports
    from selector.cli.efficiency_input import Wanted, read
    from selector.cli.files import journal_files

    used = [*(labels or ()), *([scores] if scores else ()), *([policy] if policy else ())]
    reports.check(report, [*used, *([] if scores else journal_files(journal))])
    wanted = Wanted(
        policy=policy,
        scores=scores,
        labels=tuple(labels or ()),
        journal=journal,
        measures=tuple(measures or ()),
        lower=tuple(lower or ()),
        columns=tuple(column or ()),
        aspect=aspect,
        good_from=good_from,
        prices=None if price is None else (price, value),
    )
    found = assess(*read(wanted))
    _put(found, report, aside=as_json)
    _show(found, as_json=as_json)


def _put(found: Assessment, report: str | None, *, aside: bool) -> None:
    """Write the page and say where it lies; *aside* leaves standard output to scripts."""
    if report is None:
        return
    from selector.cli.prose import shown
    from selector.report.efficiency import write_efficiency

    write_efficiency(found, report)
    typer.echo(f"The report lies in {shown(report)}", err=aside)


def _show(found: Assessment, *, as_json: bool) -> None:
    import json
    from dataclasses import asdict

    from selector.cli.efficiency_table import lines
    from selector.cli.prose import printing

    with printing():
        if as_json:
            typer.echo(json.dumps(asdict(found), indent=2, ensure_ascii=False))
        else:
            typer.echo("\n".join(lines(found)))

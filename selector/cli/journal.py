"""`selector journal …`: what was written down, read, asked, labelled, proved, taken along, erased."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from selector.cli.plan import JournalPath
from selector.cli.replay import ReportPath, Since, Until, Where

if TYPE_CHECKING:
    from selector.journal import Journal

FAILED = 1  # something is not as it should be; 2 is the caller's mistake
POLL_S = 1.0

HELP = """Read what was written down, prove it, take it along, erase it.

Example: selector journal tail
"""

commands = typer.Typer(help=HELP, no_args_is_help=True, rich_markup_mode=None)

RequestId = Annotated[
    str, typer.Argument(help="A request's id, how it begins, or last.", metavar="ID")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print it as JSON.")]


@commands.command(short_help="List the newest requests.")
def tail(
    *,
    count: Annotated[
        int, typer.Option("-n", help="How many.", min=0, max=100_000, metavar="N")
    ] = 20,
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="Go on with those that come, until Ctrl-C.")
    ] = False,
    journal: JournalPath = None,
) -> None:
    """List the newest requests, the newest last: when, id, policy, what it got, the prompt.

    Example: selector journal tail -n 5
    """
    from selector.cli import journal_lines as told
    from selector.cli.prose import printing

    with _opened(journal) as book, printing():
        for line in told.newest(book, count, POLL_S if follow else None):
            typer.echo(line)


@commands.command(short_help="Show all that is known of one request.")
def show(
    request: RequestId,
    *,
    journal: JournalPath = None,
    as_json: AsJson = False,
    report: ReportPath = None,
) -> None:
    """Show one request whole: verdicts and why, every outcome, labels, its place in the chain.

    Example: selector journal show last
    """
    from selector.cli import journal_lines as told
    from selector.cli import reports
    from selector.cli.files import journal_files
    from selector.cli.prose import printing
    from selector.cli.table import selection_table

    reports.check(report, journal_files(journal))
    with _opened(journal) as book:
        found = told.request(book, request)
        with printing():
            if as_json:
                typer.echo(found.selection.to_json())
            else:
                selection_table(found.selection)
                typer.echo("\n".join(told.rest(found)))
    reports.write(found.selection, report, aside=as_json)


@commands.command(short_help="Ask in SQL; it can only read.")
def query(  # noqa: PLR0913 - one option each
    sql: Annotated[
        str | None, typer.Argument(help="One SELECT, in the SQL of the database.", metavar="SQL")
    ] = None,
    *,
    tables: Annotated[bool, typer.Option("--tables", help="List what can be asked.")] = False,
    limit: Annotated[int, typer.Option(help="How many rows at most.", min=1)] = 1000,
    seconds: Annotated[float, typer.Option(help="When it is stopped.", min=0.001)] = 30.0,
    as_json: AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print it as CSV.")] = False,
    journal: JournalPath = None,
) -> None:
    """Ask the journal in SQL. Nothing can be changed by it.

    Example: selector journal query "SELECT id, answer FROM requests"
    """
    from selector.cli import journal_answers as answers
    from selector.cli.prose import printing
    from selector.errors import RequestError
    from selector.journal.asking import ask

    if sql is None and not tables:
        raise RequestError("query: nothing is asked (got no SQL). Write one SELECT, or --tables.")
    form: Literal["json", "csv", "table"] = "json" if as_json else "csv" if as_csv else "table"
    with printing():
        if sql is None:
            typer.echo(answers.tables(as_json=as_json))
            return
        with _opened(journal) as book:
            found = ask(book, sql, limit=limit, seconds=seconds)
        answers.show(found, form)
        if found.more:
            typer.echo(f"There are more than {limit} rows. Ask for more with --limit.", err=True)


@commands.command(short_help="Write it as Parquet.")
def export(
    *,
    parquet: Annotated[
        Path, typer.Option(help="Into this folder, which is new or empty.", metavar="FOLDER")
    ],
    since: Since = None,
    until: Until = None,
    where: Where = None,
    journal: JournalPath = None,
) -> None:
    """Write requests, and candidates with every outcome in a column, as Parquet.

    Example: selector journal export --parquet exported
    """
    import sys

    from selector.cli.prose import CLEAR, printing, shown
    from selector.journal import export as parquets
    from selector.replay.asked import which
    from selector.report.words import counted

    asked, watched = which(since, until, where or ()), sys.stderr.isatty()

    def tell(done: int) -> None:
        typer.echo(f"{CLEAR}{done} requests…", err=True, nl=False)

    with _opened(journal) as book:
        found = parquets.export(
            book, parquet, asked, progress=tell if watched else lambda _done: None
        )
    if watched:
        typer.echo(CLEAR, err=True, nl=False)
    with printing():
        typer.echo(
            f"{counted(found.requests, 'request')} and {counted(found.candidates, 'candidate')} "
            f"lie in {shown(str(parquet))}"
        )


@commands.command(short_help="Prove that nothing was changed, lost or added.")
def verify(
    *,
    heads: Annotated[
        Path | None,
        typer.Option(
            help="Where chains ended when this was last asked; written anew if all holds.",
            metavar="FILE",
        ),
    ] = None,
    journal: JournalPath = None,
) -> None:
    """Hold every row against the hash chain; end with 1 if one was changed, lost or added.

    Who can write to the database could cut a chain's end: keep --heads elsewhere, and that is
    noticed too.

    Example: selector journal verify --heads heads.json
    """
    from selector.cli import journal_proof as proof
    from selector.cli.prose import printing

    known = proof.known(heads)
    with _opened(journal) as book:
        found = book.verify(known)
        with printing():
            typer.echo("\n".join(proof.lines(book.name, found)))
    if not found.holds:
        raise typer.Exit(FAILED)
    if heads is not None:
        proof.keep(heads, found)


@commands.command(short_help="Erase requests, with all that belongs to them.")
def forget(
    *,
    request: Annotated[
        str | None, typer.Option(help="The request's id, or how it begins.", metavar="ID")
    ] = None,
    before: Annotated[
        str | None,
        typer.Option(help="All that were decided before this day or moment.", metavar="DATE"),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    journal: JournalPath = None,
) -> None:
    """Erase requests, their labels, their thumbnails and what waits to be sent; the chain holds.

    Example: selector journal forget --before 2020-01-01 --yes
    """
    from selector.cli import journal_erasing as erasing
    from selector.cli.prose import printing

    with _opened(journal) as book:
        meant = erasing.meant(book, request, before)
        with printing():
            typer.echo(meant.said)
        if not meant:
            return
        if not yes:
            typer.confirm("Erase them for good?", abort=True, err=True)
        said = erasing.erase(book, meant)
    with printing():
        typer.echo(said)


@commands.command(short_help="Say what a person thinks of a candidate.")
def label(
    request: RequestId,
    candidate: Annotated[
        str, typer.Argument(help="A candidate's id, or how it begins.", metavar="CANDIDATE")
    ],
    verdict: Annotated[
        str, typer.Argument(help="accept: good to deliver; reject: not.", metavar="accept|reject")
    ],
    *,
    rater: Annotated[
        str | None, typer.Option(help="Who says it; the user's name if not given.", metavar="NAME")
    ] = None,
    journal: JournalPath = None,
) -> None:
    """Write down what a person says of a candidate, beside what the engine had said.

    Monitoring tells from this how often people overturn a verdict.

    Example: selector journal label last a.png reject --rater anna
    """
    from selector.cli import journal_lines as told
    from selector.cli.prose import printing

    with _opened(journal) as book:
        said = told.labelled(book, request, candidate, verdict, rater)
    with printing():
        typer.echo(said)


@commands.command(short_help="Send what waits, as the journal could not be written.")
def resend(*, journal: JournalPath = None) -> None:
    """Write down the requests that wait in files since the journal could not take them.

    Requests send these too, a few at a time. It ends with 1 if any can't be sent.

    Example: selector journal resend
    """
    from selector.cli.prose import printing, shown
    from selector.engine.spool import spool_of

    with _opened(journal) as book:
        spool = spool_of(book)
        found = spool.send(book)
        waiting, refused = len(spool.waiting()), spool.refused()
    with printing():
        typer.echo(f"{found.sent} sent, {waiting} waiting, {len(refused)} set aside")
        for one in refused:
            typer.echo(f"set aside: {shown(str(one))}")
    if found.fault:
        typer.echo(shown(found.fault), err=True)
    if waiting or refused:
        raise typer.Exit(FAILED)


def _opened(journal: str | None) -> AbstractContextManager[Journal]:
    """Give the journal that is meant; nothing is made."""
    from selector.cli.replay import address
    from selector.journal import Journal

    return Journal(address(journal))

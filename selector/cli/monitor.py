"""The `monitor` commands: what moved, told to a terminal, a page, a dashboard or a webhook."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from selector.cli.plan import JournalPath

if TYPE_CHECKING:
    from selector.backbones.posting import Endpoint
    from selector.journal import Journal
    from selector.monitoring import Alarm, Outlook
    from selector.monitoring.metrics import Exporter

ALARM = 3  # for cron; 2 is the caller's mistake
UNSENT = 1
KEY = "SELECTOR_WEBHOOK_KEY"
LISTED = 20  # alarms that are printed; --json has them all

HELP = """Notice drift in what was decided: of scores, failures, and how often a person is needed.

Example: selector monitor run
"""

commands = typer.Typer(help=HELP, no_args_is_help=True, rich_markup_mode=None)

Policy = Annotated[str | None, typer.Option(help="Only this policy's.", metavar="NAME")]


@commands.command(short_help="Go through what is new; exit with 3 on an alarm.")
def run(  # noqa: PLR0913 - one option each
    *,
    journal: JournalPath = None,
    policy: Policy = None,
    every: Annotated[
        float | None, typer.Option(help="Go on for ever, so often.", min=1, metavar="SECONDS")
    ] = None,
    metrics_port: Annotated[
        int | None,
        typer.Option(help="Serve metrics for Prometheus; with --every.", min=1, max=65535),
    ] = None,
    metrics_host: Annotated[str, typer.Option(help="Where they are served.")] = "127.0.0.1",
    webhook: Annotated[
        str | None, typer.Option(help=f"Post alarms there; {KEY} is its key.", metavar="URL")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print alarms as JSON lines.")] = False,
) -> None:
    """Go through the requests that are new since last time, and tell what moved.

    It ends with 3 where there is a new alarm, with 1 where a webhook did not take one: that is
    sent again next time. With --every it goes on until it is stopped.

    Example: selector monitor run --webhook https://example.com/alarms
    """
    from selector.errors import RequestError

    if metrics_port is not None and every is None:
        raise RequestError("--metrics-port: metrics of one moment (got no --every). Give it too.")
    where = _endpoint(webhook)
    with _opened(journal) as book, _exporter(metrics_port, metrics_host) as exporter:
        while True:
            alarms, unsent = _round(book, policy, where, as_json=as_json)
            if policy is not None and every is None and not _outlooks(book, policy):
                raise RequestError(
                    f"--policy: no request is by it (got {policy!r}). Check its name."
                )
            if exporter is not None:
                exporter.show(_outlooks(book, policy))
            if every is None:
                break
            time.sleep(every)
    if alarms or unsent:
        raise typer.Exit(ALARM if alarms else UNSENT)


@commands.command(short_help="Write a page of how everything went.")
def report(
    *,
    out: Annotated[
        str | None, typer.Option(help="Write a page to look at into this file.", metavar="OUT.html")
    ] = None,
    journal: JournalPath = None,
    policy: Policy = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print it all as JSON.")] = False,
) -> None:
    """Go through what is new, and show how every stream went: its days, references, detectors.

    Alarms that it finds are told by the next `run`.

    Example: selector monitor report --out drift.html
    """
    from selector import monitoring
    from selector.cli import reports
    from selector.cli.files import journal_files
    from selector.cli.prose import printing, shown
    from selector.errors import RequestError

    if out is None and not as_json:
        raise RequestError("monitor report: where to? Give --out OUT.html, or --json.")
    reports.check(out, journal_files(journal))
    with _opened(journal) as book:
        monitoring.catch_up(book)
        found = _outlooks(book, policy)
    if policy is not None and not found:
        raise RequestError(f"--policy: no request is by it (got {policy!r}). Check its name.")
    if out is not None:
        from selector.report.drift import write_drift

        write_drift(found, out)
        typer.echo(f"The report lies in {shown(out)}", err=as_json)
    if as_json:
        with printing():
            typer.echo(json.dumps([asdict(one) for one in found], indent=2))


@commands.command(short_help="Take the last four weeks as the standard.")
def freeze(*, journal: JournalPath = None, policy: Policy = None) -> None:
    """Make the last four weeks the frozen reference, and end the alarms against the one before.

    For after a change that is meant. Streams of which too little is known keep what they have.

    Example: selector monitor freeze
    """
    from selector import monitoring
    from selector.cli.prose import printing, shown
    from selector.errors import RequestError

    with _opened(journal) as book:
        found = monitoring.freeze(book, policy)
    if policy is not None and not found:
        raise RequestError(f"--policy: no request is by it (got {policy!r}). Check its name.")
    with printing():
        for name, streams in found.items():
            typer.echo(f"{shown(name)}: a new frozen reference of {streams} streams.")


@contextmanager
def _opened(path: str | None) -> Iterator[Journal]:
    """Give a journal that is there: nothing is made."""
    from selector.cli import files

    with files.journal(path, wanted=True) as book:
        assert book is not False  # noqa: S101 - it is wanted
        book.requests(limit=1)
        yield book


@contextmanager
def _exporter(port: int | None, host: str) -> Iterator[Exporter | None]:
    if port is None:
        yield None
        return
    from selector.monitoring import metrics

    exporter = metrics.Exporter()
    end = metrics.serve(exporter, port, host)
    try:
        yield exporter
    finally:
        end()


def _round(
    book: Journal, policy: str | None, where: Endpoint | None, *, as_json: bool
) -> tuple[Sequence[Alarm], Sequence[Alarm]]:
    """Go through what is new, once; return the new alarms, and those that could not be sent."""
    from selector import monitoring

    state = monitoring.catch_up(book)
    alarms = [one for one in monitoring.record(book, state) if policy in {None, one.policy}]
    _tell(book, alarms, policy, as_json=as_json)
    unsent = [] if where is None else _send(book, where, policy)
    monitoring.told(book, alarms)
    return alarms, unsent


def _tell(book: Journal, alarms: Sequence[Alarm], policy: str | None, *, as_json: bool) -> None:
    from selector.cli.prose import printing, shown

    with printing():
        if as_json:
            for one in alarms:
                typer.echo(json.dumps(_data(one)))
            return
        for one in alarms[:LISTED]:
            typer.echo(f"ALARM {shown(one.policy)}: {_plain(one)}")
        if len(alarms) > LISTED:
            typer.echo(f"… and {len(alarms) - LISTED} more; --json prints all.")
        for outlook in _outlooks(book, policy):
            typer.echo(_line(outlook))


def _line(outlook: Outlook) -> str:
    """Return how a policy stands, in one line."""
    from selector.cli.prose import shown
    from selector.report.words import counted

    standings = [panel.standing for panel in outlook.panels]
    moved, quiet = standings.count("moved"), standings.count("quiet")
    until = f" until {outlook.last}" if outlook.last else ""
    return (
        f"{shown(outlook.policy)}: {outlook.requests:,} requests{until}; {counted(moved, 'stream')} moved, "
        f"{quiet} quiet, {standings.count('learning')} without a reference yet."
    )


def _send(book: Journal, where: Endpoint, policy: str | None) -> list[Alarm]:
    """Post what is due; return what was not taken, which is said on standard error."""
    from selector import monitoring
    from selector.cli.prose import shown
    from selector.monitoring.webhook import posted

    done: list[Alarm] = []
    failed: list[Alarm] = []
    for alarm in monitoring.claim(book, time.time(), policy):
        why = "the one before was not" if failed else posted(where, _data(alarm))
        (failed if why else done).append(alarm)
        if why:
            typer.echo(shown(f"--webhook: {alarm.subject} was not taken ({why})."), err=True)
    monitoring.sent(book, done, failed=failed)
    return failed


def _data(alarm: Alarm) -> dict[str, object]:
    return {"id": alarm.id, "text": _plain(alarm), **alarm.to_dict()}


def _plain(alarm: Alarm) -> str:
    """Return what an alarm says, on one harmless line."""
    from selector.cli.prose import shown
    from selector.report.moves import sentence
    from selector.report.words import ISOLATE, POP

    return shown(f"{sentence(alarm)}.".replace(ISOLATE, "").replace(POP, ""))


def _outlooks(book: Journal, policy: str | None) -> tuple[Outlook, ...]:
    from selector import monitoring

    return monitoring.outlooks(monitoring.load(book), monitoring.alarms(book), policy)


def _endpoint(url: str | None) -> Endpoint | None:
    if url is None:
        return None
    from selector.monitoring.webhook import endpoint

    return endpoint(url, os.environ.get(KEY, ""))

"""`selector replay` and `selector explain`: recorded requests decided again, and why."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from selector.cli import complete
from selector.cli.plan import JournalPath

if TYPE_CHECKING:
    from selector.journal import PolicyRow
    from selector.policy.plan import Plan
    from selector.replay.replayed import Replayed, Told
    from selector.replay.run import Progress, Task

FAILED = 1  # a request is not decided as it was recorded; 2 is the caller's mistake

Since = Annotated[
    str | None, typer.Option(help="Only from this day or moment on, or so long ago.", metavar="7d")
]
Until = Annotated[
    str | None, typer.Option(help="Only until the end of this day.", metavar="2026-03-31")
]
Where = Annotated[
    list[str] | None,
    typer.Option(
        help="Only with this policy, version, generator, segment, answer, needs_person, audited, "
        "id or plan; again for more.",
        metavar="KEY=VALUE",
    ),
]
Workers = Annotated[
    int | None, typer.Option(help="So many processes at most.", min=1, max=256, metavar="N")
]
ReportPath = Annotated[
    str | None,
    typer.Option("--report", help="Write a page to look at into this file.", metavar="OUT.html"),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print it as JSON.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module to *app*, beside its own."""
    app.command(short_help="Decide recorded requests again, by another policy or by their own.")(
        replay
    )
    app.command(short_help="Say why a recorded request was decided so, and what would turn it.")(
        explain
    )


def replay(  # noqa: PLR0913 - one option each
    *,
    policy: Annotated[
        str | None,
        typer.Option(
            help="By this policy: a path, a name, or NAME@VERSION as the journal has it.",
            autocompletion=complete.policies,
        ),
    ] = None,
    since: Since = None,
    until: Until = None,
    where: Where = None,
    workers: Workers = None,
    journal: JournalPath = None,
    report: ReportPath = None,
    as_json: AsJson = False,
) -> None:
    """Decide recorded requests again from their outcomes; nothing is measured, nothing written.

    By another policy it tells what that would change, and what can't be told, as something was
    never measured. Without --policy each request is decided by the very plan that decided it: then
    it ends with 1 if any differs.

    Example: selector replay --policy my.yaml --since 7d --report replay.html
    """
    from selector.cli.replayed import data, lines
    from selector.replay.asked import which
    from selector.replay.replayed import Told
    from selector.replay.run import Task

    asked = which(since, until, where or ())
    place = address(journal)
    plan, price = (None, None) if policy is None else read(policy, place)
    check(report, [*([] if policy is None else [policy])], journal)
    told = Told(price=price, meant=tuple(meant(since, until, where or ())))
    found = run(Task(place, plan, asked), told, workers=workers, quiet=as_json)
    try:
        show(data(found) if as_json else None, lines(found))
    finally:  # each is worth having without the other
        put(found, report, aside=as_json)
    if plan is None and (found.tally.differing or found.tally.damaged):
        raise typer.Exit(FAILED)


def explain(
    request: Annotated[
        str | None, typer.Argument(help="A request's id, or how it begins; the newest if none.")
    ] = None,
    candidate: Annotated[
        str | None, typer.Argument(help="A candidate's id, or how it begins; all if none.")
    ] = None,
    *,
    journal: JournalPath = None,
    as_json: AsJson = False,
) -> None:
    """Say why a recorded request was decided so, and the nearest change that would turn a verdict.

    Each change is tried: at the number that is told the verdict is turned, just before it is not.

    Example: selector explain
    """
    from selector.cli import why
    from selector.journal import Journal

    with Journal(address(journal)) as book:
        plan, selection = book.read(why.request_of(book, request))
    names = why.candidates_of(selection, candidate)
    found = {name: why.explained(plan, selection, name) for name in names}
    show(why.data(selection, found) if as_json else None, why.lines(selection, found))


def address(journal: str | None) -> str:
    """Return where the journal is: what is given, else the user's own."""
    from selector.journal import default_path

    return journal or str(default_path())


def read(policy: str, place: str) -> tuple[Plan, float | None]:
    """Return the plan of a policy and what it says a person's look costs.

    Args:
        policy: A path, a name, or "portrait@3" as the journal has it.
        place: The journal.

    Raises:
        PolicyError: It can't be found or planned.
        CalibrationError: Its calibrated file does not fit.
    """
    from selector.planning import planned
    from selector.policy.calibration import Calibration

    kept = _kept(policy, place)
    if kept is None:
        made = planned(policy)
    else:
        used = None if kept.calibrated is None else Calibration.read(kept.calibrated, policy)
        made = planned(kept.text.encode(), used)
    costs = made.policy.costs
    return made.plan, None if costs is None else costs.review


def _kept(policy: str, place: str) -> PolicyRow | None:
    """Return a version of a policy as the journal keeps it, the newest text of it."""
    from pathlib import Path

    from selector.journal import Journal

    name, at, version = policy.rpartition("@")
    if not at or not version.isdigit() or Path(policy).exists():
        return None
    with Journal(place) as book:
        found = [one for one in book.policies(name) if one.version == int(version)]
    return found[-1] if found else None


def check(report: str | None, used: Sequence[str], journal: str | None) -> None:
    """Tell before anything is read that a report can't be written there."""
    from selector.cli import files, reports

    kept = [] if "://" in (journal or "") else files.journal_files(journal)
    reports.check(report, [*used, *kept])


def run(task: Task, told: Told, *, workers: int | None, quiet: bool) -> Replayed:
    """Return what replay found; a person sees how far it is."""
    from selector.replay.run import replayed

    with _progress(quiet=quiet) as tell:
        return replayed(task, told, workers=workers, progress=tell)


def show(made: object, said: Iterator[str]) -> None:
    """Print data as JSON, else the lines."""
    import json

    from selector.cli.prose import printing

    with printing():
        if made is not None:
            typer.echo(json.dumps(made, indent=2, ensure_ascii=False))
        else:
            typer.echo("\n".join(said))


def put(found: Replayed, report: str | None, *, aside: bool) -> None:
    """Write the page and say where it lies; *aside* leaves standard output to scripts."""
    if report is None:
        return
    from selector import report as pages
    from selector.cli.prose import shown
    from selector.journal import thumbnails
    from selector.report.replayed import page

    kept = thumbnails.chosen()
    pages.put(page(found, kept.get) if kept else page(found), report)
    typer.echo(f"The report lies in {shown(report)}", err=aside)


def meant(since: str | None, until: str | None, where: Sequence[str]) -> Iterator[str]:
    """Give in words which requests are meant; nothing where all are."""
    yield from (f"{name} {given}" for name, given in (("since", since), ("until", until)) if given)
    yield from where


@contextmanager
def _progress(*, quiet: bool) -> Iterator[Progress | None]:
    """Tell on stderr how many are done, if a person sits there; leave the line clean."""
    from selector.cli.prose import CLEAR

    if quiet or not sys.stderr.isatty():
        yield None
        return

    def tell(done: int, total: int) -> None:
        typer.echo(f"{CLEAR}{done:,} of {total:,}…", err=True, nl=False)

    try:
        yield tell
    finally:
        typer.echo(CLEAR, err=True, nl=False)

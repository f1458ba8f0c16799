"""`selector policy diff`: what two policies say differently, and what that changes here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from selector.cli import complete, replay
from selector.cli.plan import JournalPath

if TYPE_CHECKING:
    from selector.replay.replayed import Replayed

PolicyName = Annotated[
    str,
    typer.Argument(
        help="By path or name, or NAME@VERSION as the journal has it.",
        autocompletion=complete.policies,
    ),
]


def diff(  # noqa: PLR0913 - one option each
    old: PolicyName,
    new: PolicyName,
    *,
    since: replay.Since = None,
    until: replay.Until = None,
    where: replay.Where = None,
    workers: replay.Workers = None,
    journal: JournalPath = None,
    report: replay.ReportPath = None,
    as_json: replay.AsJson = False,
) -> None:
    """Tell what two policies say differently, and what that changes on the recorded requests.

    Where there is no journal it tells the first only. Nothing is measured, nothing written.

    Example: selector policy diff starter my.yaml --report diff.html
    """
    from selector.cli.replayed import data
    from selector.journal import Journal
    from selector.replay.asked import which
    from selector.replay.meaning import differences
    from selector.replay.replayed import Replayed, Told
    from selector.replay.run import Task
    from selector.replay.tally import Tally

    meant, place = which(since, until, where or ()), replay.address(journal)
    before, _ = replay.read(old, place)
    after, price = replay.read(new, place)
    replay.check(report, [old, new], journal)
    name = f"{before.policy}@{before.version}"
    only = tuple(replay.meant(since, until, where or ()))
    told = Told(price, only, name, differences(before, after))
    with Journal(place) as book:
        there = journal is not None or book.exists()  # who names one is told if it is not there
    if there:
        task = Task(place, after, meant, before)
        found = replay.run(task, told, workers=workers, quiet=as_json)
    else:
        found = Replayed(Tally(), after, told=told)
    try:
        replay.show(data(found) if as_json else None, _lines(found))
    finally:  # each is worth having without the other
        replay.put(found, report, aside=as_json)


def _lines(found: Replayed) -> Iterator[str]:
    from selector.cli.replayed import changes, lines

    after: Any = found.plan
    yield f"{found.told.against} → {after.policy}@{after.version}"
    yield from changes(found)
    yield ""
    yield from lines(found)

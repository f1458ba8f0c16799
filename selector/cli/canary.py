"""The `canary` commands: pictures whose scores are known, measured again after every upgrade."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from selector.cli import complete
from selector.cli.plan import JournalPath

if TYPE_CHECKING:
    from selector.canary import Added, Alarm, Compared

ALARM = 3  # for cron; 2 is the caller's mistake
LISTED = 5  # pictures of one alarm that are printed; --json has them all
COLUMN = 12
WHY = 120  # characters of why there is no number
UNKNOWN = "nothing that is written down changed: a service, a library of the system, or chance"

HELP = """Measure pictures again whose scores are known, after every upgrade.

Example: selector canary add chairs/a.png --policy starter
"""

commands = typer.Typer(help=HELP, no_args_is_help=True, rich_markup_mode=None)

Folder = Annotated[
    str, typer.Option("--canary", help="Where pictures and scores are kept.", metavar="FOLDER")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print it as JSON.")]


@commands.command(short_help="Record what a policy's measures find in pictures.")
def add(
    files: Annotated[
        list[str] | None,
        typer.Argument(help="Images, or folders of images; none: record anew what is there."),
    ] = None,
    *,
    policy: Annotated[
        str,
        typer.Option(
            help="The policy whose measures are used, by path or name.",
            autocompletion=complete.policies,
        ),
    ] = "starter",
    prompt: Annotated[
        str, typer.Option(help="What the images were made for; of edits, the instruction.")
    ] = "",
    source: Annotated[
        str | None, typer.Option(help="The picture before the edits.", metavar="FILE")
    ] = None,
    device: Annotated[str, typer.Option(help="Where models run: cpu, cuda, cuda:1.")] = "cpu",
    folder: Folder = "canary",
) -> None:
    """Copy images into a folder, and write down what every measure of a policy finds in them.

    Without images it measures again those that were recorded for the policy, and what is found
    now takes the place of what was: after a change that was meant.

    Example: selector canary add chairs/a.png chairs/b.jpg --policy starter
    """
    from selector import canary
    from selector.cli.files import images_in
    from selector.cli.prose import printing

    asked = canary.Asked(
        policy,
        images_in(files or ()),
        prompt,
        None if source is None else Path(source),
        device,
    )
    _ready(policy)
    with _progress() as progress:
        record = canary.add if files else canary.record_anew
        added = record(Path(folder), asked, progress)
    with printing():
        typer.echo("\n".join(_added(added, folder)))


@commands.command(short_help="Measure the pictures again, and compare.")
def run(
    *,
    folder: Folder = "canary",
    device: Annotated[
        str | None, typer.Option(help="Where models run; by default where they ran.")
    ] = None,
    journal: JournalPath = None,
    as_json: AsJson = False,
) -> None:
    """Measure the recorded images again, and say what changed beyond its measure's tolerance.

    It ends with 3 if anything did. With a journal the run and each alarm are written down.

    Example: selector canary add chairs/a.png && selector canary run
    """
    from selector import canary
    from selector.cli import files, models
    from selector.cli.prose import printing

    _own_process()
    models.fetch_first(canary.measures(Path(folder)))
    with _progress() as progress:
        found = canary.again(Path(folder), device, progress)
    with printing():
        if as_json:
            typer.echo(json.dumps(_data(found), indent=2, ensure_ascii=False))
        else:
            typer.echo("\n".join(_compared(found, folder)))
    with files.journal(journal, wanted=journal is not None) as book:
        if book:
            for event in canary.events(found, str(Path(folder))):
                book.record(event)
    if any(one.alarms for one in found):
        raise typer.Exit(ALARM)


def _ready(policy: str) -> None:
    """Fetch the large models that a policy needs, and show it."""
    from selector.cli import models
    from selector.planning import measure_of, plan_of

    _own_process()
    models.fetch_first(map(measure_of, plan_of(policy).instances.values()))


def _own_process() -> None:
    from selector.backbones import quiet

    quiet.owns_stderr = True  # the whole process is ours: its models need not whisper


def _added(added: Added, folder: str) -> Iterator[str]:
    from selector.cli.prose import shown

    for one in added.recordings:
        outputs = sum(len(picture.outcomes) for picture in one.pictures[:1])
        yield (
            f"{_count(len(one.pictures), 'picture')} recorded for {one.policy.name}@"
            f"{one.policy.version}: {_count(len(one.instances), 'measure')}, "
            f"{_count(outputs, 'output')} each"
        )
    if added.copies:
        yield f"{_count(added.copies, 'copy', 'copies')} left out: they are the same bytes"
    if added.known:
        yield f"{_count(added.known, 'picture')} there already, and left as recorded"
    for failure in added.failures:
        yield shown(f"  {failure}")
    yield f"They lie in {shown(folder)}. After an upgrade: selector canary run{_where(folder)}"


def _compared(found: Sequence[Compared], folder: str) -> Iterator[str]:
    import shlex

    from selector.cli.prose import coloured, entry, shown

    for one in found:
        of, alarms = one.recorded.policy, one.alarms
        said = "ALARM" if alarms else "steady"
        yield (
            coloured(said, "red" if alarms else "green")
            + shown(f"  {of.name}@{of.version}, recorded {one.recorded.created}: ")
            + f"{_count(len(one.recorded.pictures), 'picture')}, {_count(one.numbers, 'number')}, "
            + f"{one.equal} the same to the last digit"
        )
        for note in one.notes:
            yield entry("note", note, column=COLUMN)
        for alarm in alarms:
            yield from _alarm(alarm, one.around)
        if alarms and one.around:
            yield entry("around", "\n".join(one.around), column=COLUMN)
    if any(one.alarms for one in found):
        policies = sorted({one.recorded.policy.given for one in found if one.alarms})
        yield "If this was meant, record it anew:"
        add_ = "  selector canary add --policy"
        yield from (f"{add_} {shown(shlex.quote(name))}{_where(folder)}" for name in policies)


def _alarm(alarm: Alarm, around: Sequence[str]) -> Iterator[str]:
    from selector.canary.compare import told
    from selector.cli.prose import coloured, entry, shown

    of = "" if alarm.use == alarm.instance else f" ({alarm.use})"
    yield coloured(shown(f"{alarm.key}{of}"), "cyan")
    changed = f"{len(alarm.changes)} of {_count(alarm.pictures, 'picture')}"
    allowed = f"up to {alarm.tolerance:.3g} is allowed" if alarm.tolerance else "none may"
    yield entry("changed", f"{changed}; {allowed}", column=COLUMN)
    for change in alarm.changes[:LISTED]:
        moved = " → ".join(shown(told(one), WHY) for one in (change.before, change.after))
        yield entry("", f"{shown(change.picture.name, 60)}: {moved}", column=COLUMN)
    if len(alarm.changes) > LISTED:
        yield entry("", f"and {len(alarm.changes) - LISTED} more", column=COLUMN)
    own = [cause for cause in alarm.causes if cause not in around]
    unknown = "what changed around it, below" if around else UNKNOWN
    yield entry("likely", "\n".join(own) or unknown, column=COLUMN)


def _data(found: Sequence[Compared]) -> dict[str, Any]:
    from selector.canary import Compared
    from selector.types import to_data

    alarms = sum(len(one.alarms) for one in found)
    return {"alarms": alarms, "compared": [to_data(Compared, one) for one in found]}


def _where(folder: str) -> str:
    import shlex

    from selector.cli.prose import shown

    return "" if folder == "canary" else f" --canary {shown(shlex.quote(folder))}"


def _count(number: int, what: str, several: str = "") -> str:
    return f"{number} {what if number == 1 else several or f'{what}s'}"


@contextmanager
def _progress() -> Iterator[Any]:
    """Tell on stderr what is being measured, if a person sits there; leave the line clean."""
    from selector.cli.prose import CLEAR, shown

    is_seen = sys.stderr.isatty()

    def tell(what: str, count: int) -> None:
        if is_seen:
            typer.echo(f"{CLEAR}{shown(what)} on {count}…", err=True, nl=False)

    try:
        yield tell
    finally:
        if is_seen:
            typer.echo(CLEAR, err=True, nl=False)

"""The commands, and what ends them: 0 done, 1 something is wrong or a bug, 2 a mistake, 3 an alarm, 130 Ctrl-C."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from selector.cli import batch, calibrate, complete, efficiency, machine, replay, rollback, score
from selector.cli.canary import commands as canaries
from selector.cli.journal import commands as journals
from selector.cli.labels import commands as labels
from selector.cli.monitor import commands as monitors
from selector.cli.plan import JournalPath
from selector.cli.plan import commands as plans
from selector.cli.policy import commands as policies
from selector.cli.weights import commands as weights

if TYPE_CHECKING:
    from selector.engine import Selector
    from selector.types import Selection

STOPPED = 130  # what shells use for a process that Ctrl-C ended

HELP = """Choose the best of N generated images, say why, and keep that choice honest over time.

Example: selector demo

\b
Exit codes:
0: done, whatever was decided.
1: something fails that was checked, or a bug, told with its traceback.
2: a mistake of the caller: an option, a file, a policy.
3: an alarm, of `monitor run` and `canary run`.
130: stopped by Ctrl-C.
"""

app = typer.Typer(
    help=HELP,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help comes in half the time
    context_settings={"help_option_names": ["-h", "--help"]},
)

Deliver = Annotated[str | None, typer.Option(help="How many to accept, or 'all'.", metavar="K")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the selection as JSON.")]
Explain = Annotated[
    bool, typer.Option("--explain", help="Print why each measure was asked of whom, or not.")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print the accepted files only.")]
ReportPath = Annotated[
    str | None,
    typer.Option("--report", help="Write a page to look at into this file.", metavar="OUT.html"),
]


def main() -> None:
    """Run the command line."""
    from selector.cli.prose import shown
    from selector.errors import SelectorError
    from selector.installed import CURE, mend

    _quiet_operator_log()
    for stream in (sys.stdout, sys.stderr):  # a name that the terminal can't show ends nothing
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        app()
    except SelectorError as error:
        for line in str(error).splitlines():
            typer.echo(shown(line), err=True)
        sys.exit(2)
    except ImportError as error:
        if not (cure := mend(error)):
            raise
        typer.echo(
            shown(f"selector: a package can't be imported (got {error}).{CURE}{cure}"), err=True
        )
        sys.exit(1)
    except SystemExit as ended:
        if ended.code == STOPPED:
            typer.echo("stopped", err=True)
        raise


@app.callback(invoke_without_command=True)
def _root(
    *, show_version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False
) -> None:
    if show_version:
        from importlib.metadata import version

        typer.echo(version("selector-engine"))
        raise typer.Exit


@app.command()
def select(  # noqa: PLR0913 - one option each
    prompt: Annotated[
        str, typer.Argument(help="What the images were made for; of an edit, the instruction.")
    ],
    files: Annotated[list[str], typer.Argument(help="Images, or folders of images.")],
    *,
    policy: Annotated[
        str, typer.Option(help="A policy's name or path.", autocompletion=complete.policies)
    ] = "starter",
    source: Annotated[
        str | None, typer.Option(help="The picture before the edit.", metavar="FILE")
    ] = None,
    deliver: Deliver = None,
    expect: Annotated[
        list[str] | None, typer.Option(help="What this request expects.", metavar="NAME=NUMBER")
    ] = None,
    timeout_s: Annotated[float | None, typer.Option(help="Seconds until measuring ends.")] = None,
    generator: Annotated[
        str | None,
        typer.Option(help="What made the images; a calibrated policy knows some.", metavar="NAME"),
    ] = None,
    device: Annotated[str, typer.Option(help="Where models run: cpu, cuda, cuda:1.")] = "cpu",
    journal: JournalPath = None,
    no_journal: Annotated[bool, typer.Option("--no-journal", help="Write nothing down.")] = False,
    thumbnails: Annotated[
        str | None,
        typer.Option(
            help="Keep small pictures of what is written down here for 30 days.",
            envvar="SELECTOR_THUMBNAILS",
            show_envvar=True,
            metavar="FOLDER",
        ),
    ] = None,
    accepted_to: Annotated[
        str | None, typer.Option(help="Copy the accepted files into this folder.")
    ] = None,
    report: ReportPath = None,
    explain: Explain = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Choose among images of one prompt, and say why.

    With --source they are edits of that picture, which itself is none of them.

    Example: selector select "a red chair" chairs/ --deliver 2 --report out.html
    """
    from selector.cli import files as folder
    from selector.cli import models, reports
    from selector.engine import Selector, given
    from selector.errors import JournalError
    from selector.planning import measure_of
    from selector.types import Candidate, Edit, Selection

    if thumbnails:
        os.environ["SELECTOR_THUMBNAILS"] = (
            thumbnails  # the engine, and whoever looks back, read it
        )
    images = [one for one in folder.images_in(files) if not folder.is_same(one, source)]
    copies = None if accepted_to is None else folder.folder_for_copies(accepted_to)
    kept = [] if no_journal else folder.journal_files(journal)
    reports.check(report, [policy, *images, *([] if source is None else [source]), *kept])
    with folder.journal(journal, wanted=not no_journal) as book:
        engine = _owned(Selector(_policy(policy, deliver), device=device, journal=book))
        request = given.prompt(engine.plan, prompt if source is None else Edit(prompt, source))
        expected = _expectations(engine, expect or ())
        models.fetch_first(map(measure_of, engine.plan.instances.values()))
        try:
            with _progress(engine, quiet=quiet or as_json):
                made_by = {} if generator is None else {"generator": generator}
                candidates = [Candidate(one, metadata=made_by) for one in images]
                selection = engine.select(request, candidates, expect=expected, timeout_s=timeout_s)
        except JournalError as error:  # what was decided is not lost with it
            if isinstance(error.selection, Selection):
                _print(error.selection, as_json=as_json, quiet=quiet)
                reports.write(error.selection, report, aside=quiet or as_json)
            raise
    try:
        _print(selection, as_json=as_json, quiet=quiet)
        if explain:
            _explain(selection, aside=quiet or as_json)
        if copies is not None:
            folder.copy(selection.accepted, copies)
    finally:  # each is worth having without the other
        reports.write(selection, report, aside=quiet or as_json)


@app.command(short_help="Choose among eight pictures that it makes first.")
def demo(
    out: Annotated[Path, typer.Option(help="Where the pictures are put.")] = Path("selector-demo"),
    *,
    report: ReportPath = None,
    as_json: AsJson = False,
) -> None:
    """Make seven faulty pictures of one photograph, and see which of the eight is chosen.

    Example: selector demo --report demo.html
    """
    from selector.cli import demo as pictures
    from selector.cli import reports
    from selector.engine import Selector

    made = pictures.make(out)  # first, because the report may lie beside them
    reports.check(report, made)
    engine = _owned(Selector("starter", journal=False))
    with _progress(engine, quiet=as_json):
        selection = engine.select(pictures.PROMPT, made)
    _print(selection, as_json=as_json, quiet=False)
    reports.write(selection, report, aside=as_json)
    if not as_json:
        typer.echo(f"The pictures lie in {out}. Try it on your own:")
        typer.echo('  selector select "the prompt" FOLDER --policy starter')


def _policy(name: str, deliver: str | None) -> Any:
    from selector.policy.policy import Policy

    policy = Policy.load(name)
    if deliver is None:
        return policy
    try:
        return policy.having(deliver=int(deliver))
    except ValueError:  # a word: the policy says which one it knows
        return policy.having(deliver=deliver)


def _owned(engine: Selector) -> Selector:
    """Return *engine*, told that the whole process is ours: its models need not whisper.

    It is never closed: its models end with the process, without waiting for anything.
    """
    from selector.backbones import quiet

    quiet.owns_stderr = True
    return engine


def _expectations(engine: Selector, given: Any) -> dict[str, float]:
    from selector.errors import RequestError
    from selector.policy.problems import nearest

    found = {}
    for pair in given:
        name, equals, number = pair.partition("=")
        try:
            found[name.removeprefix("expect.")] = float(number if equals else "")
        except ValueError:
            raise RequestError(f"--expect: expected NAME=NUMBER (got {pair!r}).") from None
    known = sorted(engine.plan.expectations)
    for name in found:
        if name not in known:
            said = f"--expect: the policy reads no expect.{name} (got {name!r}); "
            raise RequestError(
                said + (nearest(name, known) if known else "it reads no expectations.")
            )
    return found


def _print(selection: Selection, *, as_json: bool, quiet: bool) -> None:
    from selector.cli.prose import printing, shown
    from selector.cli.table import selection_table

    with printing():
        if as_json:
            typer.echo(selection.to_json())
        elif quiet:
            for one in selection.accepted:
                # A person gets one harmless line, a script the very name.
                name = shown(one.path or one.id) if sys.stdout.isatty() else os.fsencode(one.image)
                typer.echo(name)
        else:
            selection_table(selection)


def _explain(selection: Selection, *, aside: bool) -> None:
    """Print why each measure was asked; *aside* leaves standard output to scripts."""
    from selector.cli import explained
    from selector.cli.prose import printing

    with printing():
        typer.echo("\n".join(explained.lines(selection)), err=aside)


@contextmanager
def _progress(engine: Selector, *, quiet: bool) -> Iterator[None]:
    """Tell on stderr what is being done, if a person sits there; leave the line clean."""
    from selector.cli.prose import CLEAR

    if quiet or not sys.stderr.isatty():
        yield
        return

    def tell(what: str, count: int) -> None:
        typer.echo(f"{CLEAR}{what} on {count}…", err=True, nl=False)

    engine.progress = tell
    try:
        yield
    finally:
        typer.echo(CLEAR, err=True, nl=False)


def _quiet_operator_log() -> None:
    """Leave failed measures to the answer, which tells them; errors still reach stderr."""
    import logging

    logging.getLogger("selector").setLevel(logging.ERROR)


app.add_typer(policies, name="policy")
app.add_typer(plans, name="plan")
app.add_typer(weights, name="weights")
app.add_typer(journals, name="journal")
app.add_typer(monitors, name="monitor")
app.add_typer(labels, name="labels")
app.add_typer(canaries, name="canary")
batch.add_to(app)
score.add_to(app)
calibrate.add_to(app)
efficiency.add_to(app)
replay.add_to(app)
rollback.add_to(app)
machine.add_to(app)

"""`selector score`: numbers without a policy, printed as a table or kept in a file."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from selector.cli import complete

if TYPE_CHECKING:
    from selector.scoring import Scores, Scoring

NOTHING = 1  # no image could be evaluated; 2 is the caller's mistake

Name = Annotated[
    str,
    typer.Argument(
        help="What measures: its path, or the last word of it.",
        autocompletion=complete.measures,
    ),
]
Files = Annotated[
    list[str],
    typer.Argument(help="Images, folders of images, or one list of them: .csv, .jsonl, .parquet."),
]


def add_to(app: typer.Typer) -> None:
    """Add the command of this module to *app*, beside its own."""
    app.command(short_help="Print what one measure finds in images, and the mean.")(score)


def score(  # noqa: PLR0913 - one option each
    measure: Name,
    files: Files,
    *,
    prompt: Annotated[
        str | None,
        typer.Option(
            help="What all the images were made for; of an edit, the instruction.", metavar="TEXT"
        ),
    ] = None,
    source: Annotated[
        str | None, typer.Option(help="The picture before the edit, of all.", metavar="FILE")
    ] = None,
    parameters: Annotated[
        list[str] | None,
        typer.Option("--set", help="A parameter of the measure.", metavar="NAME=VALUE"),
    ] = None,
    out: Annotated[
        str | None,
        typer.Option(help="Keep the scores here: .json, .csv, .parquet.", metavar="FILE"),
    ] = None,
    device: Annotated[str, typer.Option(help="Where models run: cpu, cuda, cuda:1.")] = "cpu",
    timeout_s: Annotated[float | None, typer.Option(help="Seconds until measuring ends.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the scores as JSON.")] = False,
) -> None:
    """Print what one measure finds in each image, and the mean with an interval.

    A list has the columns image, and prompt (of edits: instruction) and source where the measure
    reads them; its paths are relative to its folder. It ends with 1 if nothing could be evaluated.

    Example: selector score sharpness chairs/
    """
    from selector.backbones import quiet
    from selector.cli import models
    from selector.cli.naming import path_of
    from selector.cli.prose import shown
    from selector.scoring import Scoring

    started = time.monotonic()
    quiet.owns_stderr = True  # the whole process is ours: its models need not whisper
    # It is never closed: its models end with the process, without waiting for anything.
    engine = Scoring(path_of(measure), parameters=_parameters(parameters or ()), device=device)
    images, prompts, sources = _given(engine, files, prompt, source)
    _check_out(out, [*files, *([source] if source else [])])
    models.fetch_first([engine.measure])
    if caution := engine.measure.caution():
        typer.echo(shown(f"{path_of(measure)}: {caution}"), err=True)
    with _progress(engine, quiet=as_json):
        scores = engine.score(prompts, images, sources, timeout_s=timeout_s)
    if out is not None:  # first, because a reader of the table may go away
        scores.write(out)
    _print(scores, as_json=as_json, rows=out is None, seconds=time.monotonic() - started)
    if out is not None:
        typer.echo(f"The scores lie in {shown(out)}", err=as_json)
    if not any(one.evaluated + one.not_applicable for one in scores.summaries.values()):
        raise typer.Exit(NOTHING)


def _parameters(pairs: Sequence[str]) -> dict[str, Any]:
    """Return parameters, their values as a policy would understand them: 0.5, [a, b], {path: x}.

    Raises:
        RequestError: One is no NAME=VALUE, is no YAML, or is given twice.
    """
    from selector.errors import RequestError
    from selector.policy.yaml_text import NotYamlError, parse

    found: dict[str, Any] = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not (name and equals):
            raise RequestError(f"--set: expected NAME=VALUE (got {pair!r}). Write it so.")
        if name in found:
            raise RequestError(f"--set: a parameter once (got {name!r} twice). Leave one out.")
        try:
            value = parse(text)
            said = " ".join(note for _, note in value.notes)
        except NotYamlError as error:
            said = error.said
        if said:
            raise RequestError(f"--set {name}: {said}")
        found[name] = value.data
    return found


def _given(
    engine: Scoring, files: Sequence[str], prompt: str | None, source: str | None
) -> tuple[Sequence[Any], Any, Any]:
    """Return images, prompts and sources: of the list that is given, or of the files."""
    from selector.cli.files import images_in
    from selector.errors import RequestError
    from selector.scoring.given import TEXTS
    from selector.scoring.manifest import is_manifest, read

    lists = [file for file in files if is_manifest(file)]
    if source is None and not lists and (who := engine.reads.get("source")):
        raise RequestError(
            f"sources: {who} reads the picture before the edit (got none). "
            "Name it with --source, or give a list with a column 'source'."
        )
    if not lists:
        return images_in(files), prompt, source
    if len(files) > 1:
        raise RequestError(
            f"{lists[0]}: a list stands alone (got {len(files) - 1} more beside it). "
            "Score one list at a time."
        )
    options = {"prompt": prompt, "source": source}
    known = {name for name, given in options.items() if given is not None}
    told = {*known, *(TEXTS if "prompt" in known else ())}
    listed = read(lists[0], {need: who for need, who in engine.reads.items() if need not in told})
    for name, column in (("prompt", listed.prompts), ("source", listed.sources)):
        if name in known and column is not None:
            raise RequestError(f"--{name}: the list has a column for it (got both). Leave one out.")
    prompts = prompt if listed.prompts is None else listed.prompts
    return listed.images, prompts, source if listed.sources is None else listed.sources


def _check_out(out: str | None, used: Sequence[str]) -> None:
    """Tell before anything is measured that scores can't be written.

    Raises:
        RequestError: Nothing can be written there, or the command reads that file.
    """
    if out is None:
        return
    from selector.errors import RequestError
    from selector.scoring.writing import ready

    target = ready(out)
    if any(Path(os.path.realpath(file)) == target for file in used):
        raise RequestError(f"--out: the command itself reads {out} (got it twice). Name another.")


def _print(scores: Scores, *, as_json: bool, rows: bool, seconds: float) -> None:
    from selector.cli.prose import printing
    from selector.cli.scored import scores_table

    with printing():
        if as_json:
            typer.echo(scores.to_json())
        else:
            scores_table(scores, rows=rows, seconds=seconds)


@contextmanager
def _progress(engine: Scoring, *, quiet: bool) -> Iterator[None]:
    """Tell on stderr how many are done, if a person sits there; leave the line clean."""
    from selector.cli.prose import CLEAR

    if quiet or not sys.stderr.isatty():
        yield
        return

    def tell(done: int, total: int) -> None:
        typer.echo(f"{CLEAR}{done} of {total}…", err=True, nl=False)

    engine.progress = tell
    typer.echo(f"{CLEAR}measuring…", err=True, nl=False)
    try:
        yield
    finally:
        typer.echo(CLEAR, err=True, nl=False)

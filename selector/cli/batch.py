"""`selector batch`: many requests decided, kept as Parquet, gone on with after whatever ended it."""

from __future__ import annotations

import json
import shlex
import sys
from contextlib import redirect_stdout
from typing import TYPE_CHECKING, Annotated, Any

import typer

from selector.cli import complete
from selector.cli.plan import JournalPath

if TYPE_CHECKING:
    from selector.batch.summary import Summary
    from selector.batch.wanted import Wanted

MISTAKE, STOPPED = 2, 130

Input = Annotated[
    str,
    typer.Argument(
        help="Folders (one a request, with prompt.txt), a .jsonl or .parquet manifest, .tar shards, "
        "a dataset on disk; a path, or an address such as s3://….",
        metavar="INPUT",
    ),
]
PolicyName = Annotated[
    str, typer.Option(help="A policy's name or path.", autocompletion=complete.policies)
]
Devices = Annotated[
    list[str] | None,
    typer.Option(
        "--device", help="Where models run: cpu, cuda, cuda:1; again for several at once."
    ),
]
Accepted = Annotated[
    str | None,
    typer.Option(
        help="Put the accepted originals into OUT/accepted, byte for byte: link or copy.",
        metavar="link|copy",
    ),
]


def add_to(app: typer.Typer) -> None:
    """Add the command of this module to *app*, beside its own."""
    app.command(short_help="Decide many requests, and keep what was decided as Parquet.")(batch)


def batch(  # noqa: PLR0913 - one option each
    source: Input,
    *,
    policy: PolicyName,
    out: Annotated[str, typer.Option(help="The run's folder, or an address.", metavar="OUT")],
    engine: Annotated[
        str, typer.Option(help="local: this machine; ray: Ray.", metavar="local|ray")
    ] = "local",
    workers: Annotated[
        int | None,
        typer.Option(help="Processes that read pictures; one a core if not given.", metavar="N"),
    ] = None,
    device: Devices = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the run that is in the folder.")
    ] = False,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Decide again the requests that failed.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check everything, measure and write nothing.")
    ] = False,
    journal: JournalPath = None,
    no_journal: Annotated[
        bool, typer.Option("--no-journal", help="Write nothing down but the decisions.")
    ] = False,
    accepted: Accepted = None,
    shard_size: Annotated[
        int | None, typer.Option(help="Candidates of a shard; 1,000 if not given.", metavar="N")
    ] = None,
    step_s: Annotated[
        float, typer.Option(help="Seconds after which one image is given up.", metavar="S")
    ] = 60.0,
    address: Annotated[
        str | None, typer.Option(help="Ray: the cluster to join, as Ray names it.")
    ] = None,
    actors: Annotated[int | None, typer.Option(help="Ray: how many actors.", metavar="N")] = None,
    cpus: Annotated[
        float | None, typer.Option(help="Ray: processors of an actor.", metavar="N")
    ] = None,
    gpus: Annotated[
        float | None, typer.Option(help="Ray: accelerators of an actor.", metavar="N")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Tell nothing on the way.")] = False,
) -> None:
    """Decide many requests, each a prompt with its candidates, and keep a row for every candidate.

    OUT/decisions holds the rows (Parquet), OUT/summary.html a page. Whatever ends it, --resume goes
    on without loss; Ctrl-C finishes the shards that were begun, and ends with 130.

    Example: selector batch requests.jsonl --policy my.yaml --out decided
    """
    from selector.batch.wanted import Wanted

    wanted = Wanted(
        source=source,
        policy=policy,
        out=out,
        engine=engine,  # type: ignore[arg-type]  # whether there is such a one is told with all problems
        workers=workers,
        devices=tuple(device or ("cpu",)),
        resume=resume,
        retry_failed=retry_failed,
        journal=False if no_journal else journal,
        originals=accepted,  # type: ignore[arg-type]  # likewise
        shard_size=shard_size,
        step_s=step_s,
        ray=_ray(engine, address=address, actors=actors, cpus=cpus, gpus=gpus),
    )
    if dry_run:
        _look(wanted, as_json=as_json)
    else:
        _run(wanted, as_json=as_json, quiet=quiet)


def _look(wanted: Wanted, *, as_json: bool) -> None:
    """Print what the run would be; end with 2 if it can't begin."""
    from selector.batch.looking import look
    from selector.cli import batch_told
    from selector.cli.prose import printing

    looked = look(wanted)
    with printing():
        if as_json:
            typer.echo(json.dumps(batch_told.looked_data(looked), indent=2, ensure_ascii=False))
        else:
            typer.echo("\n".join(batch_told.looked(looked)))
    if not looked.problems:
        return
    if not as_json:
        _tell("\n".join(looked.problems))
    raise typer.Exit(MISTAKE)


def _run(wanted: Wanted, *, as_json: bool, quiet: bool) -> None:
    from selector.backbones import quiet as whisper
    from selector.cli import batch_told
    from selector.cli.prose import printing

    whisper.owns_stderr = True  # the whole process is ours: its models need not whisper
    summary = _done(wanted, quiet=quiet or as_json)
    with printing():
        if as_json:
            typer.echo(json.dumps(summary.to_dict(), indent=2, ensure_ascii=False))
        else:
            batch_told.summary_table(summary)
    if summary.interrupted:
        typer.echo(_how(), err=True)
        raise typer.Exit(STOPPED)


def _done(wanted: Wanted, *, quiet: bool) -> Summary:
    """Run it; whatever ends it early, how to go on is told last."""
    from selector.batch.hearing import Ears, Start
    from selector.batch.run import done
    from selector.cli.batch_progress import progress
    from selector.cli.batch_signals import stopping
    from selector.errors import SelectorError

    # What Ray and others print of their troubles is not the answer of a command.
    with stopping() as stop, progress(quiet=quiet) as told, redirect_stdout(sys.stderr):

        def begun(start: Start) -> None:
            if start.requests and wanted.engine == "local":  # Ray's nodes have files of their own
                _fetch(wanted)
            told.begun(start)

        try:
            return done(wanted, Ears(told.tell, begun, stop))
        except KeyboardInterrupt:
            code, said = STOPPED, ""
        except SelectorError as error:
            if told.start is None:
                raise
            code, said = MISTAKE, str(error)
    _tell(f"{said}\n{_how()}" if said else _how())
    raise typer.Exit(code)


def _fetch(wanted: Wanted) -> None:
    """Download what is large before anything waits for it."""
    from selector.cli import models
    from selector.planning import measure_of, plan_of

    models.fetch_first(map(measure_of, plan_of(wanted.policy).instances.values()))


def _tell(text: str) -> None:
    from selector.cli.prose import shown

    for line in text.splitlines():
        typer.echo(shown(line), err=True)


def _how() -> str:
    """Return the command that goes on."""
    from selector.cli.prose import shown
    from selector.foreign import without_password
    from selector.installed import command

    given = [without_password(one) for one in sys.argv[1:]]
    given += [] if "--resume" in given else ["--resume"]
    return shown(f"To go on: {command()} {shlex.join(given)}")


def _ray(engine: str, **given: Any) -> Any:
    """Return what a run on Ray takes; None for another.

    Raises:
        RequestError: Options of Ray were given to another engine.
    """
    from selector.batch.ray_options import RayOptions
    from selector.errors import RequestError

    known = {name: one for name, one in given.items() if one is not None}
    if engine == "ray":
        return RayOptions(**known)
    if known:
        listed = ", ".join(f"--{name}" for name in known)
        raise RequestError(f"{listed}: for --engine ray alone (got {engine}). Leave out or say so.")
    return None

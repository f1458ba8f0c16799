"""`selector weights …`: which models there are, which are here, and how the others come."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from selector.cli import complete

if TYPE_CHECKING:
    from selector.weights.entry import Entry

WRONG = 1  # a model is wrong or can't be had; 2 is the caller's mistake
COLUMN = 17  # where the text beside a model's name begins

HELP = """Show, fetch and verify the models that measures load.

Downloads go on where they broke off. HF_ENDPOINT names a mirror of the hub, HF_TOKEN a token,
HTTPS_PROXY a proxy; SELECTOR_CACHE is where models are kept, and SELECTOR_OFFLINE=1 forbids
downloads. Without a network: put the file where `selector weights path NAME` says.

Example: selector weights list
"""

commands = typer.Typer(help=HELP, no_args_is_help=True, rich_markup_mode=None)

Names = Annotated[
    list[str] | None,
    typer.Argument(
        help="Models by name, or measures for what they load.", autocompletion=complete.models
    ),
]


@commands.command(name="list", short_help="Show every model: size, licence, whether it is here.")
def list_models(
    *, as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False
) -> None:
    """Show every model: size, licence, whether it is here, which measures load it.

    Example: selector weights list
    """
    from selector.cli import models
    from selector.cli.prose import printing

    with printing():
        if as_json:
            typer.echo(json.dumps([models.data(one) for one in models.known()], indent=2))
        else:
            typer.echo("\n".join(models.listed()))


@commands.command(short_help="Download models, or go on downloading them.")
def pull(
    names: Names = None,
    *,
    policy: Annotated[
        str | None,
        typer.Option(help="All that a policy needs.", autocompletion=complete.policies),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="All that there are.")] = False,
) -> None:
    """Download models into the cache folder and verify them; what is there already is verified.

    Example: selector weights pull hand_landmarker
    """
    from selector.cli import models
    from selector.cli.prose import shown
    from selector.errors import WeightsError
    from selector.weights.fetch import obtain

    wanted = _wanted(names or [], policy, everything=everything)
    judges = models.judges(policy)
    if wanted or not judges:
        typer.echo(shown(models.ahead(wanted)), err=True)
    failed = 0
    for judge in judges:
        try:
            typer.echo(f"{judge.repo}: {shown(str(judge.brought()))}")
        except WeightsError as error:
            failed += 1
            typer.echo(shown(str(error)), err=True)
    with models.progress() as tell:
        for entry in wanted:
            try:
                typer.echo(f"{entry.name}: {shown(str(obtain(entry, tell)))}")
            except WeightsError as error:
                failed += 1
                for line in str(error).splitlines():
                    typer.echo(shown(line), err=True)
    if failed:
        raise typer.Exit(WRONG)


@commands.command(short_help="Read model files and compare their checksums.")
def verify(names: Names = None) -> None:
    """Read the models that are here, or those named, and compare what they hold with what is known.

    It ends with 1 if one is wrong, or if one that is named is not here.

    Example: selector weights verify
    """
    from selector.cli.models import named
    from selector.cli.prose import entry, printing
    from selector.weights import manifest

    wanted = named(names or [])
    wrong = 0
    with printing():
        for one in wanted or manifest.entries():
            _tell(f"reading {one.name}…")
            said, is_right = _standing(one, must=bool(wanted))
            _tell("")
            wrong += not is_right
            typer.echo(entry(one.name, said, column=COLUMN, indent=0))
    if wrong:
        raise typer.Exit(WRONG)


@commands.command(short_help="Print where a model lies, or belongs.")
def path(
    name: Annotated[
        str,
        typer.Argument(
            help="A model by name, or a measure for what it loads.", autocompletion=complete.models
        ),
    ],
) -> None:
    """Print where a model lies, or where to put it; it ends with 1 if nothing lies there.

    Example: selector weights path hand_landmarker
    """
    from selector.cli.models import named
    from selector.cli.prose import shown
    from selector.weights.fetch import cached, location

    is_missing = False
    for entry in named([name]):
        where = location(entry)
        # A person gets one harmless line, a script the very name.
        typer.echo(shown(str(where)) if sys.stdout.isatty() else os.fsencode(where))
        if not cached(entry):
            is_missing = True
            typer.echo(
                f"{entry.name}: not there yet. Say: selector weights pull {entry.name}", err=True
            )
    if is_missing:
        raise typer.Exit(WRONG)


def _tell(what: str) -> None:
    """Say on standard error what is being done, if a person sits there; "" wipes it."""
    from selector.cli.prose import CLEAR

    if sys.stderr.isatty():
        typer.echo(f"{CLEAR}{what}", err=True, nl=False)


def _wanted(names: Sequence[str], policy: str | None, *, everything: bool) -> list[Entry]:
    """Return the models that are asked for, each once.

    Raises:
        RequestError: None is asked for.
    """
    from selector.cli.models import loads, named
    from selector.errors import RequestError
    from selector.planning import measure_of, planned
    from selector.weights import manifest

    if everything:
        return list(manifest.entries())
    wanted = named(names)
    if policy is not None:
        measures = map(measure_of, planned(policy).plan.instances.values())
        wanted += [manifest.entry(model) for measure in measures for model in loads(measure)]
    elif not names:
        raise RequestError("weights pull: no model is named. Name some, or --policy, or --all.")
    return list(dict.fromkeys(wanted))


def _standing(entry: Entry, *, must: bool) -> tuple[str, bool]:
    """Return in words how it stands with a model, and whether that is as it should be."""
    from selector.errors import WeightsError
    from selector.weights.fetch import fault, location

    try:
        wrong = fault(entry, thorough=True)
    except WeightsError as error:
        return str(error), False
    if wrong is None:
        return "not here", not must
    return (f"{location(entry)}: {wrong}", False) if wrong else ("right", True)

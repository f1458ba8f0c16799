"""What can be measured, and what works on this machine: `selector measures`, `selector doctor`."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from selector.cli import complete

if TYPE_CHECKING:
    from selector.doctor import Finding
    from selector.doctor.finding import State

BROKEN = 1  # something is there and does not work; 2 is the caller's mistake
COLOURS: dict[State, str | None] = {
    "ok": "green",
    "warning": "yellow",
    "broken": "red",
    "absent": None,
}
COLUMN = 9  # as wide as the longest state, and a space

AsJson = Annotated[bool, typer.Option("--json", help="Print it as JSON.")]
Name = Annotated[
    str | None,
    typer.Argument(
        help="One measure: its path, or the last word of it.", autocompletion=complete.measures
    ),
]
Fetch = Annotated[bool, typer.Option("--fetch", help="Download the models that are missing.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module to *app*, beside its own."""
    app.command(short_help="Show what can be measured, and what is missing here.")(measures)
    app.command(short_help="Find what works on this machine, and what cures the rest.")(doctor)


def measures(name: Name = None, *, as_json: AsJson = False) -> None:
    """Show what can be measured: outputs, worst blind spot, cost, licence, what is missing here.

    With a name, one of your own too (their_package.module): everything about it.

    Example: selector measures filters.blank
    """
    from selector.cli import measures as cards
    from selector.cli.naming import path_of
    from selector.cli.prose import printing
    from selector.measures import loader

    with printing():
        if name is not None:
            card = cards.card(path_of(name))
            typer.echo(_json(cards.data(card)) if as_json else "\n".join(cards.whole(card)))
            return
        every = [cards.card(path) for path in loader.names()]
        if as_json:
            typer.echo(_json([cards.data(card) for card in every]))
        else:
            typer.echo("\n\n".join(cards.listed(every)))
            typer.echo("\nEverything about one of them: selector measures NAME")


def doctor(*, fetch: Fetch = False, as_json: AsJson = False) -> None:
    """Find what works on this machine, and the one command that cures what does not.

    Every package is imported, every measure tried on a drawn picture. Without --fetch nothing is
    downloaded. It ends with 1 if something is broken; what is merely absent is no fault.

    Example: selector doctor
    """
    from dataclasses import asdict

    from selector.backbones import quiet
    from selector.cli.prose import printing
    from selector.doctor import examine

    quiet.owns_stderr = True  # the whole process is ours: its models need not whisper
    found = examine(fetch=fetch, tell=_tell)
    _tell("")
    broken = any(one.state == "broken" for one in found)
    with printing():
        if as_json:
            findings = [asdict(one) for one in found]
            typer.echo(_json({"works": not broken, "findings": findings}))
        else:
            _print(found)
    if broken:
        raise typer.Exit(BROKEN)


def _tell(what: str) -> None:
    """Say on standard error what is being done, if a person sits there; "" wipes it."""
    from selector.cli.prose import CLEAR, shown

    if sys.stderr.isatty():
        typer.echo(f"{CLEAR}{shown(what)}{'…' if what else ''}", err=True, nl=False)


def _print(found: Sequence[Finding]) -> None:
    from collections import Counter

    part = ""
    for one in found:
        if one.part != part:
            part = one.part
            typer.echo(part)
        _print_one(one)
    counts = Counter(one.state for one in found)
    typer.echo(", ".join(f"{counts[state]} {state}" for state in COLOURS if counts[state]) + ".")


def _print_one(one: Finding) -> None:
    from selector.cli.prose import coloured, entry, shown

    told = entry(one.state, f"{one.what}: {one.said}", column=COLUMN)
    typer.echo(told.replace(one.state, coloured(one.state, COLOURS[one.state]), 1))
    if one.cure:  # on a line of its own and never wrapped, so that it can be copied
        typer.echo(f"{' ' * (2 + COLUMN)}{shown(one.cure)}")


def _json(what: Any) -> str:
    return json.dumps(what, indent=2)

"""`selector plan …`: what will be measured in which order, and what the journal lets one save."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from selector.cli import complete

if TYPE_CHECKING:
    from selector.journal import Journal
    from selector.policy.order import Rate
    from selector.policy.plan import Plan
    from selector.predicting import Choice

REQUESTS = 2000  # the newest of which all is known; more would tell little more
MOST = 256  # candidates of a made-up request; more would keep a person waiting

HELP = """Show what a policy measures, in which order, and what that saves.

Example: selector plan show starter
"""

commands = typer.Typer(help=HELP, no_args_is_help=True, rich_markup_mode=None)

PolicyName = Annotated[
    str, typer.Argument(help="A policy, by path or name.", autocompletion=complete.policies)
]
JournalPath = Annotated[
    str | None,  # a path would turn an address into a file's name
    typer.Option(
        help="Where requests are written down: a file, or postgresql://user@host/database.",
        envvar="SELECTOR_JOURNAL",
        show_envvar=True,
        metavar="WHERE",
    ),
]


@commands.command(short_help="Show what is measured in which order, and what that saves.")
def show(
    policy: PolicyName,
    *,
    journal: JournalPath = None,
    candidates: Annotated[
        int, typer.Option(help="How many a request has.", min=1, max=MOST, metavar="N")
    ] = 8,
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """Show the stages of a policy: what each costs here, whom it is asked of, what that saves.

    Nothing is measured. Costs and pass rates are those of the journal, where it knows them.

    Example: selector plan show starter --candidates 16
    """
    import json

    from selector import forecast
    from selector.cli import choices, stages
    from selector.cli.prose import printing
    from selector.journal.address import is_address
    from selector.planning import plan_of

    plan = plan_of(policy)
    path = _path(journal)
    with _opened(path) as book:
        rates = _rates(book, plan)
        chosen = _choice(book, plan)
        name = book.name if is_address(path) else path  # an address may hold a password
    listed = forecast.stages(plan, rates)
    expected = forecast.forecast(plan, rates, candidates=candidates)
    with printing():
        if as_json:
            made = stages.data(plan, listed, expected) | choices.data(plan, chosen)
            typer.echo(json.dumps(made, indent=2))
        else:
            typer.echo("\n".join(stages.lines(plan, listed, expected)))
            typer.echo("\n".join(choices.lines(plan, chosen)), nl=bool(chosen))
            typer.echo(_source(rates, name))


@commands.command(short_help="Choose from measured requests what saves more.")
def fit(policy: PolicyName, *, journal: JournalPath = None) -> None:
    """Choose from the requests that were measured whole what saves most and keeps the promise.

    For policies that say `regret` or `value_of_quality`. What is chosen is kept in the journal,
    and counts from then on. Where it can't be chosen yet, it says why, and ends with 2.

    Example: selector plan fit saving.yaml --journal journal.sqlite
    """
    from dataclasses import replace

    from selector import predicting
    from selector.cli import choices
    from selector.cli.prose import printing
    from selector.planning import plan_of

    plan, path = plan_of(policy), _path(journal)
    with _opened(path) as book:
        known = journal or Path(path).exists()  # who names one is told if it is not there
        requests = list(book.measured_whole(plan.policy_hash, REQUESTS)) if known else []
        chosen = predicting.fit(plan, requests)
        tried = predicting.trial(replace(plan, prediction=chosen), requests)
        predicting.keep(book, plan, chosen)
    with printing():
        typer.echo("\n".join(choices.chosen(plan, chosen, tried)))


def _path(journal: str | None) -> str:
    from selector.journal import default_path

    return journal or str(default_path())


def _opened(path: str) -> Journal:
    """Return the journal at *path*, to be asked what is there already: nothing is made."""
    from selector.journal import Journal

    return Journal(path)


def _rates(book: Journal, plan: Plan) -> dict[str, Rate]:
    prints = {name: one.fingerprint for name, one in plan.instances.items()}
    found = book.rates(prints.values())
    return {name: found[print_] for name, print_ in prints.items() if print_ in found}


def _choice(book: Journal, plan: Plan) -> Choice | None:
    """Return what is chosen for a plan that saves more than is exact; None for any other."""
    from selector import predicting

    return predicting.choice(book, plan) if plan.regret or plan.worth else None


def _source(rates: Mapping[str, Rate], journal: str) -> str:
    from selector.cli.prose import entry
    from selector.cli.stages import COLUMN

    said = "what was measured here is told by" if rates else "nothing of these measures yet in"
    return entry("Journal", f"{said} {journal}", column=COLUMN)

"""`selector policy …`: check policies, test them on cases, print their JSON Schema."""

from typing import Annotated

import typer

commands = typer.Typer(help="Check policies, and print their JSON Schema.", no_args_is_help=True)


@commands.command()
def check(
    files: Annotated[list[str], typer.Argument(help="Policies, by path or name.")],
) -> None:
    """Check policies, and tell every problem with its line.

    Example: selector policy check my.yaml
    """
    from selector.cli.table import plan_line, shown
    from selector.errors import PolicyError
    from selector.planning import plan_of

    wrong = 0
    for file in files:
        try:
            typer.echo(f"{shown(file)}: {plan_line(plan_of(file))}")
        except PolicyError as error:
            wrong += 1
            for problem in error.problems:
                typer.echo(shown(problem), err=True)
    if wrong:
        raise typer.Exit(2)


@commands.command()
def schema() -> None:
    """Print the JSON Schema by which editors complete and check a policy."""
    from selector.policy import schema as made

    typer.echo(made.text(), nl=False)

"""`selector policy …`: check policies, test them on cases, compare them, print their JSON Schema."""

from typing import Annotated

import typer

from selector.cli import complete, differences

FAILED = 1  # what was tested is not as it should be; 2 is a mistake in the files

HELP = """Check policies, test them on cases, compare them, print their JSON Schema.

Example: selector policy check starter
"""

commands = typer.Typer(help=HELP, no_args_is_help=True, rich_markup_mode=None)


@commands.command(short_help="Tell what is wrong and what may not be meant.")
def check(
    files: Annotated[
        list[str],
        typer.Argument(help="Policies, by path or name.", autocompletion=complete.policies),
    ],
    *,
    strict: Annotated[bool, typer.Option("--strict", help="Fail on warnings too.")] = False,
) -> None:
    """Check policies: tell every problem, and what the author may not mean, with its line.

    What has yet to be downloaded is told as well, and is no fault of the policy's.

    Example: selector policy check my.yaml --strict
    """
    from selector.cli.prose import shown
    from selector.cli.table import claim_line, download_line, plan_line
    from selector.errors import CalibrationError, PolicyError
    from selector.planning import absent, lint, planned, unlisted

    wrong = 0
    for file in files:
        try:
            checked = planned(file)
        except (PolicyError, CalibrationError) as error:
            wrong += 1
            for problem in str(error).splitlines():
                typer.echo(shown(problem), err=True)
            continue
        warnings = lint(checked)
        wrong += strict and bool(warnings)
        for warning in warnings:
            typer.echo(shown(str(warning)), err=True)
        typer.echo(
            f"{shown(file)}: {plan_line(checked.plan, len(warnings), checked.policy.acknowledged)}"
        )
        if claim := claim_line(checked.plan):
            typer.echo(f"  {claim}")
        if lacking := absent(checked.measures.values()):
            typer.echo(download_line(lacking, file))
        if unknown := unlisted(checked.measures.values()):
            listed = ", ".join(unknown)
            typer.echo(shown(f"  Fetched at first use, of a licence not known here: {listed}"))
    if wrong:
        raise typer.Exit(2)


@commands.command(short_help="Decide cases, and compare with what is expected.")
def test(
    policy: Annotated[
        str, typer.Argument(help="A policy, by path or name.", autocompletion=complete.policies)
    ],
    cases: Annotated[list[str], typer.Argument(help="YAML files of cases.")],
) -> None:
    """Decide cases by a policy and compare verdicts with what is expected; measures nothing.

    Example: selector policy test my.yaml my-cases.yaml
    """
    from selector import cases as book
    from selector.cli.prose import shown
    from selector.cli.table import counted
    from selector.errors import PolicyError

    results: list[book.Result] = []
    problems: list[str] = []
    for file in cases:
        try:
            results += book.run(policy, file)
        except PolicyError as error:
            problems += error.problems
    if problems:
        raise PolicyError(list(dict.fromkeys(problems)))
    failed = [result for result in results if result.problems]
    for result in failed:
        typer.echo(shown(f"{result.where}: {result.name}"), err=True)
        for problem in result.problems:
            typer.echo(f"    {shown(problem)}", err=True)
    typer.echo(f"{counted(len(results), 'case')}, {len(failed)} failed")
    if failed:
        raise typer.Exit(FAILED)


commands.command(short_help="Tell what two policies say differently, and what that changes.")(
    differences.diff
)


@commands.command(short_help="Print the JSON Schema, for editors.")
def schema() -> None:
    """Print the JSON Schema by which editors complete and check a policy.

    Example: selector policy schema > policy.schema.json
    """
    from selector.policy import schema as made

    typer.echo(made.text(), nl=False)

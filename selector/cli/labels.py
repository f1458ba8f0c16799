"""`selector labels …`: what people said, read, checked and held against each other."""

from __future__ import annotations

import typer

HELP = """Read what people said of candidates, and see whether they agree.

Example: selector labels agreement ratings.csv
"""

commands = typer.Typer(help=HELP, no_args_is_help=True, rich_markup_mode=None)


@commands.command()
def agreement() -> None:
    """Tell how far raters agree.

    Example: selector labels agreement ratings.csv
    """

"""The `journal` commands."""

import typer

commands = typer.Typer(no_args_is_help=True)

"""`selector efficiency`."""

from __future__ import annotations

import typer


def add_to(app: typer.Typer) -> None:
    """Add the command to the others."""
    app.command()(efficiency)


def efficiency() -> None:
    """Do it.

    Example: selector efficiency starter
    """

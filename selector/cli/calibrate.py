"""`selector calibrate`."""

from __future__ import annotations

import typer


def add_to(app: typer.Typer) -> None:
    """Add the command to the others."""
    app.command()(calibrate)


def calibrate() -> None:
    """Do it.

    Example: selector calibrate starter
    """

"""`--report`: a page beside the answer, which never takes the place of anything that is needed."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from selector.types import Selection

PathLike = str | os.PathLike[str]


def check(path: str | None, used: Iterable[PathLike]) -> None:
    """Tell before anything is measured that a report can't be written, where that can be known.

    Args:
        path: Where it will lie; None if none is wanted.
        used: What the command reads and writes besides, whether it is there yet or not.

    Raises:
        RequestError: Nothing can be written there, or the command uses it otherwise.
    """
    if path is None:
        return
    from selector import report
    from selector.errors import RequestError

    target = report.ready(path)
    for other in used:
        if os.path.realpath(other) == str(target):
            raise RequestError(
                f"--report: the command itself uses {path} (got {other}). Name another file."
            )
    if target.exists() and _is_printed_to(target):
        raise RequestError(f"--report: what is printed goes to {path} (got both). Name another.")


def write(selection: Selection, path: str | None, *, aside: bool) -> None:
    """Write the report and say where it lies; *aside* leaves standard output to scripts."""
    if path is not None:
        from selector import report
        from selector.cli.prose import shown

        report.write(selection, path)
        typer.echo(f"The report lies in {shown(path)}", err=aside)


def _is_printed_to(target: Path) -> bool:
    """Return whether standard output or error ends in this file: /dev/stdout is such a name."""
    there = target.stat()
    for stream in (1, 2):
        with suppress(OSError):  # whoever started us may have closed it
            if os.path.samestat(there, os.fstat(stream)):
                return True
    return False

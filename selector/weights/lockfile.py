"""What was found out about each model file, kept beside them: its checksum, and when it was read."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from selector.errors import WeightsError

NAME = "weights.lock.json"
VERSION = 1
LARGEST = 1 << 20  # bytes; a record takes 400


@dataclass(frozen=True, slots=True)
class Record:
    """What is known of one file of the cache folder.

    Attributes:
        sha256: Of its content.
        size: In bytes.
        source: Where it came from; "found here" if somebody had put it there.
        revision: The commit of the hub, "" if it came from none.
        date: When it was first seen, in UTC.
        read_ns: Its time of change when its content was last compared with `sha256`: a file of
            this size and time need not be read again.
    """

    sha256: str
    size: int
    source: str
    revision: str
    date: str
    read_ns: int


def read(folder: Path) -> dict[str, Record]:
    """Return what is known of the files in the cache folder, by their names.

    Raises:
        WeightsError: The lock file can't be read, or is not what is written there.
    """
    path = folder / NAME
    try:
        with path.open("rb") as file:
            return _parsed(file.read(LARGEST))
    except FileNotFoundError:
        return {}
    except OSError as error:
        said = f"it can't be read (got {error.strerror}). Let this user read it."
        raise WeightsError(f"{path}: {said}") from None
    except (ValueError, TypeError, AttributeError, LookupError, ArithmeticError, RecursionError):
        raise WeightsError(
            f"{path}: it is not what was written there (got other JSON, or none). Restore it, or "
            "delete it: then each file whose checksum nobody states is taken as it lies there."
        ) from None


def write(folder: Path, name: str, record: Record) -> None:
    """Write down what is known of the file *name*; safe from several processes and threads.

    Raises:
        WeightsError: What the lock file holds can't be read.
        OSError: It can't be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with exclusive(folder / f".{NAME}.guard"):
        records = read(folder) | {name: record}
        told = {known: asdict(one) for known, one in sorted(records.items())}
        replace(folder / NAME, json.dumps({"version": VERSION, "files": told}, indent=2) + "\n")


def replace(path: Path, text: str) -> None:
    """Put *text* where *path* is: a reader finds the old or the new, never a part."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


@contextlib.contextmanager
def exclusive(path: Path) -> Iterator[bool]:
    """Let one process and thread at a time go on; the others wait.

    The file at *path* is made and stays: were it deleted, two could hold two of that name. A
    process that is killed lets go of it.

    Yields:
        Whether it is held; False where the file system knows no locks.
    """
    with path.open("a") as file:
        yield _locked(file.fileno())


def _locked(descriptor: int) -> bool:
    if sys.platform == "win32":
        return False  # each writes into a file of its own there
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    except OSError:  # some network file systems
        return False
    return True


def _parsed(text: bytes) -> dict[str, Record]:
    data: dict[str, Any] = json.loads(text)
    if data["version"] != VERSION:
        raise ValueError("another version")
    records = {str(name): Record(**one) for name, one in data["files"].items()}
    for one in records.values():
        bytes.fromhex(one.sha256)
        os.fspath(one.source + one.revision + one.date)
        int(one.size), int(one.read_ns)
    return records

"""One run at a time in a folder; what a killed one left there half-written is swept away."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import FileIO

from selector.batch.places import PART, Place
from selector.errors import RequestError
from selector.foreign import visible

LOCK = ".lock"


@contextmanager
def alone(place: Place, folders: Iterable[str]) -> Iterator[None]:
    """Let no other run work in a folder until the end; the folder is made.

    The kernel lets go of the lock with the process, however it ends. Behind an address nothing is
    locked: there two runs at a time do all twice, and each part is of one of them.

    Args:
        place: The folder.
        folders: Those inside it where a killed run may have left something.

    Raises:
        RequestError: Another run works there, or the folder can't be written.
    """
    if not place.is_local:
        yield
        return
    try:
        place.path.mkdir(parents=True, exist_ok=True)
        lock = (place.path / LOCK).open("a+b", buffering=0)
    except OSError as error:
        raise place.unwritten(LOCK, error) from None
    with lock:
        _take(place, lock)
        _sign(place, lock)
        for folder in ("", *folders):
            _sweep(place, folder)
        yield


def check(place: Place) -> None:
    """End here if another run works in a folder, which is left as it is.

    Raises:
        RequestError: One does, or it can't be told.
    """
    if not place.is_local:
        return
    try:
        lock = (place.path / LOCK).open("rb", buffering=0)
    except FileNotFoundError:
        return
    except OSError as error:
        raise place.unwritten(LOCK, error) from None
    with lock:
        _take(place, lock)


def is_ours(name: str) -> bool:
    """Return whether a file is one that any run may leave behind: its lock, what is not whole."""
    return name == LOCK or (name.startswith(".") and name.endswith(PART))


def _take(place: Place, lock: FileIO) -> None:
    import fcntl

    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        who = visible(lock.read(200).decode("utf-8", "replace")) or "a process"
        raise RequestError(
            f"{place}: another run works there (got {who}). Wait for its end, or end it."
        ) from None
    except OSError as error:  # a disk of the network without locks
        raise place.unwritten(LOCK, error) from None


def _sign(place: Place, lock: FileIO) -> None:
    try:
        lock.truncate(0)
        lock.write(f"process {os.getpid()} on {socket.gethostname()}".encode())
    except OSError as error:  # no space left
        raise place.unwritten(LOCK, error) from None


def _sweep(place: Place, folder: str) -> None:
    for name in place.names(folder):
        if is_ours(name) and name != LOCK:
            place.remove(f"{folder}/{name}".lstrip("/"))

"""Locks that a forked child finds free: the thread that held one lives in the parent alone."""

from __future__ import annotations

import os
import threading
from typing import Self
from weakref import WeakSet


class Lock:
    """A lock for one thread at a time; in a child process it is free, whoever held it before.

    For what is whole at any moment as far as a child can tell: a child that goes on with it finds
    the state that the fork found.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        _locks.add(self)

    def acquire(self, *, blocking: bool = True, timeout: float = -1) -> bool:
        """Return whether it could be had, waiting *timeout* seconds for it; -1: for ever."""
        return self._lock.acquire(blocking, timeout)

    def release(self) -> None:
        """Let the next one have it."""
        self._lock.release()

    def in_child(self) -> None:
        """Be free: called in a child process."""
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        self._lock.acquire()
        return self

    def __exit__(self, *_: object) -> None:
        self._lock.release()


_locks: WeakSet[Lock] = WeakSet()


def _after_fork() -> None:
    for lock in list(_locks):
        lock.in_child()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)

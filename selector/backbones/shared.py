"""Keeps one loaded model of a name a process, for all who use it."""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Loaded = TypeVar("Loaded")


class Shared(Generic[Key, Loaded]):
    """Models by name, or by whatever tells them apart: loaded for the first user, unloaded when the last one leaves.

    Safe to use from several threads, and after a fork: the child process loads its own.
    """

    def __init__(self, load: Callable[[Key], Loaded], unload: Callable[[Loaded], None]) -> None:
        """Keep what *load* returns for a name; *unload* is called without the lock: it may wait."""
        self._load = load
        self._unload = unload
        self._loaded: dict[tuple[Key, int], Loaded] = {}
        self._users: Counter[Key] = Counter()
        self._lock = threading.RLock()
        if hasattr(os, "register_at_fork"):  # else a child has the lock of a thread that it lacks
            os.register_at_fork(
                before=self._lock.acquire,
                after_in_parent=self._lock.release,
                after_in_child=self._lock.release,
            )

    def join(self, name: Key) -> None:
        """Count one more user of the model *name*, loaded now if it is not."""
        with self._lock:
            self.get(name)
            self._users[name] += 1

    def get(self, name: Key) -> Loaded:
        """Return the model *name* of this process, loaded now if it is not."""
        # A child's process id is another: what the parent loaded hangs there, its threads are gone.
        key = (name, os.getpid())
        with self._lock:
            if key not in self._loaded:
                self._loaded[key] = self._load(name)
            return self._loaded[key]

    def leave(self, name: Key) -> None:
        """Count one user less; the last one unloads the model."""
        with self._lock:
            self._users[name] -= 1
            last = not self._users[name]
            model = self._loaded.pop((name, os.getpid()), None) if last else None
        if model is not None:
            self._unload(model)

    def loaded(self) -> list[Loaded]:
        """Return every model that is loaded, those that a parent process loaded included."""
        return list(self._loaded.values())

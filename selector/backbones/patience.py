"""Asks a server again where that may help, and leaves one alone that is down."""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from selector.backbones.posting import Trouble

LONGEST_PAUSE_S = 10.0
JITTER_S = 1.0  # so that those who were refused together do not come back together
DOWN_S = 5.0  # a server that was found down is not asked for so long
PORTS = {"http": 80, "https": 443}

Found = TypeVar("Found")


class Turns:
    """Turns to ask one server: as many at the same time as the most modest who may ask it wants."""

    def __init__(self) -> None:
        """Nobody asks yet."""
        self._wanted: WeakKeyDictionary[object, int] = WeakKeyDictionary()
        self._taken = 0
        self._free = threading.Condition()

    def bound(self, asker: object, at_once: int) -> None:
        """Let there be *at_once* turns at most, as long as somebody holds *asker*."""
        with self._free:
            self._wanted[asker] = at_once

    def acquire(self, timeout: float | None = None) -> bool:
        """Wait for a turn for *timeout* seconds, None: as long as it takes; return whether it came."""
        with self._free:
            if not self._free.wait_for(self._is_free, timeout):
                return False
            self._taken += 1
            return True

    def release(self) -> None:
        """Give a turn back."""
        with self._free:
            self._taken -= 1
            self._free.notify_all()  # more than one may be free: the most modest may have left

    def _is_free(self) -> bool:
        return self._taken < min(self._wanted.values(), default=1)


@dataclass
class Line:
    """What this process knows of one server, shared by all that ask it.

    Attributes:
        turns: Held while something is asked.
    """

    turns: Turns = field(default_factory=Turns)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _heard: float = -1.0  # when it said something last
    _down_until: float = -1.0
    _last: tuple[str, str] = ("", "")  # no exception: its traceback would hold what was sent

    def insist_up(self) -> None:
        """Go on, unless the server was found down a moment ago.

        Raises:
            Trouble: It was; told as whoever found it so was told.
        """
        with self._lock:
            if time.monotonic() < self._down_until:
                trouble = Trouble(*self._last)
                trouble.heard = False
                raise trouble

    def heard(self) -> None:
        """Remember that the server is there."""
        with self._lock:
            self._heard, self._down_until = time.monotonic(), -1.0

    def silent(self, trouble: Trouble, since: float) -> None:
        """Remember that nobody was there *since* then, unless it answered another meanwhile."""
        with self._lock:
            if self._heard < since:
                self._down_until = time.monotonic() + DOWN_S
                self._last = f"{trouble}, a moment ago", trouble.todo


_lines: dict[tuple[int, str], Line] = {}


def line(address: str) -> Line:
    """Return the one line of this process to a server, however its address is written.

    A forked child has its own.
    """
    return _lines.setdefault((os.getpid(), _plain(address)), Line())


def patiently(ask: Callable[[float], Found], known: Line, *, timeout_s: float, tries: int) -> Found:
    """Return what *ask* returns, asked again while the trouble may pass; ends in time.

    A try may take all the time that is left: who has taken the call may think for long. Between two
    tries lie about 1, 2, 4, 8 and then 10 seconds, or as many as the server asks for, if there is
    time for them.

    Args:
        ask: Asks once, until a moment on the clock of `time.monotonic`.
        known: What is known of the server.
        timeout_s: For all tries and pauses.
        tries: How many there may be.

    Raises:
        Trouble: Nothing came of it, or the server was found down a moment ago.
    """
    began = time.monotonic()
    until = began + timeout_s
    for number in range(1, tries + 1):
        known.insist_up()
        try:
            found = ask(until)
        except Trouble as trouble:
            pause = _pause_s(number, trouble)
            if trouble.heard:
                known.heard()
            over = number == tries or time.monotonic() + pause >= until
            if over and not (trouble.heard or trouble.late):  # who is late has taken the call
                known.silent(trouble, began)
            if over or not trouble.passing:
                raise
            time.sleep(pause)
        else:
            known.heard()
            return found
    raise AssertionError  # there is one try at least


def _pause_s(number: int, trouble: Trouble) -> float:
    if trouble.wait_s is not None:
        return trouble.wait_s
    return min(2.0 ** (number - 1) + random.uniform(0, JITTER_S), LONGEST_PAUSE_S)  # noqa: S311 - no secret


def _plain(address: str) -> str:
    parts = urlsplit(address)
    host = (parts.hostname or "").rstrip(".")
    return (
        f"{parts.scheme}://{host}:{parts.port or PORTS.get(parts.scheme)}{parts.path.rstrip('/')}"
    )

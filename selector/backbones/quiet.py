"""Keeps what models say on the way off standard error, where somebody may be reading."""

from __future__ import annotations

import contextlib
import os
import re
import sys
import tempfile
import threading
from collections.abc import Iterator
from typing import IO

owns_stderr = False  # set by a program whose process has no other users, as the command line
# What the C++ of MediaPipe says: notices and warnings, each a line. Errors are passed on.
_CHATTER = re.compile(rb"^(?:[IW]\d{4} |INFO: |WARNING: )")


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep what MediaPipe's C++ says while starting off a terminal; no setting of its does.

    Only on a terminal, or in a process that is the program's own: elsewhere a stray line does no
    harm, and standard error, which other threads and child processes share, is left alone. Several
    threads may start models at once: what was said is passed on when the last one has.
    """
    if sys.__stderr__ is None or not (owns_stderr or os.isatty(2)):  # None: 2 is any other file
        yield
        return
    _aside.enter()
    try:
        yield
    finally:
        _aside.leave()


class _Aside:
    """Standard error, set aside in a file for as long as anybody wants quiet."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._users = 0
        self._terminal = -1
        self._said: IO[bytes] | None = None
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(
                before=self._lock.acquire,
                after_in_parent=self._lock.release,
                after_in_child=self._forked,
            )

    def enter(self) -> None:
        """Set it aside, unless it is."""
        with self._lock:
            if not self._said:
                self._said = tempfile.TemporaryFile()  # noqa: SIM115 - the last to leave closes it
                self._terminal = os.dup(2)
                os.dup2(self._said.fileno(), 2)
            self._users += 1

    def leave(self) -> None:
        """Put it back if nobody wants quiet any more, and pass on what was said."""
        with self._lock:
            self._users -= 1
            if self._said and self._users == 0:
                with self._put_back(self._said) as said:
                    said.seek(0)
                    os.write(2, b"".join(line for line in said if not _CHATTER.match(line)))

    def _put_back(self, said: IO[bytes]) -> IO[bytes]:
        os.dup2(self._terminal, 2)
        os.close(self._terminal)
        self._said = None
        return said

    def _forked(self) -> None:
        """Put it back in a child process, where nobody is left who would."""
        self._users = 0
        if self._said:
            self._put_back(self._said).close()  # the parent passes on what it holds
        self._lock.release()


_aside = _Aside()

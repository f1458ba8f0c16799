"""A Python process of ours: started without its parent's program, ended when its parent is gone."""

from __future__ import annotations

import os
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import nullcontext, suppress
from multiprocessing.connection import Connection, Pipe
from pkgutil import resolve_name
from queue import SimpleQueue
from typing import Any

from selector.foreign import printable

# The program of the parent is not imported again, so that it needs no `if __name__ ==`.
_BOOT = (
    "import sys; from multiprocessing.connection import Connection; "
    "pipe = Connection(int(sys.argv[1])); sys.path[:] = pipe.recv(); "
    "from selector.batch.child import main; main(pipe, int(sys.argv[2]), int(sys.argv[3]))"
)
THREADS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)
# A picture's arrays are given back to the C library and kept by it (glibc's, which alone reads this):
# else the system takes each back, and clears it again for the next, a tenth of a worker's time.
MEMORY = {
    "MALLOC_MMAP_THRESHOLD_": str(32 * 2**20),  # bytes; more is not allowed
    "MALLOC_TRIM_THRESHOLD_": str(128 * 2**20),
}
SEND_S = 10.0  # a child listens all the time: one that takes nothing for so long is stuck
GRACE_S = 2.0
NONE = -1  # the number of no pipe
LOOK_S = 0.5  # how often a child looks whether its parent is still there
LAST_LINES = 40  # a crash writes where every thread was


class Child:
    """A process that serves: what is sent it reads, what it sends is read from `connection`.

    It ends by itself when its parent is gone, whatever it does then; a key that interrupts the
    parent does not reach it. What it writes to standard error goes on to its parent's.

    Args:
        target: What it runs, as "module:function"; called with its end of the connection, and
            *payload*.
        payload: What it is told; must be pickled.
        threads: How many threads libraries may use there; None: as many as they like. What the
            user's environment says goes first.
        has_aside: Whether *target* is also called with a connection for what need not be heard at
            once: nobody is woken by it.

    Attributes:
        connection: To it and from it.
        aside: From it, read when it suits; None where it has none.
        pid: Its number.
    """

    def __init__(
        self, target: str, payload: object, *, threads: int | None = None, has_aside: bool = False
    ) -> None:
        ours, theirs = socket.socketpair()
        self.aside: Connection | None = None
        aside: Connection | None = None
        if has_aside:
            self.aside, aside = Pipe(duplex=False)
        with theirs, aside or nullcontext():
            # Whoever sends must not wait for ever for a process that has stopped listening.
            wait = struct.pack("ll", int(SEND_S), 0)
            ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, wait)
            self.connection = Connection(ours.detach())
            pipes = [theirs.fileno(), aside.fileno() if aside else NONE]
            told = [str(pipes[0]), str(os.getpid()), str(pipes[1])]
            self._process = subprocess.Popen(  # noqa: S603 - our own words
                [sys.executable, "-P", "-X", "faulthandler", "-c", _BOOT, *told],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                pass_fds=[one for one in pipes if one != NONE],
                process_group=0,
                env=_environment(threads),
            )
        self.pid = self._process.pid
        self._said: deque[str] = deque(maxlen=LAST_LINES)
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        with suppress(OSError):  # it has ended already; who reads from it learns that
            self.connection.send(sys.path)
            self.connection.send((target, payload))

    @property
    def is_alive(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    def end(self, seconds: float = GRACE_S) -> None:
        """Let it end: it is told, and killed if it has not ended so many seconds later."""
        self.hang_up()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)
        self.kill()

    def kill(self) -> None:
        """End it now, with all that it has started."""
        self.hang_up()
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        with suppress(subprocess.TimeoutExpired):  # what waits for a dead disk can't even die
            self._process.wait(GRACE_S)
        self._listener.join(GRACE_S)

    def hang_up(self) -> None:
        """Close what it speaks and hears by, which tells it to end."""
        self.connection.close()
        if self.aside is not None:
            self.aside.close()

    def fate(self) -> str:
        """Return how it ended, in words: "signal 11, Segmentation fault"."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(GRACE_S)
        code = self._process.returncode
        if code is None:
            return "no answer"
        if code >= 0:
            return f"exit code {code}"
        if -code == signal.SIGKILL:
            return "signal 9, killed: out of memory?"
        return f"signal {-code}, {signal.strsignal(-code)}"

    def last_words(self) -> str:
        """Return the last lines that it wrote to standard error."""
        self._listener.join(GRACE_S)
        return printable("".join(self._said)).strip()

    def _listen(self) -> None:
        stream = self._process.stderr
        if stream is None:
            raise RuntimeError("child: its standard error is not piped")
        with stream:
            for line in stream:
                text = line.decode(errors="replace")
                self._said.append(text)
                with suppress(OSError, ValueError, AttributeError):  # ours is closed, or none
                    sys.stderr.write(text)


def end(children: Sequence[Child], seconds: float = GRACE_S) -> None:
    """Let all of them end at once; kill those who have not so many seconds later."""
    until = time.monotonic() + seconds
    for one in children:
        one.hang_up()
    for one in children:
        one.end(max(0.0, until - time.monotonic()))


def main(connection: Connection, parent: int, aside: int) -> None:
    """Be a child: run what the parent says, until it is done or the parent is gone."""
    threading.Thread(target=_end_without, args=(parent,), daemon=True).start()
    with connection:
        target, payload = connection.recv()
        asides = [] if aside == NONE else [Connection(aside, readable=False)]
        resolve_name(target)(connection, payload, *asides)


def received(connection: Connection) -> Iterator[Any]:
    """Yield what the parent sends, taken at once, so that it never waits; ends when it closes.

    Whoever has not ended a second after that is ended, whatever it does.
    """
    waiting: SimpleQueue[Any] = SimpleQueue()
    threading.Thread(target=_take, args=(connection, waiting), daemon=True).start()
    while (one := waiting.get()) is not None:
        yield one


def _take(connection: Connection, waiting: SimpleQueue[Any]) -> None:
    # TypeError: it was closed by another thread, as this process ends.
    with suppress(EOFError, OSError, TypeError):
        while True:
            waiting.put(connection.recv())
    waiting.put(None)
    time.sleep(GRACE_S / 2)
    os._exit(0)


def _end_without(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_S)
    os._exit(1)


def _environment(threads: int | None) -> dict[str, str]:
    limits = {} if threads is None else dict.fromkeys(THREADS, str(threads))
    return MEMORY | limits | dict(os.environ)

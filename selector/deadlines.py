"""Until when somebody waits for what is being done: known to whoever asks others for it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

GRACE_S = 0.1  # what is had by then must still be handed over in time

_until: ContextVar[float | None] = ContextVar("until", default=None)


@contextmanager
def waited_for(until: float | None) -> Iterator[None]:
    """Let all that is done inside know until when somebody waits for it.

    Args:
        until: On the clock of `time.monotonic`; None: as long as it takes.
    """
    token = _until.set(until)
    try:
        yield
    finally:
        _until.reset(token)


def left_s() -> float | None:
    """Return for how many seconds somebody still waits; None: as long as it takes."""
    until = _until.get()
    return None if until is None else max(0.0, until - GRACE_S - time.monotonic())

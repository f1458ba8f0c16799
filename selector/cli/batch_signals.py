"""Ctrl-C and SIGTERM while many requests are decided: the first finishes what was begun."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import typer

SIGNALS = (signal.SIGINT, signal.SIGTERM)  # of a terminal; of systemd and clusters
FIRST = "finishing the shards that were begun; Ctrl-C again stops at once"


class Stop:
    """Whether somebody asked to stop."""

    def __init__(self) -> None:
        self.asked = False

    def __call__(self) -> bool:
        """Return whether nothing more is to be begun."""
        return self.asked

    def hear(self, _signal: int, _frame: FrameType | None) -> None:
        """Take in a signal; the second ends everything.

        Raises:
            KeyboardInterrupt: It is the second.
        """
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True
        typer.echo(FIRST, err=True)


@contextmanager
def stopping() -> Iterator[Stop]:
    """Give what signals set until the end; also where whoever started this process ignores them."""
    stop = Stop()
    before = {one: signal.signal(one, stop.hear) for one in SIGNALS}
    try:
        yield stop
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)

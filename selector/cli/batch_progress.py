"""How far a run is, told on standard error: a bar for a person, now and then a line for a file."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer

from selector.cli.prose import CLEAR

if TYPE_CHECKING:
    from selector.batch.hearing import Start
    from selector.batch.setup import Progress

EVERY_S = 30.0  # between two lines where no person sits
WINDOW_S = 60.0  # of which the rate is told
SOON_S = 100  # less is told in seconds
VERDICTS = {"accept": "accept", "review": "review", "reject": "reject", "": "failed"}


class Told:
    """Counts what was decided, and says so in words."""

    def __init__(self) -> None:
        self.start: Start | None = None
        self.requests = 0
        self.candidates = 0
        self.verdicts: Counter[str] = Counter()
        self._began = time.monotonic()

    def begun(self, start: Start) -> None:
        """Take in with what measuring begins."""
        self.start, self._began = start, time.monotonic()

    def tell(self, progress: Progress) -> None:
        """Take in what was decided."""
        self.requests += progress.requests
        self.candidates += progress.candidates
        self.verdicts.update(progress.verdicts)

    @property
    def rate(self) -> float:
        """How many images a second, since measuring began."""
        return self.candidates / max(time.monotonic() - self._began, 1e-9)

    @property
    def total(self) -> int:
        """How many requests are to be decided."""
        return self.start.requests if self.start else 0

    def counts(self) -> str:
        """Return "12 accept, 3 review, 21 reject, 0 failed"."""
        return ", ".join(f"{self.verdicts[one]:,} {word}" for one, word in VERDICTS.items())

    def line(self) -> str:
        """Return all of it on one line."""
        left = (self.total - self.requests) * self.candidates / max(self.requests, 1)
        said = f"{self.requests:,} of {self.total:,} requests, {self.rate:.1f} images/s"
        waits = f", {duration(left / self.rate)} left" if self.rate else ""
        return f"{said}: {self.counts()}{waits}"


class Lines(Told):
    """Says now and then how far it is."""

    def __init__(self, *, every_s: float = EVERY_S) -> None:
        super().__init__()
        self._every_s = every_s
        self._next = time.monotonic() + every_s

    def tell(self, progress: Progress) -> None:
        """Take in what was decided, and say so if it is time."""
        super().tell(progress)
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + self._every_s
            typer.echo(self.line(), err=True)


class Bar(Told):
    """Draws how far it is, from where measuring begins: what comes before may draw bars of its own."""

    def __init__(self, drawn: Any) -> None:
        super().__init__()
        self._drawn = drawn
        self._task = drawn.add_task("deciding", total=None, said="")
        typer.echo(f"{CLEAR}reading the input…", err=True, nl=False)

    def begun(self, start: Start) -> None:
        """Begin the bar."""
        super().begun(start)
        typer.echo(CLEAR, err=True, nl=False)
        if start.requests:
            self._drawn.update(self._task, total=start.requests, said=f"0/{start.requests:,}")
            self._drawn.start()

    def tell(self, progress: Progress) -> None:
        """Take in what was decided, and draw it."""
        super().tell(progress)
        self._drawn.update(self._task, completed=self.requests)
        self._drawn.update(self._task, said=self._said())

    def _said(self) -> str:
        """Return what stands beside the bar: what may be cut off by a narrow terminal comes last."""
        left = self._drawn.tasks[self._task].time_remaining
        waits = f", {duration(left)} left" if left else ""
        counts = self.counts().removesuffix(", 0 failed")
        return f"{self.requests:,}/{self.total:,}{waits}, {self.rate:.1f} images/s: {counts}"


@contextmanager
def progress(*, quiet: bool) -> Iterator[Told]:
    """Give what tells how far a run is, in the way that suits whoever reads it."""
    if quiet:
        yield Told()
        return
    if not sys.stderr.isatty():
        yield Lines()
        return
    from rich.console import Console

    bar = drawn(Console(stderr=True))
    try:
        yield Bar(bar)
    finally:
        bar.stop()
        typer.echo(CLEAR, err=True, nl=False)


def drawn(console: Any) -> Any:
    """Return a bar with words beside it, which fit into 80 columns; of less the bar goes first."""
    from rich.progress import BarColumn, Progress, TextColumn

    columns = (BarColumn(bar_width=20), TextColumn("{task.fields[said]}"))
    return Progress(*columns, console=console, speed_estimate_period=WINDOW_S, transient=True)


def duration(seconds: float) -> str:
    """Return "45 s", "12 min", "3 h 20 min"."""
    minutes = round(seconds / 60)
    if seconds < SOON_S:
        return f"{seconds:.0f} s"
    hours, rest = divmod(minutes, 60)
    return f"{hours:,} h {rest} min" if hours else f"{minutes} min"

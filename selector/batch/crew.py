"""One worker as its pool sees it: the process, what it has to do, and what it is at."""

from __future__ import annotations

import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field

from selector.batch.begun import Order
from selector.batch.child import Child
from selector.batch.listed import Listed
from selector.batch.trouble import START, Step, Trouble

SLOW_S = 600.0  # to start, or to load a model, which may have to be fetched
A_CALL = 16  # members of a set that take as long as one step


@dataclass(eq=False)
class Job:
    """One request on its way; nobody wants to hear of it when its asker has gone."""

    listed: Listed
    trouble: Trouble = field(default_factory=Trouble)
    wanted: bool = True


@dataclass(eq=False)
class Member:
    """A process, its orders (the first is the one that it is at), and its step since when."""

    child: Child
    jobs: deque[Job] = field(default_factory=deque)
    step: Step = START
    since: float = field(default_factory=time.monotonic)

    @property
    def is_ready(self) -> bool:
        """Whether it has started."""
        return self.step != START

    def give(self, job: Job) -> None:
        """Send an order.

        Raises:
            OSError: The process has ended, or listens no more.
        """
        if not self.jobs:
            self.since = time.monotonic()
        self.jobs.append(job)
        self.child.connection.send(Order(job.listed, job.trouble))

    def catch_up(self) -> None:
        """Learn what it is at now, and has been since this look or a little longer."""
        aside = self.child.aside
        with suppress(EOFError, OSError):  # it has ended
            while aside is not None and aside.poll():
                self.step = aside.recv()
                self.since = time.monotonic()

    def is_late(self, step_s: float) -> bool:
        """Return whether it takes longer than a step may."""
        if self.step.what in ("image", "source", "measure"):
            members = len(self.step.candidates) if self.step.is_set else 1
            most = step_s * max(1, -(-members // A_CALL))
        else:
            most = max(step_s, SLOW_S)
        idle = self.is_ready and not self.jobs
        return not idle and time.monotonic() - self.since > most

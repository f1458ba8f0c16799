"""What a caller asks of a run, before anything of it was looked at."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Literal

from selector.batch.ray_options import RayOptions
from selector.batch.reading.files import absolute
from selector.batch.setup import STEP_S, Originals
from selector.planning import Source

Engine = Literal["local", "ray"]
Journal = str | Literal[False] | None

ENGINES = ("local", "ray")
JOURNAL_VARIABLE = "SELECTOR_JOURNAL"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a run is to do, in the caller's words.

    Attributes:
        source: What lists the requests: a path, or an address that fsspec can open.
        policy: What decides them.
        out: The run's folder, likewise a path or an address.
        engine: "local": on this machine; "ray": on Ray.
        workers: How many processes read pictures and measure what is cheap; None: one a core.
        devices: Where the models of scorers run, a station each.
        resume: Whether to go on with a run that is in the folder already.
        retry_failed: Whether to decide its failed requests again.
        journal: Where requests are written down, too; None: where SELECTOR_JOURNAL says, if
            anywhere; False: nowhere.
        originals: How the accepted originals come into the folder; None: not.
        shard_size: How many candidates a shard holds before it ends; None: 1,000, or as the run
            in the folder has it.
        step_s: After how many seconds a worker is ended that is still at one image.
        ray: What a run on Ray takes.
    """

    source: str
    policy: Source
    out: str
    engine: Engine = "local"
    workers: int | None = None
    devices: tuple[str, ...] = ("cpu",)
    resume: bool = False
    retry_failed: bool = False
    journal: Journal = None
    originals: Originals | None = None
    shard_size: int | None = None
    step_s: float = STEP_S
    ray: RayOptions | None = None

    @property
    def input(self) -> str:
        """What lists the requests, alike from whichever folder it is named."""
        return absolute(self.source)

    @property
    def book(self) -> str | None:
        """Where requests are written down; None: nowhere."""
        given = os.environ.get(JOURNAL_VARIABLE) if self.journal is None else self.journal
        return absolute(given) if given else None

    @property
    def processes(self) -> int:
        """How many processes read pictures: of all actors, on Ray."""
        if self.engine != "ray":
            return cores() if self.workers is None else self.workers
        options = self.ray or RayOptions()
        return options.actors * max(1, int(options.each(cores())))


def cores() -> int:
    """Return how many processors this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)  # not on every system
    return len(affinity(0)) if affinity else os.cpu_count() or 1

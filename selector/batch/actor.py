"""A station in a process that Ray keeps: takes blocks of shards, and asks before it begins each."""

from __future__ import annotations

import json
import platform
import sys
from collections.abc import Collection, Iterator, Sequence
from typing import Any, Protocol

from selector.batch.folder import Folder
from selector.batch.setup import Progress, Setup, Task
from selector.batch.station import Station
from selector.batch.telling import Telling
from selector.errors import RequestError, SelectorError
from selector.foreign import visible


class Face(Protocol):
    """What an actor sees of `Desk`, which is in another process."""

    def begin(self, shard: int) -> int:
        """Return how often this shard was begun by now; 0: it is not to be."""

    def done(self, shard: int) -> None:
        """Note that its part is written."""

    def tell(self, progress: Progress) -> None:
        """Keep what was decided."""

    def fail(self, error: SelectorError, shards: Collection[int]) -> None:
        """Note that the run can't go on, and that these shards are not under way any more."""


def rows(tasks: Sequence[Task]) -> list[dict[str, Any]]:
    """Return tasks as they travel, a row each."""
    only = ("" if one.only is None else json.dumps(sorted(one.only)) for one in tasks)
    return [{"shard": one.shard, "only": each} for one, each in zip(tasks, only, strict=True)]


class Actor:
    """Decides the blocks that it is given; its station and their models stay from one to the next."""

    def __init__(
        self, setup: Setup, desk: Face, retries: int = 0, path: Sequence[str] = ()
    ) -> None:
        sys.path += [one for one in path if one not in sys.path]
        self._setup, self._desk, self._retries = setup, desk, retries
        self._station: Station | None = None
        # The desk takes its callers' words in their order.
        self._telling = Telling(desk.tell)

    def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        """Decide a block of shards, and return their numbers."""
        tasks = [
            Task(int(shard), frozenset(json.loads(only)) if only else None)
            for shard, only in zip(batch["shard"], batch["only"], strict=True)
        ]
        try:
            for shard in self._ready().work(self._wanted(tasks), self._telling.add):
                self._telling.flush()
                self._desk.done(shard)
        except SelectorError as error:
            # Not through Ray, which has its own words for it; nor what else the error carries.
            self._desk.fail(type(error)(str(error)), [one.shard for one in tasks])
        return {"shard": batch["shard"]}

    def _ready(self) -> Station:
        """Return the station; built here, as Ray has a riddle for an error while it builds an actor."""
        if self._station is None:
            _check_seen(self._setup.out)
            self._station = Station(self._setup)
        return self._station

    def _wanted(self, tasks: Sequence[Task]) -> Iterator[Task]:
        """Give the shards that are to be begun, as the station has room for them."""
        for task in tasks:
            often = self._desk.begin(task.shard)
            if often == 0:
                return
            if often > 1 and task.only is None and _is_written(self._setup.out, task.shard):
                self._desk.done(task.shard)
            elif often > self._retries + 1:
                raise RequestError(
                    f"{self._setup.out}: an actor came to an end over shard {task.shard} again and "
                    f"again (got {often - 1} times). Give actors more memory or fewer processors, "
                    "or look at its images, then go on with --resume."
                )
            else:
                yield task

    def __del__(self) -> None:
        # How Ray Data says that an actor is not needed any more.
        if (station := getattr(self, "_station", None)) is not None:
            station.close()


def _check_seen(out: str) -> None:
    """End here where the run's folder lies on another machine."""
    folder = Folder(out)
    if folder.state() is None:
        raise RequestError(
            f"{folder}: no run is there for the machine {visible(platform.node())}. Put the run's "
            "folder where all machines of the cluster see it: on a shared disk, or behind an address."
        )


def _is_written(out: str, shard: int) -> bool:
    return shard not in Folder(out).todo()

"""Where the actors of a run ask whether to go on, and leave what there is to tell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from selector.batch.setup import Progress
from selector.errors import SelectorError


@dataclass(frozen=True, slots=True)
class News:
    """What there is to tell since it was last asked.

    Attributes:
        progress: What was decided.
        again: Shards that were begun once more, as their actor had come to an end.
        begun: How many shards were ever begun.
        done: How many are done by now.
        is_idle: Whether no shard is begun any more, and none is under way.
        error: Why the run can't go on; None: it can.
    """

    progress: tuple[Progress, ...]
    again: tuple[int, ...]
    begun: int
    done: int
    is_idle: bool
    error: SelectorError | None


class Desk:
    """One for a run, in a process of its own; who asks is answered in turn."""

    def __init__(self) -> None:
        self._begun: Counter[int] = Counter()
        self._open: set[int] = set()
        self._done: set[int] = set()
        self._progress: list[Progress] = []
        self._again: list[int] = []
        self._stop = False
        self._error: SelectorError | None = None

    def begin(self, shard: int) -> int:
        """Return how often this shard was begun by now; 0: it is not to be, nor any other."""
        if self._stop:
            self._open.discard(shard)
            return 0
        self._begun[shard] += 1
        self._open.add(shard)
        if self._begun[shard] > 1:
            self._again.append(shard)
        return self._begun[shard]

    def done(self, shard: int) -> None:
        """Note that its part is written."""
        self._open.discard(shard)
        self._done.add(shard)

    def tell(self, progress: Progress) -> None:
        """Keep what was decided until somebody asks for news."""
        self._progress.append(progress)

    def fail(self, error: SelectorError, shards: Collection[int]) -> None:
        """Note that the run can't go on; *shards* are let go of, the others are finished."""
        self._open.difference_update(shards)
        self._error = self._error or error
        self._stop = True

    def news(self, *, stop: bool) -> News:
        """Return what there is to tell; after *stop* no shard is begun."""
        self._stop = self._stop or stop
        told, self._progress = tuple(self._progress), []
        again, self._again = tuple(self._again), []
        is_idle = self._stop and not self._open
        return News(told, again, len(self._begun), len(self._done), is_idle, self._error)

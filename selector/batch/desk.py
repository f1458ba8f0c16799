"""Where the actors of a run ask whether to go on, and leave what there is to tell."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from selector.batch.setup import Progress


@dataclass(frozen=True, slots=True)
class News:
    """What there is to tell since it was last asked.

    Attributes:
        progress: What was decided.
        begun: How many shards were ever begun.
        done: How many shards are done by now.
        is_idle: Whether no shard is begun any more, and none is under way.
    """

    progress: tuple[Progress, ...]
    begun: int
    done: int
    is_idle: bool


class Desk:
    """One for a run, in a process of its own; who asks is answered in turn."""

    def __init__(self) -> None:
        self._begun: Counter[int] = Counter()
        self._done: set[int] = set()
        self._progress: list[Progress] = []
        self._stop = False

    def begin(self, shard: int) -> int:
        """Return how often this shard was begun by now; 0: it is not to be, nor any other."""
        if self._stop:
            return 0
        self._begun[shard] += 1
        return self._begun[shard]

    def done(self, shard: int) -> None:
        """Note that its part is written."""
        self._done.add(shard)

    def tell(self, progress: Progress) -> None:
        """Keep what was decided until somebody asks for news."""
        self._progress.append(progress)

    def news(self, *, stop: bool) -> News:
        """Return what there is to tell; after *stop* no shard is begun."""
        self._stop = self._stop or stop
        told, self._progress = tuple(self._progress), []
        is_idle = self._stop and len(self._begun) == len(self._done)
        return News(told, len(self._begun), len(self._done), is_idle)


def added(one: Progress, other: Progress) -> Progress:
    """Return what two came to together."""
    verdicts = Counter(one.verdicts)
    verdicts.update(other.verdicts)
    return Progress(
        one.requests + other.requests, one.candidates + other.candidates, dict(verdicts)
    )

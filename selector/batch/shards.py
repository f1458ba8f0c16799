"""The shards that a station has begun and not written yet: what is there of each, and what lacks."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from selector.batch import tally
from selector.batch.folder import Folder
from selector.batch.journaling import Journaling
from selector.batch.listed import Listed
from selector.batch.rows import Rows, rows_of
from selector.batch.setup import Task
from selector.batch.tally import Tally
from selector.errors import JournalError
from selector.types import Selection


@dataclass(slots=True)
class Shard:
    """One shard that was begun.

    Attributes:
        task: What is to be done of it.
        requests: Those that are decided, by id, in the order of the input.
        attempts: How often each was tried, with this, by id.
        rows: Of those that were decided, by id.
        tally: What became of these.
    """

    task: Task
    requests: Mapping[str, Listed]
    attempts: Mapping[str, int]
    rows: dict[str, Rows] = field(default_factory=dict)
    tally: Tally = field(default_factory=Tally)

    def take(self, listed: Listed, result: Selection | str) -> None:
        """Take in what a request got, or why it failed."""
        self.rows[listed.id] = rows_of(listed, result, attempt=self.attempts[listed.id])
        self.tally += (
            tally.of_failed(listed, result) if isinstance(result, str) else tally.of(result)
        )

    def in_order(self) -> Rows:
        """Return all rows, in the order of the input."""
        return [row for name in self.requests for row in self.rows[name]]


class Shards:
    """The shards that were begun and are not written yet.

    One thread may ask for the next requests while another one takes in what was decided.
    """

    def __init__(self, folder: Folder, journaling: Journaling) -> None:
        self._folder = folder
        self._journaling = journaling
        self._of: dict[str, Shard] = {}  # by request
        self._known = deque[tuple[Listed, Selection | JournalError]]()
        self._whole = deque[Shard]()

    def requests(self, tasks: Iterable[Task]) -> Iterator[Listed]:
        """Yield what is to be measured, shard after shard; each is begun when it is its turn.

        Raises:
            RequestError: A shard can't be read.
            JournalError: The journal can't be read, and the plan minds.
        """
        for task in tasks:
            shard = self._begun(task)
            known = self._journaling.known(tuple(shard.requests.values()), shard.attempts)
            self._of |= dict.fromkeys(shard.requests, shard)
            self._known.extend((shard.requests[name], found) for name, found in known.items())
            if not shard.requests:
                self._whole.append(shard)
            for name, one in shard.requests.items():
                if name not in known:
                    yield one

    def of(self, request_id: str) -> Shard:
        """Return the shard of a request that lacks."""
        return self._of[request_id]

    def take(self, listed: Listed, result: Selection | str) -> None:
        """Take in what a request got, or why it failed."""
        shard = self._of.pop(listed.id)
        shard.take(listed, result)
        if len(shard.rows) == len(shard.requests):
            self._whole.append(shard)

    def known(self) -> Iterator[tuple[Listed, Selection | JournalError]]:
        """Yield, once, the requests that need not be measured: the journal has them."""
        while self._known:
            yield self._known.popleft()

    def whole(self) -> Iterator[Shard]:
        """Yield, once, the shards of which nothing lacks any more."""
        while self._whole:
            yield self._whole.popleft()

    def _begun(self, task: Task) -> Shard:
        attempts = self._folder.attempts(task)
        wanted = [
            one
            for one in self._folder.shard(task.shard)
            if task.only is None or one.id in task.only
        ]
        return Shard(
            task,
            requests={one.id: one for one in wanted},
            attempts={one.id: attempts.get(one.id, 1) for one in wanted},
        )

"""A run on this machine: one station in this process, or a process with a station for each device."""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from enum import Enum
from multiprocessing.connection import Connection, wait
from typing import Any, Self

from selector.batch.child import Child, received
from selector.batch.setup import Progress, Setup, Task, Tell
from selector.batch.station import Station
from selector.batch.telling import Telling
from selector.errors import MeasureError, SelectorError

TRIES = 2  # of a shard whose process ended; more would end alike
NONE = -1  # the number of no shard
SERVED = "selector.batch.local:serve"


class Said(Enum):
    """What a process says that is neither progress nor done."""

    NEXT = "it has room for another shard"
    END = "all it was handed is done"


def run(
    setup: Setup,
    tasks: Sequence[Task],
    *,
    devices: Sequence[str],
    tell: Tell,
    stopping: Callable[[], bool],
) -> int:
    """Decide shards on this machine, and return how many were done.

    What was told of a shard whose process ended is told once more; its rows are there once.

    Args:
        setup: What decides; its workers are shared out among the devices.
        tasks: The shards.
        devices: Where models run, each in a process of its own if there are several.
        tell: Hears what was decided, some times a second at most.
        stopping: Once it says True no shard is begun any more; those that were are finished.

    Raises:
        RequestError: The folder can't be read or written.
        JournalError: The journal can't be read or written, and the plan minds.
        MeasureError: A process that measures can't be kept alive.
    """
    left = Left(tasks, stopping)
    if len(devices) > 1:
        with Fleet(shared(setup, devices), left, tell) as fleet:
            return fleet.done()
    telling = Telling(tell)
    with Station(replace(setup, device=devices[0])) as station:
        done = sum(1 for _ in station.work(left, telling.add))
    telling.flush()
    return done


def shared(setup: Setup, devices: Sequence[str]) -> list[Setup]:
    """Return what the station of each device is told: as many workers in all, one each at least."""
    few, more = divmod(setup.workers, len(devices))
    return [
        replace(setup, device=device, workers=max(1, few + (at < more)))
        for at, device in enumerate(devices)
    ]


class Left:
    """The shards that nobody has begun; no more of them once it is to be stopped."""

    def __init__(self, tasks: Iterable[Task], stopping: Callable[[], bool]) -> None:
        self._tasks = deque(tasks)
        self._again = deque[Task]()
        self._stopping = stopping

    def __iter__(self) -> Iterator[Task]:
        return self

    def __next__(self) -> Task:
        if self._again:
            return self._again.popleft()
        if not self._tasks or self._stopping():
            raise StopIteration
        return self._tasks.popleft()

    def again(self, tasks: Iterable[Task]) -> None:
        """Put shards back that were begun: they are finished, come what may."""
        self._again.extend(tasks)


@dataclass(slots=True)
class Member:
    """One process of a fleet.

    Attributes:
        setup: What its station was told.
        child: The process.
        tasks: What it has begun and not done yet, by shard.
    """

    setup: Setup
    child: Child
    tasks: dict[int, Task] = field(default_factory=dict)


class Fleet:
    """A process for each device. One that ends is followed by another, which does its shards."""

    def __init__(self, setups: Iterable[Setup], left: Left, tell: Tell) -> None:
        """Start them.

        Args:
            setups: What the station of each is told.
            left: The shards; each process asks for the next when it has room for it.
            tell: Hears what was decided.
        """
        self._left = left
        self._tell = tell
        self._ended = Counter[int]()  # by shard, how many processes ended that had begun it
        self._members: list[Member] = []
        with ExitStack() as stack:
            stack.callback(self.close)
            for one in setups:
                self._start(one)
            stack.pop_all()

    def done(self) -> int:
        """Return how many shards were done, once all are.

        Raises:
            MeasureError: A shard ended one process after the other.
            SelectorError: What a station raised.
        """
        count = 0
        while self._members:
            ready = wait([one.child.connection for one in self._members])
            for member in [one for one in self._members if one.child.connection in ready]:
                count += self._hear(member)
        return count

    def close(self) -> None:
        """End all processes."""
        for one in self._members:
            one.child.kill()
        self._members.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _start(self, setup: Setup) -> None:
        self._members.append(Member(setup, Child(SERVED, setup)))

    def _hear(self, member: Member) -> int:
        """Do what a process says; return how many shards it has done by that."""
        try:
            said = member.child.connection.recv()
        except (EOFError, OSError):
            self._follow(member)
            return 0
        match said:
            case Progress():
                self._tell(said)
            case int():
                del member.tasks[said]
                return 1
            case SelectorError():
                raise said
            case Said.NEXT:
                self._hand(member)
            case _:
                self._drop(member)
        return 0

    def _hand(self, member: Member) -> None:
        task = next(self._left, None)
        if task is not None:
            member.tasks[task.shard] = task
        with suppress(OSError):  # it has just ended, as is heard next
            member.child.connection.send(task)

    def _follow(self, member: Member) -> None:
        """Have the shards of a process that ended done by another one."""
        self._drop(member)
        begun = list(member.tasks) or [NONE]
        self._ended.update(begun)
        if any(self._ended[shard] >= TRIES for shard in begun):
            raise _fatal(member)
        self._left.again(member.tasks.values())
        self._start(member.setup)

    def _drop(self, member: Member) -> None:
        self._members.remove(member)
        member.child.end()


def _fatal(member: Member) -> MeasureError:
    shards = ", ".join(map(str, member.tasks)) or "none yet"
    return MeasureError(
        f"{member.setup.device}: the process that measures there ended {TRIES} times at the same "
        f"place (got {member.child.fate()}; shards begun: {shards}). See what it wrote last; what "
        "is done is kept, and --resume goes on."
    )


def serve(connection: Connection, setup: Setup) -> None:
    """Decide the shards that a fleet hands out, one after the other as there is room.

    Args:
        connection: To the fleet.
        setup: What decides.
    """
    speaking = threading.Lock()  # the next shard may be asked for by another thread
    replies = received(connection)

    def say(what: Any) -> None:
        with speaking, suppress(OSError):  # nobody listens: this process is about to be ended
            connection.send(what)

    def handed() -> Iterator[Task]:
        say(Said.NEXT)
        while (task := next(replies, None)) is not None:
            yield task
            say(Said.NEXT)

    telling = Telling(say)
    try:
        with Station(setup) as station:
            for shard in station.work(handed(), telling.add):
                telling.flush()
                say(shard)
    except SelectorError as error:
        say(error)
    else:
        say(Said.END)

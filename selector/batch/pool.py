"""Worker processes that begin requests: any that hangs or crashes is replaced, and costs no other."""

from __future__ import annotations

import os
import selectors
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from queue import SimpleQueue
from typing import Self

from selector.batch.begun import Begun, Ready, Refused, Told
from selector.batch.child import Child, end
from selector.batch.crew import Job, Member
from selector.batch.listed import Listed
from selector.batch.setup import Setup
from selector.batch.trouble import REST
from selector.errors import MeasureError
from selector.measures import loader
from selector.policy.plan import Plan
from selector.types import evidence_needed

QUEUED = 2  # orders that a worker has at once: one that it is at, one so that it is never idle
AHEAD = 4  # requests a worker, that are taken before they are given on
PIXELS = 64 * 2**20  # bytes that may come along with one request
LOOK_S = 0.2  # how often it is looked whether a worker is late
ASLEEP_S = 2.0  # a look that comes so late was kept from coming, as all else may have been
BARREN = 3  # workers in a row that end before they begin anything


def hosted(plan: Plan) -> frozenset[str]:
    """Return the instances that workers measure: filters and detectors that need no accelerator.

    Raises:
        MeasureError: A measure is not here.
    """

    def is_hosted(name: str) -> bool:
        one = plan.instances[name]
        if one.kind == "scorer" or loader.load(one.use).extra == "scorers":
            return False
        return all(map(is_hosted, evidence_needed(one.needs)))

    return frozenset(filter(is_hosted, plan.instances))


class Pool:
    """Begins requests in worker processes, several at once; use it as a context, or close it.

    Args:
        setup: Of the run; says how many workers, and how long one step may take.
        hosted: The instances that they measure.
    """

    def __init__(self, setup: Setup, hosted: frozenset[str]) -> None:
        self._step_s = setup.step_s
        self._count = max(1, setup.workers)
        self._most_bytes = setup.pixel_budget
        self._told = Told(setup, hosted, min(PIXELS, setup.pixel_budget // self._count))
        self._backlog: deque[Job] = deque()
        self._done: SimpleQueue[tuple[Job, Begun] | str | None] = SimpleQueue()
        self._held = 0  # bytes of pixels that nobody has taken yet
        self._barren = 0
        self._lock = threading.Lock()
        self._closing = False
        self._ears, self._bell = os.pipe()
        os.set_blocking(self._bell, False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._ears, selectors.EVENT_READ)
        self._workers: list[Member] = []
        self._thread = threading.Thread(target=self._run, name="selector-pool", daemon=True)
        self._thread.start()

    def begin(self, requests: Iterable[Listed]) -> Iterator[Begun]:
        """Yield how far each request comes, once each, in any order.

        Takes no more of them than a few a worker ahead of what it yields.

        Raises:
            MeasureError: Workers can't be started, or end before they have begun anything.
        """
        jobs: set[Job] = set()
        try:
            for listed in requests:
                jobs.add(job := Job(listed))
                self._backlog.append(job)
                self._ring()
                while len(jobs) >= AHEAD * self._count or (jobs and not self._done.empty()):
                    yield self._taken(jobs)
            while jobs:
                yield self._taken(jobs)
        finally:
            for job in jobs:
                job.wanted = False

    def close(self) -> None:
        """End all workers, whatever they do."""
        if self._closing:
            return
        self._closing = True
        with suppress(BlockingIOError):
            os.write(self._bell, b"!")
        self._thread.join()
        os.close(self._ears)
        os.close(self._bell)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _taken(self, jobs: set[Job]) -> Begun:
        """Return the next result that is waited for, as soon as there is one."""
        while True:
            done = self._done.get()
            if done is None or isinstance(done, str):
                self._done.put(done)  # whoever asks again is to hear it again
                raise MeasureError(done or "workers: the pool is closed. Make another.")
            job, begun = done
            with self._lock:
                self._held -= begun.size
            self._ring()
            if job in jobs:
                jobs.remove(job)
                return begun

    def _ring(self) -> None:
        if self._closing:  # and may have given its bell away
            return
        with suppress(BlockingIOError):  # it rings already
            os.write(self._bell, b"!")

    def _run(self) -> None:
        """Hear workers, give them orders and replace those that ended, until the pool closes."""
        try:
            for _ in range(self._count):
                self._start()
            looked = time.monotonic()
            while not self._closing:
                self._hand_out()
                heard = self._hear()
                if (passed := time.monotonic() - looked) > LOOK_S:
                    looked += passed
                    self._look(heard, asleep=passed if passed > ASLEEP_S else 0.0)
        except MeasureError as error:
            self._done.put(str(error))
        finally:
            self._done.put(None)
            self._selector.close()
            end([worker.child for worker in self._workers])

    def _start(self) -> None:
        try:
            child = Child("selector.batch.worker:serve", self._told, threads=1, has_aside=True)
        except OSError as error:
            raise MeasureError(
                f"workers: no process can be started (got {error}). Try fewer workers."
            ) from error
        self._workers.append(worker := Member(child))
        self._selector.register(worker.child.connection, selectors.EVENT_READ, worker)

    def _hand_out(self) -> None:
        """Give orders, first to those who have none."""
        if self._held > self._most_bytes:
            return
        for most in range(1, QUEUED + 1):
            for worker in list(self._workers):
                if self._backlog and worker.is_ready and len(worker.jobs) < most:
                    job = self._backlog.popleft()
                    if not job.wanted:
                        continue
                    try:
                        worker.give(job)
                    except OSError:
                        self._replace(worker, worker.child.fate())

    def _hear(self) -> list[Member]:
        """Take in what was said, one message of each; return who spoke."""
        speakers = [key.data for key, _ in self._selector.select(LOOK_S)]
        for worker in speakers:
            if worker is None:
                os.read(self._ears, 4096)
            else:
                self._take(worker)
        return speakers

    def _take(self, worker: Member) -> None:
        try:
            said = worker.child.connection.recv()
        except (EOFError, OSError):
            self._replace(worker, worker.child.fate())
            return
        worker.since = time.monotonic()
        worker.catch_up()
        match said:
            case Refused():
                raise MeasureError(said.why)
            case Begun():
                self._barren = 0
                self._finish(worker.jobs.popleft(), said)
            case Ready():
                worker.step = REST

    def _finish(self, job: Job, begun: Begun) -> None:
        with self._lock:
            self._held += begun.size
        self._done.put((job, begun))

    def _look(self, heard: Sequence[Member], *, asleep: float) -> None:
        """Replace those who ended without a word, and those who are too long at one step.

        For how long all of the run was *asleep*, stopped by whoever shares the machine out or moves
        it, is nobody's fault.
        """
        for worker in list(self._workers):
            worker.since += asleep
            worker.catch_up()
            if worker in heard or worker.child.connection.poll():
                continue  # what they said last comes first
            if not worker.child.is_alive:
                self._replace(worker, worker.child.fate())
            elif worker.is_late(self._step_s):
                self._replace(worker, f"no end in {self._step_s:g} s", is_late=True)

    def _replace(self, worker: Member, how: str, *, is_late: bool = False) -> None:
        """Start another process in the place of one; what it had to do is done again."""
        self._selector.unregister(worker.child.connection)
        self._workers.remove(worker)
        if not is_late:  # who was late at a step may have got on to the next meanwhile
            worker.catch_up()
        worker.child.kill()
        if worker.step.what in ("start", "load"):
            self._give_up_after(worker, how)
        if worker.jobs:
            job = worker.jobs.popleft()
            job.trouble.learn(worker.step, job.listed, how, is_late=is_late)
            self._backlog.extendleft(reversed(worker.jobs))
            if job.trouble.fatal:
                self._finish(job, Begun(job.listed, error=job.trouble.fatal))
            elif job.wanted:
                self._backlog.appendleft(job)
        self._start()

    def _give_up_after(self, worker: Member, how: str) -> None:
        self._barren += 1
        if self._barren >= BARREN:
            raise MeasureError(
                f"workers: they end before they have begun anything (got {how}, {BARREN} times in "
                f"a row). Mend what they say last: {worker.child.last_words() or 'nothing'}"
            )

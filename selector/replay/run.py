"""All recorded requests that are meant, decided again: streaming, by as many processes as pay."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice
from multiprocessing import get_context, parent_process, resource_tracker

from selector.errors import JournalError, RequestError
from selector.journal import Journal
from selector.journal.light import Damaged, Recorded
from selector.journal.recorded import Which, extent, recorded, recorded_plan
from selector.policy.plan import Plan
from selector.replay.again import Bench, Lacking
from selector.replay.meaning import means_the_same
from selector.replay.replayed import Replayed, Told
from selector.replay.tally import Tally
from selector.types import Decision

PART = 500  # requests that are handed to a process at once: about a second
ENOUGH = 3 * PART  # requests from which on more processes pay: each takes a second to start
PLANS = 128  # that are kept laid out; a journal of years has more

Part = tuple[int, int]  # requests of a higher number than the first, up to the second
Progress = Callable[[int, int], None]  # requests that are done, and all


@dataclass(frozen=True)
class Task:
    """What is to be decided again.

    Attributes:
        where: The journal's path or address.
        plan: By what; None for each request's own plan.
        which: Which requests.
        old: What each is held against; None for what was recorded.
    """

    where: str
    plan: Plan | None
    which: Which
    old: Plan | None = None


class Replaying:
    """A process at work on a task."""

    def __init__(self, task: Task) -> None:
        self._journal = Journal(task.where)
        self._which = task.which
        self._new = Bench(task.plan) if task.plan else None
        self._old = Bench(task.old) if task.old else None
        self._own = lru_cache(PLANS)(self._loaded)
        self._same = lru_cache(PLANS)(self._decided_by_old)

    def part(self, after: int, until: int) -> Tally:
        """Return what deciding again changed in a part of the journal.

        Raises:
            JournalError: The journal can't be read.
        """
        tally = Tally()
        for one in recorded(self._journal, self._which, after, until):
            self._take(tally, one)
        return tally

    def close(self) -> None:
        """Close the journal."""
        self._journal.close()

    def _take(self, tally: Tally, one: Recorded | Damaged) -> None:
        if isinstance(one, Damaged):
            tally.take_damaged(one)
            return
        try:
            self._count(tally, one)
        except (ValueError, TypeError, LookupError, ArithmeticError) as error:
            why = f"it can't be decided again: {type(error).__name__}: {error}"
            tally.take_damaged(Damaged(one.number, one.id, why))

    def _count(self, tally: Tally, one: Recorded) -> None:
        own = self._own(one.plan_hash)
        if isinstance(own, str):
            tally.take_damaged(Damaged(one.number, one.id, own))
        elif self._old and not self._same(one.plan_hash):
            before = self._old.again(one)
            if isinstance(before, Lacking):
                tally.left_out += 1
            else:
                held = replace(one, decision=before)
                tally.take(held, self._found(own, one), own=False)
        else:
            tally.take(one, self._found(own, one), own=own is not None)

    def _found(self, own: Bench | None, one: Recorded) -> Decision | Lacking:
        if own is not None:
            return own.own(one)
        assert self._new is not None  # noqa: S101 - else each has its own plan, or is damaged
        return self._new.again(one)

    def _decided_by_old(self, plan_hash: str) -> bool:
        """Return whether the plan that decided means what the older policy means."""
        if self._old is None or self._old.plan.hash == plan_hash:
            return True
        try:
            return means_the_same(recorded_plan(self._journal, plan_hash), self._old.plan)
        except JournalError:
            return False

    def _loaded(self, plan_hash: str) -> Bench | str | None:
        """Return the plan that decided, if it is to decide again; why it can't; None if not it."""
        if self._new and self._new.plan.hash == plan_hash:
            return self._new
        try:
            plan = recorded_plan(self._journal, plan_hash)
        except JournalError as error:
            return str(error) if self._new is None else None
        same = self._new is None or means_the_same(plan, self._new.plan)
        return Bench(plan) if same else None


def replay(task: Task, *, workers: int | None = None, progress: Progress | None = None) -> Tally:
    """Return what deciding all requests of a task again changed.

    Args:
        task: What is to be decided again.
        workers: So many processes at most; as many as there are processors if None.
        progress: Is told how many requests are done, of how many.

    Raises:
        JournalError: There is no journal, or it can't be read.
        RequestError: A process was ended from outside.
    """
    with Journal(task.where) as journal:
        low, high, count = extent(journal, task.which)
    parts = list(_parts(low, high, count))
    whole, done = Tally(), 0
    for part in _results(task, parts, _workers(workers, count)):
        whole.add(part)
        done += part.requests + part.damaged + part.left_out
        if progress:
            progress(done, count)
    return whole


def replayed(
    task: Task,
    told: Told,
    *,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Replayed:
    """Return what replay found, with the plans that decided the examples; see `replay`.

    Args:
        task: What is to be decided again.
        told: What else is to be told of it.
        workers: So many processes at most.
        progress: Is told how many requests are done, of how many.
    """
    tally = replay(task, workers=workers, progress=progress)
    shown = [one for some in (*tally.examples.values(), tally.wins) for one in some]
    plans: dict[str, Plan] = {}
    with Journal(task.where) as journal:
        for name in dict.fromkeys(one.plan_hash for one in shown):
            with suppress(JournalError):  # its examples are told in the policy's names then
                plans[name] = recorded_plan(journal, name)
    return Replayed(tally, task.plan, plans, told)


def _workers(wanted: int | None, count: int) -> int:
    here = wanted or os.cpu_count() or 1
    return 1 if count < ENOUGH else min(here, -(-count // PART))


def _parts(low: int, high: int, count: int) -> Iterator[Part]:
    """Give the parts of a range of numbers, of about as many requests each."""
    if count:
        step = -(-(high - low + 1) // -(-count // PART))
        for after in range(low - 1, high, step):
            yield after, min(after + step, high)


def _results(task: Task, parts: Iterable[Part], workers: int) -> Iterator[Tally]:
    if workers > 1:
        yield from _by_processes(task, iter(parts), workers)
        return
    here = Replaying(task)
    try:
        for part in parts:
            yield here.part(*part)
    finally:
        here.close()


def _by_processes(task: Task, parts: Iterator[Part], workers: int) -> Iterator[Tally]:
    """Give the results as they come; no more parts are handed out than can be worked on."""
    pool = ProcessPoolExecutor(workers, get_context("spawn"), _begin, (task,))
    try:
        with _unheard():  # whoever starts now is told when to end
            waiting = {pool.submit(_work, *part) for part in islice(parts, 2 * workers)}
        while waiting:
            done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            waiting |= {pool.submit(_work, *part) for part in islice(parts, len(done))}
            yield from map(_result, done)
    finally:
        pool.shutdown(cancel_futures=True)


def _result(done: Future[Tally]) -> Tally:
    try:
        return done.result()
    except BrokenProcessPool:
        raise RequestError(
            "replay: a process was ended from outside (got no result). "
            "See whether memory ran out, and say --workers 1."
        ) from None


@contextmanager
def _unheard() -> Iterator[None]:
    """Keep Ctrl-C waiting; processes that start meanwhile never hear of it."""
    resource_tracker.ensure_running()  # which would let it through
    heard: list[int] = []
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    is_main = threading.current_thread() is threading.main_thread()
    # A library's own thread may take it all the same; only then is there a handler to be called.
    handler = signal.signal(signal.SIGINT, lambda *_: heard.append(1)) if is_main else None
    try:
        yield
    finally:
        if is_main:
            signal.signal(signal.SIGINT, handler)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        if heard:
            signal.raise_signal(signal.SIGINT)


_here: list[Replaying] = []  # of a process that works for another


def _begin(task: Task) -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _here.append(Replaying(task))


def _end_with_parent() -> None:
    """Leave nobody behind who waits for work from a process that was killed."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _work(after: int, until: int) -> Tally:
    return _here[0].part(after, until)

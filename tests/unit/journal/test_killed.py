"""kill -9 at any moment: nothing is lost but the request in flight, nothing is double or half."""

import multiprocessing
import os
import random
import signal
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from selector.journal import Event, Journal
from selector.policy.plan import Plan
from selector.types import Selection

Build = Callable[..., Selection]
WRITERS = 2
LONGEST_S = 0.25  # from a writer's first request to its end


def write(where: str, name: str, plan: Plan, build: Build, told: Connection) -> None:
    """Append requests and events without end; tell of each that is written, once it is."""
    with Journal(where) as journal:
        for number in range(100_000):
            one = f"{name}-{number}"
            told.send(("begun", one))
            journal.append(plan, build(one))
            journal.record(Event("written", one, name, number))
            told.send(("done", one))


def killed(where: str, plan: Plan, build: Build, run: int) -> tuple[set[str], set[str]]:
    """Kill writers at random moments; return what they had told to be begun, and to be done."""
    dice = random.Random(run)  # noqa: S311 - the same moments in every run
    context = multiprocessing.get_context("fork")
    begun: set[str] = set()
    done: set[str] = set()
    writers = []
    for writer in range(WRITERS):
        ours, theirs = context.Pipe(duplex=False)
        process = context.Process(
            target=write, args=(where, f"{run}-{writer}", plan, build, theirs)
        )
        process.start()
        theirs.close()
        writers.append((process, ours))
    for process, ours in writers:
        ours.poll(30)  # until it is at work
        time.sleep(dice.uniform(0, LONGEST_S))
        os.kill(process.pid or 0, signal.SIGKILL)
        process.join()
    for _, ours in writers:
        while True:
            try:
                what, one = ours.recv()
            except (EOFError, OSError):
                break
            (begun if what == "begun" else done).add(one)
    return begun, done


def survives(where: str, plan: Plan, build: Build, runs: int) -> None:
    """Kill writers *runs* times in one journal, and hold it against what they told."""
    begun: set[str] = set()
    done: set[str] = set()
    for run in range(runs):
        more = killed(where, plan, build, run)
        begun |= more[0]
        done |= more[1]
        with Journal(where) as journal:
            found = journal.verify()
            assert found.faults == ()
            listed = [row.id for row in journal.requests(100_000)]
            assert len(listed) == len(set(listed))
            assert done <= set(listed) <= begun
            assert len(begun) - len(listed) <= WRITERS * (run + 1)
            journal.append(plan, build(f"after {run}"))  # no lock is left
            begun.add(f"after {run}")
            done.add(f"after {run}")
    with Journal(where) as journal:
        for one in sorted(done)[:: max(1, len(done) // 20)]:
            assert journal.read(one) == (plan, build(one))
    assert len(done) > runs


def test_killed_writers_lose_and_leave_nothing(where: str, plan: Plan, build: Build) -> None:
    """Five times in each database, two writers each."""
    survives(where, plan, build, 5)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_killed_writers_lose_and_leave_nothing_100_times(
    where: str, plan: Plan, build: Build
) -> None:
    """The same a hundred times."""
    survives(where, plan, build, 100)


def test_a_killed_eraser_leaves_all_or_nothing(path: Path, plan: Plan, build: Build) -> None:
    """Erasing that is killed has erased some requests whole, and the chain still holds."""
    with Journal(path) as journal:
        for number in range(600):
            journal.append(plan, build(f"{number}", created=f"2026-01-01T00:00:{number:06}"))
    erase = multiprocessing.get_context("fork").Process(
        target=Journal(path).forget, kwargs={"before": "2027"}
    )
    erase.start()
    time.sleep(0.15)
    os.kill(erase.pid or 0, signal.SIGKILL)
    erase.join()
    with Journal(path) as journal:
        assert journal.verify().holds
        journal.forget(before="2027")
        assert journal.requests() == []
        assert journal.verify().erased == 600

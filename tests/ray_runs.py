"""Runs on Ray in a process of their own, as it and its libraries warn of much; writes down what it saw."""

import itertools
import json
import logging
import os
import re
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import batches
import outside
import stations
from selector.batch import ray
from selector.batch.desk import Desk
from selector.batch.ray_options import RayOptions
from selector.batch.setup import Setup
from selector.errors import SelectorError
from selector.journal import Journal

REQUESTS = 12
SEEN = "seen.json"
KILLS = """
import os, signal
from pathlib import Path
once = Path({once!r})
if any(one.prompt.endswith("number {number}") for one in subjects) and not once.exists():
    if once.parent.exists():
        once.touch()
    os.kill(os.getpid(), signal.SIGKILL)
return [{{"value": Score(0.5)}} for _ in subjects]
"""


WAITS = """
from pathlib import Path
until = time.monotonic() + 60
if any(int(one.prompt.rpartition(" ")[2]) > 1 for one in subjects):
    while not Path({flag!r}).exists() and time.monotonic() < until:
        time.sleep(0.05)
return [{{"value": Score(0.5)}} for _ in subjects]
"""


class Seen:
    """Hears of a run: what is told, what the log says, and at the first word looks around."""

    def __init__(self, look: Callable[[], dict[str, Any]] = dict) -> None:
        self.requests, self.look, self.around = 0, look, None

    def __call__(self, progress) -> None:
        self.requests += progress.requests
        sys.stdout.write(f"told {progress.requests}\n")
        self.around = self.look() if self.around is None else self.around


def policy(folder: Path, name: str, body: str) -> dict:
    """Return a policy of filters, and of a measure that passes all, in the actor itself."""
    path = outside.write(folder, name, body, ("prompt",))
    gates = [*batches.FILTERS["gates"], {"on": f"{path}.value", "reject_above": 0.9}]
    return batches.FILTERS | {"gates": gates}


def begun(told: Setup, hear: Callable[..., None] = lambda _: None, **options) -> Any:
    """Decide what is left; return how many shards were, or what was said instead."""
    stopping = options.pop("stopping", lambda: False)
    given = RayOptions(**options)
    try:
        return ray.run(told, stations.left(told), options=given, tell=hear, stopping=stopping)
    except SelectorError as error:
        return f"{type(error).__name__}: {error}"


def below(pid: int) -> dict[int, str]:
    """Return the commands of all processes that a process started, and those that they did."""
    parents, commands = {}, {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(entry.name)] = int(
                (entry / "stat").read_text().rpartition(")")[2].split()[1]
            )
            commands[int(entry.name)] = (entry / "cmdline").read_text().replace("\0", " ").strip()
        except OSError:  # it has ended since
            continue
    found, ahead = {}, [pid]
    while ahead:
        children = [one for one, parent in parents.items() if parent in ahead]
        found |= {one: commands[one] for one in children if one in commands}
        ahead = children
    return found


def around() -> dict[str, Any]:
    """Return what a run started, and how much memory Ray shares."""
    shared = ray.loaded().cluster_resources()["object_store_memory"]
    return {"processes": below(os.getpid()), "shared": shared}


def left_of(processes: dict[int, str], patience: float = 20.0) -> list[str]:
    """Return which of these processes do not end."""
    until = time.monotonic() + patience
    while (still := below(1).keys() & processes.keys()) and time.monotonic() < until:
        time.sleep(0.1)
    return [processes[one] for one in still]


def own(folder: Path) -> dict[str, Any]:
    """A run that starts Ray itself, with a journal; a measure ends one actor in the middle."""
    source = batches.jsonl(folder, REQUESTS)
    once = folder / "once"
    killing = policy(folder, "killing", KILLS.format(once=str(once), number=5))
    once.touch()
    here = stations.decided(source, killing, folder / "here", workers=1)
    once.unlink()
    book = str(folder / "journal.db")
    told = stations.setup(source, killing, folder / "there", shard_size=7, journal=book)
    seen, handler = Seen(around), signal.getsignal(signal.SIGTERM)
    done = begun(told, seen, actors=2)
    with Journal(book) as journal:
        written = sorted(row.id for row in journal.requests(100))
    commands = " ".join(seen.around["processes"].values())
    folders = set(re.findall(r"--session-dir=(\S+)/session_", commands))
    assert folders
    return {
        "done": done,
        "shards": len(list((folder / "there" / "requests").iterdir())),
        "killed": once.exists(),
        "is_equal": stations.rows(told) == here,
        "rows": len(stations.rows(told)),
        "written": written,
        "shared": seen.around["shared"],
        "commands": sorted(seen.around["processes"].values()),
        "left": left_of(seen.around["processes"]),
        "folders": [one for one in folders if Path(one).exists()],
        "is_up": ray.loaded().is_initialized(),
        "handler": signal.getsignal(signal.SIGTERM) == handler,
    }


def shared(folder: Path) -> dict[str, Any]:
    """Runs in a process that had Ray before, and keeps it."""
    source = batches.jsonl(folder, REQUESTS)
    flag = folder / "flag"
    flag.touch()
    waiting = policy(folder, "waiting", WAITS.format(flag=str(flag)))
    here = stations.decided(source, waiting, folder / "here", workers=2)
    flag.unlink()
    short = tempfile.mkdtemp(prefix="ours-", dir="/tmp")
    ray.loaded().init(
        num_cpus=2, include_dashboard=False, log_to_driver=False, _temp_dir=short,
        object_store_memory=100 * 2**20,
    )  # fmt: skip
    facts: dict[str, Any] = {}

    told, seen = stations.setup(source, waiting, folder / "two", shard_size=3), Seen()
    asked = itertools.count()

    def stopping() -> bool:
        # What waits is let go when the desk has heard that it is to stop.
        if seen.requests and next(asked) > 0:
            flag.touch()
        return seen.requests > 0

    facts["stopped"] = begun(told, seen, actors=2, cpus=1, stopping=stopping)
    facts["left"] = len(stations.left(told))
    facts["whole"] = len(stations.rows(told)) == 3 * (REQUESTS - facts["left"])
    facts["rest"] = begun(told, actors=2, cpus=0.5)
    facts["is_equal"] = stations.rows(told) == here

    mine = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(mine)})
    facts["fits"] = ray.check(RayOptions(actors=2, cpus=1))
    facts["fits not"] = ray.check(RayOptions(actors=3, cpus=1))
    os.sched_setaffinity(0, mine)

    told = stations.setup(source, waiting, folder / "held", shard_size=3)
    held = ray.loaded().remote(num_cpus=2)(Desk).remote()
    ray.loaded().get(held.news.remote(stop=True))
    facts["waiting"] = begun(told, actors=1, cpus=1, stopping=lambda: True)
    facts["waits"] = len(stations.left(told))
    ray.loaded().kill(held)

    poison = policy(folder, "poison", KILLS.format(once="/nowhere/at/all", number=11))
    told = stations.setup(source, poison, folder / "three", shard_size=18)
    facts["poison"] = begun(told, actors=1, retries=1)
    facts["survived"] = len(stations.left(told))

    facts["is_up"] = ray.loaded().is_initialized()
    ray.loaded().shutdown()
    shutil.rmtree(short)
    return facts


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    sys.path.insert(0, sys.argv[2])
    seen = {"own": own, "shared": shared}[sys.argv[1]](Path(sys.argv[2]))
    (Path(sys.argv[2]) / SEEN).write_text(json.dumps(seen))

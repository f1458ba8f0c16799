"""Runs without a command line: an input listed into a folder, decided, and read back as rows."""

import os
import pickle
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow.dataset as ds

from selector.batch import local
from selector.batch.about import About
from selector.batch.folder import Folder
from selector.batch.reading.read import read
from selector.batch.setup import Setup, Task
from selector.planning import plan_of

Rows = list[dict[str, Any]]


def setup(source: Path, policy: Mapping[str, Any], out: Path, shard_size: int = 9, **told) -> Setup:
    """Return what a station is told of a new run, once its input is listed in *out*."""
    plan = plan_of(policy)
    problems: list[str] = []
    about = About(
        input=str(source),
        policy=f"{plan.policy}@{plan.version}",
        policy_hash=plan.policy_hash,
        plan_hash=plan.hash,
        selector="",
        created="",
    )
    requests = read(str(source), tell=problems.append, warn=problems.append)
    Folder(str(out)).begin(about, requests, plan=plan, shard_size=shard_size)
    assert not problems
    return Setup(str(out), plan, **told)


def done(told: Setup, *, devices: Sequence[str] = ("cpu",), **rest) -> int:
    """Decide what is left, and return how many shards that were."""
    return local.run(
        told,
        rest.pop("tasks", None) or left(told),
        devices=devices,
        tell=rest.pop("tell", lambda _: None),
        stopping=rest.pop("stopping", lambda: False),
    )


def left(told: Setup) -> list[Task]:
    """Return the shards that nobody has decided."""
    return [Task(number) for number in Folder(told.out).todo()]


def decided(*arguments, devices: Sequence[str] = ("cpu",), **told) -> Rows:
    """Return the rows of a new run; see `setup`."""
    made = setup(*arguments, **told)
    done(made, devices=devices)
    return rows(made)


def rows(told: Setup) -> Rows:
    """Return all rows of a run's folder, sorted."""
    return rows_in(Path(told.out))


def rows_in(out: Path) -> Rows:
    """Return all rows in a run's folder, sorted."""
    found = ds.dataset(out / "decisions").to_table().to_pylist()
    return sorted(found, key=lambda row: (row["request_id"], row["position"]))


def of(found: Rows, *columns: str) -> list[tuple]:
    """Return some columns of rows."""
    return [tuple(row[name] for name in columns) for row in found]


@contextmanager
def apart(
    told: Setup, folder: Path, devices: Sequence[str] = ("cpu",)
) -> Iterator[subprocess.Popen[bytes]]:
    """Give a process that decides what is left, and can be killed."""
    given = folder / "setup.pickle"
    given.write_bytes(pickle.dumps((told, devices)))
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with subprocess.Popen([sys.executable, __file__, str(given)], env=environment) as process:
        try:
            yield process
        finally:
            process.kill()


if __name__ == "__main__":
    given, where = pickle.loads(Path(sys.argv[1]).read_bytes())  # noqa: S301 - our own file
    done(given, devices=where)

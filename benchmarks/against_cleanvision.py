"""The same checks as cleanvision on the same pictures, in turns; goal: 3 times its images a second.

    python -m benchmarks.against_cleanvision PYTHON [--count 500] [--rounds 5] [--folder FOLDER]

PYTHON is that of an environment in which cleanvision is installed, and nothing of this project:
cleanvision is under the AGPL, and never a dependency. The checks are dark, light, blurry, low
information, odd size, odd aspect ratio, exact and near copies. Both read the same files and decode
them with Pillow; what is timed starts after the imports. Cold means that the files were put out of
the cache of the system before each run, where it can be told to (Linux).
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import folder as made
from benchmarks.measuring import machine, table

THEIRS = Path(__file__).with_name("run_cleanvision.py")
CORES = os.cpu_count() or 1
REQUEST = 8  # candidates

Found = Mapping[str, Any]


def main() -> None:
    """Print speed and agreement."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("python", nargs="?", help="without it only our side is measured")
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--larger", type=float, default=1.0, help="times about 1024²")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", type=Path, help="where the pictures are or will be made")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary)
        paths = made.make(folder, given.count, larger=given.larger)
        print(f"{given.count} pictures, medians of {given.rounds} rounds. {machine()}\n")
        ours, theirs = speed(commands(folder, given.python), paths, given.rounds)
    if theirs:
        print(f"\nWith {', '.join(f'{k} {v}' for k, v in theirs['versions'].items())}.\n")
        print(table(["check", "made", "found by us", "by cleanvision", "flagged by us",
                     "by cleanvision", "by both"], agreement(paths, ours, theirs)))  # fmt: skip


def commands(folder: Path, python: str | None) -> dict[tuple[str, str], list[str]]:
    """Return what is run, by who and on how much."""
    found = {}
    for name, workers in (("one core", 1), (f"{CORES} cores", CORES)):
        ours = [sys.executable, "-m", "benchmarks.run_filters", str(folder), str(workers)]
        found["selector", name] = ours
        if python:
            found["cleanvision", name] = [python, str(THEIRS), str(folder), str(workers)]
    requests = [*found["selector", f"{CORES} cores"], "--requests-of", str(REQUEST)]
    return found | {("selector", f"{CORES} cores, requests of {REQUEST}"): requests}


def speed(
    runs: Mapping[tuple[str, str], list[str]], paths: Sequence[Path], rounds: int
) -> tuple[Found, Found]:
    """Print images a second; return what the first run of each side found."""
    took: dict[tuple[str, str, str], list[tuple[float, float]]] = {}
    firsts: dict[str, Found] = {}
    for _ in range(rounds):
        for cache, prepare in (("warm", _read), ("cold", _forget)):
            for (who, how), command in runs.items():
                found = _run(command, paths, prepare)
                firsts.setdefault(who, found)
                took.setdefault((how, cache, who), []).append(
                    (found["seconds"], found["processor"])
                )
    rates = {
        key: tuple(len(paths) / median(one) for one in zip(*each, strict=True))
        for key, each in took.items()
    }
    rows = []
    for (how, cache, who), ours in rates.items():
        if who == "selector":
            theirs = rates.get((how.partition(",")[0], cache, "cleanvision"))
            cells = [f"{theirs[0]:.1f}", *map(_times, ours, theirs)] if theirs else ["–"] * 3
            rows.append([f"{how}, {cache} files", f"{ours[0]:.1f}", *cells])
    head = ["", "selector, images a second", "cleanvision", "times", "times, a processor second"]
    print(table(head, rows))
    return firsts["selector"], firsts.get("cleanvision", {})


def _times(ours: float, theirs: float) -> str:
    return f"{ours / theirs:.1f}"


def agreement(paths: Sequence[Path], ours: Found, theirs: Found) -> list[list[str]]:
    """Return, for each check, how many were made so, how many each found, and flagged in all."""
    rows = []
    for check in made.FAULTS:
        faulty = {path.name for path in paths if made.fault_of(path) == check}
        we, they = ({Path(one).name for one in side["flagged"][check]} for side in (ours, theirs))
        sets = (faulty, faulty & we, faulty & they, we, they, we & they)
        rows.append([check, *(str(len(one)) for one in sets)])
    return rows


def _run(
    command: list[str], paths: Sequence[Path], prepare: Callable[[Path], None]
) -> dict[str, Any]:
    for path in paths:
        prepare(path)
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    if done.returncode:
        raise SystemExit(done.stderr)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _read(path: Path) -> None:
    path.read_bytes()


def _forget(path: Path) -> None:
    with path.open("rb") as file:
        if hasattr(os, "posix_fadvise"):
            os.fsync(file.fileno())  # what is not written yet can't be put out
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


if __name__ == "__main__":
    main()

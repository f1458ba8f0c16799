"""A night's requests: the local engine and Ray against the bare loop, memory, and cleanvision.

    python -m benchmarks.batch [engines memory cleanvision] [--count 2000] [--rounds 3]
        [--folder FOLDER] [--python PYTHON]

Pictures are JPEGs of 1024², different crops of photographs, four a request. The bare loop is what
anybody would write: a pool of as many processes as there are cores, each of which opens a file,
decodes it and runs the policy's filters; it names nobody, decides nothing and writes nothing. All
sides measure every filter on every picture. What is timed is the whole of `batch.run`: planning,
listing, starting processes, measuring, deciding, writing. Its start lasts until it is known that
the first request is decided. Goals: the local engine takes at most 1.15 times as long as the loop,
Ray 1.5 times (its start apart), and memory is the same for ten times as many pictures within a
tenth. PYTHON is that of an environment with cleanvision.
"""

import argparse
import contextlib
import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks import pictures
from benchmarks.measuring import machine, seconds, table

SIDE = 1024  # px
EACH = 4  # candidates a request
CORES = len(os.sched_getaffinity(0))
PARTS = ("engines", "memory", "cleanvision")
GATES = [
    {"on": "filters.resolution.short_side", "reject_below": 256},
    {"on": "filters.blank.structure", "reject_below": 0.0003},
    {"on": "filters.clipping.highlights", "accept_below": 0.35},
]
METHOD = {"weighted_sum": [{"of": "filters.sharpness.sharpest", "scale": {"ends": [0, 0.02]}}]}
POLICY = {
    "name": "filters",
    "version": 1,
    "gates": GATES,
    "method": METHOD,
    "cascade": {"mode": "exhaustive"},
}
# What cleanvision looks for too: the same, and near duplicates (here among a request's candidates).
CHECKS = POLICY | {
    "name": "checks",
    "gates": [*GATES, {"on": "filters.near_duplicates.nearest", "accept_above": 6}],
}
THEIRS = Path(__file__).with_name("run_cleanvision.py")


def main() -> None:
    """Print the tables; as its own child, one run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", default=list(PARTS))
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="where the pictures are or will be made")
    parser.add_argument("--python", help="of an environment with cleanvision")
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        print(json.dumps(one(given.folder, *given.one)))
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary)
        paths = make(folder / "pictures", given.count)
        listed(folder / "once.jsonl", paths, 1)
        listed(folder / "ten.jsonl", paths, 10)
        print(f"{given.count} JPEGs of {SIDE}², requests of {EACH}. {machine()}\n")
        if "engines" in given.parts:
            print(table(HEAD, engines(folder, given.count, given.rounds)), "\n")
        if "memory" in given.parts:
            print(table(MEMORY, memory(folder, given.count)), "\n")
        if "cleanvision" in given.parts:
            print(table(RATES, against(folder, given.count, given.rounds, given.python)))


HEAD = ("", "seconds", "of them start", "images a second", "times the bare loop")
MEMORY = ("images", "peak of all processes, MiB", "of the parent, MiB", "seconds")
RATES = ("the same checks", "images a second", "seconds")


def engines(folder: Path, count: int, rounds: int) -> Iterator[Sequence[str]]:
    """Yield the rows of the engines, medians of rounds in turns."""
    took: dict[str, list[tuple[float, float]]] = {"loop": [], "local": [], "ray": []}
    for _ in range(rounds):
        for who, each in took.items():
            found = run(folder, who, "once.jsonl")
            each.append((found["seconds"], found["start"]))
    loop = median(whole for whole, _ in took["loop"])
    names = {"loop": "bare loop", "local": "local engine", "ray": "Ray"}
    for who, each in took.items():
        whole, start = (median(one) for one in zip(*each, strict=True))
        apart = start if who == "ray" else 0.0
        yield (
            f"{names[who]}, {CORES} cores",
            f"{whole:.1f}",
            f"{start:.1f}",
            f"{count / (whole - apart):.1f}",
            f"{(whole - apart) / loop:.2f}",
        )


def memory(folder: Path, count: int) -> Iterator[Sequence[str]]:
    """Yield peaks for so many pictures and for ten times as many."""
    peaks = []
    for times, name in ((1, "once.jsonl"), (10, "ten.jsonl")):
        found = run(folder, "local", name)
        peaks.append(found["peak"])
        yield (
            f"{count * times:,}",
            f"{found['peak'] / 2**20:.0f}",
            f"{found['own'] / 2**20:.0f}",
            f"{found['seconds']:.0f}",
        )
    yield ("grown by", f"{peaks[1] / peaks[0] - 1:.1%}", "", "")


def against(folder: Path, count: int, rounds: int, python: str | None) -> Iterator[Sequence[str]]:
    """Yield how fast either side looks through the pictures, medians of rounds in turns."""
    took: dict[str, list[float]] = {}
    for _ in range(rounds):
        took.setdefault("selector batch", []).append(run(folder, "checks", "once.jsonl")["seconds"])
        if python:
            command = [python, str(THEIRS), str(folder / "pictures"), str(CORES)]
            done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
            found = json.loads(done.stdout.splitlines()[-1])
            took.setdefault("cleanvision", []).append(found["seconds"])
    for who, each in took.items():
        yield who, f"{count / median(each):.1f}", f"{median(each):.1f}"


def run(folder: Path, who: str, manifest: str) -> dict[str, Any]:
    """Return what one run took, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.batch", "--folder", str(folder)]
    done = subprocess.run(  # noqa: S603 - ours
        [*command, "--one", who, manifest], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def one(folder: Path, who: str, manifest: str) -> dict[str, float]:
    """Do one run in this process; return seconds, those of its start, and the peaks in bytes."""
    with tempfile.TemporaryDirectory() as out, watched() as peaks:
        if who == "loop":
            paths = sorted((folder / "pictures").glob("*.jpg"))
            work: Callable[[], object] = partial(bare, paths)
        else:
            work = partial(by_batch, folder / manifest, Path(out) / "run", who)
        started: list[float] = []
        whole = seconds(lambda: started.append(float(str(work()))))
    return {"seconds": whole, "start": started[0], **peaks}


def by_batch(manifest: Path, out: Path, who: str) -> float:
    """Decide all by the product; return how long it took until it knew of the first decision."""
    from selector import batch

    began, firsts = time.monotonic(), list[float]()
    batch.run(
        str(manifest),
        CHECKS if who == "checks" else POLICY,
        str(out),
        engine="ray" if who == "ray" else "local",
        workers=None if who == "ray" else CORES,
        journal=False,
        tell=lambda _progress: firsts.append(time.monotonic() - began),
    )
    return firsts[0]


def bare(paths: Sequence[Path]) -> float:
    """Decode and measure all by a pool of processes, and nothing else."""
    with multiprocessing.get_context("fork").Pool(CORES, _ready) as pool:
        for _ in pool.imap_unordered(_measured, paths, chunksize=8):
            pass
    return 0.0


def _ready() -> None:
    from selector.measures import loader
    from selector.planning import plan_of

    instances = plan_of(POLICY).instances.values()
    _own.extend(loader.construct(one.use, one.parameters) for one in instances)


_own: list[Any] = []


def _measured(path: Path) -> list[Any]:
    from selector.images import open_image
    from selector.measures.base import Subject

    subject = Subject(open_image(path))
    return [measure.run([subject]) for measure in _own]


@contextlib.contextmanager
def watched() -> Iterator[dict[str, float]]:
    """Watch how much memory this process and its children have, shared pages shared out."""
    peaks = {"peak": 0.0, "own": 0.0}
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.2):
            sizes = [_proportional(pid) for pid in _family()]
            peaks["peak"] = max(peaks["peak"], sum(sizes))
            peaks["own"] = max(peaks["own"], _proportional(os.getpid()))

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield peaks
    finally:
        done.set()
        watcher.join()


def _family() -> list[int]:
    """Return this process and all that come from it."""
    parents: dict[int, int] = {}
    for about in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = about.read_text().rpartition(")")[2].split()
            parents[int(about.parent.name)] = int(fields[1])
    family = [os.getpid()]
    for one_of_us in family:
        family += [pid for pid, parent in parents.items() if parent == one_of_us]
    return family


def _proportional(pid: int) -> float:
    """Return a process's memory in bytes, pages that several share counted in part."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return float(line.split()[1]) * 1024
    return 0.0


def listed(manifest: Path, paths: Sequence[Path], times: int) -> None:
    """Write a manifest in which every picture is a candidate of so many requests."""
    groups = [paths[start : start + EACH] for start in range(0, len(paths), EACH)]
    with manifest.open("w") as file:
        for number in range(times * len(groups)):
            images = [str(path) for path in groups[number % len(groups)]]
            row = {"request_id": f"r{number:06d}", "prompt": "a photograph", "images": images}
            file.write(json.dumps(row) + "\n")


def make(folder: Path, count: int) -> list[Path]:
    """Write so many JPEGs, unless they are there; return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    if len(list(folder.glob("*.jpg"))) != count:
        with ProcessPoolExecutor() as pool:
            list(pool.map(partial(_write, folder), range(count), chunksize=16))
    return sorted(folder.glob("*.jpg"))


def _write(folder: Path, number: int) -> None:
    rng = np.random.default_rng(number)
    source = pictures.photographs()[rng.integers(len(pictures.PHOTOGRAPHS))]
    side = rng.uniform(0.5, 1) * min(source.size)
    left, top = rng.uniform(0, source.width - side), rng.uniform(0, source.height - side)
    box = (left, top, left + side, top + side)
    picture = source.resize((SIDE, SIDE), pictures.LANCZOS, box=box)
    picture.save(folder / f"{number:05d}.jpg", quality=92)


if __name__ == "__main__":
    main()

"""Repeat something, say how long it took, and print tables: what every benchmark needs."""

import os
import platform
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

PACKAGES = ("selector-engine", "pillow", "numpy", "scipy", "ImageHash")


@dataclass(frozen=True)
class Seconds:
    """How long each of many repeats took.

    Attributes:
        each: Seconds, in the order in which they were taken.
    """

    each: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle one: what usually happens."""
        return statistics.median(self.each)

    @property
    def least(self) -> float:
        """The shortest: what happens when nothing else runs on the machine."""
        return min(self.each)


def seconds(work: Callable[[], object]) -> float:
    """Return how long *work* takes, once."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def processor_seconds() -> float:
    """Return the processor time of this process, its threads, and its children that have ended.

    Unlike the time on a clock, it hardly depends on what else the machine does.
    """
    return sum(os.times()[:4])


def repeated(work: Callable[[], object], times: int) -> Seconds:
    """Return how long *work* takes, so many times; one more before them is not counted."""
    work()
    return Seconds(tuple(seconds(work) for _ in range(times)))


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table in markdown: the first column to the left, the others to the right."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def milliseconds(value: float) -> str:
    """Return seconds as text in milliseconds, three digits of them."""
    return f"{value * 1000:#.3g} ms"


def machine() -> str:
    """Return what it was measured on: processor, cores, memory, load, versions, date."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in PACKAGES)
    return (
        f"{time.strftime('%Y-%m-%d')}, {_processor()}, {os.cpu_count()} cores, {memory:.0f} GiB, "
        f"load {os.getloadavg()[0]:.1f}, {platform.system()}, "
        f"Python {platform.python_version()}, {versions}"
    )


def _processor() -> str:
    about = Path("/proc/cpuinfo")
    lines = about.read_text().splitlines() if about.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


if __name__ == "__main__":
    print(machine())

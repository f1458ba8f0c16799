"""What the engine itself takes for one request, without decoding and models; goal: under 2 ms.

    python -m benchmarks.engine [--candidates 8] [--repeats 300] [--profile]

Candidates are arrays of 16² pixels, already decoded, and the measures cost nothing. Even so, the
engine hashes and copies each array on a thread of its own; that phase is what a decoder would
take part in, so it is told apart: "engine" is the wall-clock time of `Selector.select` less
`timings["images"]`, "with images" is all of it.
"""

import argparse
import cProfile
import pstats
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.measuring import Seconds, machine, milliseconds, seconds, table
from selector import Selector

MEASURE = "benchmarks.nothing"
HOTTEST = 25  # functions that a profile lists


def main() -> None:
    """Print the table, or the profile."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--candidates", type=int, default=8)
    parser.add_argument("--repeats", type=int, default=300)
    parser.add_argument("--profile", action="store_true", help="where the time goes, instead")
    given = parser.parse_args()
    rows = []
    with selectors() as by_name:
        for name, selector in by_name.items():
            if given.profile:
                profile(selector, given.candidates, given.repeats)
                continue
            engine, whole = measured(selector, given.candidates, given.repeats)
            times = (engine.median, engine.least, whole.median)
            rows.append([name, *map(milliseconds, times)])
    if rows:
        about = f"{given.candidates} candidates, {given.repeats} requests"
        print(f"The engine by itself, {about}. {machine()}\n")
        print(table(["policy", "engine, median", "engine, least", "with images, median"], rows))


@contextmanager
def selectors() -> Iterator[Mapping[str, Selector]]:
    """Make what is measured: a small policy, a large one, and what else a request may cost."""
    large = policy(gates=7, terms=4)
    with tempfile.TemporaryDirectory() as folder:
        made = {
            "1 gate, 1 term": Selector(policy(gates=1, terms=1), journal=False),
            "7 gates, 4 terms": Selector(large, journal=False),
            "the same with a time-out": Selector(large | {"timeout_s": 60}, journal=False),
            "the same with a journal": Selector(large, journal=Path(folder) / "journal.sqlite"),
        }
        try:
            yield made
        finally:
            for one in made.values():
                one.close()


def policy(gates: int, terms: int) -> dict[str, Any]:
    """Return a policy of so many gates, each on an instance of its own, and terms on the same."""
    names = [f"n{number}" for number in range(gates)]
    return {
        "name": "nothing",
        "version": 1,
        "measures": {name: {"use": MEASURE, "number": number} for number, name in enumerate(names)},
        "gates": [{"on": name, "reject_below": 0.01} for name in names[:gates]],
        "method": {"weighted_sum": [{"of": name, "weight": 1} for name in names[:terms]]},
        "deliver": 2,
    }


def measured(selector: Selector, candidates: int, repeats: int) -> tuple[Seconds, Seconds]:
    """Return how long requests take without the phase of images, and with it."""
    given = arrays(candidates)
    engine, whole = [], []
    found = []
    for _ in range(repeats + 1):
        whole.append(seconds(lambda: found.append(selector.select("a cat", given))))
        engine.append(whole[-1] - found.pop().timings["images"])
    return Seconds(tuple(engine[1:])), Seconds(tuple(whole[1:]))


def arrays(count: int) -> list[np.ndarray]:
    """Return so many small different pictures."""
    rng = np.random.default_rng(0)
    return [rng.integers(0, 256, (16, 16, 3), dtype=np.uint8) for _ in range(count)]


def profile(selector: Selector, candidates: int, repeats: int) -> None:
    """Print where the time goes."""
    given = arrays(candidates)
    with cProfile.Profile() as kept:
        for _ in range(repeats):
            selector.select("a cat", given)
    pstats.Stats(kept).sort_stats("tottime").print_stats(HOTTEST)


if __name__ == "__main__":
    main()

"""All filters of `selector` on a folder, by themselves or through the engine.

    python -m benchmarks.run_filters FOLDER THREADS [--requests-of N]

By themselves: each picture is decoded once, on one of the threads, by `open_image`; near
duplicates are looked for among all of them. Through the engine: requests of N pictures, by a
policy that needs every filter, decoded on as many threads as there are cores, one request after
another; near duplicates are looked for in each request.
"""

import argparse
import json
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from math import inf
from pathlib import Path
from typing import Any

from benchmarks.filters import FILTERS
from benchmarks.measuring import processor_seconds
from selector import Selector
from selector.images import PixelBudget, open_image
from selector.measures.base import Subject
from selector.types import Score

Row = dict[str, float]

SIZES, *LOOKS, ALIKE = FILTERS
PIXELS = 256 * 2**20  # bytes; thumbnails stay until all are compared, what is larger makes way
LINES = {  # by check, which output is fine from where to where: the lines of policy `starter`
    "dark": ("shadows", 0, 0.35),  # for which it has none; as for light ones
    "light": ("highlights", 0, 0.35),
    "blurry": ("sharpest", 0.002, inf),
    "low-information": ("structure", 0.001, 1),
    "odd-size": ("short_side", 256, inf),
    "odd-aspect": ("aspect", 0.4, 2.5),
    "exact-copy": ("copies", 1, 1),
    "near-copy": ("nearest", 7, inf),
}
POLICY = {
    "name": "every-filter",
    "version": 1,
    "gates": [
        {"on": "filters.resolution.short_side", "accept_above": 256},
        {"on": "filters.blank.structure", "accept_above": 0.001},
        {"on": "filters.clipping.highlights", "accept_below": 0.35},
        {"on": "filters.sharpness.sharpest", "accept_above": 0.002},
        {"on": "filters.near_duplicates.nearest", "accept_above": 6},
    ],
    "method": {"weighted_sum": [{"of": "filters.clipping.shadows", "weight": 1}]},
    "cascade": {"mode": "exhaustive"},
    "deliver": "all",
}


def main() -> None:
    """Print the seconds and the flagged files by check, as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("threads", type=int)
    parser.add_argument("--requests-of", type=int, default=0)
    given = parser.parse_args()
    paths = sorted(given.folder.glob("*.*"))
    started, spent = time.perf_counter(), processor_seconds()
    if given.requests_of:
        in_requests(paths, given.requests_of)
        found: Mapping[Path, Row] = {}
    else:
        found = by_themselves(paths, given.threads)
    seconds, spent = time.perf_counter() - started, processor_seconds() - spent
    flagged = {
        check: [str(path) for path, row in found.items() if not low <= row[output] <= high]
        for check, (output, low, high) in LINES.items()
    }
    print(json.dumps({"seconds": seconds, "processor": spent, "flagged": flagged}))


def by_themselves(paths: Sequence[Path], threads: int) -> dict[Path, Row]:
    """Return every number of every picture, and how many have its very bytes."""
    budget = PixelBudget(PIXELS)
    with ThreadPoolExecutor(threads) as pool:
        measured = list(pool.map(partial(_one, budget=budget), paths))
    names = Counter(subject.image.content_hash for subject, _ in measured)
    firsts = {subject.image.content_hash: subject for subject, _ in measured}
    alike = dict(zip(firsts, map(_values, ALIKE.run(list(firsts.values()))), strict=True))
    rows = {}
    for path, (subject, row) in zip(paths, measured, strict=True):
        name = subject.image.content_hash
        nearest = alike[name] if names[name] == 1 else {"nearest": inf}  # it is a copy already
        rows[path] = row | nearest | {"copies": names[name]}
    return rows


def _one(path: Path, budget: PixelBudget) -> tuple[Subject, Row]:
    subject = Subject(open_image(path, budget=budget))
    row: Row = {}
    for measure in (SIZES, *LOOKS):
        row |= _values(measure.run([subject])[0])
    return subject, row


def _values(outcomes: Mapping[str, Any]) -> Row:
    return {name: one.value for name, one in outcomes.items() if isinstance(one, Score)}


def in_requests(paths: Sequence[Path], size: int) -> None:
    """Decide requests of so many pictures, one after another."""
    with Selector(POLICY, journal=False) as selector:
        for start in range(0, len(paths), size):
            selector.select("a photograph", paths[start : start + size])


if __name__ == "__main__":
    main()

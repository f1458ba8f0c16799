"""Requests that are decided again a minute, by method; goal: 20,000 on two cores, in flat memory.

    python -m benchmarks.replay [--requests 4000] [--workers 2]

A journal of requests of 8 candidates, each with 10 outcomes, half of which only an audit measured,
is decided again by a stricter version of the policy that decided it, and by the very same. Peak
memory is the most that was resident in any one process, Python and all libraries included; it is
told of a quarter of the requests too, as it should not grow.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage

import numpy as np

from benchmarks.answered import UNIT, Answers, Request, candidates, planned, ref, terms
from benchmarks.measuring import machine, table
from selector import cascade
from selector.engine import audit
from selector.engine.outcome import outcomes
from selector.journal import Journal
from selector.journal.recorded import Which
from selector.policy.plan import (
    Constrained,
    Criterion,
    Gate,
    Lexicographic,
    Pareto,
    Plan,
    WeightedSum,
)
from selector.replay.run import Task, replay
from selector.types import Outcomes, Score, Selection

KINDS = {"f1": "filter", "f2": "filter", "d1": "detector", "d2": "detector"}
COSTS = {"f1": 0.001, "f2": 0.001, "d1": 0.02, "d2": 0.05}
SCORERS = {"s1": 0.001, "s2": 0.01, "s3": 0.01, "s4": 0.03, "s5": 0.05, "vlm": 1.0}
COUNT = 8
CREATED = "2026-03-01T12:00:00.000+00:00"
MINUTE = 60.0


def plans(line: float) -> dict[str, Plan]:
    """Return a plan of four gates and six scorers for each method; *line* is where gates refuse."""
    gates = tuple(Gate(ref(name), reject_below=line, accept_above=line + 0.05) for name in COSTS)
    scales = dict.fromkeys(SCORERS, UNIT)
    cheap = {name: 1.0 for name in SCORERS if name != "vlm"}
    steps = tuple(Criterion(ref(name), UNIT, 0.1) for name in SCORERS)
    methods = {
        "weighted_sum": WeightedSum(terms(dict.fromkeys(SCORERS, 1.0), scales)),
        "lexicographic": Lexicographic(steps),
        "constrained": Constrained(terms(cheap, scales), (Gate(ref("vlm"), reject_below=0.5),)),
        "pareto": Pareto(steps[:2], terms(dict.fromkeys(SCORERS, 1.0), scales)),
    }
    return {
        name: replace(planned(one, COSTS | SCORERS, gates=gates, kinds=KINDS), deliver=2)
        for name, one in methods.items()
    }


def selections(plan: Plan, count: int) -> Iterator[Selection]:
    """Give requests as the engine would write them down, every second one audited."""
    rng = np.random.default_rng(count)
    for at in range(count):
        made = candidates(f"{at}-{place}" for place in range(COUNT))
        values = rng.random((len(COSTS | SCORERS), COUNT))
        truth = {
            name: {one.id: Score(float(value)) for one, value in zip(made, row, strict=True)}
            for name, row in zip(COSTS | SCORERS, values, strict=True)
        }
        answers = Answers(Request(made, truth))
        found = cascade.resolve(plan, Outcomes(made, {}), answers)
        known = outcomes(plan, found.table)
        one = Selection(
            f"request-{at:08d}", CREATED, "a prompt", "benchmark@1", plan.hash, made, known,
            found.decision, plan=plan,
        )  # fmt: skip
        yield cascade.driven(audit.auditing(one, None), answers)


def one_case(method: str, where: str, workers: int) -> dict[str, float]:
    """Return requests a minute and peak memory of deciding a journal again, twice."""
    found: dict[str, float] = {}
    for name, plan in (("other", plans(0.1)[method]), ("own", None)):
        started = time.perf_counter()
        tally = replay(Task(where, plan, Which()), workers=workers)
        took = time.perf_counter() - started
        assert not tally.damaged
        assert not tally.differing
        found[name] = tally.requests / took * MINUTE
    peaks = (getrusage(who).ru_maxrss for who in (RUSAGE_SELF, RUSAGE_CHILDREN))
    return found | {"memory": max(peaks) / 1024}


def in_process(method: str, where: str, workers: int) -> dict[str, float]:
    """Return one case, from a process of its own."""
    command = [sys.executable, "-m", "benchmarks.replay", "--case", method, where, str(workers)]
    return dict(json.loads(subprocess.run(command, capture_output=True, check=True).stdout))  # noqa: S603 - ourselves


def main() -> None:
    """Print the table; as its own child, one case."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=4000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--case", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.case:
        method, where, workers = given.case
        print(json.dumps(one_case(method, where, int(workers))))
        return
    print(machine())
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for method, plan in plans(0.05).items():
            peaks, found = [], {}
            for count in (given.requests // 4, given.requests):
                path = str(Path(folder) / f"{method}-{count}.sqlite")
                with Journal(path) as journal:
                    for one in selections(plan, count):
                        journal.append(plan, one)
                found = in_process(method, path, given.workers)
                peaks.append(f"{found['memory']:.0f} MiB")
            rows.append([method, f"{found['other']:,.0f}", f"{found['own']:,.0f}", *peaks])
    heads = ["method", "another policy, a minute", "the same", "peak, a quarter", "peak, all"]
    print(table(heads, rows))


if __name__ == "__main__":
    main()

"""How long `selector calibrate` takes: 10,000 labelled candidates, ten measures, a SQLite journal.

python -m benchmarks.calibrate [--requests 1250] [--rounds 3]
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks.measuring import machine, table
from selector.decision.decide import decide
from selector.journal import Journal
from selector.labels import Label, Verdict, write
from selector.planning import plan_of
from selector.policy.plan import Plan
from selector.policy.policy import Policy
from selector.types import Candidate, Decision, Outcomes, Output, Score, Selection

GOAL_S = 20.0
CANDIDATES = 8
BAD = 0.15
CLEAR = 1.0  # standard deviations between good and bad, on each measure
OUTPUTS = (
    "filters.blank.structure", "filters.clipping.shadows", "filters.clipping.highlights",
    "filters.sharpness.sharpest", "detectors.banding.share", "detectors.exposure.under",
    "detectors.exposure.over", "detectors.exposure.faded", "detectors.letterbox.share",
    "filters.blank.spread",
)  # fmt: skip
FITTED = {"weight": "calibrated", "until_then": 1}
SCALE = {"ends": "calibrated", "until_then": [0, 1]}
ENTRIES = {
    "name": "bench",
    "version": 1,
    "target": {"bad_delivered": 0.05, "confidence": 0.95},
    "cascade": {"mode": "exhaustive"},
}
POLICIES = {
    "everything fitted, a cut of the probability": ENTRIES
    | {
        "method": {"weighted_sum": [{"of": of, **FITTED, "scale": SCALE} for of in OUTPUTS]},
        "cut": {"of": "probability", "reject_below": "calibrated", "accept_above": "calibrated"},
        "costs": {"false_accept": 20, "false_reject": 2, "review": 1},
    },
    "a cut of the quality": ENTRIES
    | {
        "method": {"weighted_sum": [{"of": of, "scale": {"ends": [0, 1]}} for of in OUTPUTS]},
        "cut": {"of": "quality", "accept_above": "calibrated"},
    },
    "two gates and a cut": ENTRIES
    | {
        "gates": [{"on": of, "accept_below": "calibrated"} for of in OUTPUTS[-2:]],
        "method": {"weighted_sum": [{"of": of, "scale": {"ends": [0, 1]}} for of in OUTPUTS[:-2]]},
        "cut": {"of": "quality", "accept_above": "calibrated"},
    },
}  # fmt: skip


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--requests", type=int, default=1250)
    options.add_argument("--rounds", type=int, default=3)
    given = options.parse_args()
    print(machine())
    rows = [row(name, entries, given) for name, entries in POLICIES.items()]
    print(table(("policy", "seconds, best", "in the middle", "claim"), rows))
    print(f"The goal: under {GOAL_S:.0f} s for {CANDIDATES * given.requests} labelled candidates.")


def row(name: str, entries: dict[str, object], given: argparse.Namespace) -> list[str]:
    """Return a row: how long the command takes as a process of its own, and what it says."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        prepare(folder, entries, given.requests)
        took, claim = zip(*(calibrated(folder) for _ in range(given.rounds)), strict=True)
    return [name, f"{min(took):.1f}", f"{median(took):.1f}", claim[0]]


def prepare(folder: Path, entries: dict[str, object], requests: int) -> None:
    """Leave a policy, a journal of its requests and labels of all their candidates in a folder."""
    (folder / "bench.yaml").write_text(json.dumps(entries))
    plan = plan_of(Policy.load(folder / "bench.yaml"), None)
    labels: list[Label] = []
    with Journal(folder / "journal.sqlite") as journal:
        for selection, said in made(plan, requests):
            journal.append(plan, selection)
            labels += said
    write(labels, folder / "labels.jsonl")


def made(plan: Plan, requests: int) -> Iterator[tuple[Selection, list[Label]]]:
    """Give requests of candidates that are good or not, which every measure tells a little."""
    dice = np.random.default_rng(0)
    outputs = {
        f"{name}.{key}": its
        for name, one in plan.instances.items()
        for key, its in one.outputs.items()
    }
    for at in range(requests):
        request, good = f"r{at:05}", dice.random(CANDIDATES) >= BAD
        table_of = {
            f"c{place}": {key: _score(dice, its, its_good) for key, its in outputs.items()}
            for place, its_good in enumerate(good)
        }
        said = [
            Label(request, "ann", Verdict(f"c{one}", bool(its))) for one, its in enumerate(good)
        ]
        yield selection_of(plan, request, table_of), said


def _score(dice: np.random.Generator, output: Output, good: bool) -> Score:  # noqa: FBT001
    z = dice.standard_normal() + (CLEAR / 2 if good else -CLEAR / 2)
    share = 1 / (1 + np.exp(-z))
    low = output.low or 0.0
    high = low + 1.0 if output.high is None else output.high
    return Score(
        float(low + (1 - share if output.higher_is_better is False else share) * (high - low))
    )


def selection_of(plan: Plan, request: str, outcomes: dict[str, dict[str, Score]]) -> Selection:
    """Return the request as the plan decides it."""
    candidates = tuple(_candidate(request, name) for name in outcomes)
    decision = decide(plan, Outcomes(candidates, outcomes))
    assert isinstance(decision, Decision)  # all of it is known
    return Selection(
        request_id=request,
        created="2026-03-01T12:00:00.000+00:00",
        prompt="a portrait of a smiling astronaut, studio light",
        policy=f"{plan.policy}@{plan.version}",
        plan_hash=plan.hash,
        candidates=candidates,
        outcomes=outcomes,
        decision=decision,
    )


def _candidate(request: str, name: str) -> Candidate:
    digest = hashlib.sha256(f"{request} {name}".encode()).hexdigest()
    return Candidate(id=name, metadata={"generator": "g"}, content_hash=digest, pixel_hash=digest)


def calibrated(folder: Path) -> tuple[float, str]:
    """Return how long the command takes, and what it says first."""
    command = [str(Path(sys.executable).parent / "selector"), "calibrate", "bench.yaml"]
    command += ["--labels", "labels.jsonl", "--journal", "journal.sqlite", "--dry-run"]
    started = time.perf_counter()
    done = subprocess.run(  # noqa: S603 - our own command
        command, cwd=folder, env=os.environ, capture_output=True, text=True, check=False
    )
    if done.returncode not in {0, 1}:
        raise SystemExit(done.stderr)
    return time.perf_counter() - started, done.stdout.splitlines()[0]


if __name__ == "__main__":
    main()

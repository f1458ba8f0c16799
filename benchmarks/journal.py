"""How fast a journal is written to, by one process and by several, and how large it grows.

    python -m benchmarks.journal [--count 2000] [--rounds 3] [--postgres ADDRESS]

Requests of 8 candidates with 10 outcomes each, one of which has evidence. Processes start once
before they are timed; the slowest one's time counts.
"""

from __future__ import annotations

import argparse
import gc
import multiprocessing
import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from benchmarks.measuring import machine, table
from selector.journal import Journal
from selector.policy.plan import Instance, Plan, Ref, Scale, Term, WeightedSum
from selector.types import Candidate, Cost, Decision, Output, Reason, Score, Selection, Spent

MEASURES, CANDIDATES = 5, 8  # with two outputs each, ten outcomes a candidate
MILLION = 1_000_000
EVIDENCE = {"boxes": [{"box": [101.5, 20.25, 180.0, 96.75], "label": "hand", "score": 0.93}]}


def plan() -> Plan:
    """Return a plan of five measures of two outputs."""
    names = [f"measure_{number}" for number in range(MEASURES)]
    term = Term(of=Ref(names[0], "score"), weight=1.0, scale=Scale(0, 1, True))
    return Plan(
        policy="bench",
        version=1,
        policy_hash="0" * 64,
        instances={name: _instance(name) for name in names},
        gates=(),
        method=WeightedSum((term,)),
    )


def _instance(name: str) -> Instance:
    unit = Output("points", 0, 1, higher_is_better=True)
    return Instance(
        name=name,
        use=name,
        kind="scorer",
        scope="candidate",
        version=1,
        fingerprint=f"{name:f<64}",
        parameters={},
        outputs={"score": unit, "defect": unit},
        needs=("prompt",),
        cost=Cost(0.1),
    )


def selections(plan: Plan, seed: int) -> Iterator[Selection]:
    """Yield requests of eight candidates with ten outcomes each, one of them with evidence."""
    dice = random.Random(seed)  # noqa: S311 - the same requests in every run
    ids = [f"candidate-{number}" for number in range(CANDIDATES)]
    outranked = Reason("outranked", "quality", "", 0.5, 0.6, -0.1, "rank 2; enough were found")
    while True:
        candidates = tuple(
            Candidate(
                id=one,
                content_hash=f"{dice.getrandbits(256):064x}",
                pixel_hash=f"{dice.getrandbits(256):064x}",
                path=f"/data/{one}.png",
                metadata={"generator": "g", "seed": dice.getrandbits(31)},
            )
            for one in ids
        )
        decision = Decision(
            ranking=tuple(ids),
            verdicts={one: "reject" if one != ids[0] else "accept" for one in ids},
            reasons={one: (outranked,) if one != ids[0] else () for one in ids},
            quality={one: dice.random() for one in ids},
            answer="complete",
            needs_person=False,
        )
        yield Selection(
            request_id=f"{dice.getrandbits(128):032x}",
            created="2026-03-01T12:00:00.000+00:00",
            prompt="a portrait of a smiling astronaut, studio light",
            policy="bench@1",
            plan_hash=plan.hash,
            candidates=candidates,
            outcomes={one: _outcomes(plan, dice) for one in ids},
            decision=decision,
            spent=Spent(
                dict.fromkeys(plan.instances, CANDIDATES),
                dict.fromkeys((*plan.instances, "total"), 0.125),
            ),
        )


def _outcomes(plan: Plan, dice: random.Random) -> dict[str, Score]:
    outputs = [f"{name}.{output}" for name in plan.instances for output in ("score", "defect")]
    return {key: Score(dice.random(), None if at else EVIDENCE) for at, key in enumerate(outputs)}


def append(where: str, seed: int, count: int) -> float:
    """Append requests that were made before; return the seconds."""
    of = plan()
    made = [one for one, _ in zip(selections(of, seed), range(count + 1), strict=False)]
    gc.collect()
    gc.freeze()  # a product does not hold thousands of requests that the collector has to look at
    with Journal(where) as journal:
        journal.append(of, made[0])
        started = time.perf_counter()
        for one in made[1:]:
            journal.append(of, one)
        return time.perf_counter() - started


def together(where: str, seed: int, processes: int, count: int) -> float:
    """Append from several processes at once; return how many requests a second in total."""
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        pool.starmap(append, [(where, seed + 50 + number, 1) for number in range(processes)])
        jobs = [(where, seed + number, count // processes) for number in range(processes)]
        took = pool.starmap(append, jobs, chunksize=1)
    return processes * (count // processes) / max(took)


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--count", type=int, default=2000, help="requests a measurement")
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--postgres", metavar="ADDRESS", help="of an empty database")
    given = options.parse_args()
    print(machine())
    with tempfile.TemporaryDirectory() as folder:
        rows = [_files(Path(folder), processes, given) for processes in (1, 4)]
        if given.postgres:
            rows += [_server(processes, given) for processes in (1, 4)]
    head = ("database, processes", "requests/s, best", "in the middle", "bytes a request",
            "GB a million candidates")  # fmt: skip
    print(table(head, rows))


def _files(folder: Path, processes: int, given: argparse.Namespace) -> list[str]:
    rates, size = [], 0.0
    for turn in range(given.rounds):
        path = folder / f"{processes}-{turn}.sqlite"
        rates.append(together(str(path), 100 * turn, processes, given.count))
        with Journal(path) as journal:
            size = path.stat().st_size / len(journal.requests(10 * given.count))
    return _row(f"SQLite, {processes}", rates, size)


def _server(processes: int, given: argparse.Namespace) -> list[str]:
    before = _size(given.postgres)
    rates = [
        together(given.postgres, 1000 * (turn + 7 * processes), processes, given.count)
        for turn in range(given.rounds)
    ]
    size = (_size(given.postgres) - before) / (given.rounds * given.count)
    return _row(f"PostgreSQL, {processes}", rates, size)


def _size(address: str) -> int:
    import psycopg

    with psycopg.connect(address) as connection:
        row = connection.execute("SELECT pg_database_size(current_database())").fetchone()
    return int(row[0]) if row else 0


def _row(name: str, rates: list[float], size: float) -> list[str]:
    million = size * MILLION / CANDIDATES / 1e9
    return [name, f"{max(rates):.0f}", f"{median(rates):.0f}", f"{size:,.0f}", f"{million:.2f}"]


if __name__ == "__main__":
    main()

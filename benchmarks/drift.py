"""How seldom monitoring is wrong, how soon it is right, and how fast it reads.

    python -m benchmarks.drift [alarms | million] [--years 3] [--runs 200] [--rows 1000000]

- alarms: a simulated year of 10,000 images a day, 8 for each prompt, in which nothing drifts: how
  many alarms there are; and after how many images a shift by 0.25 standard deviations is found, or
  a share of requests that need a person that goes from 5 to 7 %;
- million: a journal with so many request summaries of ten outputs, three generators and three
  segments: how long the first run takes, all in all.

Four worlds: A, all images alike; B, images of a prompt correlate (0.3); C, days differ by 0.03
standard deviations (rates: by 5 % of themselves); D, both.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import math
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.measuring import machine, processor_seconds, seconds, table
from selector import monitoring
from selector.journal import Event, Journal
from selector.monitoring.kinds import Key
from selector.monitoring.table import Column, Table
from selector.monitoring.watch import Watch

Array = npt.NDArray[Any]

IMAGES = 8  # of a prompt
PROMPTS = 1250  # a day
ICC = 0.3  # how far the images of a prompt correlate, in worlds B and D
DAY = 0.03  # how far days differ, in standard deviations of an image, in worlds C and D
DAY_RATE = 0.05  # likewise of a rate, relative to it
SHIFT = 0.25  # standard deviations of an image
RATE, RAISED = 0.05, 0.07
LEARNING = 30  # days before a drift, so that the rolling reference is of four whole weeks
PER_PAST = 10  # runs that begin with the same past
YEAR = 365
START = dt.date(2025, 1, 1)
FUTURE = "9999-12-31"
SCORE, ESCALATION = Key("mean", "score"), Key("escalation", "")
OUTPUTS = 10  # of the rows of the million


@dataclass(frozen=True)
class World:
    """What differs from image to image.

    Attributes:
        name: A, B, C or D.
        icc: How far the images of a prompt correlate.
        day: How far days differ.
    """

    name: str
    icc: float
    day: float


WORLDS = tuple(
    World(name, icc, day)
    for name, icc, day in (("A", 0, 0), ("B", ICC, 0), ("C", 0, DAY), ("D", ICC, DAY))
)


def scores(world: World, rng: np.random.Generator, day: int, shift: float = 0.0) -> Table:
    """Return one day of prompts whose images have a score each."""
    means = rng.normal(0, math.sqrt(world.icc), PROMPTS) + rng.normal(0, 1) * world.day + shift
    images = rng.normal(0, math.sqrt(1 - world.icc), (PROMPTS, IMAGES)) + means[:, None]
    return _table(day, SCORE, images.mean(axis=1), images.var(axis=1))


def escalations(world: World, rng: np.random.Generator, day: int, rate: float = RATE) -> Table:
    """Return one day of requests, each of which needs a person or not."""
    today = rate * (1 + (DAY_RATE if world.day else 0) * rng.normal())
    needed = (rng.random(PROMPTS) < today).astype(float)
    return _table(day, ESCALATION, needed, np.full(PROMPTS, np.nan))


def false_alarms(world: World, made: Any, seed: int, days: int = YEAR) -> int:
    """Return how many alarms there are in so many days without a drift."""
    rng, watch = np.random.default_rng(seed), Watch("simulated")
    return sum(len(watch.feed(made(world, rng, day), FUTURE)) for day in range(LEARNING + days))


def delays(world: World, made: Any, moved: float, *, runs: int, seed: int = 0) -> Array:
    """Return after how many prompts a drift is found that begins after five weeks.

    Args:
        world: Which one.
        made: What makes a day: `scores` or `escalations`.
        moved: Its last argument from then on.
        runs: How many; every ten have the same past.
        seed: Of chance.
    """
    found: list[float] = []
    for past in range(-(-runs // PER_PAST)):
        rng, watch = np.random.default_rng([seed, past]), Watch("simulated")
        for day in range(LEARNING):
            watch.feed(made(world, rng, day), FUTURE)
        kept = watch.to_dict()
        found += [_delay(Watch.from_dict(kept), world, made, moved, rng) for _ in range(PER_PAST)]
    return np.array(found[:runs])


def _delay(watch: Watch, world: World, made: Any, moved: float, rng: np.random.Generator) -> float:
    for day in range(LEARNING, LEARNING + 60):
        if found := watch.feed(made(world, rng, day, moved), FUTURE):
            return float(found[0].number - LEARNING * PROMPTS)
    return math.inf


def _table(day: int, key: Key, values: Array, within: Array) -> Table:
    date = (START + dt.timedelta(day)).isoformat()
    none: Sequence[None] = [None] * PROMPTS
    return Table(
        numbers=range(day * PROMPTS + 1, (day + 1) * PROMPTS + 1),
        created=[date] * PROMPTS,
        groups={"generator": none, "segment": none},
        columns={key: Column(values, within, np.zeros(PROMPTS, dtype=bool))},
    )


def summaries(rows: int, seed: int = 0) -> Iterator[tuple[Any, ...]]:
    """Yield rows of the journal's table of summaries."""
    rng = np.random.default_rng(seed)
    for number in range(1, rows + 1):
        day, second = divmod(number - 1, PROMPTS * 10)
        created = dt.datetime(2025, 1, 1, tzinfo=dt.UTC) + dt.timedelta(day, second * 6)
        means, sds = rng.normal(size=OUTPUTS), rng.uniform(0.8, 1.0, OUTPUTS)
        outputs = {
            f"scorers.scorer_{at}.score": {
                "count": 8,
                "mean": mean,
                "sd": sd,
                "failures": 0,
                "absent": 0,
            }
            for at, (mean, sd) in enumerate(zip(means.tolist(), sds.tolist(), strict=True))
        }
        generator, segment = (f"{name} {rng.integers(3)}" for name in ("generator", "segment"))
        audit = rng.random() < 0.01  # noqa: PLR2004 - what a policy audits if it does not say
        yield (
            number, created.isoformat(), "portrait", 3, generator, segment, json.dumps(outputs),
            0, abs(means[0]), 1, 0, 7, bool(rng.random() < RATE), audit, False if audit else None,
        )  # fmt: skip


COLUMNS = (
    "request", "created", "policy", "version", "generator", "segment", "outputs", "failures",
    "margin", "accepted", "review", "rejected", "needs_person", "audit", "disagreed",
)  # fmt: skip


def fill(path: Path, rows: Iterator[tuple[Any, ...]]) -> None:
    """Make a journal in which there are summaries alone."""
    with Journal(path) as journal:
        journal.record(Event(kind="made", subject="benchmark", writer="benchmark", value=0.0))
    places = ",".join("?" * len(COLUMNS))
    with sqlite3.connect(path) as database:
        database.executemany(
            f"INSERT INTO summaries ({','.join(COLUMNS)}) VALUES ({places})",  # noqa: S608 - ours
            rows,
        )
    database.close()


def _alarms(years: int, runs: int) -> None:
    print(
        f"\nFalse alarms in {years} simulated years without a drift, and prompts until one is found"
    )
    print(f"({runs} runs; a prompt has {IMAGES} images)\n")
    head = ["what", "world", f"alarms in {years} years", "median", "95 %", "images, 95 %"]
    print(table(head, _judged(years, runs)))


def _judged(years: int, runs: int) -> Iterator[list[str]]:
    cases = (("+0.25 sd", scores, SHIFT), ("5 → 7 %", escalations, RAISED))
    for what, made, moved in cases:
        for world in WORLDS:
            if made is escalations and world.icc:  # one decision a prompt: nothing correlates
                continue
            false = sum(false_alarms(world, made, seed) for seed in range(years))
            found = delays(world, made, moved, runs=runs)
            late = float(np.quantile(found, 0.95))
            images = f"{late * IMAGES:,.0f}" if made is scores else "–"
            yield [what, world.name, f"{false}", f"{np.median(found):,.0f}", f"{late:,.0f}", images]


def _million(rows: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "journal.sqlite"
        fill(path, summaries(rows))
        with Journal(path) as journal:
            before = processor_seconds()
            taken = seconds(lambda: monitoring.catch_up(journal))
            cpu = processor_seconds() - before
            again = seconds(lambda: monitoring.catch_up(journal))
    print(f"\n{rows:,} summaries of {OUTPUTS} outputs, three generators, three segments\n")
    head = ["", "seconds", "of a processor", "µs a summary"]
    first = ["first run", f"{taken:.1f}", f"{cpu:.1f}", f"{1e6 * taken / rows:.0f}"]
    print(table(head, [first, ["nothing new", f"{again:.2f}", "", ""]]))


def main() -> None:
    """Print the tables of one part, or of both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", nargs="?", choices=("alarms", "million"))
    parser.add_argument("--years", type=int, default=3)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--rows", type=int, default=1_000_000)
    given = parser.parse_args()
    print(f"Monitoring, {machine()}")
    if given.part in {None, "alarms"}:
        _alarms(given.years, given.runs)
    if given.part in {None, "million"}:
        _million(given.rows)


if __name__ == "__main__":
    main()

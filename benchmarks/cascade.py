"""What the lazy cascade saves, that it finds the same, and what it takes by itself.

    python -m benchmarks.cascade [simulation | regret | tables | overhead] [--prompts 500]
        [--learning 600] [--labels FOLDER] [--repeats 100] [--profile]

- simulation: made-up prompts whose five scorers agree so far, at 1 : 10 : 10 : 30 : 1000;
- regret: the same prompts where 1 % of the gain may be lost, learned from LEARNING others;
- tables: published tables of real scores in FOLDER, with costs assigned to them;
- overhead: the cascade's own time, with measures that answer at once; goal: under 5 ms for 64
  candidates and 8 measures.

Without a part, all of them; the tables only where `--labels` says where they lie.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path

from benchmarks import bookkeeping, recorded, simulated
from benchmarks.measuring import machine, milliseconds, table

WEIGHTS, RHOS, COUNTS, AT_ONCE = (0.3, 0.5), (0.3, 0.5, 0.7), (8, 16, 64), (1, 2, 4)
STANDARD = simulated.Setting("ECDF", 0.3, 0.5, 8)
PARTS = ("simulation", "regret", "tables", "overhead")
MOST = 6400  # candidates that a row of the overhead is measured with
REGRETTED = tuple(
    simulated.Setting(*world, count)
    for world in (*(("ECDF", 0.3, rho) for rho in RHOS), ("ECDF", 0.5, 0.5), ("z", 0.3, 0.5))
    for count in COUNTS
)
WORLD = ["scores", "dear one's weight", "rho", "candidates"]
SAVED = ["times cheaper (95 %)", "dear calls", "rounds"]


def main() -> None:
    """Print the tables of one part, or of all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", nargs="?", choices=PARTS)
    parser.add_argument("--prompts", type=int, default=500)
    parser.add_argument("--learning", type=int, default=600)
    parser.add_argument("--repeats", type=int, default=100)
    parser.add_argument("--labels", type=Path, help="the folder of the tables")
    parser.add_argument("--profile", action="store_true", help="where the overhead goes, instead")
    given = parser.parse_args()
    if given.part == "tables" and given.labels is None:
        parser.error("tables: where do they lie? Give --labels FOLDER.")
    if given.profile:
        bookkeeping.profile(bookkeeping.plans()["weighted sum"], 64, given.repeats)
        return
    print(f"The lazy cascade, {machine()}")
    if given.part in {None, "simulation"}:
        _simulation(given.prompts)
    if given.part in {None, "regret"}:
        _regret(given.prompts, given.learning)
    if given.part in {None, "tables"} and given.labels is not None:
        _tables(given.labels)
    if given.part in {None, "overhead"}:
        _overhead(given.repeats)


def _simulation(prompts: int) -> None:
    print(f"\nStandard simulation, {prompts} prompts a row, one dear call at a time\n")
    print(table([*WORLD, *SAVED, "differ"], _settings(prompts)))
    print(f"\nMore at once: ECDF, weight 0.3, rho 0.5, {prompts} prompts a row\n")
    print(table(["candidates", "parallelism", *SAVED, "differ"], _at_once(prompts)))


def _settings(prompts: int) -> Iterator[list[str]]:
    for scores, weight, rho, count in product(("ECDF", "z"), WEIGHTS, RHOS, COUNTS):
        setting = simulated.Setting(scores, weight, rho, count)
        yield [*_world(setting), *_exact(setting, prompts)]


def _at_once(prompts: int) -> Iterator[list[str]]:
    for count, parallelism in product(COUNTS, AT_ONCE):
        setting = replace(STANDARD, count=count, parallelism=parallelism)
        yield [f"{count}", f"{parallelism}", *_exact(setting, prompts)]


def _exact(setting: simulated.Setting, prompts: int) -> list[str]:
    found = simulated.run(setting, prompts)
    return [*_saved(found.saving), f"{found.differ}"]


def _regret(prompts: int, learning: int) -> None:
    about = f"{prompts} prompts a row, chosen by {learning} others"
    print(f"\nThe same where 1 % of the gain may be lost, {about}\n")
    head = [*WORLD, *SAVED, "lost (95 %)", "another one"]
    print(table(head, regretted(REGRETTED, prompts, learning)))


def regretted(
    settings: Iterable[simulated.Setting], prompts: int, learning: int
) -> Iterator[list[str]]:
    """Give a row for each world in which a little may be lost."""
    for setting in settings:
        found = simulated.promised(setting, prompts, learning)
        low, high = found.interval
        lost = f"{100 * found.lost:.2f} % ({100 * low:.2f}–{100 * high:.2f})"
        yield [*_world(setting), *_saved(found.saving), lost, f"{100 * found.others:.0f} %"]


def _world(setting: simulated.Setting) -> list[str]:
    return [setting.scores, f"{setting.weight}", f"{setting.rho}", f"{setting.count}"]


def _saved(saving: simulated.Saving) -> list[str]:
    low, high = saving.interval
    times = f"{saving.times:.1f} ({low:.1f}–{high:.1f})"
    return [times, f"{saving.dear:.2f}", f"{saving.rounds:.1f}"]


def _tables(folder: Path) -> None:
    print(
        "\nReal scores with assigned costs; saved: of the dear measure's calls, 95 % by prompts\n"
    )
    one = ["saved, one at a time", "times cheaper", "saved, two at a time", "times cheaper"]
    head = ["a request", "policy", "prompts", *one, "identical"]
    print(table(head, recorded.rows(folder)))


def _overhead(repeats: int) -> None:
    print("\nThe cascade by itself, 8 measures: 3 gates, 5 scorers\n")
    head = ["method", "candidates", "median", "least", "rounds", "measured"]
    print(table(head, _own(repeats)))


def _own(repeats: int) -> Iterator[list[str]]:
    plans = bookkeeping.plans()
    cases = [("weighted sum", count) for count in (8, 64, 512)]
    for name, count in [*cases, *((name, 64) for name in plans if name != "weighted sum")]:
        found = bookkeeping.own(plans[name], count, min(repeats, MOST // count))
        times = (found.seconds.median, found.seconds.least)
        counts = (f"{found.rounds:.1f}", f"{found.calls:.0f} of {8 * count}")
        yield [name, f"{count}", *map(milliseconds, times), *counts]


if __name__ == "__main__":
    main()

"""How good ways to choose are on real labels, and whether what is told of them can be trusted.

    python -m benchmarks.selector_efficiency [tifa160.csv] [--times 1000] [--prompts 20000]

- real labels: 160 prompts with 5 candidates, five people each, 12 or 16 automatic measures; what is
  learned is judged on prompts that it was not learned from, parted in ten, several times anew;
- intervals: how often, in a world whose truth is known, they hold it;
- bounds: where the truth lies between them, as judgements get noisier.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.measuring import machine, table
from selector import labels
from selector.calibration import table as tables
from selector.calibration.blends import Board, blends, folds
from selector.calibration.efficiency import Gains, gains
from selector.calibration.grid import grid, judgements, places
from selector.calibration.people import crossed, mean, one_person, without_noise

Array = npt.NDArray[Any]

REAL = Path(__file__).parents[2] / "shared" / "labels" / "tifa160.csv"
COLUMNS = labels.Columns(ratings=("human_dsg_ratings",), split="|", of="fidelity")
SETS = {"TIFA, DSG and CLIP": ["m_tifa*", "m_dsg*", "m_clip*"], "all 16": ["m_*"]}
PARTINGS = 5
RHO = 0.6
CANDIDATES = 8


def real(path: Path) -> Iterator[str]:
    """Give the table of ways to choose on real labels."""
    said = labels.read(path, COLUMNS).labels
    found = {name: dict(ways(path, said, outputs)) for name, outputs in SETS.items()}
    names = list(dict.fromkeys(name for each in found.values() for name in each))
    rows = [[name, *(each.get(name, "—") for each in found.values())] for name in names]
    yield table(["way to choose", *found], rows)


def ways(path: Path, said: Sequence[labels.Label], outputs: list[str]) -> Iterator[tuple[str, str]]:
    """Give each way to choose with its efficiency."""
    made = tables.sample(path, said, aspect="fidelity", outputs=outputs, columns=COLUMNS)
    groups = made.groups
    worth = grid(made.worth, groups)

    def efficiency(score: Array) -> float:
        return gains(worth, grid(score, groups)).efficiency or 0.0

    alone = {name: efficiency(column) for name, column in made.scores.items()}
    best = max(alone, key=alone.__getitem__)
    yield "best measure, picked by these labels", f"{alone[best]:.3f} ({best})"
    found = []
    for seed in range(PARTINGS):
        board = Board(
            tuple(made.scores), made.of(list(made.scores)), groups, made.worth,
            folds(made.requests, seed=seed),
        )  # fmt: skip
        found.append(blends(board, seed=seed))
    for name, scores in (
        ("best measure of the other prompts", [one.best for one in found]),
        ("equal weights", [one.equal for one in found]),
        (
            "equal weights, z-scores inside each prompt",
            [standardised(made.of(list(alone)), groups)],
        ),
        ("mean rank", [one.ranks for one in found]),
        ("**learned weights**", [one.learned for one in found]),
    ):
        values = sorted(map(efficiency, scores))
        spread = f" ({values[0]:.3f} to {values[-1]:.3f})" if len(values) > 1 else ""
        yield name, f"{fmean(values):.3f}{spread}"
    more = [efficiency(one.learned) - efficiency(one.equal) for one in found]
    yield "learned more than equal; goal 0.02", f"{fmean(more):+.3f}"
    person = one_person(judgements(made.ratings, groups))
    if person is not None:
        yield "one person, by the other four", f"{person.efficiency:.3f}"


def standardised(scores: Array, groups: Array) -> Array:
    """Return the mean of z-scores inside each request: what no lazy cascade can have."""
    total = np.zeros(len(groups))
    for column in scores.T:
        rows = grid(column, groups)
        centred = np.where(np.isnan(rows), 0.0, rows - _means(rows))
        spread = np.sqrt((centred**2).mean(axis=1, keepdims=True))
        total += (centred / np.where(spread > 0, spread, 1.0))[groups, places(groups)]
    return total


def _means(rows: Array) -> Array:
    known = ~np.isnan(rows)
    sums = np.where(known, rows, 0).sum(axis=1, keepdims=True)
    means: Array = sums / np.maximum(known.sum(axis=1, keepdims=True), 1)
    return means


def world(rng: np.random.Generator, requests: int) -> tuple[Array, Array]:
    """Return worths and scores that correlate by so much within a request."""
    truth = rng.normal(size=(requests, CANDIDATES))
    return truth, RHO * truth + np.sqrt(1 - RHO**2) * rng.normal(size=truth.shape)


def intervals(times: int) -> Iterator[str]:
    """Give the table of how often intervals hold the truth, and how wide they are."""
    rows = []
    for requests in (50, 100, 200, 500):
        held, widths = 0, []
        for seed in range(times):
            low, high = gains(*world(np.random.default_rng(seed), requests)).interval() or (0, 0)
            held += low <= RHO <= high
            widths.append((high - low) / 2)
        rows.append([f"{requests}", f"{held / times:.3f}", f"± {fmean(widths):.3f}"])
    yield table(["prompts", "holds the truth; goal 0.93–0.97", "half as wide"], rows)


def bounds(prompts: int) -> Iterator[str]:
    """Give the table of what noisy judgements let one say of an efficiency of 0.6."""
    rows = []
    for raters, noise in ((2, 0.5), (2, 1.0), (4, 1.0), (5, 1.5)):
        rng = np.random.default_rng(0)
        truth, score = world(rng, prompts)
        said = truth[:, :, None] + rng.normal(0, noise, (*truth.shape, raters))
        upper: Gains | None = crossed(said, score)
        rows.append(
            [
                f"{raters}, {noise}",
                f"{gains(mean(said), score).efficiency:.3f}",
                f"{without_noise(said, score):.3f}",
                f"{upper.efficiency if upper else 0:.3f}",
                f"{gains(truth, score).efficiency:.3f}",
            ]
        )
    yield table(
        ["raters, noise", "at least", "without noise; goal ± 0.01", "at most", "truth"], rows
    )


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("path", type=Path, nargs="?", default=REAL)
    parser.add_argument("--times", type=int, default=1000)
    parser.add_argument("--prompts", type=int, default=20_000)
    given = parser.parse_args()
    print(machine())
    if given.path.exists():
        print(*real(given.path), sep="\n")
    else:
        print(f"no real labels at {given.path}")
    print("\n", *intervals(given.times), "\n", *bounds(given.prompts), sep="\n")


if __name__ == "__main__":
    main()

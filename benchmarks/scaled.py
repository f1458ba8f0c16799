"""How well unlike measures choose together, by how they are put on one scale and weighed.

    python -m benchmarks.scaled [methods | clips | missing | blend FILE] [--requests 6000]

- methods: four made-up measures (one with much larger differences between prompts than within, one
  skewed, one with heavy tails, one saturated): the selector efficiency of their sum, by scale;
- clips: where the scale's ends are: how well the sum chooses, and how much exact laziness saves
  with five measures that cost 1, 10, 10, 30 and 1000;
- missing: what scores cost that are missing by chance, or on what is bad;
- blend FILE: real ratings of real pictures (the columns of tifa160.csv), ten folds of whole
  prompts, never in-sample: learned weights, equal ones, each measure alone.
"""

from __future__ import annotations

import argparse
import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import numpy.typing as npt

from benchmarks.measuring import machine, table
from benchmarks.mixed import (
    CALIBRATED,
    by_method,
    efficiency,
    fitted_scale,
    mixed,
    saved,
    uniform,
    with_missing,
)
from selector.calibration import logistic, missing, scales, weights

Array = npt.NDArray[Any]

CLIPS = (1.25, 1.5, 1.645, 2.0, 3.0)
SORTS = ((4, 0.0), (8, 0.0), (16, 0.0), (8, 0.02))  # candidates of a request, share of outliers


@dataclass(frozen=True)
class Rated:
    """Real pictures with what measures and people said; see `Mixed`."""

    names: tuple[str, ...]
    scores: Array
    worth: Array
    groups: Array


def rated(path: Path) -> Rated:
    """Return the candidates of a table with a column `prompt_id`, `m_*` and `human_dsg_mean`."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    names = tuple(name for name in rows[0] if name.startswith("m_"))
    scores = np.array([[float(row[name] or "nan") for name in names] for row in rows])
    worth = np.array([float(row["human_dsg_mean"]) for row in rows])
    _, groups = np.unique([row["prompt_id"] for row in rows], return_inverse=True)
    return Rated(names, scores, worth, groups)


def blended(given: Rated, seed: int) -> tuple[float, float]:
    """Return how well learned and equal weights choose in ten folds that they have not seen."""
    folds = logistic.folds(given.groups, 10, seed)
    by_learned, by_equal = np.empty(len(folds)), np.empty(len(folds))
    for fold in range(10):
        out = folds == fold
        groups = given.groups[~out]
        fitted = [scales.fit(column[~out], groups) for column in given.scores.T]
        shares = np.column_stack(
            [s(column) for s, column in zip(fitted, given.scores.T, strict=True)]
        )
        found = weights.learn(missing.filled(shares[~out], groups), groups, given.worth[~out])
        held_out = missing.filled(shares[out], given.groups[out])
        by_learned[out] = held_out @ np.array(found.weights)
        by_equal[out] = (held_out / [scale.spread for scale in fitted]).sum(axis=1)
    return (
        efficiency(by_learned, given.worth, given.groups),
        efficiency(by_equal, given.worth, given.groups),
    )


def print_methods(requests: int) -> None:
    """Print how well each way to add measures up chooses."""
    rng, columns = np.random.default_rng(0), []
    for size, outliers in SORTS:
        fitted_on, to = (
            mixed(rng, count, size=size, outliers=outliers) for count in (CALIBRATED, requests)
        )
        columns.append(by_method(fitted_on, to))
    rows = [[name, *(f"{column[name]:.3f}" for column in columns)] for name in columns[0]]
    heads = [
        f"{size}" + (f", {outliers:.0%} outliers" if outliers else "") for size, outliers in SORTS
    ]
    print(table(["candidates", *heads], rows))


def print_clips(requests: int) -> None:
    """Print what the ends of the scale do to choosing and to saving."""
    rows = [["plain ranks", "", "", f"{saved(requests, uniform):.2f}"]]
    for clip in CLIPS:
        with mock.patch.object(scales, "CLIP", clip):
            row = [f"clipped at {clip}"]
            for outliers in (0.0, 0.02):
                rng = np.random.default_rng(0)
                worlds = (mixed(rng, count, outliers=outliers) for count in (CALIBRATED, requests))
                row.append(f"{by_method(*worlds)['scales, a spread each']:.3f}")
            rows.append([*row, f"{saved(requests, fitted_scale):.2f}"])
    print(table(["scale", "chooses", "2% outliers", "saves, times"], rows))


def print_missing(requests: int) -> None:
    """Print what missing scores cost."""
    rng = np.random.default_rng(0)
    fitted_on, to = mixed(rng, CALIBRATED), mixed(rng, requests)
    rows = [
        [f"{share:.0%} missing", *(
            f"{with_missing(fitted_on, to, share=share, on_bad=on_bad):.3f}" for on_bad in (False, True)
        )]
        for share in (0.0, 0.1, 0.3)
    ]  # fmt: skip
    print("Goal: 10 % missing by chance cost at most 0.03.\n")
    print(table(["", "by chance", "on the worst 30 %"], rows))


def print_blend(path: Path, seeds: int = 10) -> None:
    """Print how well learned weights choose among real pictures."""
    given = rated(path)
    found = np.array([blended(given, seed) for seed in range(seeds)])
    whole = np.where(np.isnan(given.scores), np.nanmean(given.scores, axis=0), given.scores)
    alone = [efficiency(column, given.worth, given.groups) for column in whole.T]
    rows = [
        ["learned weights", f"{found[:, 0].mean():.3f}", f"{found[:, 0].min():.3f}", f"{found[:, 0].max():.3f}"],
        ["equal weights", f"{found[:, 1].mean():.3f}", f"{found[:, 1].min():.3f}", f"{found[:, 1].max():.3f}"],
        [f"best single: {given.names[int(np.argmax(alone))]}", f"{max(alone):.3f}", "", ""],
    ]  # fmt: skip
    print(table(["", f"mean of {seeds} divisions in folds", "least", "most"], rows))


PRINTED = {"methods": print_methods, "clips": print_clips, "missing": print_missing}


def main() -> None:
    """Print what was asked for, or everything that is made up."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="?", choices=[*PRINTED, "blend"])
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument("--requests", type=int, default=6000)
    given = parser.parse_args()
    print(machine())
    if given.what == "blend":
        print_blend(given.file)
        return
    for name in [given.what] if given.what else PRINTED:
        print(f"\n## {name}\n")
        PRINTED[name](given.requests)


if __name__ == "__main__":
    main()

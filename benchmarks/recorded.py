"""Published tables of real scores as measures with assigned costs: what a cascade saves of them."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, groupby
from pathlib import Path
from statistics import fmean

import numpy as np

from benchmarks.answered import (
    Found,
    Request,
    candidates,
    exhaustive,
    planned,
    ref,
    resolved,
    terms,
)
from selector.policy.plan import (
    Constrained,
    Criterion,
    Gate,
    Lexicographic,
    Method,
    Plan,
    Scale,
    WeightedSum,
)
from selector.statistics import mean_interval
from selector.types import Failure, Measured, Score

ENDS = (0.01, 0.99)  # quantiles over the whole table that a scale lies between
EPS = 0.1  # of a scale: what a lexicographic order does not tell apart


@dataclass(frozen=True)
class Column:
    """One column of a table as a measure: its name there, and what a call is taken to cost."""

    name: str
    seconds: float


@dataclass(frozen=True)
class Source:
    """A table whose rows are candidates.

    Attributes:
        file: Its name in the folder of tables.
        about: What a request is.
        of_request: The columns that are equal for the candidates of a request.
        columns: The measures, the dear one last.
    """

    file: str
    about: str
    of_request: tuple[str, ...]
    columns: Mapping[str, Column]


TIFA = {
    "CLIPScore": Column("m_clipscore_vitb32", 0.02),
    "TIFA, ViLT": Column("m_tifa_vilt", 0.1),
    "TIFA, BLIP-2": Column("m_tifa_blip2-flant5xl", 0.3),
    "DSG, PaLI 17B": Column("m_dsg_pali17b", 1.0),
}
REWARD = {"CLIP": Column("m_clip", 0.02), "ImageReward": Column("m_imagereward", 0.3)}
SOURCES = (
    Source("tifa160.csv", "5 models, one picture each", ("prompt_id",), TIFA),
    Source(
        "imagereward_benchmark_scores.csv", "one model's 10 samples", ("prompt_id", "model"), REWARD
    ),
    Source("imagereward_benchmark_scores.csv", "6 models' 60 samples", ("prompt_id",), REWARD),
)
Rows = Sequence[Mapping[str, str]]


def rows(folder: Path) -> Iterator[list[str]]:
    """Give a row of the report for each table and policy."""
    for source in SOURCES:
        with (folder / source.file).open(newline="", encoding="utf-8") as file:
            table = sorted(csv.DictReader(file), key=lambda row, of=source: _request(of, row))
        prompts = _prompts(source, table)
        for name, method in _methods(source, _scales(source, table)).items():
            yield [
                source.about,
                name,
                *_row(_plan(source, method), prompts, list(source.columns)[-1]),
            ]


def _row(plan: Plan, prompts: Sequence[Sequence[Request]], dear: str) -> list[str]:
    """Return how much is saved, one dear call at a time and two, and how often all was alike."""
    whole = _found(exhaustive(plan), prompts)
    cells, same = [], []
    for at_once in (1, 2):
        lazy = _found(replace(plan, parallelism=at_once), prompts)
        pairs = [list(zip(*both, strict=True)) for both in zip(lazy, whole, strict=True)]
        shares = [[1 - mine.calls[dear] / its.calls[dear] for mine, its in one] for one in pairs]
        spent, cost = (sum(one.cost for one in chain(*side)) for side in (lazy, whole))
        cells += [_shown(fmean(chain(*shares)), mean_interval(shares)), f"{cost / spent:.2f}×"]
        same += [mine.same_as(its) for mine, its in chain(*pairs)]
    return [f"{len(prompts)}", *cells, f"{sum(same)} of {len(same)}"]


def _found(plan: Plan, prompts: Sequence[Sequence[Request]]) -> list[list[Found]]:
    return [[resolved(plan, one) for one in requests] for requests in prompts]


def _shown(mean: float, interval: tuple[float, float]) -> str:
    low, high = interval
    return f"{100 * mean:.0f} % ({100 * low:.0f}–{100 * high:.0f})"


def _methods(source: Source, scales: Mapping[str, Scale]) -> dict[str, Method]:
    names = list(source.columns)
    cheap, dear = names[:-1], names[-1]
    middle = (scales[dear].low + scales[dear].high) / 2
    alike = terms(dict.fromkeys(names, 1.0), scales)
    return {
        "weighted sum, equal weights": WeightedSum(alike),
        "the dear one a constraint": Constrained(
            terms(dict.fromkeys(cheap, 1.0), scales), (Gate(ref(dear), reject_below=middle),)
        ),
        "lexicographic, cheap first": Lexicographic(
            tuple(
                Criterion(ref(name), scales[name], EPS * (scales[name].high - scales[name].low))
                for name in names
            )
        ),
    }


def _plan(source: Source, method: Method) -> Plan:
    return planned(method, {name: one.seconds for name, one in source.columns.items()})


def _scales(source: Source, table: Rows) -> dict[str, Scale]:
    """Return the scale of each measure: between two quantiles of all that the table has of it."""
    found = {}
    for name, column in source.columns.items():
        values = [float(row[column.name]) for row in table if row[column.name]]
        low, high = np.quantile(values, ENDS)
        found[name] = Scale(float(low), float(high), higher_is_better=True)
    return found


def _prompts(source: Source, table: Rows) -> list[list[Request]]:
    """Return the requests of each prompt; a prompt is what the pictures of its requests share."""
    return [
        [
            _asked(source, list(its))
            for _, its in groupby(group, key=lambda row: _request(source, row))
        ]
        for _, group in groupby(table, key=lambda row: row["prompt_id"])
    ]


def _asked(source: Source, its: Rows) -> Request:
    made = candidates(f"{row['prompt_id']}/{row['candidate_id']}" for row in its)
    truth = {
        name: {one.id: _outcome(row[column.name]) for one, row in zip(made, its, strict=True)}
        for name, column in source.columns.items()
    }
    return Request(made, truth)


def _outcome(cell: str) -> Measured:
    return Score(float(cell)) if cell else Failure("the table has no score")


def _request(source: Source, row: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(row[name] for name in source.of_request)

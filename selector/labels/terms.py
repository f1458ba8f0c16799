"""Labels of one aspect as arrays: wins, choices out of several, steps of a scale."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from selector.errors import CalibrationError
from selector.labels.cells import quoted
from selector.labels.label import Flag, Label, Pair, Ranking, Rating, Verdict
from selector.labels.votes import Candidate, absolute

Array = npt.NDArray[Any]

MOST_STEPS = 11  # of a scale; finer ones are cut into
BINS = 10  # as many steps, each used about as often


@dataclass(frozen=True, eq=False)
class Pairs:
    """One candidate preferred to another; a tie is half a win of each.

    Attributes:
        won: Places of the winners, shape (votes,) like all that follows.
        lost: Of the losers.
        side: 1 where the winner was on the left, -1 on the right, 0 where that is not known.
        rater: Places of raters.
        weight: 1, or 0.5 for each half of a tie.
    """

    won: Array
    lost: Array
    side: Array
    rater: Array
    weight: Array


@dataclass(frozen=True, eq=False)
class Choices:
    """One candidate chosen out of those that were left: a ranking is a row of such choices.

    Attributes:
        members: Places of those to choose from, the chosen one first, one choice after the other.
        starts: Where each choice begins in *members*, shape (choices,).
        sizes: How many there were to choose from.
        rater: Places of raters.
    """

    members: Array
    starts: Array
    sizes: Array
    rater: Array


@dataclass(frozen=True, eq=False)
class Grades:
    """Steps that candidates were given on one scale.

    Attributes:
        item: Places of candidates, shape (grades,).
        step: From 0, the worst that is used.
        rater: Places of raters.
        steps: How many there are.
    """

    item: Array
    step: Array
    rater: Array
    steps: int


@dataclass(frozen=True, eq=False)
class Terms:
    """All that was said of one aspect.

    Attributes:
        candidates: By place; those of one request one after the other.
        raters: By place.
        pairs: Comparisons of two.
        choices: Rankings.
        grades: Judgements of one candidate, by scale.
        counts: How many labels each rater gave.
    """

    candidates: tuple[Candidate, ...]
    raters: tuple[str, ...]
    pairs: Pairs
    choices: Choices
    grades: tuple[Grades, ...]
    counts: Array


def terms(labels: Iterable[Label], aspect: str | None) -> Terms:
    """Return what was said of *aspect*; None means every aspect, taken for one and the same.

    Attention checks are left out, and faults unless the aspect names one: then whoever has it is
    worth less.

    Raises:
        CalibrationError: Nobody said anything of it.
    """
    every = list(labels)
    meant = [one for one in every if one.gold is None and _is_of(one, aspect)]
    if not meant:
        listed = ", ".join(quoted(name) for name in sorted({one.aspect for one in every}))
        raise CalibrationError(
            f"labels: nobody said anything of {aspect or 'any aspect'} "
            f"(got {listed or 'no labels at all'}). Name an aspect that is there."
        )
    keys = sorted({(one.request, name) for one in meant for name in one.candidates})
    raters = sorted({one.rater for one in meant})
    places = {key: place for place, key in enumerate(keys)}
    who = {name: place for place, name in enumerate(raters)}
    rater = np.array([who[one.rater] for one in meant])
    return Terms(
        candidates=tuple(keys),
        raters=tuple(raters),
        pairs=_pairs(meant, rater, places),
        choices=_choices(meant, rater, places),
        grades=tuple(_grades(meant, rater, places)),
        counts=np.bincount(rater, minlength=len(raters)),
    )


def _is_of(label: Label, aspect: str | None) -> bool:
    return not isinstance(label.said, Flag) if aspect is None else label.aspect == aspect


def _pairs(labels: Sequence[Label], rater: Array, places: dict[Candidate, int]) -> Pairs:
    rows: list[tuple[int, int, int, int, float]] = []
    for who, label in zip(rater.tolist(), labels, strict=True):
        if not isinstance(label.said, Pair):
            continue
        left = places[label.request, label.said.left]
        right = places[label.request, label.said.right]
        side = 1 if label.said.shown else 0
        is_tie = label.said.prefers not in {"left", "right"}
        weight = 0.5 if is_tie else 1.0
        if is_tie or label.said.prefers == "left":
            rows.append((left, right, side, who, weight))
        if is_tie or label.said.prefers == "right":
            rows.append((right, left, -side, who, weight))
    table = np.array(rows, dtype=float).reshape(-1, 5)
    won, lost, sides, by = (table[:, column].astype(int) for column in range(4))
    return Pairs(won, lost, sides, by, table[:, 4])


def _choices(labels: Sequence[Label], rater: Array, places: dict[Candidate, int]) -> Choices:
    members: list[int] = []
    sizes: list[int] = []
    by: list[int] = []
    for who, label in zip(rater.tolist(), labels, strict=True):
        if isinstance(label.said, Ranking):
            order = [places[label.request, name] for name in label.said.order]
            for first in range(len(order) - 1):
                members += order[first:]
                sizes.append(len(order) - first)
                by.append(who)
    counts = np.array(sizes, dtype=int)
    starts = np.cumsum(counts) - counts
    return Choices(np.array(members, dtype=int), starts, counts, np.array(by, dtype=int))


def _grades(
    labels: Sequence[Label], rater: Array, places: dict[Candidate, int]
) -> Iterable[Grades]:
    scales: dict[object, list[tuple[int, float, int]]] = {}
    for who, label in zip(rater.tolist(), labels, strict=True):
        value = absolute(label)
        if value is not None:
            place = places[label.request, label.candidates[0]]
            worth = -value if isinstance(label.said, Flag) else value
            scales.setdefault(_scale(label), []).append((place, worth, who))
    for rows in scales.values():
        table = np.array(rows)
        values, step = np.unique(table[:, 1], return_inverse=True)
        if len(values) > MOST_STEPS:
            ends = np.unique(np.quantile(table[:, 1], np.arange(1, BINS) / BINS))
            values, step = np.unique(np.searchsorted(ends, table[:, 1]), return_inverse=True)
        if len(values) > 1:  # one and the same answer to everything tells nothing
            yield Grades(table[:, 0].astype(int), step, table[:, 2].astype(int), len(values))


def _scale(label: Label) -> object:
    match label.said:
        case Rating(low=low, high=high):
            return (low, high)
        case Verdict() | Flag():
            return type(label.said)
    return None

"""Ways to choose by several measures, each judged on requests that it was not made from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from selector.calibration import borda, curves, scales, weights
from selector.calibration.efficiency import gains
from selector.calibration.grid import grid
from selector.calibration.missing import filled
from selector.calibration.weights import Learned

Array = npt.NDArray[Any]

FOLDS = 10
# Weights learned from few requests change with how these are parted: of 160 real ones the share that
# they capture went from 0.55 to 0.61. The mean over five partings goes half as far.
PARTINGS = 5
FEW = 500  # requests; with more, one parting tells as much
FEWEST = 4  # requests; with fewer there is nothing to learn from and to judge by


@dataclass(frozen=True, eq=False)
class Board:
    """Candidates that people judged, with what several measures say of them.

    Attributes:
        names: Of the measures.
        scores: Shape (candidates, measures), higher is better; nan where one failed.
        groups: The number of each candidate's request.
        worth: What people say; shape (candidates,).
        folds: In which part of the requests each candidate is.
        again: The same requests parted otherwise: what is learned is the mean over all partings.
    """

    names: tuple[str, ...]
    scores: Array
    groups: Array
    worth: Array
    folds: Array
    again: tuple[Array, ...] = ()

    def parts(self) -> Iterator[tuple[Array, Array]]:
        """Give which candidates to learn from, and which to judge by, for each part of requests."""
        for fold in np.unique(self.folds):
            yield self.folds != fold, self.folds == fold


@dataclass(frozen=True, eq=False)
class Blends:
    """How candidates score by several measures together; shapes (candidates,).

    Attributes:
        equal: Each measure weighs the same, in units of how far candidates of a request differ.
        ranks: The mean of the ranks inside the request.
        best: The measure that chose best in the other parts of the requests.
        learned: By weights learned in the other parts, on average over all partings.
        weights: What is learned of all requests: judged by nothing here, it is what one would use.
        chosen: Which measure chose best, for each part.
    """

    equal: Array
    ranks: Array
    best: Array
    learned: Array
    weights: Learned
    chosen: tuple[str, ...]


def blends(board: Board, *, seed: int = 0) -> Blends:
    """Return how candidates score by several measures together.

    Everything that is learned, scales, weights, and which measure is best, is learned without the
    requests that it then scores.

    Args:
        board: The candidates.
        seed: Of what is drawn when learning.
    """
    equal, ranks, best, learned = (np.empty(len(board.groups)) for _ in range(4))
    chosen = []
    for known, asked in board.parts():
        steps = _steps(board, known)
        first = _best(board, known)
        equal[asked] = steps[asked].mean(axis=1)
        ranks[asked] = borda.ranks(steps[asked], board.groups[asked])
        best[asked] = board.scores[asked, first]
        learned[asked] = _learned(board, steps, known, seed)[asked]
        chosen.append(board.names[first])
    others = [_parted(replace(board, folds=folds), seed) for folds in board.again]
    learned = np.mean([learned, *others], axis=0)
    every = np.ones(len(board.groups), dtype=bool)
    whole = weights.learn(_steps(board, every), board.groups, board.worth, seed=seed)
    return Blends(equal, ranks, best, learned, whole, tuple(chosen))


def _parted(board: Board, seed: int) -> Array:
    """Return how candidates score by weights learned in the other parts."""
    score = np.empty(len(board.groups))
    for known, asked in board.parts():
        score[asked] = _learned(board, _steps(board, known), known, seed)[asked]
    return score


def _learned(board: Board, steps: Array, known: Array, seed: int) -> Array:
    """Return how all candidates score by weights that the *known* tell."""
    found = weights.learn(
        steps[known], board.groups[known], board.worth[known], seed=seed, intervals=False
    )
    score: Array = steps @ np.array(found.weights)
    return score


def tells(board: Board) -> bool:
    """Return whether some measure differs within a request, whichever part is left out."""
    differing: set[int] = set()
    for column in board.scores.T:
        by_request = grid(column, board.groups)
        low, high = np.fmin.reduce(by_request, axis=1), np.fmax.reduce(by_request, axis=1)
        differing |= set(board.folds[(high > low)[board.groups]].tolist())
    return len(differing) > 1


def probabilities(board: Board, score: Array, good: Array, *, seed: int = 0) -> Array | None:
    """Return how probable it is that each candidate is good, as far as its score tells.

    The curve from score to probability is fitted without the request that it is asked about.

    Args:
        board: The candidates.
        score: Of each, higher is better; nan where it failed, which counts as the worst.
        good: Whether each is good.
        seed: Of what is drawn when fitting.

    Returns:
        Shape (candidates,); None where it can't be told: in some part all others are good, or
        none, or score the same.
    """
    known_score = np.where(np.isnan(score), np.nanmin(score, initial=np.inf), score)
    p = np.empty(len(score))
    for known, asked in board.parts():
        if not _differ(good[known]) or not _differ(known_score[known]):
            return None
        scale = scales.fit(known_score[known], board.groups[known])
        sums = scale(known_score)
        fitted = curves.fit(sums[known], good[known], groups=board.groups[known], seed=seed)
        p[asked] = fitted(sums[asked])
    return p


def folds(requests: Sequence[str], *, count: int = FOLDS, seed: int = 0) -> Array:
    """Return in which part each candidate's request is; all parts have about as many requests.

    Which requests are together depends on their names alone, not on the order of a file.
    """
    keyed = {one: hashlib.sha256(f"{seed}:{one}".encode()).digest() for one in requests}
    part = {name: at % count for at, name in enumerate(sorted(keyed, key=keyed.__getitem__))}
    return np.array([part[one] for one in requests], dtype=int)


def partings(requests: Sequence[str], *, seed: int = 0) -> tuple[Array, ...]:
    """Return ways to part the requests: as many as it takes for what is learned to be steady."""
    count = PARTINGS if len(set(requests)) <= FEW else 1
    return tuple(folds(requests, seed=seed + at) for at in range(count))


def _steps(board: Board, known: Array) -> Array:
    """Return scores in units of how far candidates of a request differ, by scales of the *known*.

    What is missing is put where the candidate's other scores would expect it. A measure that is
    the same everywhere, or within every request, makes no difference.
    """
    made = np.zeros(board.scores.shape)
    units = np.zeros(len(board.names))
    for at, column in enumerate(board.scores.T):
        if _differ(column[known][~np.isnan(column[known])]):
            scale = scales.fit(column[known], board.groups[known])
            made[:, at] = scale(column)
            units[at] = 1 / scale.spread if scale.spread else 0.0
    return filled(made, board.groups) * units


def _best(board: Board, known: Array) -> int:
    """Return which measure chooses best among the *known*."""
    _, groups = np.unique(board.groups[known], return_inverse=True)
    worth = grid(board.worth[known], groups)
    gained = [gains(worth, grid(one, groups)).captured.sum() for one in board.scores[known].T]
    return int(np.argmax(gained))


def _differ(values: Array) -> bool:
    return bool(len(values)) and bool((values != values[0]).any())

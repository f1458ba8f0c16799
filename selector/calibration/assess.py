"""How good a selector is, asked of labelled candidates: every way to choose beside every other."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from selector.calibration import people
from selector.calibration.assessment import Asked, Assessment, Lead, Row, Weight
from selector.calibration.best_of_n import curve
from selector.calibration.blends import (
    FEWEST,
    Blends,
    Board,
    blends,
    partings,
    probabilities,
    tells,
)
from selector.calibration.economics import advice
from selector.calibration.efficiency import Gains, accuracy, expected_efficiency, gains
from selector.calibration.labelled import Labelled, Way
from selector.calibration.remarks import remarks, suspects
from selector.calibration.risk import Coverage, coverage
from selector.calibration.sample import Sample
from selector.errors import CalibrationError

Array = npt.NDArray[Any]

LEARNED, EQUAL, RANKS = "learned weights", "equal weights", "mean rank"
PICKED, PERSON, RANDOM = "best measure of the other requests", "one person", "random pick"


def assess(sample: Sample, asked: Asked) -> Assessment:
    """Return how good every way to choose among labelled candidates is.

    Candidates that nobody judged are not asked about. What is learned is judged on requests that
    it was not learned from. The measures by themselves are judged by all labels: the best of them
    owes some of its lead to having been the best of many on just these.

    Args:
        sample: Candidates with what was measured and what people said.
        asked: What is asked.

    Raises:
        CalibrationError: Nobody judged anything, or there is nothing to gain: no two candidates of
            a request are worth differently.
    """
    judged = Labelled.of(sample)
    _check(judged)
    board = _board(judged, asked)
    mixed = _mixed(board, asked)
    ways = [*_ways(judged, board, mixed, asked)]
    rows = [*(_row(judged, way, asked.seed) for way in ways), *_person(judged, asked.seed)]
    at = _subject(ways, rows)
    found = curve(judged.worth, judged.matrix(ways[at].score), seed=asked.seed)
    prices = asked.prices if found else None
    return Assessment(
        subject=rows[at],
        rows=tuple(sorted(rows, key=lambda row: -row.efficiency)),
        requests=len(judged.worth),
        candidates=len(judged.sample),
        judgements=int((~np.isnan(judged.ratings)).sum()),
        raters=len({rater for one in judged.sample.ratings for rater in one}),
        shares_good=_shares_good(judged, asked.good_from),
        curve=found,
        advice=advice(found, price=prices[0], value=prices[1]) if found and prices else None,
        coverage=_coverage(judged, board, ways[at], asked),
        weights=tuple(_weights(board, mixed, rows)) if mixed else (),
        weights_by=mixed.weights.told if mixed else "",
        lead=_lead(judged, ways, asked.seed) if mixed else None,
        suspects=suspects(rows),
        notes=(*remarks(judged.worth, judged.ratings, rows), *sample.left_out),
    )


def _check(judged: Labelled) -> None:
    if not len(judged.sample):
        raise CalibrationError("labels: nobody judged any candidate (got none). Give labels.")
    counts = (~np.isnan(judged.worth)).sum(axis=1)
    if counts.max() == 1:
        raise CalibrationError(
            f"labels: each request has but one candidate that was judged (got {len(counts):,} "
            "requests). A choice takes two: judge more of each request."
        )
    if not judged.gains(Way("", "random", np.zeros(len(judged.sample)))).possible.any():
        raise CalibrationError(
            f"labels: all candidates of a request are worth the same (got {len(counts):,} "
            "requests), so that no choice gains anything. Judge on a finer scale, or other requests."
        )


def _board(judged: Labelled, asked: Asked) -> Board:
    """Return the measures that tell any two candidates apart, higher is better."""
    scores = {name: one for name, one in judged.sample.scores.items() if _tells(one)}
    if not scores and asked.policy is None:
        raise CalibrationError(
            f"scores: all are the same (got {len(judged.sample.scores)} columns), so that nothing "
            "can choose by them. Give measures that tell candidates apart."
        )
    directed = [-scores[name] if name in asked.lower else scores[name] for name in scores]
    parted, *again = partings(judged.sample.requests, seed=asked.seed)
    return Board(
        names=tuple(scores),
        scores=np.column_stack(directed) if directed else np.empty((len(judged.sample), 0)),
        groups=judged.groups,
        worth=judged.sample.worth,
        folds=parted,
        again=tuple(again),
    )


def _tells(column: Array) -> bool:
    known = column[~np.isnan(column)]
    return bool(len(known)) and bool((known != known[0]).any() or len(known) < len(column))


def _mixed(board: Board, asked: Asked) -> Blends | None:
    """Return blends of several measures; None where there are none, or nothing to learn from."""
    enough = len(board.names) > 1 and len(np.unique(board.groups)) >= FEWEST
    return blends(board, seed=asked.seed) if enough and tells(board) else None


def _ways(judged: Labelled, board: Board, mixed: Blends | None, asked: Asked) -> Iterator[Way]:
    if asked.policy is not None:
        name, score = asked.policy
        yield Way(name, "policy", score)
    if mixed is not None:
        yield Way(LEARNED, "blend", mixed.learned)
        yield Way(EQUAL, "blend", mixed.equal)
        yield Way(RANKS, "blend", mixed.ranks)
        yield Way(PICKED, "blend", mixed.best)
    for name, score in zip(board.names, board.scores.T, strict=True):
        yield Way(name, "measure", score, fair=len(board.names) == 1)
    yield Way(RANDOM, "random", np.zeros(len(judged.sample)))


def _subject(ways: Sequence[Way], rows: Sequence[Row]) -> int:
    """Return which way is asked about: the policy, else what is learned, else the best measure."""
    asked = [at for at, way in enumerate(ways) if way.kind == "policy" or way.name == LEARNED]
    measures = [at for at, way in enumerate(ways) if way.kind == "measure"]
    return asked[0] if asked else max(measures, key=lambda at: rows[at].efficiency)


def _row(judged: Labelled, way: Way, seed: int) -> Row:
    score = judged.matrix(way.score)
    found = gains(judged.worth, score)
    efficiency = found.efficiency or 0.0
    crossed = people.crossed(judged.ratings, score, seed=seed)
    upper = crossed.efficiency if crossed else None
    without = people.without_noise(judged.ratings, score)
    pairs = accuracy(judged.worth, score)
    fits = without is not None and upper is not None and efficiency <= without <= upper
    return Row(
        name=way.name,
        kind=way.kind,
        efficiency=efficiency,
        interval=found.interval(seed=seed),
        upper=upper,
        without_noise=without if fits else None,
        too_good=without is not None and without > 1,
        accuracy=pairs,
        by_pairs=None if pairs is None else expected_efficiency(pairs),
        fair=way.fair,
    )


def _person(judged: Labelled, seed: int) -> Iterator[Row]:
    found = people.one_person(judged.ratings)
    if found is not None and found.efficiency is not None:
        yield Row(PERSON, "person", found.efficiency, found.interval(seed=seed))


def _shares_good(judged: Labelled, good_from: float | None) -> tuple[float, float] | None:
    if good_from is None:
        return None
    good = judged.worth >= good_from  # what is not there is not
    return float(good.sum()) / len(judged.sample), float(good.any(axis=1).mean())


def _coverage(judged: Labelled, board: Board, way: Way, asked: Asked) -> Coverage | None:
    """Return what may be delivered unseen, of the pick of each request."""
    if (good_from := asked.good_from) is None:
        return None
    good = judged.sample.worth >= good_from
    p = probabilities(board, way.score, good, seed=asked.seed)
    score = np.nan_to_num(way.score, nan=np.nanmin(way.score)) if p is None else p
    by_request = judged.matrix(way.score)
    known = np.where(np.isnan(by_request), -np.inf, by_request)
    first = (
        known == np.where(np.isnan(judged.worth), -np.inf, known).max(axis=1)[:, None]
    ) & ~np.isnan(judged.worth)
    picks = (
        np.arange(len(by_request)),
        np.where(first, judged.matrix(_lots(judged.sample)), -1.0).argmax(axis=1),
    )
    return coverage(
        judged.matrix(score)[picks],
        judged.matrix(good)[picks] == 1,
        good_from=good_from,
        is_probability=p is not None,
        costs=asked.costs,
    )


def _lots(sample: Sample) -> Array:
    """Return a number by which each candidate wins a tie, whatever the order of the file."""
    named = zip(sample.requests, sample.candidates, strict=True)
    drawn = (hashlib.sha256(repr(one).encode("utf-8", "surrogatepass")).digest() for one in named)
    return np.array([int.from_bytes(one[:6], "big") for one in drawn], dtype=np.float64)


def _weights(board: Board, mixed: Blends, rows: Sequence[Row]) -> list[Weight]:
    alone = {row.name: row.efficiency for row in rows if row.kind == "measure"}
    learned = mixed.weights
    total = float(sum(learned.weights)) or 1.0
    found = [
        Weight(
            name=name,
            share=float(weight) / total,
            interval=interval and (interval[0] / total, interval[1] / total),
            efficiency=alone[name],
        )
        for name, weight, interval in zip(
            board.names, learned.weights, learned.intervals, strict=True
        )
    ]
    return sorted(found, key=lambda one: -one.share)


def _lead(judged: Labelled, ways: Sequence[Way], seed: int) -> Lead:
    by_name = {way.name: judged.gains(way) for way in ways}
    learned, equal = by_name[LEARNED], by_name[EQUAL]
    more = Gains(learned.captured - equal.captured, learned.possible)
    return Lead(EQUAL, more.efficiency or 0.0, more.interval(seed=seed))

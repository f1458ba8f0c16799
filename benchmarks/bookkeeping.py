"""What a cascade takes by itself: bounds, gates, rounds, with measures that answer at once."""

from __future__ import annotations

import cProfile
import pstats
import time
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import fmean

import numpy as np

from benchmarks.answered import UNIT, Answers, Request, candidates, planned, ref, terms
from benchmarks.measuring import Seconds
from selector import cascade
from selector.policy.plan import (
    Constrained,
    Criterion,
    Gate,
    Lexicographic,
    Pareto,
    Plan,
    WeightedSum,
)
from selector.types import Outcomes, Score

KINDS = {"f1": "filter", "d1": "detector", "d2": "detector"}
COSTS = {"f1": 0.001, "d1": 0.02, "d2": 0.05}
SCORERS = {"s1": 0.001, "s2": 0.01, "s3": 0.01, "s4": 0.03, "vlm": 1.0}
GATES = (
    Gate(ref("f1"), reject_below=0.05, accept_above=0.1),
    Gate(ref("d1"), reject_below=0.1, accept_above=0.2),
    Gate(ref("d2"), reject_below=0.1, accept_above=0.2),
)
RHO = 0.5  # how far scores correlate, as in the standard simulation
WARM = 2
HOTTEST = 25


@dataclass(frozen=True)
class Own:
    """What requests took.

    Attributes:
        seconds: Of each request, the cascade's own, the answering left out.
        rounds: Rounds a request.
        calls: Candidates measured a request, by all measures together.
    """

    seconds: Seconds
    rounds: float
    calls: float


def plans() -> dict[str, Plan]:
    """Return a plan of three gates and five scorers for each method."""
    scales = dict.fromkeys(SCORERS, UNIT)
    weights = {name: 0.3 if name == "vlm" else 0.175 for name in SCORERS}
    cheap = {name: weight for name, weight in weights.items() if name != "vlm"}
    steps = tuple(Criterion(ref(name), UNIT, 0.1) for name in SCORERS)
    methods = {
        "weighted sum": WeightedSum(terms(weights, scales)),
        "constrained": Constrained(terms(cheap, scales), (Gate(ref("vlm"), reject_below=0.5),)),
        "lexicographic": Lexicographic(steps),
        "Pareto of two": Pareto(steps[:2], terms(weights, scales)),
    }
    return {
        name: planned(one, COSTS | SCORERS, gates=GATES, kinds=KINDS)
        for name, one in methods.items()
    }


def requests(count: int, number: int) -> Iterator[Request]:
    """Give so many requests of *count* candidates."""
    rng = np.random.default_rng(count)
    for prompt in range(number):
        made = candidates(f"{prompt}-{at:03d}" for at in range(count))
        shared = rng.standard_normal((count, 1))
        own = rng.standard_normal((count, len(SCORERS)))
        scores = _spread(RHO**0.5 * shared + (1 - RHO) ** 0.5 * own)
        columns = np.hstack([rng.random((count, len(COSTS))), scores]).T
        truth = {
            name: {one.id: Score(float(value)) for one, value in zip(made, column, strict=True)}
            for name, column in zip(COSTS | SCORERS, columns, strict=True)
        }
        yield Request(made, truth)


def own(plan: Plan, count: int, repeats: int) -> Own:
    """Return what so many requests took, a few before them not counted."""
    took, rounds, calls = [], [], []
    for one in requests(count, repeats + WARM):
        answers = Answers(one)
        started = time.perf_counter()
        found = cascade.resolve(plan, Outcomes(one.candidates, {}), answers)
        took.append(time.perf_counter() - started - answers.seconds)
        rounds.append(len(found.rounds))
        calls.append(answers.calls.total())
    return Own(Seconds(tuple(took[WARM:])), fmean(rounds[WARM:]), fmean(calls[WARM:]))


def profile(plan: Plan, count: int, repeats: int) -> None:
    """Print where the time goes."""
    every = list(requests(count, repeats))
    with cProfile.Profile() as kept:
        for one in every:
            cascade.resolve(plan, Outcomes(one.candidates, {}), Answers(one))
    pstats.Stats(kept).sort_stats("tottime").print_stats(HOTTEST)


def _spread(scores: np.ndarray) -> np.ndarray:
    from scipy.special import ndtr

    return ndtr(scores)

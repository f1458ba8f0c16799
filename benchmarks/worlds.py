"""Made-up worlds whose risk is known, and what calibration makes of labels from them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special

from selector.calibration import chow, curves, logistic
from selector.policy.grammar import Costs
from selector.statistics import fixed_sequence

Array = npt.NDArray[Any]

LINES = 60  # that are tried
TRAFFIC = 20_000  # unlabelled candidates, whose quantiles the lines are
CONFIDENCE = 0.95
FAULTY, DELIVERED = 0.03, 0.02  # what may be bad, with three detectors, and of winners
COSTS = Costs(false_accept=20, false_reject=2, review=1)


@dataclass(frozen=True)
class World:
    """Scores that tell good from bad: normal in both, apart by what makes this area under the curve.

    Attributes:
        auc: The chance that a good one scores above a bad one.
        bad: The share of bad ones.
    """

    auc: float
    bad: float

    @property
    def apart(self) -> float:
        """How many standard deviations good ones score higher."""
        return float(math.sqrt(2) * special.ndtri(self.auc))

    def drawn(self, rng: np.random.Generator, count: int) -> tuple[Array, Array]:
        """Return scores of so many candidates, and whether each is bad."""
        bad = rng.random(count) < self.bad
        return rng.normal(size=count) + self.apart * ~bad, bad

    def accepted(self, line: Array) -> tuple[Array, Array]:
        """Return what share is accepted from *line* on, and what share of that is bad."""
        good = (1 - self.bad) * special.ndtr(self.apart - line)
        bad = self.bad * special.ndtr(-line)
        return good + bad, bad / (good + bad)

    def log_odds(self, scores: Array) -> Array:
        """Return the true log odds of being good."""
        odds = math.log((1 - self.bad) / self.bad)
        return odds + self.apart * scores - self.apart**2 / 2


@dataclass(frozen=True)
class Case:
    """What is to be promised where, with how many labels."""

    world: World
    risk: float
    labels: int


CASES = (
    Case(World(0.90, 0.15), 0.05, 500),
    Case(World(0.90, 0.15), 0.05, 1000),
    Case(World(0.90, 0.15), 0.05, 2000),
    Case(World(0.90, 0.15), 0.02, 1000),
    Case(World(0.90, 0.15), 0.01, 5000),
    Case(World(0.96, 0.15), 0.02, 1000),
    Case(World(0.96, 0.05), 0.01, 1000),
    Case(World(0.96, 0.05), 0.02, 500),
)
GOALS = {CASES[1]: 0.60, CASES[6]: 0.65}  # of the share that is accepted
Rule = Callable[[Array, Array, float], int | None]


def certified(bads: Array, counts: Array, risk: float) -> int | None:
    """Return the line that is certified."""
    return fixed_sequence(bads, counts, risk=risk, confidence=CONFIDENCE)


def naive(bads: Array, counts: Array, risk: float) -> int | None:
    """Return the laxest line of which few enough are seen to be bad: a rule without a promise."""
    fits = np.flatnonzero((counts > 0) & (bads <= risk * counts))
    return int(fits[-1]) if len(fits) else None


def lines_of(traffic: Array) -> Array:
    """Return lines from strict to lax: quantiles of scores that nobody labelled."""
    return np.quantile(traffic, 1 - np.arange(1, LINES + 1) / LINES)


def chosen(rule: Rule, scores: Array, bad: Array, *, lines: Array, risk: float) -> float:
    """Return the line that a rule takes by these labels; infinite where it takes none."""
    above = scores[:, None] >= lines
    place = rule(above[bad].sum(axis=0), above.sum(axis=0), risk)
    return math.inf if place is None else float(lines[place])


def outcomes(rule: Rule, case: Case, runs: int, seed: int = 0) -> tuple[Array, Array]:
    """Return the share that is accepted in each of many calibrations, and how much of it is bad."""
    rng = np.random.default_rng(seed)
    found = np.empty(runs)
    for run in range(runs):
        lines = lines_of(case.world.drawn(rng, TRAFFIC)[0])
        labelled = case.world.drawn(rng, case.labels)
        found[run] = chosen(rule, *labelled, lines=lines, risk=case.risk)
    share, bad = np.zeros(runs), np.zeros(runs)
    some = np.isfinite(found)
    share[some], bad[some] = case.world.accepted(found[some])
    return share, bad


def costs(labels: int, runs: int, seed: int = 0) -> tuple[float, float, float]:
    """Return what a candidate costs on average by fitted curves, by the truth, by the best line.

    What is fitted is a distorted share: its logit is no straight line of the true log odds.
    """
    world, rng, at = World(0.90, 0.15), np.random.default_rng(seed), chow.lines(20, 2, 1)

    def distorted(log_odds: Array) -> Array:
        return special.expit(0.5 * log_odds + 0.3 * np.tanh(log_odds / 3))

    truth = world.log_odds(world.drawn(rng, 50_000)[0])
    p, spent = special.expit(truth), []
    for _ in range(runs):
        scores, bad = world.drawn(rng, labels)
        curve = curves.fit(distorted(world.log_odds(scores)), ~bad)
        spent.append(chow.mean_cost(curve(distorted(truth)), p, at=at, costs=COSTS))
    single = [
        chow.mean_cost(p, p, at=chow.Lines(line, line), costs=COSTS)
        for line in np.linspace(0.5, 0.995, 100)
    ]
    return float(np.mean(spent)), chow.mean_cost(p, p, at=at, costs=COSTS), min(single)


@dataclass(frozen=True)
class Faults:
    """Candidates with three possible faults, a detector for each: bad is who has any.

    Attributes:
        share: How many have each fault.
        auc: How well each detector tells it.
    """

    share: float = 0.05
    auc: float = 0.93

    def drawn(self, rng: np.random.Generator, count: int) -> tuple[Array, Array]:
        """Return sums that are higher without a fault, and who has which; shape (count, 3)."""
        faulty = rng.random((count, 3)) < self.share
        apart = math.sqrt(2) * special.ndtri(self.auc)
        return special.ndtr(rng.normal(size=(count, 3)) - apart * faulty), faulty


def product(sums: Array, faulty: Array) -> Callable[[Array], Array]:
    """Return how probable it is that none of the faults is there: a curve for each, multiplied."""
    fitted = [curves.fit(sums[:, at], ~faulty[:, at]) for at in range(3)]
    return lambda sums: np.prod([fitted[at](sums[:, at]) for at in range(3)], axis=0)


def straight(sums: Array, faulty: Array) -> Callable[[Array], Array]:
    """Return the odds of being good by a logistic regression on all three: what adds faults up."""
    one = np.ones((len(sums), 1))
    rows = np.hstack([sums, one, -one])
    found = logistic.fit(rows, ~faulty.any(axis=1), penalty=1e-3 * np.eye(5))
    return lambda sums: sums @ found[:3]


def by_faults(
    fit: Callable[[Array, Array], Callable[[Array], Array]], labels: int, runs: int, seed: int = 0
) -> tuple[Array, Array]:
    """Return the share accepted in each of many calibrations, and how much of it is bad.

    A third of the labels makes the order; the line is certified on the rest, at 3 %.
    """
    rng, world = np.random.default_rng(seed), Faults()
    held_out, truth = world.drawn(rng, 100_000)
    share, bad = np.zeros(runs), np.zeros(runs)
    for run in range(runs):
        sums, faulty = world.drawn(rng, labels)
        order = fit(sums[: labels // 3], faulty[: labels // 3])
        lines = lines_of(order(world.drawn(rng, 5000)[0]))
        wrong = faulty[labels // 3 :].any(axis=1)
        line = chosen(certified, order(sums[labels // 3 :]), wrong, lines=lines, risk=FAULTY)
        accepted = order(held_out) >= line
        share[run] = accepted.mean()
        bad[run] = truth[accepted].any(axis=1).mean() if accepted.any() else 0.0
    return share, bad


def by_winners(likes: float, labels: int, runs: int, *, on_winners: bool) -> Array:
    """Return how much of what is delivered is bad, in each of many calibrations at 2 %.

    What is delivered is the candidate of eight, among those from the line on, that a reward holds
    for the best; the reward holds a bad one for *likes* standard deviations better.

    Args:
        likes: How much better.
        labels: How many candidates are labelled, one a request.
        runs: How many calibrations.
        on_winners: Whether the labelled ones are what each line delivers, not any candidates.
    """
    rng, world = np.random.default_rng(0), World(0.96, 0.15)
    lines = lines_of(world.drawn(rng, TRAFFIC)[0])

    def delivered(requests: int) -> tuple[Array, Array]:
        scores, bad = (part.reshape(requests, 8) for part in world.drawn(rng, requests * 8))
        rewards = rng.normal(size=scores.shape) + likes * bad
        kept = np.where(scores[..., None] >= lines, rewards[..., None], -np.inf)
        won = kept.argmax(axis=1)
        return np.isfinite(kept.max(axis=1)), np.take_along_axis(bad, won, axis=1)

    there, bad = delivered(20_000)
    truth = (there & bad).sum(axis=0) / np.maximum(there.sum(axis=0), 1)
    found = np.zeros(runs)
    for run in range(runs):
        if on_winners:
            there, bad = delivered(labels)
        else:
            scores, bad = world.drawn(rng, labels)
            there, bad = scores[:, None] >= lines, np.repeat(bad[:, None], LINES, axis=1)
        place = certified((there & bad).sum(axis=0), there.sum(axis=0), DELIVERED)
        found[run] = 0.0 if place is None else truth[place]
    return found

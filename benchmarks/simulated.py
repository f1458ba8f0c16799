"""The standard simulation of a cascade: five scorers that agree so far, at 1 : 10 : 10 : 30 : 1000."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import fmean
from typing import Any, Literal

import numpy as np

from benchmarks.answered import (
    UNIT,
    Found,
    Request,
    candidates,
    delivered,
    exhaustive,
    planned,
    resolved,
    terms,
)
from selector.policy.plan import Plan, Regret, Scale, WeightedSum
from selector.predicting.fit import fit
from selector.statistics import mean_interval
from selector.types import Decision, Score, Selection

COSTS = {"s1": 0.001, "s2": 0.01, "s3": 0.01, "s4": 0.03, "vlm": 1.0}  # seconds a candidate
DEAR = "vlm"
LOST = 0.01  # what may be lost, of what the best of a prompt has over a random candidate
CLIPPED = Scale(-3.0, 3.0, higher_is_better=True)


@dataclass(frozen=True)
class Setting:
    """One world of prompts, and how they are decided.

    Attributes:
        scores: "ECDF": evenly spread over [0, 1]; "z": standard normal, the scale from -3 to 3.
        weight: What the dear scorer weighs; the others share the rest alike.
        rho: How far any two scores of one prompt's candidates correlate.
        count: Candidates a prompt.
        parallelism: As in a policy.
    """

    scores: Literal["ECDF", "z"]
    weight: float
    rho: float
    count: int
    parallelism: int = 1

    @property
    def scale(self) -> Scale:
        """Where the scores of this world lie."""
        return UNIT if self.scores == "ECDF" else CLIPPED

    @property
    def plan(self) -> Plan:
        """The plan by which its prompts are decided."""
        cheap = (1 - self.weight) / (len(COSTS) - 1)
        weights = {name: self.weight if name == DEAR else cheap for name in COSTS}
        method = WeightedSum(terms(weights, dict.fromkeys(COSTS, self.scale)))
        return replace(planned(method, COSTS), parallelism=self.parallelism)

    def requests(self, prompts: int, seed: int = 0) -> Iterator[Request]:
        """Give so many prompts; the same seed gives the same ones."""
        from scipy.special import ndtr

        rng = np.random.default_rng([seed, self.count, round(100 * self.rho)])
        share = math.sqrt(self.rho), math.sqrt(1 - self.rho)
        for prompt in range(prompts):
            shared = rng.standard_normal((self.count, 1))
            own = rng.standard_normal((self.count, len(COSTS)))
            scores = share[0] * shared + share[1] * own
            yield request(prompt, ndtr(scores) if self.scores == "ECDF" else scores)


@dataclass(frozen=True)
class Saving:
    """What the cascade spared a world's prompts.

    Attributes:
        times: How many times cheaper it was than measuring everything.
        interval: The same, between which two numbers with 95 % confidence.
        dear: Calls of the dear scorer a prompt.
        rounds: Rounds a prompt.
    """

    times: float
    interval: tuple[float, float]
    dear: float
    rounds: float


@dataclass(frozen=True)
class Result:
    """What the exact cascade did with a world's prompts.

    Attributes:
        saving: What it spared.
        differ: Prompts that got another verdict or order than by measuring everything, or another
            winner than the plain maximum of the weighted sums.
    """

    saving: Saving
    differ: int


@dataclass(frozen=True)
class Promise:
    """What the cascade did where a little may be lost.

    Attributes:
        saving: What it spared.
        lost: Of what the best of a prompt has over a random candidate of it, the mean share that
            the delivered one has less.
        interval: The same, between which two numbers with 95 % confidence.
        others: The share of prompts that got another one than the best.
    """

    saving: Saving
    lost: float
    interval: tuple[float, float]
    others: float


def request(prompt: int, scores: np.ndarray[Any, Any]) -> Request:
    """Return a request of scores of shape (candidates, scorers)."""
    made = candidates(f"{prompt}-{number:03d}" for number in range(len(scores)))
    truth = {
        name: {one.id: Score(float(value)) for one, value in zip(made, column, strict=True)}
        for name, column in zip(COSTS, scores.T, strict=True)
    }
    return Request(made, truth)


def run(setting: Setting, prompts: int) -> Result:
    """Return what the cascade makes of a world's prompts, held against measuring everything."""
    plan = setting.plan
    found, differ = [], 0
    for one in setting.requests(prompts):
        lazy, whole = resolved(plan, one), resolved(exhaustive(plan), one)
        found.append(lazy)
        best = max(one.candidates, key=lambda it, of=one: total(plan, of, it.id)).id
        differ += not (lazy.same_as(whole) and delivered(lazy.decision) == [best])
    return Result(_saving(setting, found), differ)


def promised(setting: Setting, prompts: int, learning: int) -> Promise:
    """Return what is saved and lost where a little may be lost, on prompts not learned from.

    Args:
        setting: The world.
        prompts: How many are decided.
        learning: How many others the choice is made by, all of them measured in full.
    """
    plan = replace(setting.plan, regret=Regret(LOST))
    known = ((plan, measured(plan, one)) for one in setting.requests(learning, seed=1))
    plan = replace(plan, prediction=fit(plan, known))
    found, lost, gains = [], [], []
    for one in setting.requests(prompts):
        found.append(resolved(plan, one))
        worth = {it.id: total(plan, one, it.id) for it in one.candidates}
        taken = delivered(found[-1].decision)[0]
        lost.append(max(worth.values()) - worth[taken])
        gains.append(max(worth.values()) - fmean(worth.values()))
    gain = fmean(gains)
    ends = mean_interval([[each / gain] for each in lost])
    return Promise(_saving(setting, found), fmean(lost) / gain, ends, fmean(map(bool, lost)))


def measured(plan: Plan, request: Request) -> Selection:
    """Return a request as the journal keeps one that was measured in full."""
    return Selection(
        request_id=request.candidates[0].id,
        created="2026-01-01T00:00:00.000+00:00",
        prompt="a prompt",
        policy="benchmark@1",
        plan_hash=plan.hash,
        candidates=request.candidates,
        outcomes=request.outcomes,
        decision=Decision((), {}, {}, {}, "empty", needs_person=False),
        audited=True,
    )


def total(plan: Plan, request: Request, candidate: str) -> float:
    """Return the weighted sum of a candidate's scaled scores, in plain arithmetic."""
    return sum(
        term.weight * term.scale(request.truth[term.of.instance][candidate].value)
        for term in plan.terms
    )


def _saving(setting: Setting, found: Sequence[Found]) -> Saving:
    low, high = mean_interval([[each.cost] for each in found])
    everything = setting.count * sum(COSTS.values())
    return Saving(
        times=everything / fmean(each.cost for each in found),
        interval=(everything / high, everything / low),
        dear=fmean(each.calls[DEAR] for each in found),
        rounds=fmean(each.rounds for each in found),
    )

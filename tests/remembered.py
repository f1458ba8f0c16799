"""Made-up requests that a journal remembers, with a known truth and people who judge it."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from selector.decision.decide import decide
from selector.journal import Journal
from selector.labels import Label, Verdict
from selector.planning import plan_of
from selector.policy.plan import Plan
from selector.policy.policy import Policy
from selector.types import Candidate, Decision, Outcomes, Score, Selection

SHARP = "filters.sharpness.sharpest"
BLANK = "filters.blank.structure"
FADED = "detectors.exposure.faded"
HANDS = "detectors.hands.defect"

POLICY = {
    "name": "portrait",
    "version": 3,
    "method": {"weighted_sum": [{"of": BLANK}, {"of": FADED}]},
    "cut": {"of": "quality", "accept_above": "calibrated"},
    "target": {"bad_delivered": 0.05, "confidence": 0.95},
    "cascade": {"mode": "exhaustive"},
}


def policy(**changes) -> Policy:
    """Return a policy that cuts where labels say, with other entries instead."""
    given = POLICY | changes
    return Policy.load({key: value for key, value in given.items() if value is not None})


@dataclass(frozen=True)
class World:
    """Requests whose candidates are good or not, and what measures say of that.

    Attributes:
        policy: What decides them.
        requests: How many there are.
        count: Candidates of each.
        bad: The share of bad ones.
        clear: How far good and bad lie apart on each measure, in standard deviations.
        likes: By output, likewise for one that is of another mind.
        seed: Of chance.
        generator: What made them; None for not saying.
        segments: What requests are about, one after the other.
    """

    policy: Policy
    requests: int = 200
    count: int = 4
    bad: float = 0.15
    clear: float = 1.8
    likes: Mapping[str, float] = field(default_factory=dict)
    seed: int = 0
    generator: str | None = "sdxl-turbo"
    segments: Sequence[str] = ()

    @property
    def plan(self) -> Plan:
        return plan_of(self.policy, None)

    def truth(self) -> dict[tuple[str, str], bool]:
        """Return of each candidate whether it is good."""
        return {(one, name): good for one, row in self._rows() for name, good, _ in row}

    def selections(self, plan: Plan | None = None) -> Iterator[Selection]:
        """Give the requests as *plan* decides them, by default that without a calibration."""
        plan = plan or self.plan
        for at, (request, row) in enumerate(self._rows()):
            table = {name: {key: Score(value) for key, value in scores.items()}
                     for name, _, scores in row}  # fmt: skip
            told = {"generator": self.generator} if self.generator else {}
            told |= {"segment": self.segments[at % len(self.segments)]} if self.segments else {}
            candidates = tuple(_candidate(request, name, told) for name in table)
            yield decided(plan, request, candidates, table)

    def remember(self, journal: Journal, plan: Plan | None = None) -> None:
        """Write the requests down."""
        plan = plan or self.plan
        for one in self.selections(plan):
            journal.append(plan, one)

    def labels(self, which: Callable[[str, str], bool] | None = None, raters: int = 3,
               wrong: float = 0.0) -> list[Label]:  # fmt: skip
        """Return what people say, of all candidates or some; each errs so often."""
        dice = np.random.default_rng([self.seed, 7])
        return [
            Label(request, f"rater {rater}", Verdict(name, good != (dice.random() < wrong)))
            for (request, name), good in self.truth().items()
            if which is None or which(request, name)
            for rater in range(raters)
        ]

    def winners(self) -> set[tuple[str, str]]:
        """Return the best-ranked candidate of each request."""
        return {(one.request_id, one.decision.ranking[0]) for one in self.selections()
                if one.decision.ranking}  # fmt: skip

    def _rows(self):
        dice = np.random.default_rng(self.seed)
        plan = self.plan
        outputs = {f"{name}.{key}": its for name, one in plan.instances.items()
                   for key, its in one.outputs.items()}  # fmt: skip
        for at in range(self.requests):
            good = dice.random(self.count) >= self.bad
            row = []
            for place in range(self.count):
                scores = {}
                for key, its in outputs.items():
                    pull = self.likes.get(key, self.clear)
                    z = dice.standard_normal() + (pull if good[place] else 0.0) - pull / 2
                    share = 1 / (1 + np.exp(-z))
                    up = its.higher_is_better is not False
                    low = its.low or 0.0
                    high = low + 1.0 if its.high is None else its.high
                    scores[key] = float(low + (share if up else 1 - share) * (high - low))
                row.append((f"c{place}", bool(good[place]), scores))
            yield f"r{self.seed}-{at:05}", row


def decided(plan: Plan, request: str, candidates, table) -> Selection:
    """Return a request that *plan* decides, everything being measured."""
    found = decide(plan, Outcomes(candidates, table))
    assert isinstance(found, Decision)
    return Selection(
        request_id=request,
        created="2026-03-01T12:00:00.000+00:00",
        prompt=f"a chair, {request}",
        policy=f"{plan.policy}@{plan.version}",
        plan_hash=plan.hash,
        candidates=candidates,
        outcomes=table,
        decision=found,
    )


def _candidate(request: str, name: str, told) -> Candidate:
    digest = hashlib.sha256(f"{request} {name}".encode()).hexdigest()
    return Candidate(id=name, metadata=told, content_hash=digest, pixel_hash=digest)

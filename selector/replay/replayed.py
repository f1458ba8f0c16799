"""What replay found, ready to be told: rates as intervals, the cost of review, a few examples."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from selector.policy.plan import Plan
from selector.replay.meaning import Difference
from selector.replay.tally import VERDICTS, Tally

PER = 1000  # requests of which costs are told
RATES = {"accept": "accepted", "review": "for review", "reject": "rejected"}
ANSWERS = {
    "complete": "as many accepted as wanted",
    "short": "fewer accepted than wanted",
    "review": "only for review",
    "empty": "nothing",
}


@dataclass(frozen=True, slots=True)
class Range:
    """A number that is only known to lie between two."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Rate:
    """A share before and after.

    Attributes:
        name: Of what.
        of: "candidates" or "requests".
        before: As it was recorded, in [0, 1].
        after: As it would be.
    """

    name: str
    of: str
    before: float
    after: Range


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of a replay besides what it counts.

    Attributes:
        price: What a person's look at one candidate costs, as the policy says; None if it does not.
        meant: Which requests, as it was asked for: "since 7d", "where generator=a".
        against: The older policy that the new one is held against, "portrait@3"; "" if none is.
        differences: What the new one says otherwise.
    """

    price: float | None = None
    meant: tuple[str, ...] = ()
    against: str = ""
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True)
class Replayed:
    """What deciding recorded requests again came to.

    Attributes:
        tally: What was counted.
        plan: What decided; None where each request's own plan did.
        plans: The plans that decided the examples then, by hash.
        told: What else is known of it.
    """

    tally: Tally
    plan: Plan | None = None
    plans: Mapping[str, Plan] = field(default_factory=dict)
    told: Told = Told()

    @property
    def decided(self) -> int:
        """How many requests could be decided again."""
        return self.tally.requests - self.tally.undecided

    @property
    def rates(self) -> tuple[Rate, ...]:
        """Shares of candidates and of requests, before and after."""
        return (*self._verdicts(), *self._answers())

    @property
    def reviews(self) -> Rate:
        """Candidates in review per 1,000 requests, or what looking at them costs."""
        tally, price = self.tally, self.told.price or 1.0
        per = PER * price / tally.requests if tally.requests else 0.0
        low, high = tally.fewest["review"] * per, tally.most["review"] * per
        return Rate("review", "requests", tally.before["review"] * per, Range(low, high))

    @property
    def other_winner(self) -> int:
        """How many decided requests would get another best candidate, or one or none instead."""
        winners = self.tally.winners
        return winners["changed"] + winners["gained"] + winners["lost"]

    @property
    def unmeasured(self) -> tuple[str, ...]:
        """The plan's instances of which nothing was ever recorded here."""
        if self.plan is None or not self.tally.requests:
            return ()
        needed = {ref.instance for ref in self.plan.refs}
        return tuple(
            name
            for name, one in self.plan.instances.items()
            if name in needed and one.fingerprint not in self.tally.seen
        )

    def _verdicts(self) -> Iterator[Rate]:
        tally = self.tally
        every = tally.candidates or 1
        for verdict in VERDICTS:
            after = Range(tally.fewest[verdict] / every, tally.most[verdict] / every)
            yield Rate(RATES[verdict], "candidates", tally.before[verdict] / every, after)

    def _answers(self) -> Iterator[Rate]:
        tally = self.tally
        every = tally.requests or 1
        waits = tally.undecided
        counts = [("needs a person", tally.person, tally.persons)]
        for answer, words in ANSWERS.items():
            counts.append((words, tally.answers[answer], tally.answered[answer]))  # type: ignore[index]
        for words, before, after in counts:
            yield Rate(
                words, "requests", before / every, Range(after / every, (after + waits) / every)
            )

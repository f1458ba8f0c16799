"""One request while it is decided: everything known of each candidate, and what comes next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from selector.decision.certified import for_request
from selector.decision.known import Known, firsts_and_copies
from selector.decision.prediction import cap, predicted
from selector.decision.standing import Reading
from selector.policy.order import order
from selector.policy.plan import Plan
from selector.types import KINDS, Ask, Outcomes, Reason

Asks = tuple[Ask, ...]


class Contest:
    """What is known of a request, read through a plan; it learns as measuring goes on.

    At any moment it is equal to a new one of the same outcomes: it only keeps what it has judged.

    Attributes:
        plan: What is decided by, with the lines of the request's segment.
        uncertified: Why nothing is certified of it; "" if it is, or the plan promises nothing.
        known: The outcomes.
        rows: How each candidate stands that can be read and is no copy, by id.
        unread: Why each of the others is refused that is no copy.
        copies: Each copy's id with whom it equals.
    """

    def __init__(self, plan: Plan, outcomes: Outcomes, stages: Sequence[str] | None = None) -> None:
        """Read what is known.

        Args:
            plan: What to decide by.
            outcomes: The candidates, what is known of them, and what the request expects.
            stages: The instances in the order of measuring; by declared costs if None.
        """
        plan, self.uncertified = for_request(plan, outcomes.candidates)
        self.plan = plan
        firsts, self.copies = firsts_and_copies(outcomes.candidates)
        self.known = Known(plan, outcomes, firsts)
        self.reading = Reading.of(plan, order(plan) if stages is None else stages)
        self.unread = {
            name: (Reason("refused", "image", note=one.error),)
            for name, one in firsts.items()
            if one.error is not None
        }
        readable = (name for name in firsts if name not in self.unread)
        self.rows = {name: self.reading.row(self.known, name) for name in readable}
        self._sets = [one for one in plan.instances.values() if one.scope == "set"]
        self._settle()

    def learn(self, instance: str, candidates: Iterable[str]) -> None:
        """Take in what *instance* has measured of *candidates*."""
        if instance in self.reading.refs:
            for one in candidates:
                self.reading.learn(self.rows[one], self.known, one, instance)
            self._settle()

    def key(self, candidate: str) -> tuple[float, str]:
        """Return what sorts candidates: the best that they can be first, ties by content hash."""
        return -self.credit(candidate), self.rows[candidate].hash

    def credit(self, candidate: str) -> float:
        """Return the quality by which a candidate races: its own, or the most that it can be.

        Where a plan predicts what a dear measure will say, it is no more than that lets hope for.
        """
        row, prediction = self.rows[candidate], self.plan.prediction
        if prediction is None:
            return row.quality
        lacking = [stage for stage in row.waits if stage in self.reading.terms]
        if lacking != [prediction.instance]:
            return row.quality
        return min(row.quality, cap(prediction, self.plan.terms, row.shares))

    def expected(self, candidate: str) -> float:
        """Return the quality that it has, or is expected to have as far as there is a prediction."""
        row, prediction = self.rows[candidate], self.plan.prediction
        if prediction is None or self.is_whole(candidate):
            return row.quality
        return min(row.quality, predicted(prediction, self.plan.terms, row.shares))

    def ask(self, instance: str, candidates: Sequence[str], at_most: float | None = None) -> Ask:
        """Return the ask for *instance* on candidates; of a set, on all of the set.

        What would settle the set comes first.
        """
        its = self.plan.instances[instance]
        if its.scope == "candidate":
            return Ask(instance, tuple(candidates), at_most)
        if its.kind in self.known.members:
            return Ask(instance, self.known.members[its.kind])
        before = KINDS[: KINDS.index(its.kind)]
        early = [name for name in self.reading.gates if self.plan.instances[name].kind in before]
        unsure = [
            one
            for one, row in self.rows.items()
            if self.reading.refused_before(row, its.kind) is None
        ]
        return self.next_of(unsure, early)[0]

    def next_of(self, candidates: Iterable[str], among: Iterable[str] | None = None) -> Asks:
        """Return the next stage of each that waits for one, those of the same stage together."""
        grouped: dict[str, list[str]] = {}
        for one in candidates:
            if stage := self.next_stage(one, among):
                grouped.setdefault(stage, []).append(one)
        first = sorted(grouped, key=self.reading.stages.index)
        return tuple(self.ask(stage, grouped[stage]) for stage in first)

    def next_stage(self, candidate: str, among: Iterable[str] | None = None) -> str | None:
        """Return the next stage that a candidate waits for, of those *among* which it matters."""
        for stage in self.rows[candidate].waits:
            if among is None or stage in among:
                return stage
        return None

    def is_whole(self, candidate: str) -> bool:
        """Return whether its quality is measured, and no bound."""
        return not any(stage in self.reading.terms for stage in self.rows[candidate].waits)

    def _settle(self) -> None:
        """Settle the sets of each kind as soon as the gates of earlier kinds are known for all."""
        for kind in KINDS:
            of_kind = [one.name for one in self._sets if one.kind == kind]
            if not of_kind or kind in self.known.members:
                continue
            refused = {
                one: self.reading.refused_before(row, kind) for one, row in self.rows.items()
            }
            if None in refused.values():
                return
            self.known.settle(kind, (one for one, gone in refused.items() if not gone))
            for name in of_kind:  # its outcomes may be there already, and count from now on
                if name in self.reading.refs:
                    for one, row in self.rows.items():
                        self.reading.learn(row, self.known, one, name)

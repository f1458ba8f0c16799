"""Rank by the most important criterion; what it can't tell apart, by the next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from selector.decision.composite import failure, raw
from selector.decision.contest import Asks, Contest
from selector.policy.plan import Criterion
from selector.types import Reason

Values = Mapping[str, float]


@dataclass
class Order:
    """A lexicographic order that asks each criterion only of those whom it can still tell apart.

    The first is asked of all who stand. A later one counts only where it was asked, while more
    than one was left: only there does its failure make a candidate doubtful, or refuse it.

    Attributes:
        contest: Who is ranked.
        criteria: The most important one first.
        failed: Whose criteria failed that were asked, and why.
        refused: Those among them whom that refuses.
    """

    contest: Contest
    criteria: Sequence[Criterion]
    failed: dict[str, tuple[Reason, ...]] = field(default_factory=dict)
    refused: dict[str, tuple[Reason, ...]] = field(default_factory=dict)

    def best(self, left: Sequence[str]) -> str | Asks | None:
        """Return the winner among *left*, None if nobody stands, or what must be measured first."""
        while group := [one for one in left if one not in self.refused]:
            before = len(self.refused)
            found = self._best(group)
            if len(self.refused) == before:
                return found
        return None

    def rest(self, left: Sequence[str]) -> tuple[str, ...]:
        """Return the others in order; what was not measured counts at its best."""
        values = [self._values(part, left) for part in self.criteria]
        order: list[str] = []
        group = [one for one in left if one not in self.refused]
        while group:
            winners: Sequence[str] = group
            for part, of in zip(self.criteria, values, strict=True):
                winners = _near_best(part, of, winners)
            order.append(min(winners, key=self.contest.known.content_hash))
            group.remove(order[-1])
        return tuple(order)

    def _best(self, left: Sequence[str]) -> str | Asks:
        first, *others = self.criteria
        gates = self.contest.reading.gates
        if asks := self._consulted(first, left):
            return asks
        values = self._values(first, left)
        group = _near_best(first, values, left)
        # Its line stands as soon as one of those who draw it stands, whoever else is refused.
        ahead = _near_best(first, values, left, eps=0.0)
        if all(self.contest.next_stage(one, gates) for one in ahead):
            return self.contest.next_of(
                sorted(ahead, key=self.contest.known.content_hash)[:1], gates
            )
        if len(group) > 1 and (asks := self.contest.next_of(group, gates)):
            return asks
        for part in others:
            if len(group) == 1:
                break
            if asks := self._consulted(part, group):
                return asks
            group = _near_best(part, self._values(part, group), group)
        return min(group, key=self.contest.known.content_hash)

    def _consulted(self, part: Criterion, group: Sequence[str]) -> Asks:
        """Return what must be measured before *part* is known of all; note whose failed."""
        contest, instance = self.contest, part.of.instance
        before = contest.reading.stages[: contest.reading.stages.index(instance)]
        asked = {instance, *(name for name in before if name in contest.reading.gates)}
        waiting = [one for one in group if contest.known.missing(one, part.of)]
        if waiting:
            return contest.next_of(waiting, asked)
        for one in group:
            reason = failure(part, contest.known.of(one, part.of))
            if reason:
                self.failed[one] = tuple(dict.fromkeys((*self.failed.get(one, ()), reason)))
                if part.on_failure == "reject":
                    self.refused[one] = self.failed[one]
        return ()

    def _values(self, part: Criterion, group: Sequence[str]) -> Values:
        known = self.contest.known
        return {one: raw(part, known.of(one, part.of)) for one in group}


def _near_best(
    part: Criterion, values: Values, group: Sequence[str], eps: float | None = None
) -> Sequence[str]:
    """Return those of *group* whose value is within *eps*, the part's own if None, of its best."""
    if len(group) == 1:
        return group
    within = part.eps if eps is None else eps
    if part.scale.higher_is_better:
        line = max(values[one] for one in group) - within
        return [one for one in group if values[one] >= line]
    line = min(values[one] for one in group) + within
    return [one for one in group if values[one] <= line]

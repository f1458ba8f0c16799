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
            if found := self._best(group):
                return found
        return None

    def rest(self, left: Sequence[str]) -> tuple[str, ...]:
        """Return the others in order; what was not measured counts at its best."""
        values = [self._values(part, left) for part in self.criteria]
        order: list[str] = []
        group = [one for one in left if one not in self.refused]
        while group:
            winners = group
            for part, of in zip(self.criteria, values, strict=True):
                winners = _near_best(part, of, winners)
            order.append(min(winners, key=self.contest.known.content_hash))
            group.remove(order[-1])
        return tuple(order)

    def _best(self, left: Sequence[str]) -> str | Asks | None:
        """Return the winner or what to measure; None if that refused somebody, and all is anew."""
        first, *others = self.criteria
        group = self._ahead(first, left)
        for part in others:
            if not isinstance(group, list) or len(group) == 1:
                break
            group = self._asks(part, group) or self._narrowed(part, group)
        if not isinstance(group, list):
            return group
        return min(group, key=self.contest.known.content_hash)

    def _ahead(self, first: Criterion, left: Sequence[str]) -> list[str] | Asks | None:
        """Return whom the first criterion leaves: all who may yet be refused have stood the gates.

        Its line stands as soon as one of those who draw it stands, whoever else is refused.
        """
        gates, by_hash = self.contest.reading.gates, self.contest.known.content_hash
        if asks := self._asks(first, left):
            return asks
        group = self._narrowed(first, left)
        if group is None:
            return None
        values = self._values(first, left)
        drawing = _near_best(first, values, left, eps=0.0)
        if all(self.contest.next_stage(one, gates) for one in drawing):
            sign = -1 if first.scale.higher_is_better else 1
            order = sorted(left, key=lambda one: (sign * values[one], by_hash(one)))
            # One of those who draw it must stand; should they not, the next best draw it.
            return tuple(ask for one in order for ask in self.contest.next_of([one], gates))
        return (len(group) > 1 and self.contest.next_of(group, gates)) or group

    def _narrowed(self, part: Criterion, group: Sequence[str]) -> list[str] | None:
        """Return whom *part* leaves; None if it refuses somebody who failed."""
        if self._refuses(part, group):
            return None
        return _near_best(part, self._values(part, group), group)

    def _asks(self, part: Criterion, group: Sequence[str]) -> Asks:
        """Return what must be measured before *part* is known of all of *group*."""
        contest, instance = self.contest, part.of.instance
        before = contest.reading.stages[: contest.reading.stages.index(instance)]
        stages = {instance, *(name for name in before if name in contest.reading.gates)}
        waiting = [one for one in group if contest.known.missing(one, part.of)]
        return contest.next_of(waiting, stages)

    def _refuses(self, part: Criterion, group: Sequence[str]) -> bool:
        """Note of whom in *group* the *part* failed; return whether that refuses anybody."""
        before = len(self.refused)
        for one in group:
            reason = failure(part, self.contest.known.of(one, part.of))
            if reason:
                self.failed[one] = tuple(dict.fromkeys((*self.failed.get(one, ()), reason)))
                if part.on_failure == "reject":
                    self.refused[one] = self.failed[one]
        return len(self.refused) > before

    def _values(self, part: Criterion, group: Sequence[str]) -> Values:
        known = self.contest.known
        return {one: raw(part, known.of(one, part.of)) for one in group}


def _near_best(
    part: Criterion, values: Values, group: Sequence[str], eps: float | None = None
) -> list[str]:
    """Return those of *group* whose value is within *eps*, the part's own if None, of its best."""
    within = part.eps if eps is None else eps
    if part.scale.higher_is_better:
        line = max(values[one] for one in group) - within
        return [one for one in group if values[one] >= line]
    line = min(values[one] for one in group) + within
    return [one for one in group if values[one] <= line]

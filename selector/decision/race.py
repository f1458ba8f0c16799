"""Who is next in rank, and by which method; or what must be measured before that is known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from selector.decision import lexicographic, pareto
from selector.decision.contest import Asks, Contest
from selector.policy.plan import Lexicographic, Pareto
from selector.types import Reason


@dataclass(frozen=True, slots=True)
class Next:
    """Who comes next if nothing speaks against it that is still unknown.

    Attributes:
        one: The candidate.
        rivals: It and all others who could take its place, best first.
    """

    one: str
    rivals: Iterable[str]


@dataclass
class Race:
    """The ranking of one request, one place after the other.

    Attributes:
        contest: Who is ranked.
        failed: Whose failures count only since the ranking asked for what failed.
        refused: Those whom that refuses.
    """

    contest: Contest
    _order: lexicographic.Order | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        method = self.contest.plan.method
        if isinstance(method, Lexicographic):
            self._order = lexicographic.Order(self.contest, method.criteria)

    @property
    def failed(self) -> dict[str, tuple[Reason, ...]]:
        """Whose outcomes failed that the ranking came to ask for."""
        return self._order.failed if self._order else {}

    @property
    def refused(self) -> dict[str, tuple[Reason, ...]]:
        """Those among them whom that refuses."""
        return self._order.refused if self._order else {}

    def places(self, left: Iterable[str]) -> Iterator[Next | Asks]:
        """Give who comes next among *left*, again and again; asks where that is not known yet."""
        group = list(left)
        if self._order:
            return self._lexicographic(self._order, group)
        if isinstance(self.contest.plan.method, Pareto):
            return self._pareto(self.contest.plan.method, group)
        return self._weighted(group)

    def rest(self, left: Iterable[str]) -> tuple[str, ...]:
        """Return *left* in order, as far as they are measured."""
        group = list(left)
        if self._order:
            return self._order.rest(group)
        if isinstance(self.contest.plan.method, Pareto):
            return pareto.rest(self.contest, self.contest.plan.method.objectives, group)
        return tuple(sorted(group, key=self.contest.key))

    def _weighted(self, left: list[str]) -> Iterator[Next | Asks]:
        order = sorted(left, key=self.contest.key)
        for at, one in enumerate(order):
            yield Next(one, islice(order, at, None))

    def _lexicographic(self, order: lexicographic.Order, left: list[str]) -> Iterator[Next | Asks]:
        while isinstance(found := order.best(left), str):
            yield Next(found, (found,))
            left.remove(found)
        if found:
            yield found

    def _pareto(self, method: Pareto, left: list[str]) -> Iterator[Next | Asks]:
        while isinstance(found := pareto.front(self.contest, method.objectives, left), list):
            if not found:
                return
            front = sorted(found, key=self.contest.key)
            yield Next(front[0], front)
            left.remove(front[0])
        yield found

"""Which calls a request makes necessary, from its known truth: the closed form of the cascade.

A candidate is shown to a stage if no earlier stage dropped it, and if the best that it could be
before that stage is not behind the last one that the walk took (Chang and Hwang, "Minimal
Probing", SIGMOD 2002).
"""

from dataclasses import dataclass

from second import Second
from selector.policy.order import order
from worlds import World

LAST = (2.0, "")  # behind everybody


@dataclass
class Form:
    """The closed form of one request that is ranked by a weighted sum."""

    world: World

    def __post_init__(self) -> None:
        self.plan, self.second = self.world.plan, Second(self.world)
        self.second.decide()
        unread = {one.id for one in self.world.candidates if one.error}
        self.ids = [name for name in self.second.doubts if name not in unread]
        asked = {of.instance for of in self.plan.refs} - {"near"}
        self.stages = [name for name in order(self.plan, self.world.rates) if name in asked]

    def calls(self) -> set[tuple[str, str]]:
        """Return each pair of instance and candidate that has to be measured."""
        taken = [name for name, verdict in self.second.walked.items() if verdict != "reject"]
        last = self.key(taken[-1]) if self.second.enough else LAST
        found = self.until(last, self.stages, self.dropped)
        if self.plan.distinct and self.second.accepted and self.plan.deliver != 1:
            first = self.key(self.second.accepted[0])
            if any(self.comes_after(name, first) for name in self.ids):
                found |= {("near", name) for name in self.ids}
        if not taken and self.plan.on_empty == "review":
            found |= self.promotion()
        return found

    def promotion(self) -> set[tuple[str, str]]:
        """Return what is measured to know who is the best that was not refused for good."""
        gates, strict = self.plan.gates, [g for g in self.plan.constraints if rejects(g)]
        asked = {part.on.instance for part in (*gates, *strict)}
        asked |= {part.of.instance for part in self.plan.parts}
        best = [name for name, why in self.second.why.items() if "promoted" in why]
        last = self.key(best[0]) if best else LAST
        return self.until(last, [one for one in self.stages if one in asked], self.lost)

    def until(self, last, stages, dropped) -> set[tuple[str, str]]:
        return {
            (stage, name)
            for name in self.ids
            for at, stage in enumerate(stages)
            if not dropped(name, stages[:at]) and self.key(name, stages[:at]) <= last
        }

    def key(self, name, known=None) -> tuple[float, str]:
        """Return what ranks a candidate, the best that it can be, while only *known* is known."""
        known = self.stages if known is None else known
        return -self.second.at_most(name, frozenset(known)), self.second.hashes[name]

    def refused(self, name, known) -> bool:
        """Return whether it does not stand: gates, or parts of the ranking whose failure refuses."""
        return any(
            "refused" in self.second.before(gate, name) for gate in on(self.plan.gates, known)
        ) or any(
            rejects(part) and self.second.failed(part, name)
            for part in self.plan.parts
            if part.of.instance in known
        )

    def lost(self, name, known) -> bool:
        """Return whether it is refused for good, by failed constraints too."""
        bounds = on(self.plan.constraints, known)
        failed = [self.second.before(one, name) == "failed and refused" for one in bounds]
        return self.refused(name, known) or any(failed)

    def out(self, name, known) -> bool:
        """Return whether a constraint or the cut rejects it, whatever else is measured."""
        low = self.plan.cut.reject_below if self.plan.cut else None
        bounds = on(self.plan.constraints, known)
        return any("refused" in self.second.before(one, name) for one in bounds) or (
            low is not None and self.second.value(name, frozenset(known), "best") < low
        )

    def dropped(self, name, known) -> bool:
        """Return whether it is rejected as soon as *known* is known, as a duplicate also."""
        if self.refused(name, known) or self.out(name, known):
            return True
        ahead = [one for one in self.second.accepted if self.key(one) < self.key(name, known)]
        within = self.plan.distinct.within if self.plan.distinct else -1
        return any(within >= 0 and self.second.distance(name, one) <= within for one in ahead)

    def comes_after(self, name, first) -> bool:
        """Return whether it comes up, dropped or not, after the *first* one was accepted."""
        for at in range(len(self.stages) + 1):
            known = self.stages[:at]
            if self.refused(name, known):
                return False
            if self.key(name, known) > first:
                return True
            if self.out(name, known):
                return False
        return False


def on(gates, known):
    return [gate for gate in gates if gate.on.instance in known]


def rejects(part) -> bool:
    return part.on_failure == "reject"

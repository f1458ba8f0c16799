"""A second decider, written from the text of the verdicts' rules alone.

Slow and plain: it knows everything from the start, and takes each rule as it reads.
"""

import math
from dataclasses import replace
from itertools import pairwise

from selector.policy import plan as p
from selector.types import KINDS, Ask, Failure, NotApplicable, Score
from worlds import World


class Second:
    """One request decided rule by rule; what it finds is compared with `decide`."""

    def __init__(self, world: World) -> None:
        self.world, self.plan = world, world.plan
        self.uncertified = bool(self.plan.uncertified)
        if self.plan.certified:
            self.certificate(self.plan.certified)
        self.why: dict[str, set[str]] = {}
        self.verdicts: dict[str, str] = {}
        self.doubts: dict[str, set[str]] = {}
        self.sets: dict[str, list[str]] = {}
        self.table = {name: dict(row) for name, row in world.truth.items()}
        self.hashes = {one.id: one.content_hash for one in world.candidates}
        self.advice = None
        self.order: list[str] = []
        self.walked: dict[str, str] = {}  # the verdicts of those whom the walk came to
        self.accepted: list[str] = []
        self.asked: set[tuple[str, str]] = set()  # which criteria were asked of whom
        self.enough = False  # whether the walk ended before it came to everybody

    def certificate(self, certified: p.Certified) -> None:
        """Find whether what is certified is certified for this request, and move its lines."""
        named = [one.metadata for one in self.world.candidates]
        segments = {one.get("segment") for one in named}
        made_by = {one.get("generator") for one in named}
        segment = segments.pop() if len(segments) == 1 else None
        lines = certified.segments.get(segment, ())
        waits = [one for one in self.plan.uncertified if one != "cut.accept_above" or not lines]
        self.uncertified = bool(
            waits
            or not certified.fewest <= len(named) <= certified.most
            or (
                certified.generators
                and not (len(made_by) == 1 and made_by <= {*certified.generators})
            )
            or segment in certified.open
        )
        gates = list(self.plan.gates)
        bounds = list(self.plan.constraints)
        for line in lines:
            for at in line.places:
                of, place = (gates, at) if at < len(gates) else (bounds, at - len(gates))
                of[place] = replace(of[place], **{line.line: line.value})
            if line.on == "cut" and self.plan.cut:
                self.plan = replace(self.plan, cut=replace(self.plan.cut, accept_above=line.value))
        method = self.plan.method
        if bounds:
            method = replace(method, constraints=tuple(bounds))
        self.plan = replace(self.plan, gates=tuple(gates), method=method)

    def decide(self) -> None:
        refused = self.copies_and_standing()
        left = [name for name in self.doubts if name not in refused]
        self.refused = refused
        self.left = left
        if not isinstance(self.plan.method, p.Lexicographic):
            self.left = left = self.without_failed(left, self.parts(), refused)
        first_front = self.front(left) if isinstance(self.plan.method, p.Pareto) else []
        self.judge(first_front)
        for name, reasons in refused.items():
            self.verdicts[name], self.why[name] = "reject", reasons

    def copies_and_standing(self) -> dict[str, set[str]]:
        refused = self.copies_and_unreadable()
        for kind in KINDS:
            members = [name for name in self.doubts if name not in refused]
            self.sets[kind] = sorted(members, key=self.hashes.__getitem__)
            for its in self.plan.instances.values():
                if (its.kind, its.scope) == (kind, "set"):
                    found = self.world.measure(Ask(its.name, tuple(self.sets[kind])), {})
                    for name, outcome in zip(self.sets[kind], found, strict=True):
                        self.table[name][f"{its.name}.nearest"] = outcome["nearest"]
            for gate in self.plan.gates:
                if self.plan.instances[gate.on.instance].kind == kind:
                    for name in members:
                        self.gate(gate, name, refused)
        self.faults(refused)
        return refused

    def faults(self, refused) -> None:
        """Doubt whoever's outputs failed that the cut needs."""
        for term in self.plan.probability.terms if self.plan.probability else ():
            for name, doubts in self.doubts.items():
                if name not in refused and isinstance(self.table[name][term.of.key], Failure):
                    doubts.add("failure")

    def copies_and_unreadable(self) -> dict[str, set[str]]:
        refused: dict[str, set[str]] = {}
        for one in sorted(self.world.candidates, key=lambda each: each.id):
            if one.content_hash in [self.hashes[name] for name in self.doubts]:
                refused[one.id] = {"copy"}
                continue
            self.doubts[one.id] = set()
            if one.error:
                refused[one.id] = {"refused"}
        return refused

    def gate(self, gate, name, refused) -> None:
        found = self.before(gate, name)
        if found in ("refused", "failed and refused"):
            refused.setdefault(name, set()).add(found.split()[0].replace("failed", "failure"))
        elif found:
            self.doubts[name].add(found)

    def before(self, gate: p.Gate, name: str) -> str:
        """Say how a candidate stands: "", "band", "failure", "refused", "failed and refused"."""
        outcome = self.table[name][gate.on.key]
        if isinstance(outcome, Failure):
            return "failed and refused" if gate.on_failure == "reject" else "failure"
        if isinstance(outcome, NotApplicable):
            return {"pass": "", "review": "band", "reject": "refused"}[gate.if_absent]
        value, expect = outcome.value, self.world.expect
        given_ = {
            key: expect.get(bound) if isinstance(bound, str) else bound
            for key, bound in (("equals", gate.equals), ("at_least", gate.at_least))
        }
        if (
            (gate.reject_above is not None and value > gate.reject_above)
            or (gate.reject_below is not None and value < gate.reject_below)
            or (given_["equals"] is not None and value != given_["equals"])
            or (given_["at_least"] is not None and value < given_["at_least"])
        ):
            return "refused"
        unset = any(
            isinstance(bound, str) and bound not in expect for bound in (gate.equals, gate.at_least)
        )
        met = (gate.accept_below is None or value <= gate.accept_below) and (
            gate.accept_above is None or value >= gate.accept_above
        )
        return "" if met and not unset else "band"

    def parts(self) -> list:
        match self.plan.method:
            case p.WeightedSum(terms=parts) | p.Constrained(objective=parts):
                return list(parts)
            case p.Lexicographic(criteria=parts):
                return list(parts)
            case p.Pareto(objectives=axes, pick=parts):
                return [*axes, *parts]

    def failed(self, part, name) -> bool:
        outcome = self.table[name][part.of.key]
        absent = isinstance(outcome, NotApplicable)
        return isinstance(outcome, Failure) or (absent and part.if_absent is None)

    def without_failed(self, left, parts, refused) -> list[str]:
        for name in left:
            for part in parts:
                if self.failed(part, name):
                    if part.on_failure == "reject":
                        refused.setdefault(name, set()).add("failure")
                    else:
                        self.doubts[name].add("failure")
        return [name for name in left if name not in refused]

    def share(self, part, name, end="worst") -> float:
        """Place an outcome on its scale: 1 is best, the failed at the *end* that is asked for."""
        if self.failed(part, name):
            return 0.0 if end == "worst" else 1.0
        low, high = part.scale.low, part.scale.high
        value = min(max(self.number(part, name), low), high)
        if part.scale.knots:
            return straight(part.scale.knots, value)
        return (value - low if part.scale.higher_is_better else high - value) / (high - low)

    def number(self, part, name) -> float:
        """Return an outcome as a number; the failed are at the worst end of the scale."""
        outcome = self.table[name][part.of.key]
        if self.failed(part, name):
            return part.scale.low if part.scale.higher_is_better else part.scale.high
        return outcome.value if isinstance(outcome, Score) else part.if_absent

    def upward(self, part, name) -> float:
        """Return the number, clipped, its sign turned so that higher is better."""
        value = min(max(self.number(part, name), part.scale.low), part.scale.high)
        return value if part.scale.higher_is_better else -value

    def on_axis(self, part, name) -> float:
        """Return the number, beyond the scale too, its sign turned so that higher is better."""
        value = self.number(part, name)
        return value if part.scale.higher_is_better else -value

    def quality(self, name, end="worst") -> float:
        return self.at_most(name, frozenset(self.plan.instances), end)

    def at_most(self, name, known, end="worst") -> float:
        """Return what the quality can be at most while no more than *known* has measured it."""
        terms = self.plan.terms
        total = math.fsum(
            term.weight * (self.share(term, name, end) if term.of.instance in known else 1.0)
            for term in terms
        )
        return total / math.fsum(term.weight for term in terms)

    def probability(self, name, known=None, end="worst") -> float:
        """Return how probable it is that it is good, at most while only *known* is known."""
        found = 1.0
        for factor in self.plan.probability.factors:
            whole = math.fsum(
                term.weight * self.likely(term, name, known, end) for term in factor.terms
            )
            found *= straight(factor.curve, whole / math.fsum(one.weight for one in factor.terms))
        return found

    def likely(self, term, name, known, end) -> float:
        outcome = self.table[name][term.of.key]
        nothing = isinstance(outcome, NotApplicable) and term.if_absent is None
        if nothing or (known is not None and term.of.instance not in known):
            return 1.0
        return self.share(term, name, end)

    def front(self, left) -> list[str]:
        axes = self.plan.method.objectives
        vectors = {name: [self.on_axis(axis, name) for axis in axes] for name in left}
        return [
            name
            for name in left
            if not any(
                other != mine and all(a >= b for a, b in zip(other, mine, strict=True))
                for mine in [vectors[name]]
                for other in vectors.values()
            )
        ]

    def places(self):
        """Give one winner after the other, and leave the others in `left`."""
        while self.left:
            one = self.consulted() if isinstance(self.plan.method, p.Lexicographic) else ""
            if not self.left:
                return
            self.order.append(one or self.winner(self.left))
            self.left.remove(self.order[-1])
            yield self.order[-1]

    def consulted(self) -> str:
        """Let criteria that are asked, and only these, make doubtful or refuse; then the winner."""
        group = list(self.left)
        for at, part in enumerate(self.plan.method.criteria):
            if at and len(group) == 1:
                break
            before = len(self.refused)
            self.asked |= {(part.of.instance, name) for name in group}
            self.without_failed(group, [part], self.refused)
            if len(self.refused) > before:
                self.left = [name for name in self.left if name not in self.refused]
                return self.consulted() if self.left else ""
            group = self.best_of(part, group)
        return min(group, key=self.hashes.__getitem__)

    def best_of(self, part, group) -> list[str]:
        best = max(self.upward(part, name) for name in group)
        return [name for name in group if self.upward(part, name) >= best - part.eps]

    def winner(self, left) -> str:
        method, group = self.plan.method, list(left)
        if isinstance(method, p.Lexicographic):
            for part in method.criteria:
                group = self.best_of(part, group)
            return min(group, key=self.hashes.__getitem__)
        if isinstance(method, p.Pareto):
            group = self.front(left)
        rank = self.quality if self.plan.terms else lambda _: 0
        return min(group, key=lambda name: (-rank(name), self.hashes[name]))

    def judge(self, first_front) -> None:
        accepted: list[str] = []
        if isinstance(self.plan.method, p.Pareto) and not self.plan.method.pick:
            for name in first_front:
                self.verdicts[name], self.why[name] = "review", {"front"} | self.doubts[name]
        else:
            accepted = self.walk()
        while self.left:
            self.order.append(self.winner(self.left))
            self.left.remove(self.order[-1])
        if self.uncertified and self.plan.if_uncertified == "review":
            for name in accepted:
                self.verdicts[name], self.why[name] = "review", {"uncertified"}
        if not {"accept", "review"} & set(self.verdicts.values()):
            self.on_empty()
        for name in self.order:
            if name not in self.verdicts:
                self.verdicts[name], self.why[name] = "reject", {"outranked"} | self.doubts[name]

    def walk(self) -> list[str]:
        accepted = self.accepted
        places = self.places()
        while True:
            reviews = list(self.verdicts.values()).count("review")
            if len(accepted) == self.plan.deliver or reviews == self.plan.review_at_most:
                self.enough = True
                break
            if (name := next(places, None)) is None:
                break
            near = [self.distance(name, other) for other in accepted] if self.plan.distinct else []
            if any(far <= self.plan.distinct.within for far in near):
                self.verdicts[name], self.why[name] = "reject", {"duplicate"}
                continue
            hard, soft = self.bounds(name)
            self.verdicts[name] = "reject" if hard else "review" if soft else "accept"
            self.why[name] = hard or soft
            if not hard and not soft:
                accepted.append(name)
        self.walked = dict(self.verdicts)
        return accepted

    def distance(self, name, other) -> float:
        members = self.sets[self.plan.instances["near"].kind]
        return self.table[name]["near.nearest"].evidence["distances"][members.index(other)]

    def bounds(self, name) -> tuple[set[str], set[str]]:
        hard, soft = set(), set(self.doubts[name])
        for gate in self.plan.constraints:
            found = self.before(gate, name)
            if found == "refused":
                hard.add("infeasible")
            elif found == "failed and refused":
                hard.add("failure")
            elif found:
                soft.add(found)
        if cut := self.plan.cut:
            if cut.reject_below is not None and self.value(name, end="best") < cut.reject_below:
                hard.add("cut")
            lines = [line for line in (cut.reject_below, cut.accept_above) if line is not None]
            if self.value(name) < max(lines):
                soft.add("band")
        return hard, soft

    def value(self, name, known=None, end="worst") -> float:
        """Return what the cut is of."""
        if self.plan.cut.of == "probability":
            return self.probability(name, known, end)
        return self.at_most(name, frozenset(self.plan.instances) if known is None else known, end)

    def on_empty(self) -> None:
        if self.plan.on_empty == "regenerate":
            self.advice = "regenerate"
        if self.plan.on_empty == "review":
            for name in self.order:
                found = [self.before(gate, name) for gate in self.plan.constraints]
                if "failed and refused" not in found:
                    self.verdicts[name] = "review"
                    self.why[name] = {"promoted"} | self.why.get(name, set())
                    break

    def answer(self) -> tuple[str, bool]:
        given_ = list(self.verdicts.values())
        accepted, reviews, wanted = (
            given_.count("accept"),
            given_.count("review"),
            self.plan.deliver,
        )
        if accepted >= (wanted or 1):
            return "complete", False
        return ("short" if accepted else "review" if reviews else "empty"), reviews > 0


def straight(knots, at) -> float:
    """Return the height at *at* of the line through *knots*, level beyond its ends."""
    if at <= knots[0][0]:
        return knots[0][1]
    for (left, low), (right, high) in pairwise(knots):
        if at < right:
            height = low + (at - left) / (right - left) * (high - low)
            return min(max(height, min(low, high)), max(low, high))
    return knots[-1][1]

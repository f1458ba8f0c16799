"""A recorded request decided again from its outcomes: under its own plan, or under another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from selector.decision.contest import Contest
from selector.decision.decide import decided
from selector.journal.light import Recorded
from selector.journal.matched import Table, as_known, matched
from selector.policy.order import order
from selector.policy.plan import Instance, Pareto, Plan
from selector.types import Decision, Outcomes, Undecided


@dataclass(frozen=True, slots=True)
class Lacking:
    """What could not be decided, as something was never measured.

    Attributes:
        least: By instance, the calls that deciding needs whatever they bring.
        most: By instance, all calls that it can need.
        gone: Who is rejected in any case.
        open: Who is not.
        accepted: How many of these can be accepted at most.
    """

    least: Mapping[str, int]
    most: Mapping[str, int]
    gone: frozenset[str]
    open: frozenset[str]
    accepted: int


@dataclass(frozen=True)
class Bench:
    """A plan laid out so that many requests are decided by it.

    Attributes:
        plan: What decides.
        stages: Its instances in the order of measuring.
        keys: What the plan calls each output that it refers to, by fingerprint and output.
    """

    plan: Plan
    stages: Sequence[str] = field(init=False)
    keys: Mapping[tuple[str, str], Sequence[str]] = field(init=False)

    def __post_init__(self) -> None:
        keys: dict[tuple[str, str], list[str]] = {}
        for ref in dict.fromkeys(self.plan.refs):
            print_ = self.plan.instances[ref.instance].fingerprint
            keys.setdefault((print_, ref.output), []).append(ref.key)
        object.__setattr__(self, "stages", order(self.plan))
        object.__setattr__(self, "keys", keys)

    def again(self, one: Recorded) -> Decision | Lacking:
        """Return what the plan decides on all that was recorded, an audit's outcomes too.

        Outcomes are matched by fingerprint, never by name: two instances of one fingerprint both
        get what either found.
        """
        return self._decided(one, matched(self.keys, one.found))

    def own(self, one: Recorded) -> Decision | Lacking:
        """Return what the plan decides on just what it knew when it decided this request.

        Only for the very plan that decided it: its names are then the recorded ones.
        """
        return self._decided(one, as_known(one))

    def _decided(self, one: Recorded, table: Table) -> Decision | Lacking:
        known = Outcomes(one.candidates, table, one.expect)
        contest = Contest(self.plan, known, self.stages)
        found = decided(contest)
        return lacking(contest, found) if isinstance(found, Undecided) else found


def lacking(contest: Contest, found: Undecided) -> Lacking:
    """Return what is lacking for a decision, and what it can be."""
    plan = contest.plan
    gone = {one for one, row in contest.rows.items() if row.refusals}
    gone |= {*contest.unread, *contest.copies}
    standing = contest.rows.keys() - gone
    first = found.asks[0]
    room = len(standing) if plan.deliver is None else min(plan.deliver, len(standing))
    return Lacking(
        least={first.instance: len(first.candidates)},
        most=_waiting(contest, standing, first.instance, len(first.candidates)),
        gone=frozenset(gone),
        open=frozenset(standing),
        accepted=0 if _accepts_nobody(contest) else room,
    )


def _waiting(contest: Contest, standing: Iterable[str], first: str, least: int) -> dict[str, int]:
    """Return by instance how many of those who stand it has not measured."""
    most = {first: least}
    names = list(standing)
    for name, instance in contest.plan.instances.items():
        waits = _who_waits(contest, names, instance)
        if waits:
            most[name] = max(waits, most.get(name, 0))
    return most


def _who_waits(contest: Contest, names: Sequence[str], instance: Instance) -> int:
    refs = [ref for ref in contest.plan.refs if ref.instance == instance.name]
    waiting = sum(any(contest.known.missing(one, ref) for ref in refs) for one in names)
    # A set is measured as a whole.
    return len(names) if waiting and instance.scope == "set" else waiting


def _accepts_nobody(contest: Contest) -> bool:
    """Return whether all that would be accepted goes to review."""
    plan = contest.plan
    by_hand = isinstance(plan.method, Pareto) and not plan.method.pick
    return by_hand or (bool(contest.uncertified) and plan.if_uncertified == "review")

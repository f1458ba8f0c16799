"""Down the ranking, from the best on: accept, review or reject, until enough are accepted."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from selector.decision.contest import Asks, Contest
from selector.decision.gates import Judged
from selector.decision.race import Next, Race
from selector.decision.standing import Row
from selector.policy.plan import Cut, Pareto, Plan
from selector.types import Ask, Outcome, Reason, Score, VerdictName
from selector.types.decided import AT_LEAST, AT_MOST

MOST = 128  # rivals who are told at once; of a thousand, hardly any more are asked in a round


@dataclass(slots=True)
class Walked:
    """The verdicts of those whom the walk reached.

    Attributes:
        verdicts: In the order of the walk.
        reasons: Their grounds.
        accepted: Who was accepted, best first; likewise who goes to review.
    """

    verdicts: dict[str, VerdictName] = field(default_factory=dict)
    reasons: dict[str, tuple[Reason, ...]] = field(default_factory=dict)
    accepted: list[str] = field(default_factory=list)
    review: list[str] = field(default_factory=list)

    def give(self, one: str, verdict: VerdictName, reasons: tuple[Reason, ...]) -> None:
        """Give *one* its verdict, or another than before."""
        for name, group in (("accept", self.accepted), ("review", self.review)):
            if verdict == name:
                group.append(one)
            elif self.verdicts.get(one) == name:
                group.remove(one)
        self.verdicts[one], self.reasons[one] = verdict, reasons


def walk(contest: Contest, race: Race, left: Collection[str]) -> Walked | Asks:
    """Return the verdicts down to the last one that is needed, or what is still to be measured.

    Who is sure to be rejected is rejected as soon as the best that it could be comes up: it takes
    nobody's place, so where exactly it stands does not matter, but under dominance.

    Args:
        contest: The request and its plan.
        race: The ranking.
        left: Who is not refused, as far as is known.
    """
    walked = Walked()
    places = race.places(left)
    while not enough(contest.plan, walked):
        found = next(places, None)
        if found is None:
            break
        asks = found if isinstance(found, tuple) else _step(contest, race, found, walked)
        if asks:
            return asks
    return walked


def enough(plan: Plan, walked: Walked) -> bool:
    """Return whether as many are accepted, or in review, as anybody wants."""
    if plan.deliver is not None and len(walked.accepted) >= plan.deliver:
        return True
    return plan.review_at_most is not None and len(walked.review) >= plan.review_at_most


def _step(contest: Contest, race: Race, found: Next, walked: Walked) -> Asks:
    """Give who is next its verdict, or return what that needs."""
    one, row = found.one, contest.rows[found.one]
    near = _nearness(contest, one, walked.accepted)
    if isinstance(near, tuple):
        return near
    placed = _placed(contest, one)
    if near and near.kind == "duplicate" and placed:
        walked.give(one, "reject", (near,))
    elif placed and (grounds := out(contest.plan, row)):
        walked.give(one, "reject", grounds)
    elif contest.next_stage(one, contest.reading.needed):
        return _contenders(contest, found.rivals, walked)
    else:
        doubts = *row.doubts(), *race.failed.get(one, ()), *row.unsure()
        band = _band(contest.plan.cut, row)
        grounds = (*doubts, *(ground for ground in (near, band) if ground))
        walked.give(one, "review" if grounds else "accept", tuple(dict.fromkeys(grounds)))
    return ()


def _placed(contest: Contest, one: str) -> bool:
    """Return whether its place matters no more: under dominance it sets others free behind it."""
    return contest.is_whole(one) or not isinstance(contest.plan.method, Pareto)


def _contenders(contest: Contest, rivals: Iterable[str], walked: Walked) -> Asks:
    """Return the next stage of each who can still win, best first.

    Behind as many who are measured and clear as are still wanted, nobody is likely to.
    """
    plan, needed = contest.plan, contest.reading.needed
    room = len(contest.rows) if plan.deliver is None else plan.deliver - len(walked.accepted)
    asks: dict[Ask, None] = {}
    for one in rivals:
        row = contest.rows[one]
        stage = contest.next_stage(one, needed)
        if _placed(contest, one) and out(plan, row):
            continue
        if stage is not None:
            asks[contest.ask(stage, (one,), contest.credit(one) if plan.terms else None)] = None
            if len(asks) >= MOST:
                break
        elif not row.doubts() and not row.unsure():
            room -= 1
            if room <= 0:
                break
    return tuple(asks)


def out(plan: Plan, row: Row) -> tuple[Reason, ...]:
    """Return why it will not be delivered whatever else is measured: infeasible, or under the cut."""
    found = row.infeasible() if plan.constraints else ()
    low = plan.cut.reject_below if plan.cut else None
    if plan.cut is None or low is None:
        return found
    quality = plan.cut.of == "quality"
    value = row.best if quality else row.hope
    if value >= low:
        return found
    most = not quality and (any(row.faults) or not _is_known(plan, row))
    note = AT_MOST if most else ""
    return (*found, Reason("cut", plan.cut.of, "", value, low, value - low, note))


def _is_known(plan: Plan, row: Row) -> bool:
    """Return whether all is measured that the probability of being good follows from."""
    terms = plan.probability.terms if plan.probability else ()
    return not any(term.of.instance in row.waits for term in terms)


def _band(cut: Cut | None, row: Row) -> Reason | None:
    """Return that it is under a line of the cut, its failed outputs at their worst."""
    given = (cut.reject_below, cut.accept_above) if cut else ()
    lines = [line for line in given if line is not None]
    if cut is None or not lines:
        return None
    quality, high = cut.of == "quality", max(lines)
    value = row.quality if quality else row.probability
    note = AT_LEAST if not quality and any(row.faults) else ""
    return None if value >= high else Reason("band", cut.of, "", value, high, value - high, note)


def promoted(contest: Contest, race: Race, left: Collection[str]) -> str | Asks | None:
    """Return the best whom no failed constraint refuses for good, or what that needs."""
    strict = [at for at, one in enumerate(contest.plan.constraints) if one.on_failure == "reject"]
    for one in race.rest(left):
        judged = [contest.rows[one].constraints[at] for at in strict]
        if not any(each.standing == "refused" and _failed(each) for each in judged):
            return contest.next_of([one], contest.reading.promoting) or one
    return None


def _failed(judged: Judged) -> bool:
    return judged.reason is not None and judged.reason.kind == "failure"


def _nearness(contest: Contest, one: str, accepted: Sequence[str]) -> Reason | Asks | None:
    """Return why *one* is too near to an accepted one, or can't be told apart from it."""
    distinct, known = contest.plan.distinct, contest.known
    if distinct is None or not accepted:
        return None
    if known.missing(one, distinct.by):
        return (contest.ask(distinct.by.instance, (one,)),)
    where = (distinct.by.instance, distinct.by.output)
    outcome = known.of(one, distinct.by)
    distances = _distances(contest, distinct.by.instance, outcome)
    for other in accepted:
        far = distances.get(other)
        if far is not None and far <= distinct.within:
            margin = far - distinct.within
            return Reason("duplicate", *where, far, distinct.within, margin, f"of {other}", other)
    unknown = [other for other in accepted if other not in distances]
    if unknown:
        why = getattr(outcome, "reason", "the measure left no distance")
        return Reason("failure", *where, note=f"distance from {unknown[0]} not known: {why}")
    return None


def _distances(contest: Contest, instance: str, outcome: Outcome) -> Mapping[str, float]:
    """Return the distances from the others of the set, as the measure left them as evidence."""
    evidence = outcome.evidence if isinstance(outcome, Score) else None
    listed = evidence.get("distances") if isinstance(evidence, dict) else None
    members = contest.known.members[contest.plan.instances[instance].kind]
    if not isinstance(listed, list) or len(listed) != len(members):
        return {}
    pairs = zip(members, listed, strict=True)
    return {other: float(far) for other, far in pairs if isinstance(far, int | float)}

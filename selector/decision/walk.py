"""Down the ranking, from the best on: accept, review or reject, until enough are accepted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from selector.decision.composite import quality
from selector.decision.constrained import feasible
from selector.decision.known import Known
from selector.decision.ranking import Ranked, Reasons
from selector.policy.plan import Cut, Plan
from selector.types import Ask, Outcome, Reason, Score, VerdictName


@dataclass(slots=True)
class Walked:
    """The verdicts of those whom the walk reached.

    Attributes:
        verdicts: In the order of the walk.
        reasons: Their grounds.
    """

    verdicts: dict[str, VerdictName] = field(default_factory=dict)
    reasons: dict[str, tuple[Reason, ...]] = field(default_factory=dict)

    def having(self, verdict: VerdictName) -> list[str]:
        """Return those with this verdict, best first."""
        return [one for one, given in self.verdicts.items() if given == verdict]


def walk(known: Known, ranked: Ranked, doubts: Reasons) -> Walked | tuple[Ask, ...]:
    """Return the verdicts down to the last one that is needed, or what is still to be measured.

    Args:
        known: The request and its plan.
        ranked: The ranking.
        doubts: Why candidates are doubtful already, from gates and failed scores.
    """
    walked = Walked()
    for one in ranked.order:
        if _enough(known.plan, walked):
            break
        asks = _step(known, ranked, doubts.get(one, ()), one, walked)
        if asks:
            return asks
    return walked


def _enough(plan: Plan, walked: Walked) -> bool:
    if plan.deliver is not None and len(walked.having("accept")) >= plan.deliver:
        return True
    most = plan.review_at_most
    return most is not None and len(walked.having("review")) >= most


def _step(
    known: Known, ranked: Ranked, doubts: tuple[Reason, ...], one: str, walked: Walked
) -> tuple[Ask, ...]:
    """Give *one* its verdict, or return what that needs."""
    near = _nearness(known, one, walked.having("accept"))
    if isinstance(near, tuple):
        return near
    stands = feasible(known.plan.constraints, known, one)
    cut, band = _cut(known, ranked, one)
    if near and near.kind == "duplicate":
        walked.verdicts[one], walked.reasons[one] = "reject", (near,)
    elif stands.refusals or cut:
        walked.verdicts[one] = "reject"
        walked.reasons[one] = stands.refusals + ((cut,) if cut else ())
    elif stands.unknown:
        return known.asks((instance, one) for instance in stands.unknown)
    else:
        grounds = doubts + stands.doubts + tuple(ground for ground in (near, band) if ground)
        walked.verdicts[one] = "review" if grounds else "accept"
        walked.reasons[one] = grounds
    return ()


def _nearness(known: Known, one: str, accepted: list[str]) -> Reason | tuple[Ask, ...] | None:
    """Return why *one* is too near to an accepted one, or can't be told apart from it."""
    distinct = known.plan.distinct
    if distinct is None or not accepted:
        return None
    if known.missing(one, distinct.by):
        return known.asks([(distinct.by.instance, one)])
    where = (distinct.by.instance, distinct.by.output)
    outcome = known.of(one, distinct.by)
    distances = _distances(known, distinct.by.instance, outcome)
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


def _distances(known: Known, instance: str, outcome: Outcome) -> Mapping[str, float]:
    """Return the distances from the others of the set, as the measure left them as evidence."""
    evidence = outcome.evidence if isinstance(outcome, Score) else None
    listed = evidence.get("distances") if isinstance(evidence, dict) else None
    members = known.members[known.plan.instances[instance].kind]
    if not isinstance(listed, list) or len(listed) != len(members):
        return {}
    pairs = zip(members, listed, strict=True)
    return {other: float(far) for other, far in pairs if isinstance(far, int | float)}


def _cut(known: Known, ranked: Ranked, one: str) -> tuple[Reason | None, Reason | None]:
    """Return why the cut rejects *one*, or why it lies in the cut's band."""
    cut = known.plan.cut
    if cut is None:
        return None, None
    at_worst = ranked.quality[one]
    at_best = quality(known.plan.terms, known, one, failed_at="best")
    return _below(cut, at_best), _in_band(cut, at_worst)


def _below(cut: Cut, value: float) -> Reason | None:
    low = cut.reject_below
    if low is None or value >= low:
        return None
    return Reason("cut", "quality", "", value, low, value - low)


def _in_band(cut: Cut, value: float) -> Reason | None:
    lines = [line for line in (cut.reject_below, cut.accept_above) if line is not None]
    high = max(lines, default=value)
    return None if value >= high else Reason("band", "quality", "", value, high, value - high)

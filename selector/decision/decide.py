"""The one decision function: what a request gets, or what would have to be known for that."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from selector.decision.contest import Asks, Contest
from selector.decision.prediction import advice
from selector.decision.race import Race
from selector.decision.walk import Walked, out, promoted, walk
from selector.policy.plan import Pareto, Plan
from selector.types import Answer, Decision, Outcomes, Reason, Undecided
from selector.types.decided import AT_MOST, PREDICTED

Reasons = Mapping[str, tuple[Reason, ...]]


def decide(
    plan: Plan, outcomes: Outcomes, stages: Sequence[str] | None = None
) -> Decision | Undecided:
    """Return the decision on a request, or what must be measured to come nearer to one.

    Pure, and defined on any part of the outcomes: if it decides on a part, then it decides the
    same on all of them: every verdict, the order of what is accepted and in review, the answer.
    Only why a candidate is rejected may be told otherwise, and where it stands among the others.

    Args:
        plan: Gates, method, cut, how many.
        outcomes: The candidates, what is known of them, and what the request expects.
        stages: The instances in the order of measuring; by declared costs if None. It changes
            what is asked, never what is decided.
    """
    return decided(Contest(plan, outcomes, stages))


def decided(contest: Contest) -> Decision | Undecided:
    """Return the decision of `decide`, from what a contest has learned so far."""
    plan = contest.plan
    standing = [one for one, row in contest.rows.items() if not row.refusals]
    race = Race(contest)
    found = (
        _front(contest, race, standing) if _nobody_picks(plan) else walk(contest, race, standing)
    )
    if not isinstance(found, Walked):
        return Undecided(found)
    _uncertified(contest, found)
    advice = _on_empty(contest, race, found, standing)
    if isinstance(advice, tuple):
        return Undecided(advice)
    return _decision(contest, race, found, advice)


def _nobody_picks(plan: Plan) -> bool:
    return isinstance(plan.method, Pareto) and not plan.method.pick


def _front(contest: Contest, race: Race, standing: Sequence[str]) -> Walked | Asks:
    """Give the first front to a person: without a pick there is nothing to choose it by."""
    walked = Walked()
    first = next(race.places(standing), None)
    if isinstance(first, tuple):
        return first
    for one in first.rivals if first else ():
        front = Reason("front", note="not dominated; the policy names no pick")
        walked.give(one, "review", (front, *contest.rows[one].doubts()))
    return walked


def _uncertified(contest: Contest, walked: Walked) -> None:
    if not contest.uncertified or contest.plan.if_uncertified == "accept":
        return
    for one in list(walked.accepted):
        walked.give(one, "review", (Reason("uncertified", note=contest.uncertified),))


def _on_empty(
    contest: Contest, race: Race, walked: Walked, standing: Sequence[str]
) -> str | Asks | None:
    """Do what the policy says if nothing is accepted or in review; return the advice, or asks."""
    plan = contest.plan
    if walked.accepted or walked.review:
        return _more(contest, walked, standing)
    if plan.on_empty == "regenerate":
        return "regenerate"
    best = promoted(contest, race, standing) if plan.on_empty == "review" else None
    if isinstance(best, str):
        note = "the best that was not refused; nothing was good enough"
        walked.give(best, "review", (*walked.reasons[best], Reason("promoted", note=note)))
        return None
    return best


def _more(contest: Contest, walked: Walked, standing: Sequence[str]) -> str | None:
    """Return the advice to make more candidates, where the policy prices them and that pays."""
    if contest.plan.worth is None:
        return None
    best = max(contest.rows[one].quality for one in walked.accepted or walked.review)
    count = len(contest.rows) + len(contest.unread) + len(contest.copies)
    good = [contest.expected(one) for one in standing if not out(contest.plan, contest.rows[one])]
    return advice(contest.plan, best, good, count)


def _decision(contest: Contest, race: Race, walked: Walked, advice: str | None) -> Decision:
    ranked = [
        one for one, row in contest.rows.items() if not row.refusals and one not in race.refused
    ]
    walk = () if _nobody_picks(contest.plan) else tuple(walked.verdicts)
    ranking = (*walk, *race.rest(one for one in ranked if one not in walked.verdicts or not walk))
    accepted, review = len(walked.accepted), len(walked.review)
    _left_over(contest, race, walked, ranking)
    for one, row in contest.rows.items():
        if grounds := row.refusals or race.refused.get(one):
            walked.give(one, "reject", grounds)
    for one, grounds in contest.unread.items():
        walked.give(one, "reject", grounds)
    for copy, first in contest.copies.items():
        walked.give(copy, "reject", (Reason("copy", note=f"same bytes as {first}", other=first),))
    wanted = contest.plan.deliver or 1
    whole = {one: contest.is_whole(one) for one in ranking} if contest.plan.terms else {}
    return Decision(
        ranking=ranking,
        verdicts=walked.verdicts,
        reasons=walked.reasons,
        quality={one: contest.rows[one].quality for one in whole if whole[one]},
        answer=_answer(accepted, review, wanted),
        needs_person=accepted < wanted and review > 0,
        advice=advice,
        at_most={one: contest.rows[one].quality for one in whole if not whole[one]},
    )


def _answer(accepted: int, review: int, wanted: int) -> Answer:
    if accepted >= wanted:
        return "complete"
    if accepted:
        return "short"
    return "review" if review else "empty"


def _left_over(contest: Contest, race: Race, walked: Walked, ranking: Sequence[str]) -> None:
    """Reject what the walk did not reach, good enough perhaps, and tell what speaks against it."""
    plan = contest.plan
    best = "accept" if walked.accepted else "review"
    taken = [one for one, verdict in walked.verdicts.items() if verdict == best]
    # Under Pareto dominance, who has the higher quality need not stand higher.
    compares = bool(plan.terms) and not isinstance(plan.method, Pareto)
    last = contest.rows[taken[-1]].quality if taken and compares else None
    why = _ended(plan, walked)
    reached = frozenset(walked.verdicts)
    settled = True
    unknown = (contest.rows[one].quality for one in ranking if not contest.is_whole(one))
    highest = max(unknown, default=-math.inf) if compares else -math.inf
    for rank, one in enumerate(ranking, start=1):
        settled = settled and contest.next_stage(one, contest.reading.placing) is None
        if one in reached:
            continue
        # What nobody asked of a lexicographic order may order them otherwise.
        settled = settled and not (contest.reading.consults and contest.rows[one].waits)
        mine = contest.credit(one) if compares else None
        settled = settled and (mine is None or mine >= highest)  # a prediction is no bound
        margin = None if mine is None or last is None else mine - last
        place = f"rank {rank}; " if settled else _so_far(contest, one)
        tie = "; tie, decided by content hash" if margin == 0 and settled else ""
        instance = "" if mine is None else "quality"
        outranked = Reason("outranked", instance, "", mine, last, margin, f"{place}{why}{tie}")
        doubts = (*contest.rows[one].doubts(), *race.failed.get(one, ()))
        walked.give(one, "reject", (outranked, *doubts))


def _so_far(contest: Contest, one: str) -> str:
    """Return in words what the quality is that a candidate races by; "" if it is measured."""
    if contest.is_whole(one):
        return ""
    return PREDICTED if contest.credit(one) < contest.rows[one].quality else AT_MOST


def _ended(plan: Plan, walked: Walked) -> str:
    """Return in words why the walk went no further."""
    if _nobody_picks(plan):
        return "not in the first front"
    # What waits for a calibration was accepted at first.
    waiting = [
        one
        for one in walked.review
        if any(reason.kind == "uncertified" for reason in walked.reasons[one])
    ]
    if plan.deliver is not None and len(walked.accepted) + len(waiting) >= plan.deliver:
        return "enough were found before it"
    return "a person has enough to look at before it"

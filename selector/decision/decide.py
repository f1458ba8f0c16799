"""The one decision function: what a request gets, or what would have to be known for that."""

from __future__ import annotations

from selector.decision import lexicographic, pareto, weighted_sum
from selector.decision.constrained import feasible
from selector.decision.gates import judge
from selector.decision.known import Known, firsts_and_copies
from selector.decision.ranking import Ranked, Reasons
from selector.decision.walk import Walked, walk
from selector.policy.plan import Constrained, Lexicographic, Pareto, Plan, WeightedSum
from selector.types import (
    KINDS,
    Answer,
    Ask,
    Decision,
    Kind,
    Outcomes,
    Reason,
    Undecided,
    VerdictName,
)


def decide(plan: Plan, outcomes: Outcomes) -> Decision | Undecided:
    """Return the decision on a request, or what must be measured to come nearer to one.

    Pure, and defined on any part of the outcomes: if it decides on a part, then it decides the
    same on all of them (the reasons of what is rejected may be fewer).

    Args:
        plan: Gates, method, cut, how many.
        outcomes: The candidates, what is known of them, and what the request expects.
    """
    firsts, copies = firsts_and_copies(outcomes.candidates)
    known = Known(plan, outcomes, firsts)
    refused = _unreadable(known)
    doubts: dict[str, tuple[Reason, ...]] = {}
    if asks := _gates(known, refused, doubts):
        return Undecided(asks)
    ranked = _rank(known, [one for one in firsts if one not in refused])
    if not isinstance(ranked, Ranked):
        return Undecided(ranked)
    refused |= ranked.refused
    for one, reasons in ranked.failures.items():
        doubts[one] = tuple(dict.fromkeys(doubts.get(one, ()) + reasons))
    walked = _front(ranked, doubts) if ranked.front is not None else walk(known, ranked, doubts)
    if not isinstance(walked, Walked):
        return Undecided(walked)
    _uncertified(plan, walked)
    advice = _on_empty(known, ranked, walked)
    if isinstance(advice, tuple):
        return Undecided(advice)
    _left_over(plan, ranked, walked, doubts)
    for copy, first in copies.items():
        refused[copy] = (Reason("copy", note=f"same bytes as {first}", other=first),)
    return _decision(known, ranked, walked, refused, advice)


def _unreadable(known: Known) -> dict[str, tuple[Reason, ...]]:
    return {
        name: (Reason("refused", "image", note=one.error),)
        for name, one in known.firsts.items()
        if one.error is not None
    }


def _gates(
    known: Known,
    refused: dict[str, tuple[Reason, ...]],
    doubts: dict[str, tuple[Reason, ...]],
) -> tuple[Ask, ...]:
    """Put every candidate before the gates, kind by kind; stop at a kind that is not measured."""
    for kind in KINDS:
        known.settle(kind, (one for one in known.firsts if one not in refused))
        gates = [
            gate for gate in known.plan.gates if known.plan.instances[gate.on.instance].kind == kind
        ]
        wanted: list[tuple[str, str]] = []
        for one in known.members[kind]:
            found = [(gate, judge(gate, known.of(one, gate.on), known.outcomes.expect))
                     for gate in gates]  # fmt: skip
            hard = tuple(j.reason for _, j in found if j.standing == "refused" and j.reason)
            soft = tuple(j.reason for _, j in found if j.standing == "doubtful" and j.reason)
            if hard:
                refused[one] = hard
            else:
                wanted += [(gate.on.instance, one) for gate, j in found if j.standing == "unknown"]
                doubts[one] = doubts.get(one, ()) + soft
        if wanted:
            return known.asks(wanted)
    return ()


def _rank(known: Known, candidates: list[str]) -> Ranked | tuple[Ask, ...]:
    match known.plan.method:
        case WeightedSum(terms=terms) | Constrained(objective=terms):
            return weighted_sum.rank(terms, known, candidates)
        case Lexicographic(criteria=criteria):
            return lexicographic.rank(criteria, known, candidates)
        case Pareto() as method:
            return pareto.rank(method, known, candidates)


def _front(ranked: Ranked, doubts: Reasons) -> Walked:
    """Give the first front to a person: without a pick there is nothing to choose it by."""
    walked = Walked()
    for one in ranked.front or ():
        walked.verdicts[one] = "review"
        front = Reason("front", note="not dominated; the policy names no pick")
        walked.reasons[one] = (front, *doubts.get(one, ()))
    return walked


def _uncertified(plan: Plan, walked: Walked) -> None:
    if not plan.uncertified or plan.if_uncertified == "accept":
        return
    note = f"not calibrated yet: {', '.join(plan.uncertified)}"
    for one in walked.having("accept"):
        walked.verdicts[one] = "review"
        walked.reasons[one] += (Reason("uncertified", note=note),)


def _on_empty(known: Known, ranked: Ranked, walked: Walked) -> str | tuple[Ask, ...] | None:
    """Do what the policy says if nothing is accepted or in review; return the advice, or asks."""
    plan = known.plan
    if walked.having("accept") or walked.having("review"):
        return None
    if plan.on_empty == "regenerate":
        return "regenerate"
    best = _promotable(known, ranked) if plan.on_empty == "review" else None
    if isinstance(best, tuple):
        return best
    if best is not None:
        walked.verdicts[best] = "review"
        note = "the best that was not refused; nothing was good enough"
        walked.reasons[best] = (*walked.reasons[best], Reason("promoted", note=note))
    return None


def _promotable(known: Known, ranked: Ranked) -> str | tuple[Ask, ...] | None:
    """Return the best that no failed constraint refuses for good (`on_failure: reject`)."""
    strict = tuple(gate for gate in known.plan.constraints if gate.on_failure == "reject")
    for one in ranked.order:
        stands = feasible(strict, known, one)
        if any(reason.kind == "failure" for reason in stands.refusals):
            continue
        if stands.unknown:
            return known.asks((instance, one) for instance in stands.unknown)
        return one
    return None


def _left_over(plan: Plan, ranked: Ranked, walked: Walked, doubts: Reasons) -> None:
    """Reject what the walk did not reach, good enough perhaps, and tell what speaks against it."""
    taken = walked.having("accept") or walked.having("review")
    # Under Pareto dominance, who has the higher quality need not stand higher.
    quality = {} if isinstance(plan.method, Pareto) else ranked.quality
    last = quality.get(taken[-1]) if taken else None
    why = _ended(plan, walked)
    for rank, one in enumerate(ranked.order, start=1):
        if one in walked.verdicts:
            continue
        mine = quality.get(one)
        margin = None if mine is None or last is None else mine - last
        note = f"rank {rank}; {why}" + ("; tie, decided by content hash" if margin == 0 else "")
        instance = "" if mine is None else "quality"
        walked.verdicts[one] = "reject"
        outranked = Reason("outranked", instance, "", mine, last, margin, note)
        walked.reasons[one] = (outranked, *doubts.get(one, ()))


def _ended(plan: Plan, walked: Walked) -> str:
    """Return in words why the walk went no further."""
    if isinstance(plan.method, Pareto) and not plan.method.pick:
        return "not in the first front"
    waiting = {"uncertified"}  # those were accepted at first
    found = [
        one
        for one, reasons in walked.reasons.items()
        if walked.verdicts[one] == "accept" or waiting & {reason.kind for reason in reasons}
    ]
    if plan.deliver is not None and len(found) >= plan.deliver:
        return "enough were found before it"
    return "a person has enough to look at before it"


def _decision(
    known: Known, ranked: Ranked, walked: Walked, refused: Reasons, advice: str | None
) -> Decision:
    verdicts: dict[str, VerdictName] = {**walked.verdicts, **dict.fromkeys(refused, "reject")}
    accepted, review = len(walked.having("accept")), len(walked.having("review"))
    wanted = known.plan.deliver or 1
    return Decision(
        ranking=ranked.order,
        verdicts=verdicts,
        reasons={**walked.reasons, **refused},
        quality=dict(ranked.quality),
        answer=_answer(accepted, review, wanted),
        needs_person=accepted < wanted and review > 0,
        advice="regenerate" if advice else None,
    )


def _answer(accepted: int, review: int, wanted: int) -> Answer:
    if accepted >= wanted:
        return "complete"
    if accepted:
        return "short"
    return "review" if review else "empty"


def members(plan: Plan, outcomes: Outcomes) -> dict[Kind, tuple[str, ...]]:
    """Return, by kind, whom a measure of sets of that kind is asked on, as far as it is settled."""
    firsts, _ = firsts_and_copies(outcomes.candidates)
    known = Known(plan, outcomes, firsts)
    _gates(known, _unreadable(known), {})
    return known.members

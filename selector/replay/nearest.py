"""The nearest change of a candidate's numbers that would turn its verdict, found by deciding again."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from selector.decision.certified import for_request
from selector.decision.composite import probability_of, quality, share
from selector.decision.gates import judge
from selector.policy.plan import Pareto, Term
from selector.replay.again import Lacking
from selector.replay.single import HALVINGS, Change, Goal, Turn, changed, points, short, single
from selector.replay.what_if import Numbers, WhatIf, beyond
from selector.types import NOT_EVALUATED, Score, VerdictName

QUALITY, PROBABILITY = "quality", "probability"


@dataclass(frozen=True, slots=True)
class Nearest:
    """What would turn the verdict of one candidate.

    Attributes:
        turn: The nearest change that would; None where no number that was measured would.
        untold: A nearer one, or the only one, after which more would have to be measured to tell.
        quality: The quality that would do, or the probability, where no bound is missed.
    """

    turn: Turn | None
    untold: Turn | None
    quality: Change | None = None


def nearest(what: WhatIf) -> Nearest:
    """Return the nearest change that would turn the verdict of a candidate.

    Of what is accepted: that would lose it; of all others: that would make it accepted, and where
    nothing can be accepted, that would bring it before a person. Every change is verified: at the
    value the verdict is turned, and just before it is not.
    """
    verdict = what.state()
    if isinstance(verdict, Lacking):
        return Nearest(None, None)
    goals: Iterable[Goal] = (
        [lambda state: not isinstance(state, Lacking) and state != "accept"]
        if verdict == "accept"
        else [lambda state: state == "accept"]
        + ([lambda state: state == "review"] if verdict == "reject" else [])
    )
    best = Nearest(None, None)
    for goal in goals:
        found = _towards(what, goal, loses=verdict == "accept")
        if found.turn:
            return found
        best = best if best.untold else found
    return best


def _towards(what: WhatIf, goal: Goal, *, loses: bool) -> Nearest:
    singles = [turn for key in what.numbers for turn in single(what, key, goal)]
    turns = [one for one in singles if one.verdict]
    untold = [one for one in singles if not one.verdict]
    if not loses and not turns:
        several = _several(what, goal)
        turns += [several] if several and several.verdict else []
        untold += [several] if several and not several.verdict else []
    turn = min(turns, key=_distance, default=None)
    open_ = min(untold, key=_distance, default=None)
    if turn and open_ and open_.distance >= turn.distance:
        open_ = None
    quality = None if loses or dict(_mended(what)) else _composite(what, goal, {})
    alone = quality[0][0] if quality and len(quality[0]) == 1 else None
    return Nearest(turn, open_, alone)


def _distance(turn: Turn) -> tuple[int, float]:
    return len(turn.changes), turn.distance


def _several(what: WhatIf, goal: Goal) -> Turn | None:
    """Return the smallest set of changes that is found: bounds that it misses, then the quality."""
    mended = dict(_mended(what))
    state = what.state(mended)
    if isinstance(state, Lacking):
        return _together(what, mended, None, dict(state.least)) if mended else None
    if goal(state):
        return _together(what, _needed(what, mended, goal), state, {})
    found = _composite(what, goal, mended)
    if found is None:
        return None
    raised, at = found
    kept = _needed(what, at, goal, among=mended)
    verdict = what.state(kept)
    assert not isinstance(verdict, Lacking)  # noqa: S101 - the goal is a verdict
    # A bound on a term too: that quality can come about without it.
    turn = _together(what, {key: mended[key] for key in mended if key in kept}, verdict, {})
    lost = sum(abs(change.value - (change.was or 0.0)) for change in raised)
    return Turn(verdict, (*turn.changes, *raised), {}, turn.distance + lost, kept)


def _mended(what: WhatIf) -> Iterator[tuple[str, float]]:
    """Give for each number that misses a bound the nearest value that meets all bounds on it."""
    for key, was in what.numbers.items():
        bounds = what.bounds(key)
        if _meets(what, key, was) or not bounds:
            continue
        both = (*points(what, key, up=True), *points(what, key, up=False))
        for at in sorted(both, key=lambda one: abs(one - was)):
            if _meets(what, key, at):
                yield key, at
                break


def _meets(what: WhatIf, key: str, value: float) -> bool:
    score = Score(value)
    return all(judge(gate, score, what.expect).standing == "passed" for gate in what.bounds(key))


def _needed(
    what: WhatIf, numbers: Numbers, goal: Goal, among: Numbers | None = None
) -> dict[str, float]:
    """Return the numbers without those that are not needed, of those *among* which one may leave."""
    kept = dict(numbers)
    for key in numbers if among is None else among:
        fewer = {name: value for name, value in kept.items() if name != key}
        if fewer and goal(what.state(fewer)):
            kept = fewer
    return kept


def _together(
    what: WhatIf, numbers: Numbers, verdict: VerdictName | None, calls: Mapping[str, int]
) -> Turn:
    changes = []
    for key, at in numbers.items():
        before = beyond(at, up=at < what.numbers[key], whole=what.outputs[key].whole)
        changes.append(changed(what, key, (before, at), partial(_turned, what, numbers, key)))
    far = sum(abs(at - what.numbers[key]) / what.span(key) for key, at in numbers.items())
    return Turn(verdict, tuple(changes), calls, far, dict(numbers))


def _turned(what: WhatIf, numbers: Numbers, key: str, value: float) -> bool:
    """Return whether another value of one of several numbers does the same."""
    state, other = what.state(numbers), what.state({**numbers, key: value})
    return type(state) is type(other) and (isinstance(state, Lacking) or state == other)


def _composite(
    what: WhatIf, goal: Goal, mended: Numbers
) -> tuple[tuple[Change, ...], Numbers] | None:
    """Return the quality that would do, the probability of being good where that is missed, or both.

    With the numbers at which it is tried: all that it is made of is better by the same share of
    the way. None where that would not do.
    """
    plan = what.plan
    if plan.probability and _value(what, PROBABILITY, mended) < _line(what):
        decision = what.decide()
        kinds = [] if isinstance(decision, Lacking) else decision.reasons[what.candidate]
        outranked = any(one.kind == "outranked" for one in kinds)  # by its quality, as it is
        names = (QUALITY, PROBABILITY) if outranked and plan.terms else (PROBABILITY,)
        return _raised(what, goal, mended, (names, plan.probability.terms))
    if isinstance(plan.method, Pareto):  # there dominance goes before quality
        return None
    return _raised(what, goal, mended, ((QUALITY,), plan.terms))


def _raised(
    what: WhatIf, goal: Goal, mended: Numbers, of: tuple[Sequence[str], Sequence[Term]]
) -> tuple[tuple[Change, ...], Numbers] | None:
    """Return what composites would have to be, were all terms better by the same share."""
    names, every = of
    terms = [term for term in every if term.of.key in what.numbers]
    if not terms:
        return None

    best = {term.of.key: _best(what, term) for term in terms}

    def moved(share: float) -> dict[str, float]:
        at = dict(mended)
        for term in terms:
            now = at.get(term.of.key, what.numbers[term.of.key])
            inside = term.scale.clip(now)
            at[term.of.key] = inside + share * (best[term.of.key] - inside) if share else now
        return at

    def reaches(share: float) -> bool:
        return goal(what.state(moved(share)))

    if reaches(0.0) or not reaches(1.0):
        return None
    low, high = 0.0, 1.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if reaches(middle) else (middle, high)
    at = moved(high)
    return tuple(_change(what, name, at) for name in names), at


def _change(what: WhatIf, name: str, at: Numbers) -> Change:
    needed = _value(what, name, at)
    return Change(
        name, _value(what, name, {}), "at least", needed, short(needed, lambda _: True, up=True)
    )


def _line(what: WhatIf) -> float:
    """Return from where on the cut accepts, for such a request."""
    cut = for_request(what.plan, what.candidates)[0].cut
    lines = (cut.reject_below, cut.accept_above) if cut else ()
    return max((line for line in lines if line is not None), default=0.0)


def _best(what: WhatIf, term: Term) -> float:
    """Return the best value of a term that keeps to the bounds on it; its best, if none does."""
    key, best = term.of.key, term.scale.best
    if _meets(what, key, best):
        return best
    all_ = (*points(what, key, up=True), *points(what, key, up=False), what.numbers[key])
    meeting = [one for one in all_ if _meets(what, key, one)]
    return max(meeting, key=term.scale, default=best)


def _value(what: WhatIf, name: str, numbers: Numbers) -> float:
    """Return the quality or the probability, were these its numbers."""
    row = {**what.row, **{key: Score(value) for key, value in numbers.items()}}
    if name == PROBABILITY and what.plan.probability:
        return probability_of(what.plan.probability, row)
    shares = [share(term, row.get(term.of.key, NOT_EVALUATED)) for term in what.plan.terms]
    return quality(shares, math.fsum(term.weight for term in what.plan.terms))

"""Why each measure was asked or not, request by request: what `--explain` prints."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from selector.cli.prose import entry, shown
from selector.cli.table import LONGEST
from selector.policy.plan import Lexicographic, Pareto, Plan
from selector.report.reasons import key_of
from selector.report.words import bounded, number
from selector.types import (
    Ask,
    Candidate,
    NotEvaluated,
    Reason,
    Selection,
    evidence_needed,
)

NAMED = 6  # candidates of one ask; how many more is told
COLUMN = 6


def lines(selection: Selection) -> Iterator[str]:
    """Give what was asked round by round and why, then what was not asked of each, and why not."""
    plan = selection.plan
    if not isinstance(plan, Plan):
        return
    yield ""
    if plan.mode == "exhaustive":
        yield "Everything was measured before anything was decided (cascade: mode: exhaustive)."
        return
    yield "What was asked, round by round"
    for at, asks in enumerate(selection.rounds, start=1):
        yield from _round(at, asks, plan, len(selection.candidates))
    yield entry("", _LEGEND, column=0)
    yield ""
    yield from _not_asked(selection)


_LEGEND = (
    "The first of a round had to be asked whatever else was found; what was asked beside it saves "
    "waiting: the next best, or all who wait for the same where that is cheap."
)


def _round(at: int, asks: Sequence[Ask], plan: Plan, candidates: int) -> Iterator[str]:
    """Give a paragraph for each instance that was asked in a round."""
    label = f"{at}."
    for instance in dict.fromkeys(ask.instance for ask in asks):
        alike = [ask for ask in asks if ask.instance == instance]
        yield entry(label, f"{instance} of {_members(alike, candidates)}", column=COLUMN)
        yield entry("", f"{_purpose(plan, instance)}; {_chances(alike)}", column=COLUMN)
        label = ""


def _members(asks: Sequence[Ask], candidates: int) -> str:
    """Return who was asked; with the quality that each can still reach, where that tells them apart."""
    tops = {one: ask.at_most for ask in asks for one in ask.candidates}
    if len(tops) == candidates > 1:
        return f"all {candidates}"
    differ = len(set(tops.values())) > 1
    listed = ", ".join(
        shown(one, LONGEST) + (f" (≤\u00a0{bounded(top)})" if differ and top is not None else "")
        for one, top in list(tops.items())[:NAMED]
    )
    more = len(tops) - NAMED
    return listed if more <= 0 else f"{listed} and {more} more"


def _chances(asks: Sequence[Ask]) -> str:
    """Return why these candidates: the quality that they can still reach, or that all are needed."""
    tops = [ask.at_most for ask in asks if ask.at_most is not None]
    if not tops:
        return "without it nobody knows who is next"
    highest, lowest = bounded(max(tops)), bounded(min(tops))
    ends = highest if highest == lowest else f"{highest} to {lowest}"
    return f"could still be delivered: at most {ends}"


def _purpose(plan: Plan, instance: str) -> str:
    """Return what an instance is asked for, and whose evidence it needs first."""
    bounds = any(gate.on.instance == instance for gate in (*plan.gates, *plan.constraints))
    parts = [part for part in plan.parts if part.of.instance == instance]
    said = []
    if bounds:
        said.append("may refuse")
    if parts:
        said.append(_ranks(plan, instance))
    if plan.distinct and plan.distinct.by.instance == instance:
        said.append("tells doubles")
    if needed := evidence_needed(plan.instances[instance].needs):
        said.append(f"after {', '.join(needed)}, whose evidence it needs")
    return ", ".join(said)


def _ranks(plan: Plan, instance: str) -> str:
    match plan.method:
        case Lexicographic(criteria=criteria):
            places = [at for at, one in enumerate(criteria, 1) if one.of.instance == instance]
            return f"criterion {places[0]}"
        case Pareto(objectives=axes):
            return "axis" if any(one.of.instance == instance for one in axes) else "picks"
    share = sum(term.weight for term in plan.terms if term.of.instance == instance)
    return f"{100 * share:.3g} % of the quality"


def _not_asked(selection: Selection) -> Iterator[str]:
    """Give what was not asked of each candidate, and why that could not matter."""
    if selection.audited:
        said = "This request was audited: after the verdict all the rest was measured too."
        yield entry("", said, column=0, indent=0)
        return
    found = {one: set(_lacking(selection, one)) for one in selection.in_order()}
    names = list(dict.fromkeys(key.rpartition(".")[0] for key in _keys(selection)))
    nobody = [name for name in names if not selection.cost.get(name)]
    listed = {
        one: ", ".join(name for name in names if name in lacks and name not in nobody)
        for one, lacks in found.items()
    }
    if not any(found.values()):
        yield "Nothing was left out."
        return
    yield "What was not asked, and why"
    if nobody:
        yield entry("", f"Of nobody: {', '.join(nobody)}; the answer needed none of it.", column=0)
    for one, instances in listed.items():
        if instances:
            yield entry("", f"{shown(one.id, LONGEST)}: {_why(selection, one)}", column=0)
            yield entry("", f"not asked: {instances}", column=COLUMN)


def _keys(selection: Selection) -> Iterable[str]:
    return (key for row in selection.outcomes.values() for key in row)


def _lacking(selection: Selection, one: Candidate) -> Iterable[str]:
    """Return the instances that did not measure it; of a copy, or unread, nobody needs any."""
    if one.error is not None or any(each.kind == "copy" for each in selection.reasons[one.id]):
        return ()
    row = selection.outcomes.get(one.id, {})
    unknown = (key for key, outcome in row.items() if isinstance(outcome, NotEvaluated))
    return dict.fromkeys(key.rpartition(".")[0] for key in unknown)


def _why(selection: Selection, one: Candidate) -> str:
    reasons = selection.reasons[one.id]
    reason = next((each for each in reasons if each.kind in _SAID), None)
    if reason is None or selection.verdict(one.id) != "reject":
        return "its verdict does not depend on it"
    if reason.kind == "outranked":
        return _outranked(reason, selection.decision.at_most.get(one.id))
    return _SAID[reason.kind].format(
        key=shown(key_of(reason)),
        other=shown(reason.other, LONGEST),
        most=number(reason.value or 0.0, reason.bound),
        line=number(reason.bound or 0.0, reason.value),
    )


_SAID = {
    "refused": "refused by {key}",
    "infeasible": "not allowed by {key}",
    "cut": "under the cut: at most {most}, the cut is {line}",
    "duplicate": "a double of {other}",
    "outranked": "",
    "failure": "refused, as {key} failed",
}


def _outranked(reason: Reason, at_most: float | None) -> str:
    if at_most is None or reason.bound is None:
        return "outranked: enough were found before it, so nobody needed it"
    most, last = bounded(at_most, reason.bound), number(reason.bound, at_most)
    if at_most > reason.bound:
        return f"outranked: at most {most}, but what is measured let expect less than {last}"
    return f"outranked: at most {most}, the last one taken has {last}"

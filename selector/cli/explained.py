"""Why each measure was asked or not, request by request: what `--explain` prints."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from selector.cli.prose import entry, shown
from selector.cli.table import LONGEST
from selector.policy.plan import Lexicographic, Pareto, Plan
from selector.report.reasons import key_of, so_far, value_of
from selector.report.words import bounded, number
from selector.types import (
    Ask,
    Candidate,
    NotEvaluated,
    Outcome,
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
        yield entry(label, f"{instance} of {_members(plan, alike, candidates)}", column=COLUMN)
        yield entry("", f"{_purpose(plan, instance)}{_chances(plan, alike)}", column=COLUMN)
        label = ""


def _members(plan: Plan, asks: Sequence[Ask], candidates: int) -> str:
    """Return who was asked; with the quality that each can still reach, where that tells them apart."""
    tops = {one: ask.at_most for ask in asks for one in ask.candidates}
    if len(tops) == candidates > 1:
        return f"all {candidates}"
    differ, sign = len(set(tops.values())) > 1, "" if _is_predicted(plan, asks[0]) else "≤\u00a0"
    listed = ", ".join(
        shown(one, LONGEST) + (f" ({sign}{bounded(top)})" if differ and top is not None else "")
        for one, top in list(tops.items())[:NAMED]
    )
    more = len(tops) - NAMED
    return listed if more <= 0 else f"{listed} and {more} more"


def _chances(plan: Plan, asks: Sequence[Ask]) -> str:
    """Return the quality that they can still reach, where that is bounded."""
    tops = [ask.at_most for ask in asks if ask.at_most is not None]
    if not tops:
        return ""
    highest, lowest = bounded(max(tops)), bounded(min(tops))
    ends = highest if highest == lowest else f"{highest} to {lowest}"
    how = "put at" if _is_predicted(plan, asks[0]) else "at most"
    return f"; could still be delivered: {how} {ends}"


def _is_predicted(plan: Plan, ask: Ask) -> bool:
    return plan.prediction is not None and plan.prediction.instance == ask.instance


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
        said.append("tells whether the next is a double of who is accepted")
    if needed := evidence_needed(plan.instances[instance].needs):
        said.append(f"after {', '.join(needed)}, whose evidence it needs")
    return ", ".join(said)


def _ranks(plan: Plan, instance: str) -> str:
    match plan.method:
        case Lexicographic(criteria=criteria):
            places = [at for at, one in enumerate(criteria, 1) if one.of.instance == instance]
            return f"criterion {places[0]}, to tell who is next"
        case Pareto(objectives=axes):
            is_axis = any(one.of.instance == instance for one in axes)
            return "axis, to tell who is on the front" if is_axis else "picks from the front"
    share = sum(term.weight for term in plan.terms if term.of.instance == instance)
    return f"{100 * share:.3g} % of the quality"


def _not_asked(selection: Selection) -> Iterator[str]:
    """Give what was not asked of each candidate, and why that could not matter."""
    if selection.audited:
        said = "This request was audited: after the verdict all the rest was measured too."
        yield entry("", said, column=0, indent=0)
        return
    found = {
        one: tuple(_lacking(selection.outcomes.get(one.id, {})))
        for one in selection.in_order()
        if one.error is None and _reason(selection, one, "copy") is None  # who needs nothing
    }
    nobody = [name for name in _names(selection) if all(name in some for some in found.values())]
    if not any(found.values()):
        yield "Nothing was left out."
        return
    yield "What was not asked, and why"
    if nobody:
        yield entry("", f"Of nobody: {', '.join(nobody)}; the answer needed none of it.", column=0)
    for one, some in found.items():
        if instances := ", ".join(name for name in some if name not in nobody):
            why = f"{_why(selection, one)}; not asked: {instances}"
            yield entry(f"{shown(one.id, LONGEST)}:", why, column=COLUMN)


def _names(selection: Selection) -> Iterable[str]:
    keys = (key for row in selection.outcomes.values() for key in row)
    return dict.fromkeys(key.rpartition(".")[0] for key in keys)


def _lacking(row: Mapping[str, Outcome]) -> Iterable[str]:
    """Return the instances that did not measure a candidate."""
    unknown = (key for key, outcome in row.items() if isinstance(outcome, NotEvaluated))
    return dict.fromkeys(key.rpartition(".")[0] for key in unknown)


def _reason(selection: Selection, one: Candidate, *kinds: str) -> Reason | None:
    return next((each for each in selection.reasons[one.id] if each.kind in kinds), None)


def _why(selection: Selection, one: Candidate) -> str:
    reason = _reason(selection, one, *_SAID)
    if reason is None or selection.verdict(one.id) != "reject":
        return "its verdict does not depend on it"
    if reason.kind == "outranked":
        return _outranked(reason)
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


def _outranked(reason: Reason) -> str:
    if reason.value is None or reason.bound is None:
        return "outranked: enough were found before it"
    last = number(reason.bound, reason.value)
    how = so_far(reason)[0] or "its quality is "
    return f"outranked: {how}{value_of(reason)}, the last one taken has {last}"

"""Selections and plans as tables for a terminal; every foreign text made harmless."""

import shlex
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePath

from rich.console import Console
from rich.table import Table
from rich.text import Text

from selector.cli.prose import shown
from selector.installed import CURE
from selector.policy.plan import Plan
from selector.types import Candidate, Edit, Failure, Outcome, Reason, Selection
from selector.weights.entry import Entry

LONGEST = 60  # characters of a name or a prompt in a table
CAUSE = 120  # of why a measure failed, in a row
CLAIM = 300  # of what a calibrated file promises
DEAREST = 3  # instances of which is told how many calls were saved
NOTE = 200  # of a sentence that quotes the prompt
COLOURS = {"accept": "green", "review": "yellow", "reject": "red"}


class Terminal(Console):
    """Leaves it to the command what a reader that has gone means."""

    def on_broken_pipe(self) -> None:
        """Raise what other printing raises; rich would exit with 1."""
        raise BrokenPipeError


def selection_table(selection: Selection) -> None:
    """Print every candidate with its verdict and the reasons in words."""
    console = Terminal(highlight=False)
    table = Table(title=Text(_title(selection)), title_justify="left", show_lines=False)
    table.add_column("verdict")
    table.add_column("candidate", overflow="fold", ratio=1)
    table.add_column("quality", justify="right")
    table.add_column("why", overflow="fold", ratio=3)
    for one in selection.in_order():
        verdict = selection.verdict(one.id)
        table.add_row(
            Text(verdict, style=COLOURS[verdict]),
            Text(shown(one.id, LONGEST)),
            _quality(selection, one),
            Text("\n".join(_why(selection, one))),
        )
    console.print(table)
    for line in _footer(selection):
        console.print(Text(line))


def _title(selection: Selection) -> str:
    from selector.report.answer import answered

    return f"{_request(selection.prompt)} by {selection.policy}: {answered(selection)}"


def _request(prompt: str | Edit) -> str:
    """Return what was asked for: a prompt, or a change of a picture."""
    if isinstance(prompt, str):
        return f"“{shown(prompt, LONGEST)}”"
    name = f" of {shown(PurePath(prompt.path).name, LONGEST)}" if prompt.path else ""
    return f"Edit{name}: “{shown(prompt.instruction, LONGEST)}”"


def _why(selection: Selection, one: Candidate) -> list[str]:
    from selector.report.saving import places

    reasons = selection.reasons[one.id]
    if not reasons:
        place = places(selection.decision).get(one.id)
        return [f"rank {place}; met every bound" if place else "met every bound"]
    return list(dict.fromkeys(_in_words(reason) for reason in reasons))


def _quality(selection: Selection, one: Candidate) -> str:
    """Return the quality; "≤" where something of it is not measured, "≥" where something failed."""
    from selector.report.words import bounded

    decision = selection.decision
    if one.id in decision.at_most:
        return f"≤ {bounded(decision.at_most[one.id])}"
    quality = decision.quality.get(one.id)
    return "" if quality is None else f"{_at_least(selection, one)}{quality:.3f}"


def _at_least(selection: Selection, one: Candidate) -> str:
    """Return "≥" where the quality counts failed scores at their worst."""
    from selector.decision.composite import is_a_least

    plan = selection.plan
    row = selection.outcomes.get(one.id, {})
    return "≥" if isinstance(plan, Plan) and is_a_least(plan, row) else ""


def _in_words(reason: Reason) -> str:
    from selector.report.reasons import is_a_tie, so_far

    how, note = so_far(reason)
    if how:
        said = str(replace(reason, note=note)).replace("quality is ", f"quality is {how}", 1)
        return shown(f"{reason.kind}: {said}")
    if is_a_tie(reason):
        return shown(f"{reason.kind}: {reason}; practically a tie")
    if reason.kind == "failure":  # whole in the footer, once for all whom it befell
        return f"failure: {reason.instance}: {cause(reason.note)}"
    return shown(f"{reason.kind}: {reason}")


def _footer(selection: Selection) -> list[str]:
    notes = [
        f"{shown(one.id, LONGEST)}: {shown(note)}."
        for one in selection.candidates
        for note in one.notes
    ]
    groups = {
        "accepted": selection.accepted,
        "for review": selection.review,
        "rejected": selection.rejected,
    }
    verdicts = ", ".join(f"{len(group)} {name}" for name, group in groups.items())
    total = selection.timings.get("total", 0.0)
    return [
        _saved(selection),
        *_advice(selection),
        *_calibrated(selection),
        *failures(selection.outcomes.values()),
        *(shown(note, NOTE) for note in selection.notes),
        *notes,
        f"{counted(len(selection.candidates), 'candidate')} in {total:.2f} s: {verdicts}.",
    ]


def counted(number: int, noun: str) -> str:
    """Return a number with its noun, in the plural if need be."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _saved(selection: Selection) -> str:
    """Return how many rounds of measuring it took, and what was not measured for the answer."""
    from selector.report.saving import calls, together

    each = calls(selection)
    total = together(each)
    if isinstance(selection.plan, Plan) and selection.plan.mode == "exhaustive":
        return f"Everything was measured, as the policy says: {counted(total.made, 'call')}."
    asked = f"Asked in {counted(selection.spent.rounds, 'round')}"
    if not total.saved:
        return f"{asked}; each of {counted(total.every, 'call')} was needed."
    dearest = [one for one in each if one.saved][:DEAREST]
    listed = ", ".join(f"{shown(one.name)} {one.words}" for one in dearest)
    more = " …" if sum(one.saved for one in dearest) < total.saved else ""
    audited = " Audited: the rest was measured after the verdict." if selection.audited else ""
    predicts = isinstance(selection.plan, Plan) and selection.plan.prediction is not None
    why = "is not expected to depend" if predicts else "did not depend"
    said = f"{total.words} calls saved, as the answer {why} on them"
    return f"{asked}; {said} ({listed}{more}).{audited}"


def _advice(selection: Selection) -> list[str]:
    from selector.report.answer import advised

    said = advised(selection)
    return [shown(said)] if said else []


def _calibrated(selection: Selection) -> list[str]:
    """Return what is promised of what is delivered, or why nothing is."""
    from selector.decision.certified import for_request

    plan = selection.plan
    if not isinstance(plan, Plan):
        return []
    _, why = for_request(plan, selection.candidates)
    if why:
        return [f"Not certified: {shown(why, CLAIM)}."]
    said = claim_line(plan)
    return [f"{said[0].upper()}{said[1:]}"] if said else []


def failures(rows: Iterable[Mapping[str, Outcome]]) -> list[str]:
    """Return each failure once, with on how many, and each command that cures some once."""
    failed: Counter[str] = Counter()
    for row in rows:
        failed.update({one.reason for one in row.values() if isinstance(one, Failure)})
    parted = [(count, *said.partition(CURE)) for said, count in failed.most_common()]
    cures = dict.fromkeys(f"{CURE.strip()} {cure}" for _, _, mark, cure in parted if mark)
    lines = [f"Failed on {count}: {said}" for count, said, _, _ in parted]
    return [shown(line) for text in (*lines, *cures) for line in text.splitlines()]


def cause(reason: str) -> str:
    """Return the first sentence of why something failed; what to do stands in the footer."""
    head = reason.partition("\n")[0].partition(". ")[0]
    return shown(head if len(head) <= CAUSE else f"{head[: CAUSE - 1].rstrip()}…")


def plan_line(plan: Plan, warnings: int = 0, acknowledged: Iterable[str] = ()) -> str:
    """Return in one line what a checked policy does."""
    well = f"ok, but {counted(warnings, 'warning')}" if warnings else "ok"
    deliver = "all that are good enough" if plan.deliver is None else f"{plan.deliver}"
    waits = f"; not calibrated yet: {', '.join(plan.uncertified)}" if plan.uncertified else ""
    excused = f"; acknowledges {', '.join(acknowledged)}" if acknowledged else ""
    return (
        f"{well}: {plan.policy}@{plan.version}, {len(plan.gates)} gates, {plan.method.kind}, "
        f"delivers {deliver}, {len(plan.instances)} measures{waits}{excused}"
    )


def claim_line(plan: Plan) -> str:
    """Return what the plan's calibrated file promises, in one line; "" without one."""
    claim = plan.written.claim if plan.written else ""
    return f"calibrated: {shown(claim, CLAIM)}" if claim else ""


def download_line(lacking: Sequence[Entry], policy: str) -> str:
    """Return which models a policy has yet to download, and the command that does it beforehand."""
    from selector.doctor.finding import megabytes
    from selector.installed import command

    listed = ", ".join(f"{one.name} {megabytes(one.size)}" for one in lacking)
    total = megabytes(sum(one.size for one in lacking))
    pull = f"{command()} weights pull --policy {shlex.quote(policy)}"
    return shown(
        f"  {total} of models are fetched at first use: {listed}. To fetch them now: {pull}"
    )

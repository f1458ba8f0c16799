"""Why a recorded candidate got its verdict, and what would turn it: what `selector explain` prints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from selector.cli.prose import entry, shown
from selector.cli.table import LONGEST
from selector.decision.composite import is_a_least, probability_of
from selector.errors import RequestError
from selector.journal import Journal
from selector.journal.recorded import named
from selector.policy.plan import Plan, Probability
from selector.replay.nearest import PROBABILITY, QUALITY, Nearest, nearest
from selector.replay.single import Change, Turn
from selector.replay.what_if import WhatIf
from selector.replay.words import counted
from selector.report.answer import answered
from selector.report.pictures import Room
from selector.report.reasons import Around, sentences
from selector.report.sheet import Sheet, sheet
from selector.report.words import ISOLATE, POP, Vocabulary, moment, number, whole
from selector.types import (
    Edit,
    NotApplicable,
    Outcome,
    Reason,
    Score,
    Selection,
    VerdictName,
    to_data,
)

LISTED = 5  # ids that are told where several begin so
SAID: Mapping[VerdictName, str] = {
    "accept": "Accepted",
    "review": "For review",
    "reject": "Rejected",
}
WOULD: Mapping[VerdictName, str] = {
    "accept": "It would be accepted",
    "review": "It would go to a person",
    "reject": "It would be rejected",
}
COMPOSITES = {QUALITY: "quality", PROBABILITY: "probability of being good"}
# Grounds that no number of the candidate's own changes.
GIVEN: Mapping[str, str] = {
    "copy": "the very same picture stands for it",
    "uncertified": "nothing is certified for such a request",
    "front": "the policy leaves the choice to a person",
    "failure": "it depends on what could not be measured",
}


@dataclass(frozen=True, slots=True)
class Why:
    """Why one candidate got its verdict.

    Attributes:
        verdict: What it got.
        reasons: Why, as it was recorded.
        said: The same in sentences.
        nearest: What would turn it.
        vocabulary: What its numbers are called.
    """

    verdict: VerdictName
    reasons: tuple[Reason, ...]
    said: tuple[str, ...]
    nearest: Nearest
    vocabulary: Vocabulary


def request_of(book: Journal, beginning: str | None) -> str:
    """Return the one request whose id begins so; the newest if None.

    Raises:
        RequestError: There is none, or there are several.
        JournalError: The journal can't be read.
    """
    if beginning is None:
        newest = book.requests(1)
        if not newest:
            raise RequestError(f"request: no request in {book.name} (got none). Select something.")
        return newest[0].id
    found = named(book, beginning) if beginning else []
    if len(found) == 1:
        return found[0]
    if found:
        some = ", ".join(found[:LISTED]) + (" …" if len(found) > LISTED else "")
        raise RequestError(
            f"request: several requests begin so (got {beginning!r}: {some}). Write more of it."
        )
    raise RequestError(
        f"request: no request of this id in {book.name} (got {beginning!r}). "
        "List what is there with `selector journal tail`."
    )


def candidates_of(selection: Selection, beginning: str | None) -> list[str]:
    """Return the candidate whose id is or begins so; all as a person reads them if None.

    Raises:
        RequestError: There is none, or there are several.
    """
    every = [one.id for one in selection.in_order()]
    if beginning is None or beginning in every:
        return every if beginning is None else [beginning]
    found = [one for one in every if beginning and one.startswith(beginning)]
    if len(found) == 1:
        return found
    what = "several candidates begin so" if found else "no candidate of this id"
    raise RequestError(
        f"request: {what} (got {beginning!r}). It is one of {', '.join((found or every)[:20])}."
    )


def explained(plan: Plan, selection: Selection, candidate: str) -> Why:
    """Return why a candidate got its verdict, and what would turn it."""
    whole = sheet(replace(selection, plan=plan), Room(1, 1), shown=())
    what = WhatIf.of(plan, selection, candidate)
    return Why(
        verdict=selection.verdict(candidate),
        reasons=selection.reasons[candidate],
        said=tuple(map(_plain, _grounds(plan, whole, candidate))),
        nearest=nearest(what),
        vocabulary=whole.vocabulary,
    )


def _grounds(plan: Plan, whole: Sheet, candidate: str) -> Iterator[str]:
    selection = whole.selection
    decision = selection.decision
    around = Around(
        whole.vocabulary,
        whole.exact,
        least=is_a_least(plan, selection.outcomes.get(candidate, {})),
        most=candidate in decision.at_most,
        chosen=bool(selection.accepted),
    )
    for one in sentences(selection.reasons[candidate], around):
        yield f"{one.lead}: {one.text}"
    if decision.verdicts[candidate] == "accept":
        place = whole.ranks.get(candidate)
        yield f"It met every bound that applies{f', and has rank {place}' if place else ''}."
    if candidate in decision.quality:
        yield f"Its quality is {decision.quality[candidate]:.3f}."
    row = selection.outcomes.get(candidate, {})
    if plan.probability and _is_measured(plan.probability, row):
        yield f"Its probability of being good is {probability_of(plan.probability, row):.3f}."


def _is_measured(of: Probability, row: Mapping[str, Outcome]) -> bool:
    """Return whether all is known that a candidate's probability of being good follows from."""
    found = [row.get(term.of.key) for term in of.terms]
    return all(isinstance(one, Score | NotApplicable) for one in found)


def lines(selection: Selection, found: Mapping[str, Why]) -> Iterator[str]:
    """Give a paragraph for each candidate."""
    prompt = selection.prompt
    said = prompt.instruction if isinstance(prompt, Edit) else prompt
    yield f"Request {shown(selection.request_id, LONGEST)}: “{shown(said, LONGEST)}”"
    head = f"Decided by {shown(selection.policy)} on {moment(selection.created)}"
    yield f"{head}: {answered(selection)}."
    for name, why in found.items():
        yield ""
        yield f"{shown(name, LONGEST)}: {SAID[why.verdict]}"
        for each in (*why.said, *turning(why)):
            yield entry("", each, column=2, indent=0)


def _plain(text: str) -> str:
    """Return text without the marks that keep directions apart on a page: here they would show."""
    return text.replace(ISOLATE, "").replace(POP, "")


def turning(why: Why) -> Iterator[str]:
    """Give in sentences what would turn a verdict."""
    yield from map(_plain, _turning(why))


def _turning(why: Why) -> Iterator[str]:
    near, words = why.nearest, why.vocabulary
    if near.untold:
        needed = ", ".join(f"{name} {count}" for name, count in near.untold.calls.items())
        more = counted(sum(near.untold.calls.values()), "more call")
        changes = _changes(near.untold, words)
        yield (
            f"It would not be settled {changes}: at least {more} would have to be made to "
            f"tell ({needed})."
        )
    if near.turn and near.turn.verdict:
        yield f"{WOULD[near.turn.verdict]} {_changes(near.turn, words)}."
    told = {change.key for change in near.turn.changes} if near.turn else set()
    if near.quality and near.quality.key not in told:
        was = number(near.quality.was or 0.0, near.quality.about)
        needed = number(near.quality.about, near.quality.was)
        yield (
            f"A {COMPOSITES[near.quality.key]} of at least {needed} would do, however it comes "
            f"about, where every bound is kept to (it was {was})."
        )
    if near.turn is None and near.untold is None:
        given = next((GIVEN[one.kind] for one in why.reasons if one.kind in GIVEN), "")
        verb = "would lose it that" if why.verdict == "accept" else "would change that"
        because = f": {given}" if given else ""
        yield f"No one number that was measured of it {verb}{because}."


def _changes(turn: Turn, words: Vocabulary) -> str:
    several = [_change(one, words) for one in turn.changes]
    if len(several) == 1:
        return f"if {several[0]}"
    return f"if all of this held: {'; '.join(several)}"


def _change(one: Change, words: Vocabulary) -> str:
    """Return "faces.defect were at most 0.31 (it was 0.34)"."""
    if one.key in COMPOSITES:
        needed, was = number(one.about, one.was), number(one.was or 0.0, one.about)
        what = COMPOSITES[one.key]
        return f"{what} were at least {needed}, with every bound kept to (it was {was})"
    unit = words.unit(one.key)
    was = "could not be measured" if one.was is None else f"was {number(one.was, one.about)}{unit}"
    return f"{one.key} were {one.how} {whole(one.about)}{unit} (it {was})"


def data(selection: Selection, found: Mapping[str, Why]) -> dict[str, Any]:
    """Return the same as JSON data."""
    return {
        "request": selection.request_id,
        "policy": selection.policy,
        "created": selection.created,
        "answer": selection.answer,
        "candidates": {
            name: {
                "verdict": why.verdict,
                "reasons": to_data(tuple[Reason, ...], why.reasons),
                "why": list(why.said),
                "turned_by": _turn(why.nearest.turn),
                "open_by": _turn(why.nearest.untold),
                "quality_needed": why.nearest.quality and why.nearest.quality.value,
                "said": list(turning(why)),
            }
            for name, why in found.items()
        },
    }


def _turn(turn: Turn | None) -> dict[str, Any] | None:
    if turn is None:
        return None
    return {
        "verdict": turn.verdict,
        "changes": [to_data(Change, one) for one in turn.changes],
        "calls_needed": dict(turn.calls),
        "distance": turn.distance,
    }

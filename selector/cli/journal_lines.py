"""Requests of the journal in lines for a terminal: a list, one whole, and what a person says."""

from __future__ import annotations

import getpass
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from selector.cli.prose import entry, shown
from selector.cli.table import LONGEST
from selector.cli.why import candidates_of, request_of
from selector.errors import RequestError
from selector.foreign import printable
from selector.journal import Journal, Label, RequestRow, about
from selector.journal.about import Entry, Said
from selector.policy.plan import Plan
from selector.report.words import number
from selector.types import (
    Edit,
    Failure,
    NotApplicable,
    Outcome,
    Score,
    Selection,
)

SHORT = 8  # characters of an id
COLUMN = 10
WIDE = 24
CAUSE = 120  # characters of why there is no score
VERDICTS = {"accept": 1.0, "reject": 0.0}


@dataclass(frozen=True, slots=True)
class Request:
    """One request, with what the journal knows beside it."""

    plan: Plan
    selection: Selection
    entry: Entry | None
    labels: list[Said]


def newest(book: Journal, count: int, poll_s: float | None) -> Iterator[str]:
    """Give a line a request, the newest last.

    Args:
        book: The journal.
        count: How many of those that are there.
        poll_s: Seconds between two looks for new ones; None ends with those that are there.
    """
    found = about.newest(book, count)
    yield from map(_line, found.rows)
    while poll_s is not None:
        time.sleep(poll_s)
        found = about.after(book, found.last)
        yield from map(_line, found.rows)


def request(book: Journal, beginning: str) -> Request:
    """Return the one request whose id begins so.

    Raises:
        RequestError: There is none, or there are several.
        JournalError: It can't be read.
    """
    found = request_of(book, beginning)
    plan, selection = book.read(found)
    known = replace(_with_pictures(selection), plan=plan)
    return Request(plan, known, about.entry_of(book, found), about.labels_of(book, found))


def rest(of: Request) -> Iterator[str]:
    """Give what the table of verdicts does not say of a request."""
    one = of.selection
    prompt = one.prompt if isinstance(one.prompt, str) else one.prompt.instruction
    took = f", in {number(one.spent.seconds['total'])} s" if "total" in one.spent.seconds else ""
    yield ""
    yield _entry("Request", one.request_id)
    yield _entry("Decided", f"{one.created} by {one.policy}{took}")
    yield _entry("Plan", one.plan_hash)
    yield _entry("Prompt", printable(prompt))
    if one.expect:
        pairs = ", ".join(f"{name} = {number(value)}" for name, value in one.expect.items())
        yield _entry("Expected", pairs)
    if one.audited:
        yield _entry("Audit", _audit(one))
    yield _entry("Chain", _place(of.entry))
    for label in of.labels:
        yield _entry("Label", _said(label))
    yield ""
    yield "What was found"
    for candidate in one.in_order():
        row = one.outcomes.get(candidate.id, {})
        after = one.afterwards.get(candidate.id, ())
        yield f"  {shown(candidate.id, LONGEST)}"
        yield from _outcomes(row, after)


def labelled(book: Journal, beginning: str, candidate: str, verdict: str, rater: str | None) -> str:
    """Write a person's verdict down; return what was written.

    Raises:
        RequestError: There is no such request, candidate or verdict, or no name to sign with.
        JournalError: It can't be written.
    """
    if verdict not in VERDICTS:
        raise RequestError(f"label: expected accept or reject (got {verdict!r}). Say which.")
    name = rater if rater is not None else _user()
    if not name.strip():
        raise RequestError(f"label: whose verdict is it (got {name!r})? Name who says it: --rater.")
    found = request_of(book, beginning)
    _, selection = book.read(found)
    whose = _one_of(selection, candidate)
    book.label(Label(found, whose, name, "verdict", VERDICTS[verdict]))
    said = selection.decision.verdicts.get(whose, "nothing")
    return f"{shown(whose, LONGEST)}: {shown(name, LONGEST)} says {verdict}; the engine said {said}"


def _line(row: RequestRow) -> str:
    person = "person" if row.needs_person else ""
    return (
        f"{shown(row.created[:19])}  {shown(row.id[:SHORT]):{SHORT}}  {shown(row.policy, 24):<16}  "
        f"{row.answer:<8}  {person:<6}  {shown(row.prompt, LONGEST)}"
    )


def _entry(label: str, text: str) -> str:
    return entry(label, text, column=COLUMN)


def _with_pictures(selection: Selection) -> Selection:
    """Return a selection whose candidates lead to the files that they came from."""
    prompt = selection.prompt
    if isinstance(prompt, Edit):
        prompt = replace(prompt, source=prompt.path)
    named = tuple(replace(one, image=one.path) for one in selection.candidates)
    return replace(selection, prompt=prompt, candidates=named)


def _audit(one: Selection) -> str:
    after = sum(map(len, one.afterwards.values()))
    differs = {True: "it would be decided otherwise", False: "the answer is the same"}
    said = differs.get(one.disagreed, "whether that changes the answer is not known")  # type: ignore[arg-type]
    return f"the rest was measured afterwards, {after} outcomes; with all of it {said}"


def _place(of: Entry | None) -> str:
    if of is None:
        return "written before there was a chain: nothing proves it"
    return f"entry {of.number}, number {of.sequence} of {of.writer}; digest {of.digest}"


def _said(label: Said) -> str:
    value = {1.0: "accept", 0.0: "reject"}.get(label.value) if label.aspect == "verdict" else None
    return (
        f"{label.created[:19]} {shown(label.rater, LONGEST)} of {shown(label.candidate_id, LONGEST)}: "
        f"{shown(label.aspect, LONGEST)} {value or number(label.value)}; "
        f"the engine said {label.verdict or 'nothing'}"
    )


def _outcomes(row: Mapping[str, Outcome], after: tuple[str, ...]) -> Iterator[str]:
    """Give a paragraph for each instance that found something; then those that were not asked."""
    found: dict[str, dict[str, list[str]]] = {}
    silent: dict[str, None] = {}
    for key, outcome in row.items():
        instance, _, output = key.rpartition(".")
        if (word := _word(outcome)) is None:
            silent[instance] = None
        else:
            late = " (only the audit)" if key in after else ""
            found.setdefault(instance, {}).setdefault(word + late, []).append(output)
    for instance, words in found.items():
        said = "; ".join(f"{', '.join(outputs)} {word}" for word, outputs in words.items())
        yield entry(instance, said, column=WIDE, indent=4)
    if left := [instance for instance in silent if instance not in found]:
        yield entry("not asked", ", ".join(left), column=WIDE, indent=4)
    if not row:
        yield "    nothing is known of it"


def _word(outcome: Outcome) -> str | None:
    """Return what was found; None if nobody looked."""
    match outcome:
        case Score(value=value):
            return number(value)
        case Failure(reason=reason):
            return f"failed: {shown(reason, CAUSE)}"
        case NotApplicable(reason=reason):
            return f"does not apply: {shown(reason, CAUSE)}"
    return None


def _one_of(selection: Selection, beginning: str) -> str:
    """Return the one candidate whose id is or begins so."""
    (found,) = candidates_of(selection, beginning)
    return found


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""

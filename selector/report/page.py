"""The report of one selection: one HTML file that needs nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import median_low

from selector.foreign import printable, shortened, visible
from selector.policy.plan import Plan
from selector.report.answer import (
    advised,
    answered,
    claimed,
    notes,
    person,
    promised,
    spared,
    uncertified,
)
from selector.report.bars import Bar
from selector.report.cards import Card, card
from selector.report.pictures import Missing, Picture, room_for, source_of
from selector.report.pixels import rules
from selector.report.rendering import render
from selector.report.saving import Calls, calls, together
from selector.report.sheet import Sheet, limits_of, sheet
from selector.report.words import moment, number, seconds
from selector.types import Edit, Selection, VerdictName

PIXELS = 13_000_000  # of all previews together: 64 of 450 px
BYTES = 7_000_000  # of all previews together; a third more once they are text
CRISP = 1280  # px: as large as a picture is shown on a large screen, twice as fine
FEW = 3  # so many that are accepted, or that a person must judge, are shown larger
LONG = 60  # so many cards are smaller, and laid out as they come into view
HEADING = 220  # characters of a prompt that fit over a page
TITLE = 60
TALL, WIDE = 0.85, 1.2  # width over height, where frames become tall or wide

GROUPS: Mapping[VerdictName, str] = {
    "accept": "Accepted",
    "review": "For review",
    "reject": "Rejected",
}


@dataclass(frozen=True, slots=True)
class Group:
    """All candidates of one verdict; *size* says how large: "alone", "few", "" or "long"."""

    verdict: VerdictName
    title: str
    cards: tuple[Card, ...]
    size: str


@dataclass(frozen=True, slots=True)
class Phase:
    """What one phase of the request took.

    Attributes:
        name: "images", an instance, "total".
        calls: How many candidates it measured; None where it measures nobody.
        saved: How many it was spared; None where that is not known.
        seconds: How long it took, in words.
    """

    name: str
    calls: int | None
    saved: int | None
    seconds: str


@dataclass(frozen=True, slots=True)
class Page:
    """What stands on the page, ready to be laid out.

    Attributes:
        prompt: The prompt, or the edit's instruction.
        heading: As much of it as fits over a page.
        notes: What to know of how it was measured: that a measure did not read all of the prompt.
        source: The picture before the edit; None where there was no edit.
        deliver: How many were asked for, in words; "" where that is not known.
        uncertified: Why nothing of the answer is certified, in a sentence; "" if it is.
        claim: What labels promise of what is delivered; "" if nothing.
        shape: "tall", "square" or "wide": the frame that suits most pictures.
        asked: The questions of the policy's author that a judge was asked, each once.
        calls: What all measures together measured, and were spared.
        spared: Why not everything was measured, in words.
        promise: What not measuring everything changes of the answer, in sentences.
        advice: What the policy advises to do now, in a sentence; "" if nothing.
        rules: How small pictures are enlarged, as CSS.
    """

    selection: Selection
    title: str
    prompt: str
    heading: str
    notes: tuple[str, ...]
    source: Picture | Missing | None
    answer: str
    person: str
    deliver: str
    uncertified: str
    claim: str
    policy: str
    moment: str
    groups: tuple[Group, ...]
    shape: str
    rules: str
    bars: tuple[Bar, ...]
    phases: tuple[Phase, ...]
    expect: tuple[tuple[str, str], ...]
    asked: tuple[str, ...]
    calls: Calls
    spared: str
    promise: str
    advice: str


def page(selection: Selection) -> str:
    """Return the report of *selection* as one HTML document.

    It asks nothing of the network and runs no script. A picture is shown only if it still is what
    was judged. A selection without its plan has no bars, and the policy's names in place of words.
    """
    made = _page(selection)
    return render("page.html.j2", rules=made.rules, page=made)


def _page(selection: Selection) -> Page:
    room = room_for(len(selection.candidates), pixels=PIXELS, total=BYTES, longest=CRISP)
    shared = sheet(selection, room)
    edit = selection.prompt if isinstance(selection.prompt, Edit) else None
    text = edit.instruction if edit else str(selection.prompt)
    prompt = printable(text).strip() or "(no prompt)"
    plan = shared.plan
    source = source_of(edit, room, limits_of(selection)) if edit else None
    return Page(
        selection,
        title=shortened(prompt, TITLE),
        prompt=prompt,
        heading=prompt if len(prompt) <= HEADING else f"{prompt[:HEADING].rstrip()}…",
        notes=notes(selection),
        source=source,
        answer=answered(selection),
        person=person(selection),
        deliver=_deliver(plan),
        uncertified=uncertified(selection),
        claim=claimed(selection),
        policy=visible(selection.policy),
        moment=moment(selection.created),
        groups=tuple(_groups(selection, shared)),
        shape=_shape(shared.pictures.values()),
        rules=rules([*shared.pictures.values(), *([source] if source else [])]),
        bars=shared.bars,
        phases=tuple(_phases(selection)),
        expect=tuple((visible(name), number(one)) for name, one in selection.expect.items()),
        asked=_asked(plan),
        calls=together(calls(selection)),
        spared=spared(selection),
        promise=promised(selection),
        advice=advised(selection),
    )


def _asked(plan: Plan | None) -> tuple[str, ...]:
    """Return the questions that stand in the policy, in its order."""
    given = [one.parameters.get("question") for one in plan.instances.values()] if plan else []
    return tuple(dict.fromkeys(printable(one).strip() for one in given if isinstance(one, str)))


def _deliver(plan: Plan | None) -> str:
    if plan is None:
        return ""
    return "all that are good enough" if plan.deliver is None else f"{plan.deliver}"


def _groups(selection: Selection, shared: Sheet) -> Iterable[Group]:
    members = (selection.accepted, selection.review, selection.rejected)
    for (verdict, title), group in zip(GROUPS.items(), members, strict=True):
        cards = tuple(card(one, shared) for one in group)
        yield Group(verdict, title, cards, _size(verdict, len(group)))


def _size(verdict: VerdictName, count: int) -> str:
    if verdict != "reject" and count <= FEW:
        return "alone" if count == 1 else "few"
    return "long" if count > LONG else ""


def _shape(previews: Iterable[Picture | Missing]) -> str:
    ratios = [one.size[0] / one.size[1] for one in previews if isinstance(one, Picture)]
    middle = median_low(ratios) if ratios else 1.0
    return "tall" if middle < TALL else "wide" if middle > WIDE else "square"


def _phases(selection: Selection) -> Iterable[Phase]:
    made, took, spared = selection.cost, selection.timings, selection.spent.saved
    names = [name for name in dict.fromkeys((*took, *made, *spared)) if name != "total"]
    for name in [*names, *(["total"] if "total" in took else [])]:
        said = seconds(took[name]) if name in took else "—"
        if tokens := selection.spent.tokens.get(name):
            said += f", {tokens:,} tokens"
        count = made.get(name, 0 if name in spared else None)
        yield Phase(visible(name), count, spared.get(name), said)

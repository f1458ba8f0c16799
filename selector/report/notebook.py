"""A selection as a notebook shows it: small, and without a stylesheet that could disturb others."""

from __future__ import annotations

from selector.foreign import printable, shortened, visible
from selector.report.answer import advised, answered, notes
from selector.report.cards import Card, card
from selector.report.pictures import room_for, source_of
from selector.report.rendering import render
from selector.report.sheet import limits_of, sheet
from selector.types import Edit, Selection

MOST = 64  # rows; who has more wants a report
PROMPT = 200  # characters
SIDE = 160  # px: shown half as large, crisp on fine screens
BYTES = 240_000  # of all thumbnails together; a third more once they are text


def small(selection: Selection) -> str:
    """Return the selection as a piece of HTML: thumbnail, verdict, quality, reasons in words."""
    shown = selection.in_order()[:MOST]
    room = room_for(len(shown), pixels=64 * SIDE * SIDE, total=BYTES, longest=SIDE)
    shared = sheet(selection, room, shown)
    prompt = selection.prompt
    edit = prompt if isinstance(prompt, Edit) else None
    text = edit.instruction if edit else str(prompt)
    cards: list[Card] = [card(one, shared) for one in shown]
    return render(
        "small.html.j2",
        prompt=shortened(printable(text).strip(), PROMPT),
        is_edit=edit is not None,
        source=source_of(edit, room, limits_of(selection)) if edit else None,
        policy=visible(selection.policy),
        answer=answered(selection),
        selection=selection,
        cards=cards,
        notes=notes(selection),
        advice=advised(selection),
        more=len(selection.candidates) - len(shown),
    )

"""What is said of each candidate, ready to be laid out."""

from __future__ import annotations

import json
from dataclasses import dataclass

from selector.decision.composite import is_a_least
from selector.foreign import printable, shortened, visible
from selector.report import absent
from selector.report.absent import Absent
from selector.report.marks import Found, marks
from selector.report.pictures import Missing, Picture
from selector.report.quotes import Quotes, quotes
from selector.report.readings import Readings, readings
from selector.report.reasons import Around, Sentence, key_of, sentences
from selector.report.sheet import Sheet
from selector.report.words import bounded
from selector.types import Candidate, VerdictName

METADATA = 2000  # characters; the whole of it is in the selection
NAME = 120  # characters of a name that are shown at once
PATH = 2000


@dataclass(frozen=True, slots=True)
class Card:
    """What is said of one candidate.

    Attributes:
        name: Its id, made visible.
        title: The same, short enough for a heading.
        verdict: "accept", "review" or "reject".
        place: Its place in the ranking, in words.
        quality: Its composite quality, or what that is at most or at least; "" where there is none.
        picture: Its preview, or why there is none.
        found: Evidence that is drawn on the picture.
        quoted: Evidence that is text.
        reasons: Why it got this verdict.
        notes: What reading the file had to leave out.
        readings: Its numbers, on their bars where there is a plan to make them from.
        failed: What could not be measured, and is not told in a reason already.
        nothing: Where there was nothing to measure.
        skipped: What was not measured, because the answer did not depend on it.
        path: Where it was read from.
        metadata: What the caller knows of it, as JSON.
    """

    name: str
    title: str
    verdict: VerdictName
    place: str
    quality: str
    picture: Picture | Missing
    found: Found
    quoted: Quotes
    reasons: tuple[Sentence, ...]
    notes: tuple[str, ...]
    readings: Readings
    failed: tuple[Absent, ...]
    nothing: tuple[Absent, ...]
    skipped: tuple[str, ...]
    path: str
    metadata: str


def card(one: Candidate, sheet: Sheet) -> Card:
    """Return what is said of one candidate."""
    selection, words = sheet.selection, sheet.vocabulary
    row = selection.outcomes.get(one.id, {})
    needed = {key: outcome for key, outcome in row.items() if key in sheet.needed}
    picture, quality = sheet.pictures[one.id], _quality(one, sheet)
    reasons = selection.reasons[one.id]
    copy = any(reason.kind == "copy" for reason in reasons)
    told = {key_of(reason) for reason in reasons if reason.kind == "failure"}
    return Card(
        name=visible(one.id),
        title=shortened(visible(one.id), NAME),
        verdict=selection.verdict(one.id),
        place=_place(one, sheet),
        quality=quality,
        picture=picture,
        found=marks(needed, picture.size) if isinstance(picture, Picture) else Found(),
        quoted=quotes(needed),
        reasons=sentences(reasons, _around(one, sheet)),
        notes=tuple(printable(note) for note in one.notes),
        readings=readings(one, sheet, quality),
        failed=absent.failed(needed, told, words),
        nothing=absent.nothing(needed, sheet.plan, words),
        skipped=() if copy or one.error else absent.skipped(needed, words),
        path=shortened(visible(one.path or ""), PATH),
        metadata=_metadata(one),
    )


def _around(one: Candidate, sheet: Sheet) -> Around:
    return Around(
        sheet.vocabulary,
        sheet.exact,
        least=_is_a_least(one, sheet),
        most=one.id in sheet.selection.decision.at_most,
        chosen=bool(sheet.selection.accepted),
    )


def _is_a_least(one: Candidate, sheet: Sheet) -> bool:
    return sheet.plan is not None and is_a_least(
        sheet.plan, sheet.selection.outcomes.get(one.id, {})
    )


def _quality(one: Candidate, sheet: Sheet) -> str:
    decision = sheet.selection.decision
    if one.id in decision.at_most:
        return f"at most {bounded(decision.at_most[one.id])}"
    quality = decision.quality.get(one.id)
    if quality is None:
        return ""
    return ("at least " if _is_a_least(one, sheet) else "") + f"{quality:.3f}"


def _place(one: Candidate, sheet: Sheet) -> str:
    if place := sheet.ranks.get(one.id):
        return f"Rank {place:,}"
    ranked = one.id in sheet.selection.decision.ranking
    return "Rank not settled" if ranked else "Not ranked"


def _metadata(one: Candidate) -> str:
    if not one.metadata:
        return ""
    text = json.dumps(dict(one.metadata), ensure_ascii=False, indent=1)
    return shortened(printable(text), METADATA)

"""What is said of each candidate, ready to be laid out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from selector.report.bars import QUALITY, Bar
from selector.report.boxes import Box, boxes
from selector.report.pictures import Missing, Picture
from selector.report.reasons import Sentence, sentence
from selector.report.sheet import Sheet
from selector.report.words import Vocabulary, number, printable, shortened, visible
from selector.types import (
    Candidate,
    Failure,
    NotApplicable,
    NotEvaluated,
    Outcome,
    Score,
    Selection,
    VerdictName,
)

METADATA = 2000  # characters; the whole of it is in the selection
REASON = 600
NAME = 120  # characters of a name that are shown at once
PATH = 2000


@dataclass(frozen=True, slots=True)
class Reading:
    """One number of one candidate on its bar.

    Attributes:
        bar: What it is on.
        value: The number, with its unit.
        at: Where it lies, in percent of the bar.
        judged: "refused" or "review" where a reason of the verdict is about it, else "".
    """

    bar: Bar
    value: str
    at: float
    judged: str = ""

    @property
    def alternative(self) -> str:
        """The bar in words."""
        return "; ".join((f"{self.bar.words}: {self.value}", *self.bar.asks))


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of one candidate where no plan says what it means: the policy's name for it."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Absent:
    """Numbers that are not there, and why."""

    words: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Card:
    """What is said of one candidate.

    Attributes:
        name: Its id, made visible.
        title: The same, short enough for a heading.
        verdict: "accept", "review" or "reject".
        rank: Its place in the ranking, from 1; None where it was not ranked.
        quality: Its composite quality; "" where there is none.
        picture: Its preview, or why there is none.
        boxes: Evidence on the picture.
        reasons: Why it got this verdict.
        notes: What reading the file had to leave out.
        readings: Its numbers on their bars.
        figures: Its numbers, where there is no plan to make bars from.
        absent: What does not apply to it.
        failed: What could not be measured.
        skipped: What was not measured, because the answer did not depend on it.
        path: Where it was read from.
        metadata: What the caller knows of it, as JSON.
    """

    name: str
    title: str
    verdict: VerdictName
    rank: int | None
    quality: str
    picture: Picture | Missing
    boxes: tuple[Box, ...]
    reasons: tuple[Sentence, ...]
    notes: tuple[str, ...]
    readings: tuple[Reading, ...]
    figures: tuple[Figure, ...]
    absent: tuple[Absent, ...]
    failed: tuple[Absent, ...]
    skipped: tuple[str, ...]
    path: str
    metadata: str


def card(one: Candidate, sheet: Sheet) -> Card:
    """Return what is said of one candidate."""
    selection, vocabulary = sheet.selection, sheet.vocabulary
    row = selection.outcomes.get(one.id, {})
    needed = {key: outcome for key, outcome in row.items() if key in sheet.needed}
    picture = sheet.pictures[one.id]
    copy = any(reason.kind == "copy" for reason in selection.reasons[one.id])
    return Card(
        name=visible(one.id),
        title=shortened(visible(one.id), NAME),
        verdict=selection.verdict(one.id),
        rank=sheet.ranks.get(one.id),
        quality=_quality(one, selection),
        picture=picture,
        boxes=boxes(row, picture.size) if isinstance(picture, Picture) else (),
        reasons=_reasons(one, sheet),
        notes=tuple(printable(note) for note in one.notes),
        readings=_readings(one, row, sheet),
        figures=() if sheet.bars else tuple(_figures(row)),
        absent=_absent(needed, NotApplicable, vocabulary),
        failed=_absent(needed, Failure, vocabulary),
        skipped=() if copy or one.error else _skipped(needed, vocabulary),
        path=shortened(visible(one.path or ""), PATH),
        metadata=_metadata(one),
    )


def quality_is_a_least(one: Candidate, selection: Selection) -> bool:
    """Return whether the quality counts failed scores at their worst."""
    return any(reason.kind == "failure" for reason in selection.reasons[one.id])


def _quality(one: Candidate, selection: Selection) -> str:
    quality = selection.decision.quality.get(one.id)
    if quality is None:
        return ""
    return ("at least " if quality_is_a_least(one, selection) else "") + f"{quality:.3f}"


def _reasons(one: Candidate, sheet: Sheet) -> tuple[Sentence, ...]:
    said = (sentence(reason, sheet.vocabulary) for reason in sheet.selection.reasons[one.id])
    return tuple(dict.fromkeys(said))


def _readings(one: Candidate, row: Mapping[str, Outcome], sheet: Sheet) -> tuple[Reading, ...]:
    judged = {
        reason.instance + (f".{reason.output}" if reason.output else ""): "review"
        if reason.kind == "band"
        else "refused"
        for reason in sheet.selection.reasons[one.id]
        if reason.kind in {"refused", "infeasible", "band", "cut"}
    }
    quality = sheet.selection.decision.quality.get(one.id)
    readings = []
    for bar in sheet.bars:
        value = _value(bar, row, quality)
        if value is not None:
            said = _quality(one, sheet.selection) if bar.name == QUALITY else number(value)
            readings.append(
                Reading(bar, said + bar.suffix, bar.span.at(value), judged.get(bar.name, ""))
            )
    return tuple(readings)


def _value(bar: Bar, row: Mapping[str, Outcome], quality: float | None) -> float | None:
    if bar.name == QUALITY:
        return quality
    outcome = row.get(bar.name)
    return outcome.value if isinstance(outcome, Score) else None


def _figures(row: Mapping[str, Outcome]) -> Iterable[Figure]:
    for key, outcome in row.items():
        if isinstance(outcome, Score):
            yield Figure(visible(key), number(outcome.value))


def _absent(
    row: Mapping[str, Outcome], kind: type[Failure | NotApplicable], words: Vocabulary
) -> tuple[Absent, ...]:
    """Return what is absent in one way, all that have the same reason together."""
    found: dict[str, list[str]] = {}
    for key, outcome in row.items():
        if isinstance(outcome, kind):
            why = shortened(printable(outcome.reason).strip(), REASON)
            found.setdefault(why, []).append(words.words(key))
    return tuple(Absent(tuple(dict.fromkeys(said)), why) for why, said in found.items())


def _skipped(row: Mapping[str, Outcome], words: Vocabulary) -> tuple[str, ...]:
    unknown: Iterable[str] = (key for key, one in row.items() if isinstance(one, NotEvaluated))
    return tuple(dict.fromkeys(words.words(key) for key in unknown))


def _metadata(one: Candidate) -> str:
    if not one.metadata:
        return ""
    text = json.dumps(dict(one.metadata), ensure_ascii=False, indent=1)
    return shortened(printable(text), METADATA)

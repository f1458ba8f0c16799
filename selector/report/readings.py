"""The numbers of one candidate: what misses its bounds, what decides the rank; long rests folded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from selector.decision.composite import probability_of
from selector.decision.gates import judge
from selector.foreign import visible
from selector.policy.plan import Plan, Probability
from selector.report.bars import PROBABILITY, QUALITY, Bar
from selector.report.reasons import key_of
from selector.report.sheet import Sheet
from selector.report.words import bounded, counted, number
from selector.types import Candidate, Failure, NotEvaluated, Outcome, Reason, Score

FEW = 6  # so many numbers that meet their bounds stay in sight

Standing = Literal["", "review", "refused"]


@dataclass(frozen=True, slots=True)
class Reading:
    """One number of one candidate.

    Attributes:
        words: What it is; where no plan says that, the policy's name for it.
        value: The number, with its unit.
        bar: What it is on; None where there is no plan.
        at: Where it lies, in percent of the bar.
        up_to: Whether it is only known to lie there or below.
        judged: "refused" or "review" where it does not meet its bounds, else "".
    """

    words: str
    value: str
    bar: Bar | None = None
    at: float = 0.0
    up_to: bool = False
    judged: Standing = ""

    @property
    def alternative(self) -> str:
        """The bar in words."""
        asks = () if self.bar is None else self.bar.asks
        return "; ".join((f"{self.words}: {self.value}", *asks))


@dataclass(frozen=True, slots=True)
class Readings:
    """All numbers of one candidate.

    Attributes:
        shown: What does not meet its bounds, the worst first, and what it is ranked by; the others
            too, where they are few.
        folded: The others, where they are many.
    """

    shown: tuple[Reading, ...] = ()
    folded: tuple[Reading, ...] = ()

    @property
    def summary(self) -> str:
        """What is folded: "18 numbers within their bounds"; no bounds are claimed without a plan."""
        said = counted(len(self.folded), "number")
        if not any(one.bar for one in self.folded):
            return said
        return f"{said} within {'its' if len(self.folded) == 1 else 'their'} bounds"


def readings(one: Candidate, sheet: Sheet, quality: str) -> Readings:
    """Return the numbers of one candidate, on their bars where there is a plan to make them from.

    Args:
        one: The candidate.
        sheet: What all cards share.
        quality: Its composite quality in words.
    """
    row = sheet.selection.outcomes.get(one.id, {})
    if sheet.plan is None:
        return _parted(_figures(row))
    return _parted(_on_bars(one, sheet, quality, _judged(one, sheet, sheet.plan)))


def _parted(found: Iterator[Reading]) -> Readings:
    known = tuple(found)
    missed = tuple(
        one for standing in ("refused", "review") for one in known if one.judged == standing
    )
    met = tuple(one for one in known if not one.judged)
    if len(met) <= FEW:
        return Readings(missed + met)
    ranks = tuple(one for one in met if one.bar and one.bar.counts)
    return Readings(missed + ranks, tuple(one for one in met if one not in ranks))


def _on_bars(
    one: Candidate, sheet: Sheet, quality: str, judged: Mapping[str, Standing]
) -> Iterator[Reading]:
    row = sheet.selection.outcomes.get(one.id, {})
    decision = sheet.selection.decision
    composite = decision.quality.get(one.id, decision.at_most.get(one.id))
    for bar in sheet.bars:
        if bar.name == PROBABILITY and sheet.plan and sheet.plan.probability:
            yield from _likely(bar, sheet.plan.probability, row, judged.get(bar.name, ""))
            continue
        is_quality = bar.name == QUALITY
        value = composite if is_quality else _value(row.get(bar.name))
        if value is not None:
            said = quality if is_quality else number(value) + bar.suffix
            at, up_to = bar.span.at(value), is_quality and one.id in decision.at_most
            yield Reading(bar.words, said, bar, at, up_to, judged.get(bar.name, ""))


def _likely(
    bar: Bar, of: Probability, row: Mapping[str, Outcome], judged: Standing
) -> Iterator[Reading]:
    """Give how probable it is that a candidate is good, if anything of that is measured."""
    found = [row.get(term.of.key) for term in of.terms]
    if not any(isinstance(one, Score) for one in found):
        return
    failed = any(isinstance(one, Failure) for one in found)
    most = any(one is None or isinstance(one, NotEvaluated) for one in found)
    value = probability_of(of, row, "best" if most else "worst")
    how = "at most " if most else "at least " if failed else ""
    said = bounded(value) if most else f"{value:.3f}"
    yield Reading(bar.words, f"{how}{said}", bar, bar.span.at(value), most, judged)


def _figures(row: Mapping[str, Outcome]) -> Iterator[Reading]:
    """Give the numbers where there is no plan to make bars from."""
    for key, outcome in row.items():
        if (value := _value(outcome)) is not None:
            yield Reading(visible(key), number(value))


def _value(outcome: Outcome | None) -> float | None:
    return outcome.value if isinstance(outcome, Score) else None


def _judged(one: Candidate, sheet: Sheet, plan: Plan) -> dict[str, Standing]:
    """Return what does not meet its bounds: the grounds of a verdict do not name all of it."""
    row, expect = sheet.selection.outcomes.get(one.id, {}), sheet.selection.expect
    stands = [
        judge(gate, row[gate.on.key], expect).reason
        for gate in (*plan.gates, *plan.constraints)
        if gate.on.key in row
    ]
    found: dict[str, Standing] = {}
    for reason in (*stands, *sheet.selection.reasons[one.id]):
        standing = _standing(reason)
        if reason and standing and found.get(key_of(reason)) != "refused":
            found[key_of(reason)] = standing
    return found


def _standing(reason: Reason | None) -> Standing:
    match reason:
        case Reason(kind="band"):
            return "review"
        case Reason(kind="refused" | "infeasible" | "cut"):
            return "refused"
    return ""

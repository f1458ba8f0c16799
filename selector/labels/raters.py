"""Who is to be trusted: attention checks of each rater, and labels without those who fail."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from selector.errors import CalibrationError
from selector.labels import checks
from selector.labels.answers import Answers, answers
from selector.labels.checks import Check, Gold
from selector.labels.label import Flag, Label, Pair
from selector.labels.model import fit

UNRELIABLE = 0.7  # share of answers that are meant
ENOUGH = 30  # answers of which reliability is concluded
TWO = 2  # weaker signs that together are enough to drop a rater


@dataclass(frozen=True, slots=True)
class Gate:
    """Which raters count.

    Attributes:
        level: What share of gold questions is to be right, at least.
        confidence: How sure that has to be.
    """

    level: float = 0.7
    confidence: float = 0.9


@dataclass(frozen=True, slots=True)
class Finding:
    """A check that a rater fails, and why in words."""

    check: Check
    said: str


@dataclass(frozen=True, slots=True)
class Judged:
    """One rater.

    Attributes:
        name: Who.
        labels: How many, attention checks included.
        gold: Answers to questions whose answer is known; None where there were none.
        fast: Share of answers among the fastest percent of all.
        run: Longest run of one answer, or side; None where times are not known.
        ties: Share of pairs that were left undecided.
        agreement: With the others, beyond chance; None where nobody else judged the same.
        reliability: Share of answers that are meant, by the label model; None if not asked.
        side: How much the left side appeals, in logits; None if not asked, or not known.
        findings: What is wrong.
    """

    name: str
    labels: int
    gold: Gold | None
    fast: float | None
    run: int | None
    ties: float | None
    agreement: float | None
    reliability: float | None
    side: float | None
    findings: tuple[Finding, ...] = ()

    @property
    def dropped(self) -> bool:
        """Whether this rater should not count: gold questions missed, or two other signs."""
        failed = {one.check for one in self.findings}
        return "gold" in failed or len(failed) >= TWO


@dataclass(frozen=True, slots=True)
class _Usual:
    """What all raters do, against which one is held."""

    fastest: tuple[float, float] | None
    frequencies: Mapping[object, float]
    ties: float
    close: Mapping[str, tuple[float, int]]
    reliability: Mapping[str, tuple[float, float | None]]


def judged(
    labels: Sequence[Label], gate: Gate = Gate(), *, model: bool = True
) -> tuple[Judged, ...]:
    """Return each rater with the checks that they fail, those who should be dropped first.

    One sign alone is told, and drops nobody but for missed gold questions: whoever is fast may
    be good. Raters of whom too little is known fail nothing.

    Args:
        labels: All that are there.
        gate: Which raters count.
        model: Whether the label model is asked how reliable each is, which takes a moment.
    """
    by: dict[str, list[Label]] = {}
    for label in labels:
        by.setdefault(label.rater, []).append(label)
    usual = _Usual(
        fastest=checks.fastest(labels),
        frequencies=checks.frequencies(labels),
        ties=checks.ties(labels, 1.0)[0] or 0.0,
        close=checks.closeness(answers(labels)),
        reliability=_reliability(labels) if model and len(by) > 1 else {},
    )
    found = [_judged(name, own, usual, gate) for name, own in by.items()]
    return tuple(sorted(found, key=lambda one: (not one.dropped, not one.findings, one.name)))


def gated(
    labels: Sequence[Label], gate: Gate = Gate()
) -> tuple[tuple[Label, ...], tuple[Judged, ...]]:
    """Return the labels without those of raters who fail, and who these are.

    Raises:
        CalibrationError: All of them fail.
    """
    found = judged(labels, gate)
    return without(labels, found), tuple(one for one in found if one.dropped)


def without(labels: Sequence[Label], found: Iterable[Judged]) -> tuple[Label, ...]:
    """Return the labels of the raters who pass.

    Raises:
        CalibrationError: Nobody does.
    """
    dropped = {one.name for one in found if one.dropped}
    kept = tuple(one for one in labels if one.rater not in dropped)
    if not kept:
        raise CalibrationError(
            f"labels: every rater fails the attention checks (got {len(dropped)}). "
            "Look at the gold answers first: are they right?"
        )
    return kept


def thin(given: Answers, least: int = 3) -> int:
    """Return how many items have fewer raters than they should."""
    return sum(len(one) < least for one in given.items.values())


def _judged(name: str, labels: Sequence[Label], usual: _Usual, gate: Gate) -> Judged:
    gold = checks.gold(labels, gate.level, gate.confidence)
    fast, is_fast = checks.hurried(labels, usual.fastest)
    run, is_run = checks.longest(labels, usual.frequencies)
    ties, is_tied = checks.ties(labels, usual.ties)
    agreement, items = usual.close.get(name, (None, 0))
    reliability, side = usual.reliability.get(name, (None, None))
    one = Judged(name, len(labels), gold, fast, run, ties, agreement, reliability, side)
    signs: dict[Check, bool] = {
        "gold": gold is not None and gold.enough and gold.least < gate.level,
        "fast": is_fast,
        "run": is_run,
        "ties": is_tied,
        "agreement": items >= checks.FEW and _is_alone(agreement, usual),
        "reliability": len(labels) >= ENOUGH and (reliability or 1.0) < UNRELIABLE,
    }
    found = tuple(Finding(check, _words(check, one, gate)) for check, sign in signs.items() if sign)
    return Judged(name, len(labels), gold, fast, run, ties, agreement, reliability, side, found)


def _is_alone(agreement: float | None, usual: _Usual) -> bool:
    together = median(value for value, _ in usual.close.values())
    return agreement is not None and agreement < checks.ALONE and together >= checks.TOGETHER


def _reliability(labels: Sequence[Label]) -> dict[str, tuple[float, float | None]]:
    """Return by rater the share of answers that are meant, over all aspects, and the side's pull."""
    sums: dict[str, list[float]] = {}
    sided = {one.rater for one in labels if isinstance(one.said, Pair) and one.said.shown}
    usable = [one for one in labels if one.gold is None and not isinstance(one.said, Flag)]
    for aspect in sorted({one.aspect for one in usable}):
        for name, rater in fit(usable, aspect).raters.items():
            total = sums.setdefault(name, [0.0, 0.0, 0.0])
            total[0] += rater.reliability * rater.labels
            total[1] += rater.side * rater.labels
            total[2] += rater.labels
    return {
        name: (good / count, side / count if name in sided else None)
        for name, (good, side, count) in sums.items()
    }


def _words(check: Check, one: Judged, gate: Gate) -> str:
    match check:
        case "gold":
            assert one.gold is not None  # noqa: S101 - else it could not be failed
            return (
                f"{one.gold.right} of {one.gold.asked} gold answers right: surely at least "
                f"{one.gold.least:.0%}, {gate.level:.0%} is asked"
            )
        case "fast":
            return f"{one.fast or 0:.0%} of the answers among the fastest 1 % of all"
        case "run":
            return f"the same answer, or side, {one.run} times in a row"
        case "ties":
            return f"{one.ties or 0:.0%} of the pairs left undecided"
        case "agreement":
            return f"agrees with the others no more than chance would ({one.agreement or 0:.2f})"
        case "reliability":
            return f"only {one.reliability or 0:.0%} of the answers seem meant"

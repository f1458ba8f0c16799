"""What people said of each candidate, brought to what calibration asks: good or not, and how good."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import fmean

from selector.calibration.worth import worths
from selector.errors import CalibrationError
from selector.labels import Flag, Label, Rating, Said, Verdict
from selector.labels.votes import Votes, votes

Key = tuple[str, str]  # request, candidate

ENOUGH_RATERS = 3  # of one candidate; with fewer nobody knows how far raters agree


@dataclass(frozen=True)
class Judged:
    """What people said, by request and candidate.

    Attributes:
        good: Whether it is good to deliver, as most raters say; without those that are tied.
        seen: Of which anybody said whether they are good.
        worth: How good it is, more is better: for ranking.
        votes: Each rater's judgement, in the units of *worth*.
        flaws: By fault, whether most raters see it.
        labels: How many single judgements there are, by how many *raters*.
        told: What to know of them, in sentences with counts.
    """

    good: Mapping[Key, bool]
    seen: frozenset[Key]
    worth: Mapping[Key, float]
    votes: Votes
    flaws: Mapping[str, Mapping[Key, bool]]
    labels: int
    raters: int
    told: tuple[str, ...] = field(default=(), compare=False)

    @property
    def keys(self) -> frozenset[Key]:
        """All candidates of which anything is said."""
        flagged = (key for of in self.flaws.values() for key in of)
        return frozenset((*self.seen, *self.worth, *flagged))


def judged(labels: Sequence[Label], aspect: str, good_from: float) -> Judged:
    """Return what people said of an aspect, and of every fault that they looked for.

    Args:
        labels: As they were read; attention checks among them say nothing.
        aspect: Of what.
        good_from: From which step on a rating says "good".

    Raises:
        CalibrationError: No rating reaches *good_from*, or every one does.
    """
    if math.isnan(good_from):
        raise CalibrationError("--good-from: expected a step of a rating (got nan). Name one.")
    # In an order of their own: sums of judgements must not depend on that of the files.
    asked = sorted((one for one in labels if one.gold is None), key=_key)
    about = [one for one in asked if one.aspect == aspect and not isinstance(one.said, Flag)]
    flags = [one for one in asked if isinstance(one.said, Flag)]
    by_rater = votes([_verdict(one, good_from) for one in about], aspect)
    good, tied = _most(by_rater)
    valued = worths(about, aspect)
    return Judged(
        good=good,
        seen=frozenset(by_rater),
        worth=valued.worth,
        votes=valued.ratings,
        flaws={fault: _most(votes(flags, fault))[0] for fault in _aspects(flags)},
        labels=len({(_key(one), one.said) for one in (*about, *flags)}),
        raters=len({one.rater for one in (*about, *flags)}),
        told=(*_again([*about, *flags]), *_told(by_rater, tied)),
    )


def check(labels: Sequence[Label], aspect: str) -> None:
    """Tell if nothing is said of an aspect.

    Raises:
        CalibrationError: There are no labels of it.
    """
    if not labels:
        raise CalibrationError(
            "labels: there are none (got no label). Let people judge what would be delivered."
        )
    if not any(one.aspect == aspect for one in labels):
        among = ", ".join(_aspects(labels))
        raise CalibrationError(
            f"--aspect: no label is of it (got {aspect!r}; there are {among}). Name one of these."
        )


def _again(labels: Sequence[Label]) -> Iterator[str]:
    """Tell of raters who judged a candidate more than once."""
    last: dict[tuple[str, str, str, tuple[str, ...]], Said] = {}
    same = other = 0
    for one in labels:
        key = _key(one)
        same += last.get(key) == one.said
        other += key in last and last[key] != one.said
        last[key] = one.said
    if same:
        yield f"{same} labels are there more than once; each counts once"
    if other:
        yield f"{other} labels contradict an earlier one of the same rater; the later counts"


def _key(label: Label) -> tuple[str, str, str, tuple[str, ...]]:
    return label.request, label.rater, label.aspect, label.candidates


def _aspects(labels: Sequence[Label]) -> list[str]:
    return sorted({one.aspect for one in labels})


def _verdict(label: Label, good_from: float) -> Label:
    """Return a rating as a verdict, anything else as it is."""
    said = label.said
    if not isinstance(said, Rating):
        return label
    if not said.low < good_from <= said.high:
        raise CalibrationError(
            f"--good-from: no rating, or every one, would be good (got {good_from:g} on a scale "
            f"of {said.low:g} to {said.high:g}). Say from which step on one is good."
        )
    return replace(label, said=Verdict(said.candidate, said.value >= good_from))


def _most(by_rater: Votes) -> tuple[dict[Key, bool], int]:
    """Return what most raters say of each candidate, and of how many they are even."""
    means = {key: fmean(by.values()) for key, by in by_rater.items() if by}
    even = sum(mean == 0.5 for mean in means.values())  # noqa: PLR2004 - as many say yes as no
    return {key: mean > 0.5 for key, mean in means.items() if mean != 0.5}, even  # noqa: PLR2004


def _told(by_rater: Votes, tied: int) -> list[str]:
    told = []
    raters = {rater for by in by_rater.values() for rater in by}
    counts = Counter(len(by) for by in by_rater.values())
    few = sum(count for raters_of, count in counts.items() if raters_of < ENOUGH_RATERS)
    if tied:
        told.append(
            f"{_candidates(tied)} tied: as many raters say good as not; they fit nothing, and count "
            "as bad where lines are certified"
        )
    if len(raters) == 1:
        told.append("one rater only: whether others would agree is not known")
    elif few:
        told.append(f"{_candidates(few)} judged by fewer than {ENOUGH_RATERS} raters")
    return told


def _candidates(count: int) -> str:
    return "1 candidate is" if count == 1 else f"{count} candidates are"

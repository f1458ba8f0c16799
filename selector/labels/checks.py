"""Signs that a rater does not look: gold answers missed, too fast, one key held, ties, lone views."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from selector.labels.answers import Answers, form_of
from selector.labels.label import Label, Pair, Rating

Array = npt.NDArray[Any]
Check = Literal["gold", "fast", "run", "ties", "agreement", "reliability"]

FASTEST = 0.01  # of all answers: what is faster than these is too fast to have looked
FAST_SHARE = 0.05  # of a rater's answers among the fastest
RUN = 10  # equal answers in a row; shorter runs happen
UNLIKELY = 1e-4  # that somebody who looks would do so
FEW = 20  # answers of which nothing is concluded if there are fewer
TIES = 0.5
ALONE = 0.1  # agreement beyond chance with the others, of which at least half
TOGETHER = 0.3  # agree with each other so far


@dataclass(frozen=True, slots=True)
class Gold:
    """Answers to questions whose answer is known.

    Attributes:
        asked: How many.
        right: How many were right; of ratings, those within a quarter of the scale.
        least: Lower limit of the share right (Wilson's, one-sided).
        enough: Whether so many could have shown that a rater is good.
    """

    asked: int
    right: int
    least: float
    enough: bool


def wilson(right: int, asked: int, confidence: float = 0.9) -> float:
    """Return the lower limit of a share, one-sided.

    Raises:
        ValueError: Nothing was asked.

    Source: E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference",
        JASA, 1927.

    >>> round(wilson(9, 10, 0.975), 3)
    0.596
    """
    from scipy import special

    if asked <= 0:
        raise ValueError(f"expected one question or more (got {asked})")
    z = float(special.ndtri(confidence))
    share = right / asked
    middle = share + z * z / (2 * asked)
    spread = z * math.sqrt(share * (1 - share) / asked + z * z / (4 * asked * asked))
    return max((middle - spread) / (1 + z * z / asked), 0.0)


def gold(labels: Iterable[Label], level: float, confidence: float) -> Gold | None:
    """Return how a rater did on attention checks; None where there were none."""
    found = [_is_right(one) for one in labels if one.gold is not None]
    if not found:
        return None
    asked, right = len(found), sum(found)
    enough = wilson(asked, asked, confidence) >= level
    return Gold(asked, right, wilson(right, asked, confidence), enough)


def _is_right(label: Label) -> bool:
    said, wanted = label.said, label.gold
    if isinstance(said, Rating) and isinstance(wanted, Rating):
        return abs(said.value - wanted.value) <= (said.high - said.low) / 4
    return said == wanted


def fastest(labels: Iterable[Label]) -> tuple[float, float] | None:
    """Return the time that one answer in a hundred does not exceed, and what share does not.

    Where times are whole seconds it is more than one in a hundred. None if few times are known.
    """
    times = np.array([one.seconds for one in labels if one.seconds is not None])
    if len(times) < 1 / FASTEST:
        return None
    limit = float(np.quantile(times, FASTEST))
    return limit, float((times <= limit).mean())


def hurried(
    labels: Iterable[Label], usual: tuple[float, float] | None
) -> tuple[float | None, bool]:
    """Return the share of a rater's answers that are among the fastest, and if that is a sign.

    Args:
        labels: A rater's.
        usual: What `fastest` says of all.
    """
    from scipy import special

    times = [one.seconds for one in labels if one.seconds is not None]
    if usual is None or not times:
        return None, False
    limit, expected = usual
    count = sum(one <= limit for one in times)
    share = count / len(times)
    by_chance = float(special.bdtrc(count - 1, len(times), expected)) if count else 1.0
    return share, share >= max(FAST_SHARE, 3 * expected) and by_chance < UNLIKELY


def longest(labels: Sequence[Label], usual: Mapping[object, float]) -> tuple[int | None, bool]:
    """Return the longest run of one answer, or of one side, in order of time, and if it is a sign.

    Args:
        labels: A rater's; without times nothing is known.
        usual: How frequent each answer is among all raters, as `frequencies` has it.
    """
    timed = [one for one in labels if one.created]
    if len(timed) < FEW:
        return None, False
    most, sign = 0, False
    streams: dict[tuple[str, str], list[Label]] = {}
    for one in sorted(timed, key=lambda one: one.created):
        streams.setdefault((one.aspect, form_of(one)), []).append(one)
    for stream in streams.values():
        for answer, group in groupby(stream, key=_answer):
            run = len(list(group))
            share = min(usual.get(answer, 0.5), 0.95)
            most = max(most, run)
            sign |= run >= RUN and len(stream) * (1 - share) * share**run < UNLIKELY
    return most, sign


def frequencies(labels: Iterable[Label]) -> dict[object, float]:
    """Return how frequent each answer is among those of its aspect and form."""
    counts: dict[object, int] = {}
    totals: dict[object, int] = {}
    for one in labels:
        answer = _answer(one)
        counts[answer] = counts.get(answer, 0) + 1
        totals[answer[:2]] = totals.get(answer[:2], 0) + 1
    return {answer: count / totals[answer[:2]] for answer, count in counts.items()}  # type: ignore[index] # a tuple


def _answer(label: Label) -> tuple[str, str, object]:
    """Return what was answered, whichever candidate it was about."""
    said = label.said
    if isinstance(said, Pair):
        return label.aspect, "comparison", said.prefers
    value = getattr(said, "value", getattr(said, "good", getattr(said, "present", None)))
    return label.aspect, form_of(label), label.candidates if value is None else value


def ties(labels: Iterable[Label], others: float) -> tuple[float | None, bool]:
    """Return the share of pairs that a rater does not decide, and if that is a sign.

    Args:
        labels: A rater's.
        others: That share among all.
    """
    said = [one.said.prefers for one in labels if isinstance(one.said, Pair)]
    if not said:
        return None, False
    share = sum(one in {"tie", "both_bad"} for one in said) / len(said)
    return share, len(said) >= FEW and share >= TIES and share > 2 * others


def closeness(given: Iterable[Answers]) -> dict[str, tuple[float, int]]:
    """Return how far each rater agrees with the others, beyond chance, and on how many answers.

    1 where all that a rater says is what each other said of the same item; 0 where it is no
    nearer than what was said of any other item. Each rater is held against the others alone.
    """
    sums: dict[str, list[float]] = {}
    for one in given:
        for rater, (value, count) in _close(one).items():
            total = sums.setdefault(rater, [0.0, 0.0])
            total[0] += value * count
            total[1] += count
    return {rater: (total / count, int(count)) for rater, (total, count) in sums.items()}


def _close(one: Answers) -> dict[str, tuple[float, int]]:
    raters: dict[str, int] = {}
    rows = [
        (place, raters.setdefault(rater, len(raters)), value)
        for place, said in enumerate(one.items.values())
        if len(said) > 1
        for rater, value in said.items()
    ]
    if not rows:
        return {}
    held = np.array(rows, dtype=float)
    item, rater, value = held[:, 0].astype(int), held[:, 1].astype(int), held[:, 2]
    apart, chance = (_distances if one.form == "rating" else _differences)(item, value)
    if not chance:
        return {}
    counts = np.bincount(rater, minlength=len(raters))
    mean = np.bincount(rater, apart, len(raters)) / np.maximum(counts, 1)
    return {
        name: (float(1 - mean[place] / chance), int(counts[place]))
        for name, place in raters.items()
        if counts[place]
    }


def _distances(item: Array, value: Array) -> tuple[Array, float]:
    """Return the mean squared distance of each answer to the others of its item, and by chance."""
    value = value - value.mean()
    others = np.bincount(item)[item] - 1
    first = np.bincount(item, value)[item] - value
    second = np.bincount(item, value**2)[item] - value**2
    return value**2 - 2 * value * first / others + second / others, float(2 * value.var())


def _differences(item: Array, value: Array) -> tuple[Array, float]:
    """Return the share of the others of an item who answer otherwise, and by chance."""
    answers, place = np.unique(value, return_inverse=True)
    others = np.bincount(item)[item] - 1
    flat = item * len(answers) + place
    same = np.bincount(flat)[flat] - 1
    shares = np.bincount(place) / len(place)
    return 1 - same / others, float(1 - (shares**2).sum())

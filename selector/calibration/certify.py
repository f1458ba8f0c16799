"""How lax the accept lines may be: what of the labelled deliveries was bad, and what that promises."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from selector.calibration.delivered import Course
from selector.calibration.said import Key
from selector.statistics import binomial
from selector.statistics.fixed_sequence import START, Lacking, fixed_sequence, lacking

Array = npt.NDArray[Any]

# With how little chance fewer deliveries are labelled beyond a place than before it for the path to
# end there: labels of what stricter lines deliver say nothing of laxer ones.
FEWER = 0.01
PICKED = 1.25  # times as often judged as others: more than chance among a hundred requests
SPENT = 0.5  # of the risk, on deliveries that count as bad since nobody judged them


@dataclass(frozen=True)
class Target:
    """What is to be promised: at most *risk* of what is delivered is bad, with *confidence*."""

    risk: float
    confidence: float


@dataclass(frozen=True)
class Counted:
    """Deliveries by place, one of each request.

    Attributes:
        delivered: Shape (places,), how many requests deliver.
        labelled: Of how many of these deliveries it is known whether they are good.
        bad: How many of these are not.
        assumed: How many of the bad ones count so since others of the same request were judged,
            and they were not.
        reach: How many places labels reach; beyond, too few deliveries are labelled.
        wanted: What would be delivered and nobody judged, with the place where it first is.
    """

    delivered: Array
    labelled: Array
    bad: Array
    assumed: Array
    reach: int
    wanted: Mapping[Key, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Certain:
    """What the labels support.

    Attributes:
        place: The laxest place of which the promise holds; None if none.
        labels: How many labelled deliveries it rests on, *bad* of which were not good; of none,
            those at the place that was tried first.
        risk_at_most: What share of what it delivers is bad at most.
        open_to: The laxest place of which the labels don't say that it breaks the promise.
        lacking: Of none, what labels would do.
        assumed: How many of the bad ones were not judged, but others of their requests.
    """

    place: int | None
    labels: int
    bad: int
    risk_at_most: float | None
    open_to: int | None
    lacking: Lacking
    assumed: int = 0


def counted(courses: Sequence[Course], good: Mapping[Key, bool], seen: frozenset[Key]) -> Counted:
    """Return what is delivered, labelled and bad at each place.

    A delivery that nobody judged counts for nothing where its request was not looked at at all.
    Where others of its request were, as another line or ranking would have delivered them, it
    counts as bad: the requests in which what was judged is still delivered are the easier ones.

    Args:
        courses: Of each request, what it gets along the path; at least one.
        good: Whether candidates are good, where that is known.
        seen: The candidates of which anybody said whether they are good.
    """
    looked_at = {request for request, _ in seen} if _picked(courses, seen) else set()
    states = np.array(
        [
            [_state((one.known.id, unit), good, seen, looked_at) if unit else NOBODY
             for unit in one.units]
            for one in courses
        ]
    )  # fmt: skip
    assumed = (states == ASSUMED).sum(axis=0)
    labelled = np.isin(states, (GOOD, BAD, ASSUMED)).sum(axis=0)
    bad = np.isin(states, (BAD, ASSUMED)).sum(axis=0)
    delivered = (states != NOBODY).sum(axis=0)
    reach = _reach(delivered, labelled)
    return Counted(delivered, labelled, bad, assumed, reach, _wanted(courses, seen))


NOBODY, UNKNOWN, GOOD, BAD, ASSUMED = range(5)


def _state(key: Key, good: Mapping[Key, bool], seen: frozenset[Key], looked_at: set[str]) -> int:
    if key in seen or key in good:  # of a tie nobody knows; left out, it would hide doubtful ones
        return GOOD if good.get(key, False) else BAD
    return ASSUMED if key[0] in looked_at else UNKNOWN


def _picked(courses: Sequence[Course], seen: frozenset[Key]) -> bool:
    """Return whether deliveries were judged rather than any candidates of their requests."""
    asked = {request for request, _ in seen}
    ours = [one for one in courses if one.known.id in asked]
    units = {(one.known.id, unit) for one in ours for unit in one.units if unit}
    others = {(one.known.id, name) for one in ours for name in one.known.standing} - units
    return _share(units, seen) > PICKED * _share(others, seen)


def _share(keys: Collection[Key], seen: frozenset[Key]) -> float:
    return sum(key in seen for key in keys) / len(keys) if keys else 0.0


def _reach(delivered: Array, labelled: Array) -> int:
    """Return how many places have as many labels as those before them have.

    Each place is asked against every one before it: where places are near to each other, what a
    single step adds is too little to tell. It depends on which deliveries are labelled, never on
    what the labels say.
    """
    missing = delivered - labelled
    for at in range(1, len(delivered)):
        chances = [
            so_few((told, not_told), (int(labelled[before]), int(missing[before])))
            if min(told, not_told) >= 0
            else 1.0
            for before in range(at)
            for told, not_told in [
                (int(labelled[at] - labelled[before]), int(missing[at] - missing[before]))
            ]
        ]
        if min(chances) < FEWER:
            return int(np.argmin(chances)) + 1
    return len(delivered)


def so_few(new: tuple[int, int], before: tuple[int, int]) -> float:
    """Return how probable it is that so few of the new ones, or fewer, are labelled by chance.

    That is Fisher's exact test, one-sided.

    Args:
        new: How many are labelled, and how many are not.
        before: Likewise of those that were there before.
    """
    from scipy.special import gammaln

    def ways(of: Array, chosen: Array) -> Array:
        found: Array = gammaln(of + 1) - gammaln(chosen + 1) - gammaln(of - chosen + 1)
        return found

    labelled, others, count = new[0] + before[0], new[1] + before[1], sum(new)
    fewer = np.arange(max(0, count - others), new[0] + 1)
    every = ways(np.array(labelled + others), np.array(count))
    logs = ways(np.array(labelled), fewer) + ways(np.array(others), count - fewer) - every
    return float(np.exp(logs).sum())


def _wanted(courses: Sequence[Course], seen: frozenset[Key]) -> dict[Key, int]:
    """Return what would be delivered and nobody judged, with the place where it first is."""
    found: dict[Key, int] = {}
    for one in courses:
        for place, unit in enumerate(one.units):
            if unit and (one.known.id, unit) not in seen:
                found.setdefault((one.known.id, unit), place)
    return dict(sorted(found.items(), key=lambda each: (each[1], each[0])))


def certain(count: Counted, target: Target) -> Certain:
    """Return the laxest place of which the promise holds.

    Where much is assumed bad for want of labels, the path begins behind it: that too depends on
    which deliveries are labelled alone.
    """
    risk, confidence = target.risk, target.confidence
    start = _start(count, target)
    bads, counts = (of[start : count.reach] for of in (count.bad, count.labelled))
    place = fixed_sequence(bads, counts, risk=risk, confidence=confidence)
    lacks = lacking(bads, counts, risk=risk, confidence=confidence)
    if place is None:
        tried = start + int(np.argmax(counts == lacks.have)) if len(counts) else start
        assumed = int(count.assumed[tried])
        return Certain(None, lacks.have, lacks.bad, None, None, lacks, assumed)
    at_most = float(binomial.upper_limit(int(bads[place]), int(counts[place]), confidence))
    labels, bad = int(counts[place]), int(bads[place])
    place += start
    open_to, assumed = _open_to(count, place, target), int(count.assumed[place])
    return Certain(place, labels, bad, at_most, open_to, lacks, assumed)


def needed_to_begin(target: Target) -> int:
    """Return how many labelled deliveries the first line that is tried should have."""
    return math.ceil(START * math.log(1 - target.confidence) / math.log1p(-target.risk))


def _start(count: Counted, target: Target) -> int:
    labelled = count.labelled[: count.reach]
    enough = labelled >= min(needed_to_begin(target), labelled.max(initial=0))
    few = np.flatnonzero(enough & (count.assumed[: count.reach] <= SPENT * target.risk * labelled))
    return int(few[0]) if len(few) else 0


def _open_to(count: Counted, place: int, target: Target) -> int:
    """Return the laxest place of which labels don't say that more than the target is bad."""
    shown = binomial.upper_limit(count.labelled - count.bad, count.labelled, target.confidence)
    broken = np.flatnonzero((1 - shown > target.risk)[place:])
    return int(place + broken[0] - 1) if len(broken) else len(count.bad) - 1

"""The accept lines of a policy along one path, and what the labels promise of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from selector.calibration import path
from selector.calibration.certify import Certain, Counted, Target, certain, counted, needed_to_begin
from selector.calibration.delivered import Course, Deliveries, drawn
from selector.calibration.gather import Known
from selector.calibration.lines import Open, Place
from selector.calibration.said import Judged, Key
from selector.errors import CalibrationError
from selector.policy.calibration import CUT
from selector.policy.plan import Plan
from selector.types import Decision

REST = None  # the segment of all that have no lines of their own


@dataclass(frozen=True)
class Group:
    """What the labels promise of some requests.

    Attributes:
        segment: Of which; None for all that have no lines of their own.
        count: What was delivered, labelled and bad.
        certain: What that promises.
        requests: How many requests certify.
    """

    segment: str | None
    count: Counted
    certain: Certain
    requests: int


@dataclass(frozen=True)
class Accepting:
    """The accept lines that labels support.

    Attributes:
        lines: The open ones.
        places: The path.
        groups: What is promised of whom, all others last.
        segments: Of each segment, how many deliveries at the place of its lines are labelled, and
            bad; for who wants to see whether the promise suits each.
    """

    lines: tuple[Open, ...]
    places: tuple[Place, ...]
    groups: tuple[Group, ...]
    segments: Mapping[str, tuple[int, int]]

    @property
    def wanted(self) -> dict[Key, int]:
        """What would be delivered and nobody judged, with the place where it first is."""
        return dict(chain.from_iterable(one.count.wanted.items() for one in self.groups))

    @property
    def promised(self) -> bool:
        """Whether every group has its lines."""
        return all(one.certain.place is not None for one in self.groups)


@dataclass(frozen=True)
class Requests:
    """The requests that lines are found on.

    Attributes:
        all: All of which everything is known: where a line may stand follows from scores alone.
        fitting: Those that were fitted on; empty where nothing was fitted.
        certifying: Those that certify.
        judged: What people said.
    """

    all: tuple[Known, ...]
    fitting: tuple[Known, ...]
    certifying: tuple[Known, ...]
    judged: Judged


def accepting(
    plan: Plan,
    lines: Sequence[Open],
    requests: Requests,
    *,
    target: Target,
    at_least: float | None = None,
    by_segment: bool = False,
) -> Accepting:
    """Return how lax the accept lines may be.

    Args:
        plan: With everything resolved but the open lines.
        lines: These; at least one.
        requests: What they are found on.
        target: What is to be promised.
        at_least: No line of the cut is laxer than this.
        by_segment: Whether segments with enough labels get lines of their own.

    Raises:
        CalibrationError: Nothing would be delivered, or a line's output tells nothing.
    """
    deliveries = Deliveries(plan, lines)
    path_, most = _path(deliveries, requests)
    places = _limited(path_, lines, at_least)
    courses = [deliveries.course(one, places, most) for one in requests.certifying]
    groups = tuple(_groups(courses, requests.judged, target, by_segment=by_segment))
    return Accepting(
        tuple(lines), tuple(places), groups, _segments(courses, groups, requests.judged)
    )


def _path(deliveries: Deliveries, requests: Requests) -> tuple[list[Place], int]:
    """Return where the lines may stand, and how many candidates a request gets at most."""
    lines = deliveries.lines
    values = {one.id: deliveries.values(one) for one in requests.all}
    lax = path.laxest(lines, [row for of in values.values() for row in of.values()])
    laxly = {one.id: deliveries.decision(one, lax) for one in requests.all}
    most = max((_delivered(found) for found in laxly.values()), default=1)
    units = [(request, drawn(request, found)) for request, found in laxly.items()]
    rows = [values[request][unit] for request, unit in units if unit is not None]
    if not rows:
        raise CalibrationError(
            "labels: no recorded request would deliver anything, wherever the accept lines are "
            "(got none). See what refuses: selector replay."
        )
    if len(lines) == 1:
        return path.alone(lines[0], [row[0] for row in rows if row[0] is not None]), most
    return path.together(lines, _tell(lines, values, requests), rows), most


def _delivered(found: Decision) -> int:
    return sum(verdict == "accept" for verdict in found.verdicts.values())


def _tell(
    lines: Sequence[Open],
    values: Mapping[str, Mapping[str, path.Row]],
    requests: Requests,
) -> list[path.Told]:
    """Return what the output of each line tells, as far as requests that certify nothing say it."""
    good = requests.judged.good
    rows = [
        (values[one.id][name], good[one.id, name], at)
        for at, one in enumerate(requests.fitting)
        for name in one.standing
        if (one.id, name) in good
    ]
    said = np.array([one[1] for one in rows], dtype=bool)
    groups = np.array([one[2] for one in rows], dtype=int)
    return [
        path.tells(line, [one[0][at] for one in rows], said, groups)
        for at, line in enumerate(lines)
    ]


def _limited(places: Sequence[Place], lines: Sequence[Open], least: float | None) -> list[Place]:
    """Return the path as far as it is strict enough for the cut."""
    if least is None:
        return list(places)
    return list(
        dict.fromkeys(
            tuple(
                max(value, least) if line.on == CUT else value
                for line, value in zip(lines, place, strict=True)
            )
            for place in places
        )
    )


def _groups(
    courses: Sequence[Course], judged: Judged, target: Target, *, by_segment: bool
) -> Iterator[Group]:
    """Give the segments that have enough labels, and all others together."""
    rest = list(courses)
    named = sorted({one.known.segment for one in courses if one.known.segment is not None})
    for segment in named if by_segment else ():
        its = [one for one in courses if one.known.segment == segment]
        group = _group(segment, its, judged, target)
        if group.count.labelled.max() >= needed_to_begin(target):
            yield group
            rest = [one for one in rest if one.known.segment != segment]
    if rest:
        yield _group(REST, rest, judged, target)


def _group(segment: str | None, courses: Sequence[Course], judged: Judged, target: Target) -> Group:
    count = counted(courses, judged.good, judged.seen)
    return Group(segment, count, certain(count, target), len(courses))


def _segments(
    courses: Sequence[Course], groups: Sequence[Group], judged: Judged
) -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    by = {one.segment: one.certain.place for one in groups}
    for one in courses:
        segment = one.known.segment
        place = by.get(segment, by.get(REST))
        unit = None if place is None else one.units[place]
        if segment is None or unit is None or (one.known.id, unit) not in judged.good:
            continue
        labelled, bad = found.get(segment, (0, 0))
        found[segment] = (labelled + 1, bad + (not judged.good[one.known.id, unit]))
    return dict(sorted(found.items()))

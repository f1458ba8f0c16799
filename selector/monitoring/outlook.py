"""Where a policy's streams stand: all that a page, a script or a dashboard is told."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from selector.monitoring.alarm import Alarm
from selector.monitoring.day import Day, Grid
from selector.monitoring.effects import RECENT, Effects, counted, effects
from selector.monitoring.group import Group
from selector.monitoring.kinds import KINDS, REFERENCES, KindName, Level, Referred
from selector.monitoring.reference import DAYS, ENOUGH, Reference
from selector.monitoring.state import State
from selector.monitoring.stream import ROLLING, Stream
from selector.monitoring.watch import Watch, before

Standing = Literal["moved", "quiet", "learning"]

SHOWN = 120  # days


@dataclass(frozen=True, slots=True)
class Point:
    """One day of a stream.

    Attributes:
        date: Which day.
        count: How many values.
        mean: Of them.
        error: The standard error of that mean.
        levels: By reference, the highest that a detector stood, as a share of its alarm line.
    """

    date: str
    count: int
    mean: float
    error: float
    levels: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Standard:
    """A reference, and how far the last days lie from it.

    Attributes:
        name: Which of the two.
        first: Its first day.
        last: Its last day.
        count: How many values it is made of.
        mean: Of them; of a rate, the rate.
        sd: Standard deviation of a single image; of a rate, of a value.
        harmless: How far the mean may move without being drift, in the stream's own unit.
        effects: How far the last days lie from it; None where they tell too little.
    """

    name: Referred
    first: str
    last: str
    count: int
    mean: float
    sd: float
    harmless: float
    effects: Effects | None


@dataclass(frozen=True, slots=True)
class Spread:
    """How values are distributed, then and now.

    Attributes:
        low: The left end of the first bin.
        step: The width of a bin.
        then: The reference's share in each bin.
        now: Likewise of the last days.
    """

    low: float
    step: float
    then: tuple[float, ...]
    now: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Panel:
    """One stream as it is shown.

    Attributes:
        policy: Whose.
        level: Of the whole policy, a generator or a segment.
        group: The generator's or the segment's name; "" of the policy.
        kind: What it tells.
        of: The output or instance; "" where it is of neither.
        standing: "moved" where an alarm is not over, "learning" without a reference.
        seen: How many values there were.
        standards: The references that there are.
        points: The last days, in order.
        episodes: The alarms that are not over.
        alarms: All alarms of the past, as the journal knows them.
        spread: The distribution, against the first of the references; None of a rate.
    """

    policy: str
    level: Level
    group: str
    kind: KindName
    of: str
    standing: Standing
    seen: int
    standards: tuple[Standard, ...]
    points: tuple[Point, ...]
    episodes: tuple[Alarm, ...]
    alarms: tuple[Alarm, ...]
    spread: Spread | None

    @property
    def is_rate(self) -> bool:
        """Whether its numbers are shares from 0 to 1."""
        return KINDS[self.kind].is_rate

    @property
    def words(self) -> str:
        """What it tells, in everyday words."""
        return KINDS[self.kind].words

    @property
    def heights(self) -> dict[str, float]:
        """By reference, how high its detectors stood on its last day, as a share of their line."""
        last = self.points[-1].levels if self.points else (0.0, 0.0)
        there = {one.name for one in self.standards}
        return {name: last[at] for at, name in enumerate(REFERENCES) if name in there}


@dataclass(frozen=True, slots=True)
class Outlook:
    """Where all streams of a policy stand.

    Attributes:
        policy: Its name.
        requests: How many there were.
        first: The first of the days that are shown.
        last: The last.
        panels: Its streams.
        dear: Outputs that the cascade skips: of them only audited requests count.
        unwatched: By level, in how many of the last day's requests the group was not watched.
        enough: How many values a reference needs, and of how many days.
    """

    policy: str
    requests: int
    first: str
    last: str
    panels: tuple[Panel, ...]
    dear: tuple[str, ...]
    unwatched: dict[str, int]
    enough: tuple[int, int] = (ENOUGH, DAYS)

    @property
    def moved(self) -> tuple[Panel, ...]:
        """The streams whose alarm is not over."""
        return tuple(one for one in self.panels if one.standing == "moved")


def outlooks(
    state: State, alarms: Sequence[Alarm] = (), policy: str | None = None
) -> tuple[Outlook, ...]:
    """Return where each policy stands, or one of them.

    Args:
        state: What monitoring knows.
        alarms: Those of the past, as the journal knows them.
        policy: Its name; None for all.
    """
    names = sorted({*state.watches, *state.judged})
    return tuple(_outlook(name, state, alarms) for name in names if policy in {None, name})


def _outlook(policy: str, state: State, alarms: Sequence[Alarm]) -> Outlook:
    watches = [each[policy] for each in (state.watches, state.judged) if policy in each]
    panels = [panel for watch in watches for panel in _panels(watch, alarms)]
    days = [point.date for panel in panels for point in panel.points]
    return Outlook(
        policy=policy,
        requests=state.watches[policy].total if policy in state.watches else 0,
        first=min(days, default=""),
        last=max(days, default=""),
        panels=tuple(panels),
        dear=tuple(sorted({of for watch in watches for of in watch.dear})),
        unwatched={k: n for watch in watches for k, n in watch.unwatched.items()},
    )


def _panels(watch: Watch, alarms: Sequence[Alarm]) -> Iterator[Panel]:
    for _, group in sorted(watch.groups.items()):
        for key, stream in sorted(group.streams.items()):
            hidden = key.kind == ("mean" if key.of in watch.dear else "audited")
            if not hidden or any(stream.episodes):
                yield _panel(group, stream, alarms, before(watch.day, ROLLING))


def _panel(group: Group, stream: Stream, alarms: Sequence[Alarm], since: str) -> Panel:
    episodes = tuple(_so_far(one.alarm, stream) for one in stream.episodes if one)
    where = (group.policy, group.level, group.name, *stream.key)
    own = [one for one in alarms if (one.policy, one.level, one.group, *one.key) == where]
    known = [one for one in stream.references if one is not None]
    recent = [day for day in stream.days if day.count and day.date >= since][-RECENT:]
    standards = [
        _standard(name, one, effects(recent, one, stream.grid))
        for name, one in zip(REFERENCES, stream.references, strict=True)
        if one is not None
    ]
    return Panel(
        policy=group.policy,
        level=group.level,
        group=group.name,
        kind=stream.key.kind,
        of=stream.key.of,
        standing="moved" if episodes else "quiet" if known else "learning",
        seen=stream.seen,
        standards=tuple(standards),
        points=tuple(_point(day, stream.grid) for day in stream.days[-SHOWN:] if day.count),
        episodes=episodes,
        alarms=tuple(own) or episodes,
        spread=_spread(recent, known[0], stream.grid) if known and stream.grid else None,
    )


def _so_far(alarm: Alarm, stream: Stream) -> Alarm:
    """Return an alarm that is not over with all that came since."""
    days = [day for day in stream.days if day.count and day.date >= alarm.since]
    one = stream.references[REFERENCES.index(alarm.reference)]
    if not days or one is None:
        return alarm
    offset = sum(day.total for day in days) / sum(day.count for day in days)
    after = offset + (stream.grid.centre if stream.grid else 0.0)
    sd = one.image_sd if stream.grid and one.image_sd else 1.0
    return replace(alarm, after=after, moved=(after - alarm.before) / sd)


def _standard(name: Referred, one: Reference, found: Effects | None) -> Standard:
    sd, harmless = one.image_sd, one.inner
    return Standard(name, one.first, one.last, one.count, one.mean, sd, harmless, found)


def _point(day: Day, grid: Grid | None) -> Point:
    offset = day.total / day.count
    spread = max(day.squares / day.count - offset**2, 0.0)
    mean = offset + (grid.centre if grid else 0.0)
    frozen, rolling = day.levels
    return Point(day.date, day.count, mean, math.sqrt(spread / day.count), (frozen, rolling))


def _spread(recent: Sequence[Day], one: Reference, grid: Grid) -> Spread | None:
    now, then = counted(recent), one.counts
    if not now.sum():
        return None
    total, all_then = now.sum(), sum(then)
    return Spread(
        low=float(grid.middles()[0] - grid.step / 2),
        step=grid.step,
        then=tuple(count / all_then for count in then),
        now=tuple((now / total).tolist()),
    )

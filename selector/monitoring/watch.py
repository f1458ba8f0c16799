"""One policy's watch: its groups, its calendar, and how false alarms are shared among streams."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from selector.monitoring.alarm import Alarm
from selector.monitoring.bench import Bench
from selector.monitoring.group import Group
from selector.monitoring.kinds import LEVELS, Level
from selector.monitoring.stream import ROLLING
from selector.monitoring.table import Table

Array = npt.NDArray[Any]

MOST = 24  # generators, and segments, that are watched: anybody may write anything into metadata
RARE = 0.01  # of a day's requests: a group without a reference that has fewer makes room
SKIPPED = 0.01  # of a day's requests without an audit: an output skipped in more of them is dear


@dataclass(slots=True)
class Watch:
    """What is watched of one policy, over all its versions.

    The streams of each level (the policy, its generators, its segments) have an equal part of the
    false alarms, and within a level each stream and reference has: so a million segments make
    nobody deaf for what befalls the whole policy.

    Attributes:
        policy: Its name.
        day: Which day it is there; "" before the first row.
        total: How many rows there were.
        groups: By level and name.
        dear: Outputs that the cascade skips: of them only audited requests count.
        shares: By level, among how many pairs of stream and reference one false alarm a year is
            shared today.
        unwatched: By level, in how many rows of the last day the group was not watched, for lack
            of room.
    """

    policy: str
    day: str = ""
    total: int = 0
    groups: dict[tuple[Level, str], Group] = field(default_factory=dict)
    dear: frozenset[str] = frozenset()
    shares: dict[str, float] = field(default_factory=dict)
    unwatched: Counter[str] = field(default_factory=Counter)

    def feed(self, table: Table, today: str) -> list[Alarm]:
        """Go on with the rows of a table; return what is new, in the order of the rows.

        Args:
            table: Rows of this policy, newer than all before.
            today: The day that it really is, UTC: rows that claim a later one belong to it.
        """
        found: list[Alarm] = []
        self.total += len(table)
        for date, rows in self._days(table, today):
            if date != self.day:
                self._begin(date)
            new: list[Alarm] = []
            for group, own in self._sorted(table, rows):
                if group.bench is None:
                    group.bench = Bench.of(group.armed(self.dear), self.shares.get(group.level, 1))
                new += group.feed(date, table, own)
            found += sorted(new, key=lambda one: one.number)
        return found

    def freeze(self) -> int:
        """Take the last weeks as the frozen reference of every stream that has enough of them.

        Returns:
            Of how many streams.
        """
        since = before(self.day, ROLLING) if self.day else ""
        done = 0
        for group in self.groups.values():
            for stream in group.streams.values():
                done += stream.freeze([day for day in stream.days if since <= day.date < self.day])
            group.bench = None
        self._share()
        return done

    def _days(self, table: Table, today: str) -> list[tuple[str, Array]]:
        """Return the rows by day; a row that comes late belongs to the day that it comes on."""
        found: dict[str, list[int]] = {}
        day = self.day
        for at, created in enumerate(table.created):
            day = max(day, min(created[:10], today))
            found.setdefault(day, []).append(at)
        return [(date, np.array(rows)) for date, rows in found.items()]

    def _sorted(self, table: Table, rows: Array) -> list[tuple[Group, Array]]:
        """Return the groups that *rows* belong to, each with its own; the policy has all."""
        found: dict[tuple[Level, str], list[int]] = {("policy", ""): rows.tolist()}
        for level in LEVELS[1:]:
            names = table.groups[level]
            for at in rows.tolist():
                name = names[at]
                if name is not None and self._has_room(level, name):
                    found.setdefault((level, name), []).append(at)
        return [(self._group(*which), np.array(own)) for which, own in found.items()]

    def _has_room(self, level: Level, name: str) -> bool:
        if (level, name) in self.groups:
            return True
        if sum(one == level for one, _ in self.groups) < MOST:
            self._group(level, name)
            return True
        self.unwatched[level] += 1
        return False

    def _group(self, level: Level, name: str) -> Group:
        if (level, name) not in self.groups:
            self.groups[level, name] = Group(self.policy, level, name)
        return self.groups[level, name]

    def _begin(self, date: str) -> None:
        """End the day before and begin a new one."""
        self._find_dear()
        self._make_room()
        for group in self.groups.values():
            group.close(before(date, ROLLING))
        self._share()
        self.unwatched.clear()
        self.day = date

    def _find_dear(self) -> None:
        whole = self.groups.get(("policy", ""))
        for key, stream in whole.streams.items() if whole else ():
            if key.kind == "mean" and stream.days and stream.days[-1].date == self.day:
                skipped = stream.days[-1].skipped
                whole_ = stream.days[-1].count + sum(one[0] == self.day for one in stream.early)
                if skipped > SKIPPED * (skipped + whole_):
                    self.dear |= {key.of}

    def _make_room(self) -> None:
        """Forget groups that are too rare to be watched, so that others may be."""
        whole = self.groups.get(("policy", ""))
        least = RARE * whole.today if whole else 0
        since = before(self.day, ROLLING) if self.day else ""
        for which, group in list(self.groups.items()):
            if group.today < least and not group.known(since):
                del self.groups[which]

    def _share(self) -> None:
        pairs: Counter[str] = Counter()
        for group in self.groups.values():
            for stream in group.armed(self.dear):
                pairs[group.level] += sum(one is not None for one in stream.references)
        self.shares = {level: float(count * len(pairs)) for level, count in pairs.items()}

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "policy": self.policy,
            "day": self.day,
            "total": self.total,
            "groups": [group.to_dict() for _, group in sorted(self.groups.items())],
            "dear": sorted(self.dear),
            "shares": dict(sorted(self.shares.items())),
            "unwatched": dict(sorted(self.unwatched.items())),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Watch:
        """Return what `to_dict` was given."""
        groups = [Group.from_dict(data["policy"], one) for one in data["groups"]]
        return cls(
            policy=data["policy"],
            day=data["day"],
            total=data["total"],
            groups={(group.level, group.name): group for group in groups},
            dear=frozenset(data["dear"]),
            shares=dict(data["shares"]),
            unwatched=Counter(data["unwatched"]),
        )


def before(day: str, days: int) -> str:
    """Return the day so many days before, ISO 8601."""
    return (dt.date.fromisoformat(day) - dt.timedelta(days)).isoformat()

"""The streams of one group: the whole policy, one of its generators, or one of its segments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from selector.monitoring.alarm import Alarm, Episode
from selector.monitoring.bench import Bench, Crossing
from selector.monitoring.day import summed
from selector.monitoring.kinds import REFERENCES, Key, Level
from selector.monitoring.stream import Stream
from selector.monitoring.table import Table

Array = npt.NDArray[Any]

CHUNK = 1024  # rows at once


@dataclass(slots=True)
class Group:
    """A group of requests, with its streams.

    Attributes:
        policy: Whose requests.
        level: What they have in common.
        name: Its name; "" of the whole policy.
        streams: By key.
        today: How many rows it had today.
        bench: Its detectors, made anew each day; None until they are needed.
    """

    policy: str
    level: Level
    name: str
    streams: dict[Key, Stream] = field(default_factory=dict)
    today: int = 0
    bench: Bench | None = None

    def armed(self, dear: frozenset[str]) -> list[Stream]:
        """Return the streams that are watched: they have a reference, and values that are no biased sample.

        Args:
            dear: Outputs that the cascade skips; of them only audited requests count.
        """
        return [
            stream
            for key, stream in sorted(self.streams.items())
            if any(stream.references) and _counts(key, dear)
        ]

    def feed(self, date: str, table: Table, rows: Array) -> list[Alarm]:
        """Go on with *rows* of a table, all of one day; return what is new."""
        self.today += len(rows)
        found: list[Alarm] = []
        for start in range(0, len(rows), CHUNK) if self.bench and self.bench.streams else ():
            found += self._detect(date, table, rows, start)
        self._count(date, table, rows)
        return found

    def known(self, since: str) -> bool:
        """Return whether a stream has a reference, and had a value since that day."""
        return any(
            any(one.references) and any(day.count and day.date >= since for day in one.days)
            for one in self.streams.values()
        )

    def close(self, since: str) -> None:
        """End the day of all streams."""
        for stream in self.streams.values():
            stream.close(since)
        self.today, self.bench = 0, None

    def _detect(self, date: str, table: Table, rows: Array, start: int) -> list[Alarm]:
        """Take the detectors on by some of *rows*, from *start* on."""
        assert self.bench is not None  # noqa: S101 - made before
        here = rows[start : start + CHUNK]
        values = np.stack([_values(table, one.key, here) for one in self.bench.streams], axis=1)
        for stream in self.bench.streams:
            stream.day(date)
        alarms: list[Alarm] = []
        for crossing in self.bench.run(values):
            alarms += self._alarm(date, table, rows[: start + crossing.at + 1], crossing)
        return alarms

    def _count(self, date: str, table: Table, rows: Array) -> None:
        """Count the values of each stream, which begins with its first."""
        for key, column in table.columns.items():
            there = rows[~np.isnan(column.values[rows])]
            skipped = int(column.skipped[rows].sum())
            if skipped or len(there):
                stream = self.streams.setdefault(key, Stream(key))
                if skipped:
                    stream.day(date).skipped += skipped
                stream.add(date, column.values[there], column.within[there])

    def _alarm(self, date: str, table: Table, rows: Array, crossing: Crossing) -> list[Alarm]:
        """Return the alarm of a crossing by the last of *rows*, unless one is not over yet."""
        assert self.bench is not None  # noqa: S101 - it crossed on a bench
        stream, which = self.bench.streams[crossing.stream], crossing.reference
        open_ = stream.episodes[which]
        if open_ is not None:
            stream.episodes[which] = Episode(open_.alarm, date)
            return []
        row = int(rows[-1])
        values = _values(table, stream.key, rows)
        since, after = _since(stream, which, values[~np.isnan(values)], rises=crossing.rises)
        one = stream.references[which]
        assert one is not None  # noqa: S101 - its detector crossed
        moved = after - one.mean
        alarm = Alarm(
            policy=self.policy,
            level=self.level,
            group=self.name,
            kind=stream.key.kind,
            of=stream.key.of,
            reference=REFERENCES[which],
            detector=crossing.detector,
            rises=crossing.rises,
            number=table.numbers[row],
            created=table.created[row],
            since=since,
            before=one.mean,
            after=after,
            moved=moved if stream.kind.is_rate or not one.image_sd else moved / one.image_sd,
        )
        stream.episodes[which] = Episode(alarm, date)
        return [alarm]

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        streams = [stream.to_dict() for _, stream in sorted(self.streams.items())]
        return {"level": self.level, "name": self.name, "today": self.today, "streams": streams}

    @classmethod
    def from_dict(cls, policy: str, data: Mapping[str, Any]) -> Group:
        """Return what `to_dict` was given; its bench is made when it is needed."""
        streams = [Stream.from_dict(one) for one in data["streams"]]
        by_key = {stream.key: stream for stream in streams}
        return cls(policy, data["level"], data["name"], by_key, data["today"])


def _counts(key: Key, dear: frozenset[str]) -> bool:
    if key.kind == "mean":
        return key.of not in dear
    return key.kind != "audited" or key.of in dear


def _values(table: Table, key: Key, rows: Array) -> Array:
    column = table.columns.get(key)
    return np.full(len(rows), np.nan) if column is None else column.values[rows]


def _since(stream: Stream, which: int, values: Array, *, rises: bool) -> tuple[str, float]:
    """Return the day since which it is likeliest to have been as it is today, and the mean since then.

    Args:
        stream: Which one.
        which: The reference's place.
        values: Those of today that its day does not count yet, up to the crossing.
        rises: Which way it went.
    """
    one = stream.references[which]
    assert one is not None  # noqa: S101 - its detector crossed
    centre, sign = stream.grid.centre if stream.grid else 0.0, 1 if rises else -1
    *past, today = stream.days
    count, total = today.count + len(values), summed(today.total, values - centre)
    middle = max(sign * (centre + total / count - one.mean), one.inner) / 2
    best, first, after, likely = 0.0, today.date, centre + total / count, 0.0
    for day in reversed([day for day in past if day.count]):
        likely += day.count * (sign * (centre + day.total / day.count - one.mean) - middle)
        count, total = count + day.count, total + day.total
        if likely > best:
            best, first, after = likely, day.date, centre + total / count
    return first, after

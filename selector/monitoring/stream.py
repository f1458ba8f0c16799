"""One stream: what it was like day by day, its two references, and where its detectors stand."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from itertools import groupby
from typing import Any

import numpy as np
import numpy.typing as npt

from selector.monitoring.alarm import Episode
from selector.monitoring.day import Day, Grid
from selector.monitoring.kinds import KINDS, REFERENCES, Key, Kind, Referred
from selector.monitoring.reference import ENOUGH, Reference, reference
from selector.statistics.e_detector import BETS

Array = npt.NDArray[Any]

ROLLING = 28  # days before today: four whole weeks
KEPT = 400  # days of which the means are kept, to be shown
COUNTED = ROLLING + 8  # days of which the counts are kept too, once there is a frozen reference
CALM = 7  # days without a crossing after which an alarm is over, if its level is low too
LOW = 0.25  # of the way to an alarm


@dataclass(slots=True)
class Stream:
    """A number that every request has, or some of them, and all that is known of it.

    Attributes:
        key: Which one.
        early: The first values with their day and variance, until they are enough for a grid.
        grid: Where values are counted; None of a rate, and before there are enough values.
        days: By day; the last is today.
        frozen: The standard that calibration rests on.
        rolling: The standard of the last weeks.
        sums: The CUSUM's: by reference, upwards and downwards.
        wealth: The e-detector's: by reference, direction and bet.
        episodes: By reference, the alarm that is not over yet.
        held: By reference, whether its detectors wait until tomorrow, as they have just alarmed.
    """

    key: Key
    early: list[tuple[str, float, float]] = field(default_factory=list)
    grid: Grid | None = None
    days: list[Day] = field(default_factory=list)
    frozen: Reference | None = None
    rolling: Reference | None = None
    sums: Array = field(default_factory=lambda: np.zeros((2, 2)))
    wealth: Array = field(default_factory=lambda: np.zeros((2, 2, BETS)))
    episodes: list[Episode | None] = field(default_factory=lambda: [None, None])
    held: list[bool] = field(default_factory=lambda: [False, False])

    @property
    def kind(self) -> Kind:
        """How it is judged."""
        return KINDS[self.key.kind]

    @property
    def references(self) -> tuple[Reference | None, Reference | None]:
        """The frozen one and the rolling one."""
        return self.frozen, self.rolling

    @property
    def seen(self) -> int:
        """How many values there were, of the days that are kept."""
        return len(self.early) + sum(day.count for day in self.days)

    def add(self, date: str, values: Array, within: Array) -> None:
        """Count values of a day, which is today or later; none of them is NaN."""
        if self.grid is None and not self.kind.is_rate:
            room = ENOUGH - len(self.early)
            pairs = zip(values[:room].tolist(), within[:room].tolist(), strict=True)
            self.early += [(date, value, variance) for value, variance in pairs]
            if len(self.early) < ENOUGH:
                return
            self._settle()
            values, within = values[room:], within[room:]
        if len(values):
            self.day(date).add(values, within, self.grid)

    def day(self, date: str) -> Day:
        """Return the day *date*, begun if it is not there yet."""
        if not self.days or self.days[-1].date < date:
            self.days.append(Day(date))
        return self.days[-1]

    def _settle(self) -> None:
        """Fix the grid by the first values, and count them."""
        self.grid = Grid.of(np.array([value for _, value, _ in self.early]))
        skipped, self.days = {day.date: day.skipped for day in self.days}, []
        for date, own in groupby(self.early, key=lambda one: one[0]):
            pairs = np.array([one[1:] for one in own])
            self.day(date).add(pairs[:, 0], pairs[:, 1], self.grid)
        for day in self.days:
            day.skipped = skipped.get(day.date, 0)
        self.early = []

    def close(self, since: str) -> None:
        """End the day: renew the rolling reference, freeze the other one when it can be.

        Args:
            since: The first of the days that the rolling reference is made of.
        """
        self.held = [False, False]
        recent = [day for day in self.days if day.date >= since]
        self.rolling = reference(recent, self.kind, self.grid)
        if self.frozen is None:
            self.freeze(self.days)
        self.episodes = [
            None if self._is_over(at, since) else one for at, one in enumerate(self.episodes)
        ]
        if self.frozen is not None:
            for day in self.days[:-COUNTED]:
                day.counts = np.zeros(0, dtype=np.int64)
        del self.days[:-KEPT]

    def freeze(self, days: list[Day]) -> bool:
        """Make *days* the frozen reference, if they tell enough; say whether they do."""
        found = reference(days, self.kind, self.grid)
        if found is None:
            return False
        self.frozen = found
        self.reset(0)
        self.episodes[0] = None
        return True

    def rise(self, at: int, level: float) -> None:
        """Note how high the detectors of one reference stood today."""
        if self.days:
            self.days[-1].levels[at] = max(self.days[-1].levels[at], level)

    def reset(self, at: int) -> None:
        """Begin again with the detectors of one reference."""
        self.sums[at], self.wealth[at] = 0.0, 0.0

    def _is_over(self, at: int, since: str) -> bool:
        """Return whether an episode is over: so many days without a crossing, the last ones low.

        It is over too where nothing has come for four weeks: a generator that is no longer used.
        """
        episode = self.episodes[at]
        if not any(day.count and day.date >= since for day in self.days):
            return True
        after = [day for day in self.days if episode and day.date > episode.last]
        return len(after) >= CALM and max(day.levels[at] for day in after[-CALM:]) < LOW

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "key": list(self.key),
            "early": [[date, value, _or_none(variance)] for date, value, variance in self.early],
            "grid": self.grid and asdict(self.grid),
            "days": [day.to_list() for day in self.days],
            **{name: one and one.to_dict() for name, one in self._named()},
            "sums": self.sums.tolist(),
            "wealth": self.wealth.tolist(),
            "episodes": [one and one.to_dict() for one in self.episodes],
            "held": self.held,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Stream:
        """Return what `to_dict` was given."""
        return cls(
            key=Key(*data["key"]),
            early=[(date, value, _number(variance)) for date, value, variance in data["early"]],
            grid=data["grid"] and Grid(**data["grid"]),
            days=[Day.from_list(one) for one in data["days"]],
            frozen=data["frozen"] and Reference.from_dict(data["frozen"]),
            rolling=data["rolling"] and Reference.from_dict(data["rolling"]),
            sums=np.array(data["sums"]),
            wealth=np.array(data["wealth"]),
            episodes=[one and Episode.from_dict(one) for one in data["episodes"]],
            held=list(data["held"]),
        )

    def _named(self) -> list[tuple[Referred, Reference | None]]:
        return list(zip(REFERENCES, self.references, strict=True))


def _or_none(value: float) -> float | None:
    return None if math.isnan(value) else value


def _number(value: float | None) -> float:
    return math.nan if value is None else value

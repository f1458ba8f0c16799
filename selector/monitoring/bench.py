"""The detectors of one group of streams, side by side: all streams of a request in one step."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from selector.monitoring.kinds import REFERENCES
from selector.monitoring.reference import Reference
from selector.monitoring.stream import Stream
from selector.statistics import bets, cusum, cusum_line, cusum_steps, e_detector, e_detector_line

Array = npt.NDArray[Any]

FAR = 8.0  # standard deviations; one wild value alone should be no alarm


class Crossing(NamedTuple):
    """Where a detector reached its alarm line.

    Attributes:
        stream: Its place on the bench.
        reference: Its place among the references.
        at: At which value.
        detector: Which detector it was.
        rises: Whether it went up.
    """

    stream: int
    reference: int
    at: int
    detector: Literal["cusum", "e_detector"]
    rises: bool


class Lane(NamedTuple):
    """One direction in which one stream may leave one of its references.

    Attributes:
        stream: The stream's place on the bench.
        reference: The reference's place among the references.
        way: 0 of rises, 1 of falls.
        one: The reference.
    """

    stream: int
    reference: int
    way: int
    one: Reference

    @property
    def sign(self) -> int:
        """What makes both ways a rise: 1, or -1."""
        return 1 - 2 * self.way

    @property
    def bound(self) -> float:
        """What the mean of ranks or shares should not leave."""
        return self.one.low if self.way else self.one.high

    @property
    def risked(self) -> float:
        """The bound as one of rises."""
        return 1 - self.bound if self.way else self.bound


@dataclass(frozen=True, slots=True)
class Bench:
    """The streams of a group that have a reference, with what their detectors need.

    All arrays have one number for each lane.

    Attributes:
        streams: The streams.
        lanes: Where they may go.
        sums: The lanes that have a CUSUM too: of numbers, not of rates.
        sizes: The e-detector's bets, shape (bets, lanes).
        ranks: By stream, the rank of a value under each reference, by bin.
        lines: Shape (2, lanes), the alarm lines: of the CUSUM (NaN where none is), of the other.
    """

    streams: tuple[Stream, ...]
    lanes: tuple[Lane, ...]
    sums: Array
    sizes: Array
    ranks: tuple[Array | None, ...]
    lines: Array

    @classmethod
    def of(cls, streams: Sequence[Stream], share: float) -> Bench:
        """Return the bench of *streams*, each with a reference at least.

        Args:
            streams: The streams.
            share: Among how many pairs of stream and reference one false alarm a year is shared.
        """
        lanes = tuple(lane for at, stream in enumerate(streams) for lane in _lanes(at, stream))
        has_sum = np.array([_summed(one.one) for one in lanes], dtype=bool)
        by_sum = [cusum_line(lane.one.per_year, share) for lane in lanes]
        by_wealth = [e_detector_line(lane.one.per_year, share) for lane in lanes]
        return cls(
            streams=tuple(streams),
            lanes=lanes,
            sums=np.flatnonzero(has_sum),
            sizes=bets(np.array([lane.risked for lane in lanes])),
            ranks=tuple(_ranks(stream) for stream in streams),
            lines=np.array([np.where(has_sum, by_sum, np.nan), by_wealth]),
        )

    def run(self, values: Array) -> list[Crossing]:
        """Take the detectors on by *values*, shape (n, streams), NaN where there is none.

        A stream whose detector reaches its line begins again tomorrow, whatever comes until then.

        Returns:
            Where that was, in the order of the values.
        """
        if not self.lanes:
            return []
        moved, beyond = self._moved(values[:, self._of("stream")[self.sums]]), self._beyond(values)
        held = [self.streams[lane.stream].held[lane.reference] for lane in self.lanes]
        moved[:, np.array(held)[self.sums]] = np.nan
        beyond[:, held] = np.nan
        steps = cusum_steps(moved, self._in_sd("inner"), self._in_sd("outer"))
        sums = cusum(self._standing("sums")[self.sums], steps)
        height, wealth = e_detector(self._standing("wealth").T, beyond, self.sizes)
        levels = np.full((2, *height.shape), np.nan)
        levels[0][:, self.sums], levels[1] = sums, height
        over = levels >= self.lines[:, None]
        self._leave(levels, over, wealth)
        return sorted(self._crossings(over), key=lambda one: one.at)

    def _of(self, name: str) -> Array:
        return np.array([getattr(lane, name) for lane in self.lanes])

    def _in_sd(self, name: str) -> Array:
        ones = [self.lanes[at].one for at in self.sums]
        return np.array([getattr(one, name) / one.sd for one in ones])

    def _moved(self, values: Array) -> Array:
        ones = [self.lanes[at].one for at in self.sums]
        mean, sd = np.array([one.mean for one in ones]), np.array([one.sd for one in ones])
        standard = np.clip((values - mean) / sd, -FAR, FAR)
        return np.asarray(standard * self._of("sign")[self.sums])

    def _beyond(self, values: Array) -> Array:
        found = np.repeat(values[:, :, None], len(REFERENCES), axis=2)
        for at, (stream, ranks) in enumerate(zip(self.streams, self.ranks, strict=True)):
            if stream.grid is not None and ranks is not None:
                there = ~np.isnan(values[:, at])
                found[there, at] = ranks[stream.grid.bins(values[there, at])]
        by_lane = found[:, self._of("stream"), self._of("reference")]
        return np.asarray((by_lane - self._of("bound")) * self._of("sign"))

    def _standing(self, name: str) -> Array:
        return np.array(
            [getattr(self.streams[one.stream], name)[one.reference, one.way] for one in self.lanes]
        )

    def _leave(self, levels: Array, over: Array, wealth: Array) -> None:
        """Leave the streams where they stand now."""
        highest, crossed = levels.max(axis=1), np.asarray(over.any(axis=(0, 1)))
        last, tops, lines = np.nan_to_num(levels[0, -1]), highest.T.tolist(), self.lines.T.tolist()
        for at, lane in enumerate(self.lanes):
            stream = self.streams[lane.stream]
            stream.sums[lane.reference, lane.way] = last[at]
            stream.wealth[lane.reference, lane.way] = wealth[:, at]
            stream.rise(lane.reference, _share(tops[at], lines[at]))
        for lane, has in zip(self.lanes, crossed.tolist(), strict=True):
            if has:
                self.streams[lane.stream].reset(lane.reference)
                self.streams[lane.stream].held[lane.reference] = True

    def _crossings(self, over: Array) -> Iterator[Crossing]:
        """Yield the first crossing of each stream and reference."""
        done: set[tuple[int, int]] = set()
        for at, place, by in np.argwhere(over.transpose(1, 2, 0)).tolist():
            lane = self.lanes[place]
            if (lane.stream, lane.reference) not in done:
                done.add((lane.stream, lane.reference))
                name: Literal["cusum", "e_detector"] = "e_detector" if by else "cusum"
                yield Crossing(lane.stream, lane.reference, at, name, rises=not lane.way)


def _summed(one: Reference) -> bool:
    """Return whether a CUSUM can be taken: of numbers that are not all the same."""
    return bool(one.counts and one.sd)


def _lanes(at: int, stream: Stream) -> Iterator[Lane]:
    for which, one in enumerate(stream.references):
        if one is not None and (one.high < 1 or _summed(one)):
            yield Lane(at, which, 0, one)
        if one is not None and (one.low > 0 or _summed(one)) and stream.kind.falls:
            yield Lane(at, which, 1, one)


def _ranks(stream: Stream) -> Array | None:
    """Return the ranks by bin and reference; NaN where a reference is not there."""
    if stream.grid is None:
        return None
    known = next(one for one in stream.references if one is not None).ranks()
    return np.stack(
        [known * np.nan if one is None else one.ranks() for one in stream.references], axis=1
    )


def _share(highest: Sequence[float], lines: Sequence[float]) -> float:
    """Return how far to its alarm line a lane is, at most 1, by the nearer of its detectors.

    An e-detector's height counts from the root of its line on, in equal ratios: it stands a good
    part of that high when nothing happens.
    """
    by_sum = 0.0 if math.isnan(lines[0]) else highest[0] / lines[0]
    by_wealth = 2 * math.log(max(highest[1], 1.0)) / math.log(lines[1]) - 1
    return min(max(by_sum, by_wealth, 0.0), 1.0)

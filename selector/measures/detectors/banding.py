"""Whether smooth gradients have broken into steps: banding, posterisation."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

import numpy as np
import numpy.typing as npt
import PIL.Image

from selector.images import Image
from selector.images.regions import boxes_of
from selector.measures.base import Measure, Subject
from selector.types import Cost, Kind, Measured, Output, Score

Plane = npt.NDArray[np.int16]
Mask = npt.NDArray[np.bool_]
Places = npt.NDArray[np.intp]

LONG_SIDE = 512  # px; noise and JPEG's ringing average out, treads that people see stay
TREAD = 6  # px; shorter runs of one level are texture
FLAT = 2  # levels; what JPEG leaves on a tread
STEP, HIGHEST = 3, 90  # levels; an 8-bit gradient steps by 1; higher are the edges of things
SLUR = 3  # px; reducing and JPEG spread a step over so many
CELL, HALF = 16, 127  # px, levels; evidence is made of cells of which half is banded


class Banding(Measure):
    """How much of the picture lies on stairs: gradients that have broken into level treads.

    Unit: `share` of the picture's area in [0, 1]; lower is better. Three treads or more, each
        6 px or longer at 512, that go up or down by 3 to 90 levels each, along rows or columns.
    Needs: luma; long side brought to 512 px, never enlarged.
    Evidence: boxes around the largest parts.
    Blind to: bands under noise, which hides them from people too; bands of hue in equal luma;
        steps under 3 levels; fewer than three tones; whether it is meant: shading and fields
        drawn in flat tones count (24 drawn hills in four tones had 0.01 to 0.81, half of them over
        0.07), so it tells of photographs, and of drawings with soft colours. A plain gradient
        does not count. JPEG of quality 75 adds nothing; at 20 it makes stairs of blocks, which
        count.
    Model: none.
    Source: runs of one level as in P. Tandon et al., "CAMBI: Contrast-aware Multiscale Banding
        Index", PCS 2021, the rest is ours. 27 pictures, also as JPEG, against the same with fewer
        levels a channel: AUC 0.79 for 64, 0.88 for 32, 0.98 for 16, 1.00 for 4; 0.77 for 16
        levels stored as JPEG of quality 90.
    """

    kind: ClassVar[Kind] = "detector"
    version: ClassVar[int] = 1

    @property
    def outputs(self) -> Mapping[str, Output]:
        """The share of the picture on stairs."""
        banded = Output("share of the picture", 0, 1, False, words="banded area")
        return {"share": replace(banded, usual=(0, 0.0004))}

    @property
    def cost(self) -> Cost:
        """Measured at 1024², luma included."""
        return Cost(seconds=0.007)

    def run(self, subjects: Sequence[Subject]) -> list[dict[str, Measured]]:
        """Return the banded share of every picture."""
        return [_measured(subject.image) for subject in subjects]


def _measured(image: Image) -> dict[str, Measured]:
    plane = _reduced(image)
    # Every other line is enough to see areas with, and takes half the time.
    along = _on_stairs(plane[::2]).repeat(2, axis=0)[: plane.shape[0]]
    down = _on_stairs(plane.T[::2]).repeat(2, axis=0)[: plane.shape[1]].T
    mask = along | down
    evidence = boxes_of(_cells(mask), image.size, label="bands")
    return {"share": Score(float(mask.mean()), evidence)}


def _reduced(image: Image) -> Plane:
    """Return luma, long side at most 512."""
    longest = max(image.size)
    if longest <= LONG_SIDE:
        return image.luma.astype(np.int16)
    width, height = (max(1, round(LONG_SIDE * side / longest)) for side in image.size)
    luma = PIL.Image.fromarray(image.luma).resize((width, height), PIL.Image.Resampling.BOX)
    return np.asarray(luma, dtype=np.int16)


def _on_stairs(lines: Plane) -> Mask:
    """Return which pixels lie on three treads or more that go the same way along their line."""
    starts, ends, levels = _treads(lines)
    rises = np.diff(levels)
    near = (starts[1:] - ends[:-1] <= SLUR) & (np.diff(starts // lines.shape[1]) == 0)
    small = (np.abs(rises) >= STEP) & (np.abs(rises) <= HIGHEST)
    way = np.sign(rises) * (near & small)
    middle = (way[1:] == way[:-1]) & (way[1:] != 0)
    stairs = np.zeros(len(starts), dtype=bool)
    for part in (slice(None, -2), slice(1, -1), slice(2, None)):
        stairs[part] |= middle
    turns = np.zeros(lines.size + 1, dtype=np.int8)
    turns[starts[stairs]] += 1
    turns[ends[stairs]] -= 1
    return np.cumsum(turns[:-1], dtype=np.int8).reshape(lines.shape) > 0


def _treads(lines: Plane) -> tuple[Places, Places, npt.NDArray[np.float64]]:
    """Return where level runs start and end in the lines laid end to end, and their levels."""
    steps = np.ones(lines.shape, dtype=bool)
    steps[:, 1:] = np.abs(np.diff(lines, axis=1)) >= STEP
    starts = np.flatnonzero(steps)
    ends = np.append(starts[1:], lines.size)
    long = ends - starts >= TREAD
    starts, ends = starts[long], ends[long]
    bounds = np.column_stack([starts, ends]).ravel()
    values = np.append(lines, 0)  # so that the last end is a place too
    lowest = np.minimum.reduceat(values, bounds)[::2]
    highest = np.maximum.reduceat(values, bounds)[::2]
    level = highest - lowest <= FLAT
    return starts[level], ends[level], (lowest[level] + highest[level]) / 2


def _cells(mask: Mask) -> Mask:
    """Return the cells of which at least half is in *mask*."""
    height, width = (max(1, side // CELL) for side in mask.shape)
    levels = PIL.Image.fromarray(mask.view(np.uint8) * np.uint8(255))
    shares = levels.resize((width, height), PIL.Image.Resampling.BOX)
    return np.asarray(shares) > HALF

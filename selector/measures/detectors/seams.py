"""Straight seams: where tiling, outpainting or inpainting put two pictures edge to edge."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import numpy.typing as npt
from pydantic import JsonValue

from selector.images import Image
from selector.measures.base import Measure, Subject
from selector.types import Cost, Kind, Measured, NotApplicable, Output, Score

Floats = npt.NDArray[np.float32]

# Chosen on 58 photographs; none of the card's numbers was measured on any of them.
SMALLEST = 64  # px; a shorter side has too few bands to tell a seam from an edge
BAND = 8  # px along the line that are averaged first; takes most of the noise away
BANDS = 128  # at most along a side, so that a large picture is no dearer than its pixels
# Luma, and how far red and blue are from green: a tint may leave luma as it is.
PLANES = np.array([[0.299, 0.587, 0.114], [1, -1, 0], [0, -1, 1]], dtype=np.float32)
# Levels of curvature, twice the step, that say nothing: of luma, what rounding to 8 bits makes of
# a slope; of colour, what JPEG's coarser rounding does.
NOTHING = (2.5, 8.0, 8.0)
LEAST = 1.0  # level of curvature; the calmest surroundings that count
MOST = 6.0  # surroundings' deviations; so that no band outweighs the others
NEAR, FAR = 3, 10  # px on either side: the surroundings; nearer ones have part of the same edge
LASTING = 0.8  # deviations; a line goes on while its bands have more than that
PART = 0.2  # of the side; shorter lines are edges of things
FEWEST = 4  # bands; likewise
SHARP = -0.2  # curvature beside the line over that on it; -0.5 for a step within one pixel
BOLD = 40.0  # levels; a bolder step over a part, or of one sign all along, is rather an edge
WHOLE = 0.9  # of the side
SLACK = 10  # percent of the bands that an edge need not be bold in, nor a bar plain
DRAWN = 0.01  # level; no photograph is as plain as this
PLAIN, LIVELY = 3.0, 12.0  # levels along a side; black bars have 2 after JPEG
MARGIN = 8  # px; picture borders, frames and what resizing makes of them
BUSY = 90  # percentile of all lines of a direction: how well its other lines stand out
CHANCE = 0.8  # deviations of either sign; about what there is where nothing is
TRIED = 6  # of each plane, direction and way of looking
SHOWN = 8
SMALL = f"a side is under {SMALLEST} px"


class Seams(Measure):
    """Straight level or upright lines along which the picture does not fit together.

    Unit: `step`, where one side is lighter or of another tint, and `broken`, where content breaks
        off too: how clear the clearest such line is, in standard errors beyond what its
        surroundings do by chance, in bands of 8 px; 0 for no line; lower is better. `length` of
        the clearer one, share of the side. Of 76 photographs and generated pictures that nothing
        was chosen on, 12 have a step over 6 and 3 one over 10, 6 a break over 12 and 2 over 22; of
        48 brought to three quarters of their size, 3 have a step over 10.
    Needs: sRGB, every pixel as it was made; both sides at least 64 px.
    Evidence: up to eight lines, with their strength and how many levels their sides are apart.
    Blind to: seams that were feathered, or resized afterwards (× 0.7: AUC 0.72; × 1.5: 0.50); a
        part of another noise or sharpness alone (0.52, 0.46); a step of one sign over 40 levels,
        one beside plain colour, a line shorter than a fifth of the side or within 8 px of the
        border. Takes sharp straight edges for seams: a window's frame, a mast, drawn frames,
        a collage, an almost level horizon drawn without softness.
    Model: none.
    Source: measured on 27 pictures, stitched: AUC 0.85 (95 % interval 0.74 to 0.92) at 4 levels,
        0.92 at 8, 0.98 at 16 and after JPEG of quality 90; a part moved by 8 px 0.90, tiles 0.93.
    """

    kind: ClassVar[Kind] = "detector"
    version: ClassVar[int] = 1

    @property
    def outputs(self) -> Mapping[str, Output]:
        """How clear the clearest step and break are, and how far the clearer of them goes."""
        clear = Output("standard errors", 0, None, False, optional=True)
        share = Output("share of the side", 0, 1, None, optional=True)
        return {
            "step": replace(clear, words="clearest straight step", usual=(0, 7.5)),
            "broken": replace(clear, words="clearest straight break", usual=(0, 17)),
            "length": replace(share, words="length of the clearest seam"),
        }

    @property
    def cost(self) -> Cost:
        """Measured at 1024²."""
        return Cost(seconds=0.024)

    def run(self, subjects: Sequence[Subject]) -> list[dict[str, Measured]]:
        """Look for seams, upright and level, in every picture."""
        return [_measured(subject.image) for subject in subjects]


@dataclass(frozen=True, slots=True)
class _Seam:
    """One line that may be a seam.

    Attributes:
        upright: Whether it runs from top to bottom.
        across: Where it lies, in pixels across its direction: the first pixel behind it.
        start: Where it begins, in pixels along its direction.
        end: Where it ends, likewise.
        share: Its length over that of the side.
        levels: How far its sides are apart in luma or colour: the median, so 0 if by turns.
        strength: How clear it is, in standard errors.
    """

    upright: bool
    across: int
    start: int
    end: int
    share: float
    levels: float
    strength: float

    def evidence(self) -> dict[str, JsonValue]:
        """Return the line with what is known of it, in pixels of the picture."""
        x0, y0, x1, y1 = self.across, self.start, self.across, self.end
        line: list[JsonValue] = [x0, y0, x1, y1] if self.upright else [y0, x0, y1, x1]
        strength, levels = round(self.strength, 1), round(self.levels, 1)
        return {"line": line, "label": "seam", "strength": strength, "levels": levels}

    def beside(self, other: _Seam) -> bool:
        """Return whether both are of one line, perhaps seen in two planes."""
        return self.upright == other.upright and abs(self.across - other.across) <= NEAR


def _measured(image: Image) -> dict[str, Measured]:
    if min(image.size) < SMALLEST:
        return dict.fromkeys(("step", "broken", "length"), NotApplicable(SMALL))
    found: dict[str, list[_Seam]] = {"step": [], "broken": []}
    for upright, turned in ((True, image.rgb), (False, image.rgb.swapaxes(0, 1))):
        view = _view(turned, upright=upright)
        for at, nothing in enumerate(NOTHING):
            for kind, signed in _ways(_clarity(view.curvatures[at], nothing)):
                found[kind] += _lines(view, at, signed)
    said = {kind: _said(_clearest(seams)) for kind, seams in found.items()}
    every = _clearest([*found["step"], *found["broken"]])
    return {**said, "length": Score(every[0].share) if every else NotApplicable("no seam found")}


def _clearest(seams: list[_Seam]) -> list[_Seam]:
    """Return the clearest one of each line, the clearest line first, and none half as clear."""
    clearest: list[_Seam] = []
    for seam in sorted(seams, key=lambda seam: -seam.strength):
        if seam.strength and not any(seam.beside(other) for other in clearest):
            clearest.append(seam)
    return [seam for seam in clearest[:SHOWN] if seam.strength >= clearest[0].strength / 2]


def _said(clearest: list[_Seam]) -> Score:
    if not clearest:
        return Score(0.0)
    return Score(clearest[0].strength, {"lines": [seam.evidence() for seam in clearest]})


@dataclass(frozen=True, slots=True)
class _View:
    """A picture as one direction of lines is looked for, in luma and two colours.

    Attributes:
        upright: Whether lines from top to bottom are.
        band: So many rows are one.
        means: In levels, shape (3, bands, W).
        curvatures: How much the means turn off across each line, shape (3, bands, W - 3): at i that
            of the line between pixels i + 1 and i + 2. A step of one level is 2, with -1 beside it.
    """

    upright: bool
    band: int
    means: Floats
    curvatures: Floats


def _view(pixels: npt.NDArray[np.uint8], *, upright: bool) -> _View:
    band = max(BAND, len(pixels) // BANDS)
    rows = pixels[: len(pixels) // band * band].reshape(-1, band, pixels.shape[1] * 3)
    summed = rows.sum(axis=1, dtype=np.float32).reshape(len(rows), -1, 3)
    means = np.ascontiguousarray(np.moveaxis(summed @ (PLANES.T / band), -1, 0))
    steps = np.diff(means)
    curvatures = 2 * steps[..., 1:-1] - steps[..., :-2] - steps[..., 2:]
    return _View(upright, band, means, curvatures)


def _clarity(plane: Floats, nothing: float) -> Floats:
    """Return the curvature of a plane over that of its surroundings, on the livelier side."""
    squares = np.pad(np.square(plane), ((0, 0), (FAR, FAR)), mode="reflect")
    for shift in (1, 2, 4):  # sums of the eight pixels from NEAR to FAR
        squares = squares[:, :-shift] + squares[:, shift:]
    width = plane.shape[1]
    around = np.sqrt(np.maximum(squares[:, :width], squares[:, -width:]) / (FAR - NEAR + 1))
    clear = np.maximum(np.abs(plane) - np.float32(nothing), 0) / (around + np.float32(LEAST))
    clarity: Floats = np.copysign(np.minimum(clear, np.float32(MOST)), plane)
    return clarity


def _ways(clarity: Floats) -> Iterator[tuple[str, Floats]]:
    """Yield clarity as a lighter side has it, a darker one, and either where content breaks off."""
    yield "step", clarity
    yield "step", -clarity
    yield "broken", np.abs(clarity) - np.float32(CHANCE)


def _lines(view: _View, at: int, signed: Floats) -> Iterator[_Seam]:
    """Yield the clearest lines of plane *at*, seen one way, that may be seams."""
    count = len(signed)
    others = max(0.0, float(np.percentile(signed.sum(axis=0), BUSY))) / count**0.5
    for across in _outstanding(signed):
        start, end = _stretch(signed[:, across])
        share = (end - start) / count
        part = view.curvatures[:, start:end, across - 1 : across + 2]
        beside = view.means[0, start:end, [across, across + 3]]
        if end - start < max(FEWEST, PART * count) or not _sharp(part[at]) or _bar(beside):
            continue
        steps = part[..., 1] / np.float32(2)
        clear = float(signed[start:end, across].sum()) / (end - start) ** 0.5
        strength = clear * _belief(steps, at, share) / (1 + others / 2)
        levels = float(np.abs(np.median(steps, axis=1)).max())
        ends = (start * view.band, end * view.band)
        yield _Seam(view.upright, across + 2, *ends, share, levels, strength)


def _bar(beside: Floats) -> bool:
    """Return whether one side is plain: wholly, as only drawn, or beside one that is not: a bar."""
    plainer, livelier = sorted(np.ptp(np.percentile(beside, (SLACK, 100 - SLACK), axis=1), axis=0))
    return bool(plainer < DRAWN or (plainer <= PLAIN and livelier > LIVELY))


def _belief(steps: Floats, at: int, share: float) -> float:
    """Return 0 for what is a thing's own edge, a half for what may be one, else 1.

    Args:
        steps: In levels, shape (3, bands of the line).
        at: The plane that it was seen in.
        share: Its length over that of the side.
    """
    sides = np.sign(np.median(steps, axis=1, keepdims=True))
    if np.percentile(steps * sides, SLACK, axis=1).max() > BOLD:
        return 0.0
    return 0.5 if share < WHOLE and np.median(np.abs(steps[at])) > BOLD else 1.0


def _sharp(part: Floats) -> bool:
    """Return whether the step lies within one pixel: then curvature turns round beside it."""
    before, on, behind = (part * np.sign(part[:, 1:2])).mean(axis=0)
    return bool(max(before, behind) < SHARP * on)


def _outstanding(signed: Floats) -> Iterator[int]:
    """Yield where the lines are that have the most in one stretch, the clearest line first."""
    best = np.zeros(signed.shape[1], np.float32)
    so_far = np.zeros_like(best)
    for band in signed - np.float32(LASTING):  # by hand; cumsum down the columns is far slower
        so_far = np.maximum(so_far + band, 0)
        best = np.maximum(best, so_far)
    best[:MARGIN] = best[-MARGIN:] = 0
    for _ in range(TRIED):
        at = int(best.argmax())
        if best[at] <= 0:
            return
        yield at
        best[max(0, at - NEAR) : at + NEAR + 1] = 0


def _stretch(line: Floats) -> tuple[int, int]:
    """Return the bands between which a line has the most above what lasts."""
    summed = np.concatenate([[0], np.cumsum(line - LASTING)])
    end = int((summed - np.minimum.accumulate(summed)).argmax())
    return int(summed[: end + 1].argmin()), end

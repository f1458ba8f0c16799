"""Straight seams: where tiling, outpainting or inpainting put two pictures edge to edge."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view
from pydantic import JsonValue

from selector.images import Image
from selector.measures.base import Measure, Subject
from selector.types import Cost, Kind, Measured, NotApplicable, Output, Score

Floats = npt.NDArray[np.float32]

# Rounded, not tuned finely; chosen on photographs that none of the numbers below was measured on.
SMALLEST = 64  # px; a shorter side has too few bands to tell a seam from an edge
BAND = 8  # px along the line that are averaged first; takes most of the noise away
BANDS = 128  # at most along a side, so that a large picture is no dearer than its pixels
# Luma, and how far red and blue are from green: a tint may leave luma as it is.
PLANES = np.array([[0.299, 0.587, 0.114], [1, -1, 0], [0, -1, 1]], dtype=np.float32)
# Levels of curvature, twice the step, that say nothing: of luma, what rounding to 8 bits makes of
# a slope; of colour, what JPEG's coarser rounding does.
NOTHING = np.array([2.5, 8, 8], dtype=np.float32)[:, np.newaxis, np.newaxis]
LEAST = 1.0  # level of curvature; the calmest surroundings that count
MOST = 6.0  # surroundings' deviations; so that no band outweighs the others
NEAR, FAR = 3, 10  # px on either side: the surroundings; nearer ones have part of the same edge
LASTING = 0.8  # deviations; a line goes on while its bands have more than that
PART = 0.2  # of the side; shorter lines are edges of things
FEWEST = 4  # bands; likewise
SHARP = -0.2  # curvature beside the line over that on it; -0.5 for a step within one pixel
BOLD = 40.0  # levels; a bolder step over part of a side is rather a thing's own edge
WHOLE = 0.9  # of the side
MARGIN = 8  # px; picture borders, frames and what resizing makes of them
BUSY = 90  # percentile of all lines of a direction: how well its other lines stand out
TRIED = 6  # of each plane, direction and sign
SHOWN = 8


class Seams(Measure):
    """Straight lines along which the picture does not fit together.

    Unit: `strength` of the strongest line; lower is better.
    Needs: sRGB.
    Evidence: lines.
    Blind to: many.
    Model: none.
    Source: ours.
    """

    kind: ClassVar[Kind] = "detector"
    version: ClassVar[int] = 1

    @property
    def outputs(self) -> Mapping[str, Output]:
        """How clear the clearest seam is, and how far it goes."""
        return {
            "strength": Output(
                "standard errors", 0, None, False, optional=True, words="clearest seam"
            ),
            "length": Output(
                "share of the side", 0, 1, None, optional=True, words="length of the clearest seam"
            ),
        }

    @property
    def cost(self) -> Cost:
        """Measured at 1024²."""
        return Cost(seconds=0.02)

    def run(self, subjects: Sequence[Subject]) -> list[dict[str, Measured]]:
        """Look for seams, upright and level, in every picture."""
        return [_measured(subject.image) for subject in subjects]


@dataclass(frozen=True, slots=True)
class _Seam:
    """One line that may be a seam.

    Attributes:
        across: Where it lies, in pixels across its direction: the first pixel behind it.
        start: Where it begins, in pixels along its direction.
        end: Where it ends, likewise.
        share: Its length over that of the side.
        step: How far the two sides are apart, in levels; the median of its bands.
        strength: How clear it is, in standard errors.
        upright: Whether it runs from top to bottom.
    """

    across: int
    start: int
    end: int
    share: float
    step: float
    strength: float
    upright: bool

    def evidence(self) -> dict[str, JsonValue]:
        """Return the line with what is known of it."""
        ends = [self.across, self.start, self.across, self.end]
        line: list[JsonValue] = [*ends] if self.upright else [ends[1], ends[0], ends[3], ends[2]]
        strength, step = round(self.strength, 1), round(self.step, 1)
        return {"line": line, "label": "seam", "strength": strength, "step": step}


def _measured(image: Image) -> dict[str, Measured]:
    if min(image.size) < SMALLEST:
        small = NotApplicable(f"smaller than {SMALLEST} px")
        return {"strength": small, "length": small}
    seams = sorted(_seams(image), key=lambda seam: -seam.strength)
    if not seams:
        return {"strength": Score(0.0), "length": NotApplicable("no seam found")}
    clearest = seams[0]
    shown = [seam for seam in seams if seam.strength >= clearest.strength / 2][:SHOWN]
    evidence: JsonValue = {"lines": [seam.evidence() for seam in shown]}
    return {"strength": Score(clearest.strength, evidence), "length": Score(clearest.share)}


def _seams(image: Image) -> Iterator[_Seam]:
    pixels = image.rgb
    for upright, turned in ((True, pixels), (False, pixels.swapaxes(0, 1))):
        band = max(BAND, len(turned) // BANDS)
        for curvature, clarity in _planes(turned, band):
            yield from _lines(curvature, clarity, band=band, upright=upright)


def _planes(pixels: npt.NDArray[np.uint8], band: int) -> Iterator[tuple[Floats, Floats]]:
    """Yield, of luma and two colours, the curvature across each line, and how clear it is there.

    Args:
        pixels: Shape (H, W, 3); the lines looked for are its columns.
        band: So many rows are one.

    Yields:
        Both of shape (H // band, W - 3); column i is of the line between pixels i + 1 and i + 2.
    """
    count = len(pixels) // band
    rows = pixels[: count * band].reshape(count, band, -1)
    means = rows.sum(axis=1, dtype=np.uint32).reshape(count, -1, 3) @ (PLANES.T / band)
    steps = np.diff(np.moveaxis(means, -1, 0))
    curvature: Floats = 2 * steps[..., 1:-1] - steps[..., :-2] - steps[..., 2:]
    clear = np.maximum(np.abs(curvature) - NOTHING, 0) / (_surroundings(curvature) + LEAST)
    yield from zip(curvature, np.copysign(np.minimum(clear, MOST), curvature), strict=True)


def _surroundings(curvature: Floats) -> Floats:
    """Return how large curvature is beside each place, on the livelier side (its RMS)."""
    reach = FAR - NEAR + 1
    padded = np.pad(np.square(curvature), ((0, 0), (0, 0), (FAR, FAR)), mode="reflect")
    means = sliding_window_view(padded, reach, axis=-1).mean(axis=-1)
    width = curvature.shape[-1]
    livelier = np.maximum(means[..., :width], means[..., -width:])
    root: Floats = np.sqrt(livelier)
    return root


def _lines(curvature: Floats, clarity: Floats, *, band: int, upright: bool) -> Iterator[_Seam]:
    """Yield the clearest lines of one plane that are as sharp as a seam."""
    count = len(clarity)
    others = float(np.percentile(np.abs(clarity.sum(axis=0)), BUSY)) / count**0.5
    for signed in (clarity, -clarity):
        for at, start, end in _stretches(signed):
            part = curvature[start:end, at - 1 : at + 2]
            if end - start < max(FEWEST, PART * count) or not _sharp(part):
                continue
            step = float(np.median(np.abs(part[:, 1]))) / 2
            share = (end - start) / count
            strength = float(signed[start:end, at].sum()) / (end - start) ** 0.5 / (1 + others / 2)
            if step > BOLD and share < WHOLE:
                strength /= 2
            yield _Seam(at + 2, start * band, end * band, share, step, strength, upright)


def _sharp(part: Floats) -> bool:
    """Return whether the step lies within one pixel: then curvature turns round beside it."""
    before, on, behind = (part * np.sign(part[:, 1:2])).mean(axis=0)
    return bool(max(before, behind) < SHARP * on)


def _stretches(signed: Floats) -> Iterator[tuple[int, int, int]]:
    """Yield the lines that stand out most: where, and the bands where it begins and ends."""
    summed = np.pad(np.cumsum(signed - LASTING, axis=0), ((1, 0), (0, 0)))
    since = summed - np.minimum.accumulate(summed, axis=0)
    best = since.max(axis=0)
    best[:MARGIN] = best[-MARGIN:] = 0
    for _ in range(TRIED):
        at = int(best.argmax())
        if best[at] <= 0:
            return
        end = int(since[:, at].argmax())
        yield at, int(summed[: end + 1, at].argmin()), end
        best[max(0, at - NEAR) : at + NEAR + 1] = 0

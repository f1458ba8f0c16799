"""Bars of one colour at the sides of a picture: letterbox, pillarbox, frames."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt
from pydantic import JsonValue

from selector.images import Image
from selector.images.srgb import Pixels
from selector.measures.base import Measure, Subject
from selector.types import Cost, Kind, Measured, Output, Score

Colour = npt.NDArray[np.float64]

LINES = 256  # looked at across a bar
NEAR = 8  # levels of 255; what JPEG and a little noise make of one colour
CLEAR = 20  # levels; a shaded sky leaves its colour too, but not by so much in a few rows
QUIET = 0.98  # share of a row in the bar's colour
STRAIGHT = 0.5  # share of the columns that leave its colour at the bar's end
EMPTY = 0.5  # share of a corner in its colour
SOFT = 0.01  # of the side; so far may the end of a bar be blurred
RINGS, FEW = 16, 0.03  # px, of the side at most; so far reach the rings that JPEG makes
THINNEST, LEAST = 0.01, 3  # of the side, px
WIDE = 0.3  # of the side; what is narrower is a thing on a plain ground, not a picture in a frame


class Letterbox(Measure):
    """How much of the picture is bars of one colour along its sides: letterbox, pillarbox, frame.

    Unit: `share` of the picture's area in [0, 1]; lower is better. A bar is a hundredth of the
        side or thicker, of one colour within 8 levels, and ends in a straight line, beyond which
        half of the picture differs by over 20. Where its colour goes on beside the picture, there
        are bars too, and what they frame fills most of its corners.
    Needs: sRGB, 256 pixels across each bar; no prompt.
    Evidence: one box a bar.
    Blind to: bars that are blurred, patterned or shaded, or soft by over a hundredth of the side;
        a frame of whose sides one can't be told from the picture (black on black, white on a
        white sky); vignettes. A rectangular thing on a plain ground, a screen or a book, looks
        framed to it; so do words that run from side to side, and what is drawn in full-width
        fields.
    Model: none.
    Source: ours. 27 pictures with bars against 132 without, also resized, words and things on
        plain grounds: AUC 0.97 for black bars of 2 % above and below, 1.00 for 12 %, also brown,
        on one side and as JPEG of quality 75; 0.98 for white frames; 0.50 for blurred bars. Of
        the 132 one had a bar, of 0.04: a cat at half the size.
    """

    kind: ClassVar[Kind] = "detector"
    version: ClassVar[int] = 2

    @property
    def outputs(self) -> Mapping[str, Output]:
        """The share of the picture that is bars."""
        return {"share": Output("share of the picture", 0, 1, False, words="area of bars")}

    @property
    def cost(self) -> Cost:
        """Measured at 1024²."""
        return Cost(seconds=0.002)

    def run(self, subjects: Sequence[Subject]) -> list[dict[str, Measured]]:
        """Return how much of every picture is bars."""
        return [{"share": _share(subject.image)} for subject in subjects]


@dataclass(frozen=True, slots=True)
class _Bar:
    """What may be a bar along one side.

    Attributes:
        colour: In levels, shape (3,).
        depth: How thick it is, px; 0 if there is none.
        beside: How far its colour goes on beside the picture, px: from the side before, clockwise,
            and from the one behind. Bars there are as thick, if it is one.
    """

    colour: Colour
    depth: int = 0
    beside: tuple[float, float] = (0, 0)


def _share(image: Image) -> Score:
    top, right, bottom, left = _depths(image.rgb)
    width, height = image.size
    kept = max(0, width - left - right) * max(0, height - top - bottom)
    boxes = {
        "top bar": (top, [0, 0, width, top]),
        "bottom bar": (bottom, [0, height - bottom, width, height]),
        "left bar": (left, [0, top, left, height - bottom]),
        "right bar": (right, [width - right, top, width, height - bottom]),
    }
    found: list[JsonValue] = [
        {"box": list(box), "label": label} for label, (depth, box) in boxes.items() if depth
    ]
    return Score(1 - kept / (width * height), {"boxes": found} if found else None)


def _depths(pixels: Pixels) -> list[int]:
    """Return how thick the bars are, px: top, right, bottom, left; 0 where there is none."""
    # Turned by quarters, each side comes to the top once.
    bars = [_bar(np.rot90(pixels, turn)) for turn in range(4)]
    depths = [bar.depth for bar in bars]
    for _ in bars:  # one that is none may take those beside it along
        depths = [bar.depth if _met(bar, depths, side) else 0 for side, bar in enumerate(bars)]
    return depths if _filled(pixels, bars, depths) else [0] * 4


def _met(bar: _Bar, depths: list[int], side: int) -> bool:
    """Return whether its colour goes on in bars only; else it is the ground of a thing, a word."""
    return bar.beside[0] <= depths[side - 1] and bar.beside[1] <= depths[(side + 1) % 4]


def _filled(pixels: Pixels, bars: list[_Bar], depths: list[int]) -> bool:
    """Return whether what lies between bars fills most of its corners, as few things do."""
    top, right, bottom, left = depths
    height, width = pixels.shape[:2]
    inner = pixels[top : height - bottom, left : width - right]
    small = max(LEAST, round(SOFT * min(height, width)))
    corners = [
        _within(np.rot90(inner, side)[:small, :small], bar.colour, CLEAR)
        for side, bar in enumerate(bars)
        if depths[side] and depths[side - 1]
    ]
    empty = sum(bool(np.count_nonzero(corner) > EMPTY * corner.size) for corner in corners)
    return 2 * empty <= len(corners)


def _bar(pixels: Pixels) -> _Bar:
    """Return what may be a bar at the top."""
    lines = pixels[:, :: -(-pixels.shape[1] // LINES)]
    colour = np.median(lines[0], axis=0)
    if not _quiet(lines[:1], colour):
        return _Bar(colour)
    left = ~_within(lines, colour, CLEAR)
    columns = np.flatnonzero(left.any(axis=0))
    if not len(columns) or np.ptp(columns) < WIDE * lines.shape[1]:
        return _Bar(colour)
    first, last = columns[[0, -1]].tolist()
    depth = int(np.argmax(left[:, first : last + 1].mean(axis=1) >= STRAIGHT))
    thick = depth >= max(LEAST, THINNEST * len(lines))
    # Close to its end a bar need not be plain.
    plain = _quiet(lines[: max(1, depth - round(_unsure(len(lines))))], colour)
    beside = _beyond(first, lines, pixels), _beyond(lines.shape[1] - 1 - last, lines, pixels)
    return _Bar(colour, depth if thick and plain else 0, beside)


def _beyond(columns: int, lines: Pixels, pixels: Pixels) -> float:
    """Return how many pixels so many columns are, less what an end in between them may be off."""
    width: int = pixels.shape[1]
    return max(0.0, (columns - 1) * width / len(lines[0]) - _unsure(width))


def _unsure(side: int) -> float:
    """Return within how many pixels a bar's end is; in a small picture a gradient soon gets far."""
    return max(SOFT * side, min(RINGS, FEW * side))


def _quiet(lines: Pixels, colour: Colour) -> bool:
    """Return whether every row keeps to the colour."""
    return bool((_within(lines, colour, NEAR).mean(axis=1) >= QUIET).all())


def _within(lines: Pixels, colour: Colour, levels: int) -> npt.NDArray[np.bool_]:
    """Return which pixels are so near a colour in every channel, shape (rows, columns)."""
    within = np.ones(lines.shape[:2], dtype=bool)
    for channel, middle in enumerate(colour):
        level = lines[..., channel]
        within &= (level >= middle - levels) & (level <= middle + levels)
    return within

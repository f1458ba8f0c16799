"""Bars of one colour at the sides of a picture: letterbox, pillarbox, frames."""

from collections.abc import Mapping, Sequence
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
SOFT = 0.01  # of the side; so far may the end of a bar be blurred
RINGS, FEW = 16, 0.03  # px, of the side at most; so far reach the rings that JPEG makes
THINNEST, LEAST = 0.01, 3  # of the side, px
WIDE = 0.3  # of the side; what is narrower is a thing on a plain ground, not a picture in a frame


class Letterbox(Measure):
    """How much of the picture is bars of one colour along its sides: letterbox, pillarbox, frame.

    Unit: `share` of the picture's area in [0, 1]; lower is better. A bar is a hundredth of the
        side or thicker, of one colour within 8 levels, and ends in a straight line, beyond which half of the
        picture differs by over 20.
    Needs: sRGB, 256 pixels across each bar; no prompt.
    Evidence: one box a bar.
    Blind to: bars that are blurred, patterned or shaded, or soft by over a hundredth of the side;
        black bars on a picture that is black there (a hand before black). A rectangular thing on
        a plain ground, a screen or a book, looks framed to it, and so does what is drawn in
        full-width fields.
    Model: none.
    Source: ours. 27 pictures against the same with bars: AUC 0.98 for black ones of 2 % above and
        below, 1.00 for 12 %, also of other colours, on one side and as JPEG of quality 75; 0.50
        for blurred ones. No bar found in 48 pictures without, of them six on plain white or black.
    """

    kind: ClassVar[Kind] = "detector"
    version: ClassVar[int] = 1

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


def _share(image: Image) -> Score:
    pixels = image.rgb
    # Turned by quarters, each side comes to the top once: top, right, bottom, left.
    top, right, bottom, left = (_depth(np.rot90(pixels, turn)) for turn in range(4))
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


def _depth(pixels: Pixels) -> int:
    """Return how many rows of a bar lie at the top; 0 if there is none."""
    lines = pixels[:, :: -(-pixels.shape[1] // LINES)]
    colour = np.median(lines[0], axis=0)
    if not _quiet(lines[:1], colour):
        return 0
    left = ~_within(lines, colour, CLEAR)
    left = left[:, left.any(axis=0)]  # columns in the colour all the way are other sides' bars
    if left.shape[1] < WIDE * lines.shape[1]:
        return 0
    depth = int(np.argmax(left.mean(axis=1) >= STRAIGHT))
    thick = depth >= max(LEAST, THINNEST * len(lines))
    # Close to its end a bar need not be plain. In a small picture a gradient soon gets far.
    unsure = max(SOFT * len(lines), min(RINGS, FEW * len(lines)))
    plain = _quiet(lines[: max(1, depth - round(unsure))], colour)
    return depth if thick and plain else 0


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

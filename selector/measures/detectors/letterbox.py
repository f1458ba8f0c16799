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

LINES = 256  # looked at across a bar
NEAR = 8  # levels of 255; what JPEG and a little noise make of one colour
QUIET = 0.98  # share of a row in the bar's colour
STRAIGHT = 0.5  # share of the columns that leave its colour at the bar's end
SLUR = 0.01  # of the side; so far reach JPEG's rings and soft edges
THINNEST = 0.01  # of the side
WIDE = 0.3  # of the side; what is narrower is a thing on a plain ground, not a picture in a frame
SIDES = ("top", "left", "bottom", "right")


class Letterbox(Measure):
    """How much of the picture is bars of one colour along its sides: letterbox, pillarbox, frame.

    Unit: `share` of the picture's area in [0, 1]; lower is better. A bar is a hundredth of the
        side or thicker, of one colour within 8 levels, and ends in a straight line.
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
        return Cost(seconds=0.004)

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
    if _like(lines[:1], colour).mean() < QUIET:
        return 0
    like = _like(lines, colour)
    left = ~like[:, ~like.all(axis=0)]  # columns in the colour all the way are other sides' bars
    if left.shape[1] < WIDE * like.shape[1]:
        return 0
    depth = int(np.argmax(left.mean(axis=1) >= STRAIGHT))
    slur = max(2, round(SLUR * len(pixels)))
    quiet = like[: max(1, depth - slur)].mean(axis=1) >= QUIET
    return depth if depth >= max(3, THINNEST * len(pixels)) and quiet.all() else 0


def _like(lines: Pixels, colour: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Return which pixels are near a colour, shape (rows, columns)."""
    like = np.ones(lines.shape[:2], dtype=bool)
    for channel, middle in enumerate(colour):
        level = lines[..., channel]
        like &= (level >= middle - NEAR) & (level <= middle + NEAR)
    return like

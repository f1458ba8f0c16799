"""Whether the 8-pixel grid of strong JPEG compression can be seen."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

import numpy as np

from selector.images import Image
from selector.images.srgb import Pixels
from selector.measures.base import Measure, Subject
from selector.types import Cost, Kind, Measured, NotApplicable, Output, Score

BLOCK = 8  # px; of every JPEG
LINES = 256  # looked at in either direction
CAP = 16  # levels; the edges of things are higher than those of blocks
VISIBLE = 1  # level; where the best of eight places is lower, it may be chance
SMALLEST = 32  # px; four blocks


class Blocking(Measure):
    """How high the steps of an 8-pixel grid are, which strong JPEG compression leaves.

    Unit: `step`, by how many levels of 255 pixels differ more across the grid's lines than
        across any others, 0 to 16; the lesser of both directions; lower is better.
    Needs: luma at its own size, both sides 32 px or more, else not applicable.
    Evidence: from a step of 1 on, a text: where the grid's first lines are. Not at 0: cropped.
    Blind to: blocks that were resized afterwards (AUC 0.53 at 70 %); ringing and
        smearing. Pixel art of 8, 16 … px and mosaics of them count as blocks.
    Model: none.
    Source: ours; as in Z. Wang, A. C. Bovik, B. L. Evans, "Blind measurement of blocking artifacts
        in images", ICIP 2000, by columns. 27 pictures of quality 90 against poorer: AUC 0.91 for
        50, 1.00 for 30, also when cropped, and for 10.
    """

    kind: ClassVar[Kind] = "detector"
    version: ClassVar[int] = 1

    @property
    def outputs(self) -> Mapping[str, Output]:
        """The height of the grid's steps."""
        step = Output("levels of 255", 0, CAP, False, optional=True, words="JPEG blocks")
        return {"step": replace(step, usual=(0.004, 0.82))}

    @property
    def cost(self) -> Cost:
        """Measured at 1024², luma included."""
        return Cost(seconds=0.003)

    def run(self, subjects: Sequence[Subject]) -> list[dict[str, Measured]]:
        """Return the height of the grid's steps in every picture."""
        return [{"step": _step(subject.image)} for subject in subjects]


def _step(image: Image) -> Measured:
    if min(image.size) < SMALLEST:
        return NotApplicable(f"a side is under {SMALLEST} px, too small for a grid")
    across, left = _grid(image.luma)
    down, top = _grid(image.luma.T)
    step = min(across, down, CAP)  # blinds and stripes have edges one way only
    text = f"{BLOCK} px grid, first lines at x = {left} and y = {top}"
    return Score(step, {"texts": [text]} if step >= VISIBLE else None)


def _grid(luma: Pixels) -> tuple[float, int]:
    """Return how much higher steps are at every eighth column than at any other, and which."""
    lines = np.ascontiguousarray(luma[:: -(-luma.shape[0] // LINES)], dtype=np.int16)
    steps = np.abs(np.diff(lines, axis=1))
    beside = steps[:, :-2] + steps[:, 2:]
    whole = beside.shape[1] // BLOCK * BLOCK
    edges = np.clip(2 * steps[:, 1:-1] - beside, -2 * CAP, 2 * CAP)[:, :whole]
    live = (beside + steps[:, 1:-1] > 0)[:, :whole]  # plain ground would only thin the grid out
    heights = edges.sum(axis=0).reshape(-1, BLOCK).sum(axis=0) / 2
    heights = heights / max(1, live.sum(axis=0).reshape(-1, BLOCK).sum(axis=0).max())
    second, highest = np.sort(heights)[-2:]  # squares of 2 or 4 px have several that are as high
    return float(highest - second), (int(heights.argmax()) + 2) % BLOCK

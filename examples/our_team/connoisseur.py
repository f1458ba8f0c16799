"""A measure that takes its time, as a judge does: here it only waits, and counts colours."""

import time
from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np

from selector.measures.base import Measure, Subject
from selector.types import Cost, Kind, Measured, Output, Score


class Connoisseur(Measure):
    """How many of the 64 coarse colours the picture has, found out slowly.

    Unit: `richness`, the share of 64 boxes of the colour space that more than a hundredth of the
        pixels lie in; 0 to 1, higher is richer.
    Needs: the thumbnail; no prompt.
    Evidence: none.
    Blind to: everything else; it stands for a model that is slow.
    Model: none.
    Source: this example.
    """

    kind: ClassVar[Kind] = "scorer"
    version: ClassVar[int] = 1

    @property
    def outputs(self) -> Mapping[str, Output]:
        """What the numbers mean: between 0 and 1, so that what is not measured has a bound."""
        return {"richness": Output("share", 0, 1, higher_is_better=True, words="many colours")}

    @property
    def cost(self) -> Cost:
        """What one picture takes: far more than the others, so it comes last."""
        return Cost(seconds=0.2)

    def run(self, subjects: Sequence[Subject]) -> list[dict[str, Measured]]:
        """Return the number of every picture, after a while."""
        time.sleep(0.2 * len(subjects))
        return [{"richness": Score(self._of(one.image.thumbnail))} for one in subjects]

    def _of(self, pixels: np.ndarray) -> float:
        boxes = (pixels.reshape(-1, 3) // 64) @ (16, 4, 1)
        counts = np.bincount(boxes, minlength=64)
        return float((counts > len(boxes) / 100).mean())

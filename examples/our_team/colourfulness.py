"""A measure of one's own: one file, one public class. A policy names it by its path."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np

from selector.measures.base import Measure, Subject
from selector.types import Cost, Kind, Measured, Output, Score


class Colourfulness(Measure):
    """How colourful the picture is.

    Unit: `colourfulness`, in levels of 255; 0 is grey, 15 slightly, 59 quite, 109 extremely
        colourful; not bounded, higher is more.
    Needs: the thumbnail; no prompt.
    Evidence: none.
    Blind to: whether the colours suit each other, or the prompt.
    Model: none.
    Source: D. Hasler and S. Süsstrunk, "Measuring colourfulness in natural images", 2003.
    """

    kind: ClassVar[Kind] = "scorer"
    version: ClassVar[int] = 1  # to be raised with any change of any number
    spread_counts: float = 0.3  # a parameter: a policy may give another

    @property
    def outputs(self) -> Mapping[str, Output]:
        """What the numbers mean: the range where there is one, and which end is better."""
        return {"colourfulness": Output("levels", 0, None, higher_is_better=True, words="colour")}

    @property
    def cost(self) -> Cost:
        """What one picture takes, so that what is dear comes last."""
        return Cost(seconds=0.003)

    def run(self, subjects: Sequence[Subject]) -> list[dict[str, Measured]]:
        """Return the number of every picture. Whether that is enough, the policy says."""
        return [{"colourfulness": Score(self._of(one.image.thumbnail))} for one in subjects]

    def _of(self, pixels: np.ndarray) -> float:
        red, green, blue = np.moveaxis(pixels.astype(float), -1, 0)
        across, along = red - green, (red + green) / 2 - blue
        spread = np.hypot(across.std(), along.std())
        return float(spread + self.spread_counts * np.hypot(across.mean(), along.mean()))

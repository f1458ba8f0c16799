"""How much of a picture has run into black or white, where no detail is left."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

import numpy as np

from selector.images import Image
from selector.measures.base import Measure, Subject
from selector.types import Cost, Kind, Measured, Output, Score

NEAR = 2  # levels of 255; what JPEG's rounding makes of pure black and white
AT_ONCE = 2**16  # pixels; so many stay in a core's own cache


class Clipping(Measure):
    """How much of the picture is pure black or pure white.

    Unit: `shadows`, `highlights`, share of pixels in [0, 1] with all three channels within two
        levels of 0, of 255; lower is better.
    Needs: sRGB, every pixel; no prompt.
    Evidence: none.
    Blind to: one channel alone that is clipped (a saturated red); black or white that is meant: a
        drawing on white paper, a night sky, a transparent ground flattened on white.
    Model: none.
    Source: a count; within two levels, because JPEG turns 255 into 253.
    """

    kind: ClassVar[Kind] = "filter"
    version: ClassVar[int] = 1

    @property
    def outputs(self) -> Mapping[str, Output]:
        """The share of pixels at each end."""
        share = Output("share of pixels", low=0, high=1, higher_is_better=False)
        return {
            "shadows": replace(share, words="pure black area", usual=(0, 0.012)),
            "highlights": replace(share, words="pure white area", usual=(0, 0.34)),
        }

    @property
    def cost(self) -> Cost:
        """Measured at 1024²."""
        return Cost(seconds=0.0023)

    def run(self, subjects: Sequence[Subject]) -> list[dict[str, Measured]]:
        """Return the share of black and of white pixels of every picture."""
        return [_measured(subject.image) for subject in subjects]


def _measured(image: Image) -> dict[str, Measured]:
    pixels = image.rgb.reshape(-1, 3)
    shadows = highlights = 0
    for start in range(0, len(pixels), AT_ONCE):
        # A copy of each channel for itself; every third byte of the pixels compares half as fast.
        red, green, blue = np.ascontiguousarray(pixels[start : start + AT_ONCE].T)
        brightest = np.maximum(np.maximum(red, green), blue)  # ten times faster than max(axis=1)
        darkest = np.minimum(np.minimum(red, green), blue)
        shadows += int(np.count_nonzero(brightest <= NEAR))
        highlights += int(np.count_nonzero(darkest >= 255 - NEAR))
    return {
        "shadows": Score(shadows / len(pixels)),
        "highlights": Score(highlights / len(pixels)),
    }

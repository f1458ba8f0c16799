"""How light a picture looks, and whether it is too dark, burnt out or faded."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from selector.images import Image
from selector.images.regions import boxes_of
from selector.images.srgb import Pixels
from selector.measures.base import Measure, Subject
from selector.types import Cost, Kind, Measured, Output, Score

Plane = npt.NDArray[np.float64]

WEIGHTS = (0.2126, 0.7152, 0.0722)  # of linear red, green and blue in luminance; IEC 61966-2-1
LIGHTEST, DARKEST = 99, 1  # percentiles; a hundredth is more than a glint or a pupil
FULL = 250  # level; two channels there have lost the colour, and JPEG and reducing blur the edge
CHANNELS = 2
DIM = 216 / 24389  # luminance up to which L* is a line, not a root; CIE 15


class Exposure(Measure):
    """How light the picture looks, and how far it is too dark, burnt out or faded.

    Unit: all in [0, 1]. `brightness`, the median lightness (CIE L* over 100), neither is better.
        `under`, how far the lightest hundredth stays below white; `over`, share of pixels with
        two channels at 250 of 255 or more; `faded`, how far the darkest hundredth stays above
        black; of these lower is better.
    Needs: the thumbnail; no prompt.
    Evidence: of `over`, boxes around the largest burnt-out parts.
    Blind to: whether it is meant, and by how much a picture is off: one stop is hardly told.
        Night before lamps is not `under` (a rocket at dusk 0.25), stars alone are (0.38 to 0.65),
        and a hand before black (0.34). White grounds and paper are `over` (a portrait on white
        0.41), a brick wall, a painted sea and a plain grey ground `faded` (0.37 to 0.48). Fog and
        snow were not at hand.
    Model: none.
    Source: L* of CIE 15. 27 pictures as they are against the same ones changed: `under` AUC 0.92
        one stop too dark, 1.00 two; `over` 0.94 one stop too light, 0.98 two; `faded` 0.92 with a
        fifth of white mixed in, 0.98 with two.
    """

    kind: ClassVar[Kind] = "detector"
    version: ClassVar[int] = 1

    @property
    def outputs(self) -> Mapping[str, Output]:
        """The median lightness, and the three ways to be off."""
        lightness = Output("share of lightness", low=0, high=1, higher_is_better=False)
        return {
            "brightness": replace(
                lightness, higher_is_better=None, words="brightness", usual=(0.07, 0.82)
            ),
            "under": replace(lightness, words="lack of light tones", usual=(0.01, 0.38)),
            "over": replace(
                lightness, unit="share of pixels", words="burnt-out area", usual=(0, 0.08)
            ),
            "faded": replace(lightness, words="lack of dark tones", usual=(0, 0.36)),
        }

    @property
    def cost(self) -> Cost:
        """Measured at 1024², the thumbnail included."""
        return Cost(seconds=0.008)

    def run(self, subjects: Sequence[Subject]) -> list[dict[str, Measured]]:
        """Return the four numbers of every picture."""
        return [_measured(subject.image) for subject in subjects]


def _measured(image: Image) -> dict[str, Measured]:
    pixels = image.thumbnail
    light = _lightness(pixels)
    darkest, middle, lightest = np.percentile(light, (DARKEST, 50, LIGHTEST))
    burnt = np.count_nonzero(pixels >= FULL, axis=2) >= CHANNELS
    return {
        "brightness": Score(float(middle)),
        "under": Score(1 - float(lightest)),
        "over": Score(float(burnt.mean()), boxes_of(burnt, image.size, label="burnt out")),
        "faded": Score(float(darkest)),
    }


def _lightness(pixels: Pixels) -> Plane:
    """Return CIE L* over 100 of sRGB pixels, shape (h, w), in [0, 1]."""
    # By tables; skimage.color takes ten times as long.
    luminance = _linear(np.arange(256) / 255)[pixels] @ WEIGHTS
    lightness = np.where(luminance > DIM, 1.16 * np.cbrt(luminance) - 0.16, 0.08 / DIM * luminance)
    return np.clip(lightness, 0, 1).round(6)  # white is 1, and not a little less


def _linear(level: Plane) -> Plane:
    """Return the light that encoded levels stand for, both in [0, 1]; IEC 61966-2-1."""
    toe = 0.04045
    light: Plane = np.where(level <= toe, level / 12.92, ((level + 0.055) / 1.055) ** 2.4)
    return light

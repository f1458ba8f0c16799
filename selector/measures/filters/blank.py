"""Whether there is anything in a picture, judged by its edges and not only by its variance."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np
import numpy.typing as npt
import PIL.Image

from selector.images import Image
from selector.measures.base import Measure, Subject
from selector.types import Cost, Kind, Measured, Output, Score

FAINTEST = 12  # levels of 255; above what JPEG leaves on plain grounds, below a pale grey logo
GRAIN = 80  # percentile; noise is at least in four fifths of a picture, edges in fewer
STRONGEST = 48  # levels; a step that is an edge whatever the rest of the picture is like
TAILS = (0.01, 0.99)  # quantiles; a hundredth of the pixels may be specks


class Blank(Measure):
    """How much there is in the picture: the share of it that lies on an edge.

    Unit: `structure`, share of the thumbnail's pixels that differ from the one above or to the
        left by a clear step in any channel, in [0, 1]; `spread`, from the darkest to the lightest
        hundredth of the channel where that is widest, over 255, in [0, 1]; higher is more.
    Needs: the thumbnail; no prompt.
    Evidence: none.
    Blind to: an empty picture in a frame, and coarse or strong noise, which have edges; what is
        fainter than 12 levels, smaller than a hundredth of the side, or blurred over more than
        that, which has none.
    Model: none.
    Source: measured: one colour 0, faint noise, gradients and vignettes under 0.0002; a dot of a
        sixtieth of the side 0.0004, thin drawings 0.01, photographs over 0.04. Noise is told from
        slopes as by J. Immerkær, "Fast noise variance estimation", CVIU, 1996.
    """

    kind: ClassVar[Kind] = "filter"
    version: ClassVar[int] = 1

    @property
    def outputs(self) -> Mapping[str, Output]:
        """The share of pixels on edges, and the range of values."""
        return {
            "structure": Output(
                "share of pixels", 0, 1, True, words="area with anything in it", usual=(0.05, 0.33)
            ),
            "spread": Output(
                "share of the range", 0, 1, True, words="range of tones", usual=(0.68, 0.99)
            ),
        }

    @property
    def cost(self) -> Cost:
        """Measured at 1024², the thumbnail included."""
        return Cost(seconds=0.005)

    def run(self, subjects: Sequence[Subject]) -> list[dict[str, Measured]]:
        """Return structure and spread of every picture."""
        return [_measured(subject.image) for subject in subjects]


def _measured(image: Image) -> dict[str, Measured]:
    pixels = image.thumbnail.astype(np.int16)
    steps = _steps(pixels)
    clear = np.clip(_grain(pixels), FAINTEST, STRONGEST)
    structure = int(np.count_nonzero(steps > clear)) / steps.size
    return {"structure": Score(structure), "spread": Score(_spread(image.thumbnail))}


def _grain(pixels: npt.NDArray[np.int16]) -> float:
    """Return a step that the picture's own noise hardly ever makes, in levels; slopes add nothing.

    Second differences in both directions see noise and no slope; of Gaussian noise, four fifths
    of them are below 7.7 of its standard deviations, steps beyond that are one in ten millions.
    """
    curved = _widest(np.diff(np.diff(pixels, 2, axis=0), 2, axis=1))
    return float(np.percentile(curved, GRAIN)) if curved.size else 0.0


def _steps(pixels: npt.NDArray[np.int16]) -> npt.NDArray[np.int16]:
    """Return each pixel's largest difference from its left and upper neighbour, shape (h, w)."""
    steps = np.zeros(pixels.shape[:2], np.int16)
    steps[:, 1:] = _widest(pixels[:, 1:] - pixels[:, :-1])
    steps[1:] = np.maximum(steps[1:], _widest(pixels[1:] - pixels[:-1]))
    return steps


def _widest(differences: npt.NDArray[np.int16]) -> npt.NDArray[np.int16]:
    red, green, blue = np.moveaxis(np.abs(differences), -1, 0)
    widest: npt.NDArray[np.int16] = np.maximum(np.maximum(red, green), blue)
    return widest  # ten times faster than max(axis=2)


def _spread(pixels: npt.NDArray[np.uint8]) -> float:
    """Return the range of 8-bit values between the tails of the widest channel, over 255."""
    counts = np.reshape(PIL.Image.fromarray(pixels).histogram(), (3, 256))
    tails = np.multiply(TAILS, pixels.size // 3)
    ranges = [np.ptp(np.searchsorted(counted, tails)) for counted in counts.cumsum(axis=1)]
    return float(max(ranges)) / 255

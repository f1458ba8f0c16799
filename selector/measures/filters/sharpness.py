"""How sharp a picture is, as a whole and where it is sharpest."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

import numpy as np
import numpy.typing as npt
import PIL.Image
from numpy.lib.stride_tricks import sliding_window_view

from selector.images import Image
from selector.measures.base import Measure, Subject
from selector.types import Cost, Kind, Measured, Output, Score

Plane = npt.NDArray[np.float32]

LONG_SIDE = 512  # px; variances compare only between pictures seen at one size
TILE = 32  # px; at 512 a portrait's eye, in soft surroundings, fills one
CONTRAST = 0.05  # of luma; as much as the palest thing that filters.blank counts as something
SHARPEST = 95  # percentile of the tiles; a twentieth of what there is may be the subject
HIGHEST = 16.0  # the Laplacian of luma in [0, 1] is in [-4, 4], so its variance at most 4²


class Sharpness(Measure):
    """How sharp the picture is: the variance of its Laplacian.

    Unit: `overall`, of the whole picture; `sharpest`, the 95th percentile of those tiles of 32 px
        that hold any contrast, so that a sharp subject counts before a soft or plain ground;
        luma squared, luma in [0, 1], so 0 (nothing) to 16 (a checkerboard of pixels); sharp
        photographs have 0.001 to 0.05 and 0.003 to 0.2; higher is better.
    Needs: luma; long side brought to 512 px. Smaller pictures are enlarged to that too, and
        measure as soft as they would look.
    Evidence: none.
    Blind to: noise, halftone and hard edges of compression, which count as sharp; fog and pixel
        art in its own few pixels, which count as soft; colours of equal luma, which count as
        nothing; what should be in focus.
    Model: none.
    Source: J. L. Pech-Pacheco et al., "Diatom autofocusing in brightfield microscopy", ICPR 2000.
    """

    kind: ClassVar[Kind] = "filter"
    version: ClassVar[int] = 1

    @property
    def outputs(self) -> Mapping[str, Output]:
        """The variance overall, and that of the sharpest tiles."""
        variance = Output("luma squared", low=0, high=HIGHEST, higher_is_better=True)
        return {
            "overall": replace(variance, words="sharpness overall", usual=(0.001, 0.044)),
            "sharpest": replace(
                variance, words="sharpness where it is sharpest", usual=(0.0044, 0.14)
            ),
        }

    @property
    def cost(self) -> Cost:
        """Measured at 1024², luma included."""
        return Cost(seconds=0.0055)

    def run(self, subjects: Sequence[Subject]) -> list[dict[str, Measured]]:
        """Return both variances of every picture."""
        return [_measured(subject.image) for subject in subjects]


def _measured(image: Image) -> dict[str, Measured]:
    padded = np.pad(_resized(image), 1, mode="edge")
    laplacian = _laplacian(padded)
    return {
        "overall": Score(min(float(laplacian.var()), HIGHEST)),
        "sharpest": Score(min(_sharpest(padded, laplacian), HIGHEST)),
    }


def _resized(image: Image) -> Plane:
    """Return luma in [0, 1], long side 512."""
    longest = max(image.size)
    width, height = (max(1, round(LONG_SIDE * side / longest)) for side in image.size)
    # Area means keep a picture of any larger size as sharp as one made at 512; bicubic and its
    # like would soften all but those. Enlarging by areas would make blocks, whose edges are sharp.
    way = PIL.Image.Resampling.BOX if longest >= LONG_SIDE else PIL.Image.Resampling.BICUBIC
    luma = PIL.Image.fromarray(image.luma).resize((width, height), way)
    return np.asarray(luma, dtype=np.float32) / np.float32(255)


def _laplacian(padded: Plane) -> Plane:
    """Return the four-neighbour Laplacian of all but the border of *padded*."""
    across = padded[1:-1, :-2] + padded[1:-1, 2:]
    down = padded[:-2, 1:-1] + padded[2:, 1:-1]
    return across + down - 4 * padded[1:-1, 1:-1]


def _sharpest(padded: Plane, laplacian: Plane) -> float:
    height, width = (min(TILE, side) for side in laplacian.shape)
    tiles = sliding_window_view(laplacian, (height, width))[::height, ::width]
    # A plain tile says nothing: with it, a small drawing on plain paper would count as soft.
    telling = tiles[_contrast(padded, height, width) >= CONTRAST]
    return float(np.percentile(telling.var(axis=(1, 2)), SHARPEST)) if len(telling) else 0.0


def _contrast(padded: Plane, height: int, width: int) -> Plane:
    """Return the range of luma in each tile and its border, shape (tiles down, tiles across)."""
    # First down the columns, then across: four times faster than both at once.
    rows = sliding_window_view(padded, height + 2, axis=0)[::height]
    highest = sliding_window_view(rows.max(axis=2), width + 2, axis=1)[:, ::width].max(axis=2)
    lowest = sliding_window_view(rows.min(axis=2), width + 2, axis=1)[:, ::width].min(axis=2)
    contrast: Plane = highest - lowest
    return contrast

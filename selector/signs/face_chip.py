"""One face cut out at a fixed size, with its landmarks: what is told of its pixels is told here."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import PIL.Image
import PIL.ImageDraw

from selector.backbones.crops import Points
from selector.images.srgb import Pixels

Mask = npt.NDArray[np.bool_]

SIDE = 128  # px of the face's longer side; an eye is then about 25 px wide
LEAST_SKIN = 200  # px with another on every side, of about 6000 in a face seen from the front

# Numbers of MediaPipe's face mesh: the person's right, then left. An eye goes from its outer
# corner along the lower lid to the inner one, and back along the upper lid.
EYES = (
    (33, 7, 163, 144, 145, 153, 154, 155, 133, 173, 157, 158, 159, 160, 161, 246),
    (263, 249, 390, 373, 374, 380, 381, 382, 362, 398, 384, 385, 386, 387, 388, 466),
)
BROWS = (
    (46, 53, 52, 65, 55, 107, 66, 105, 63, 70),
    (276, 283, 282, 295, 285, 336, 296, 334, 293, 300),
)
LIPS = (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 409, 270, 269, 267, 0, 37, 39, 40, 185)
OVAL = (
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377,
    152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
)  # fmt: skip
# How much larger than the mesh has them lashes and sockets, brows and lips are left out.
AROUND_EYES, AROUND_OTHERS = 1.6, 1.3


@dataclass(frozen=True, slots=True, eq=False)
class Chip:
    """One face, upright as in the picture, its longer side 128 px where all of it is there.

    Attributes:
        pixels: Shape (h, w, 3), sRGB; without what lies outside the picture.
        points: Its landmarks, shape (478, 2), in pixels of the chip.
    """

    pixels: Pixels
    points: Points

    def within(self, *outlines: tuple[int, ...], grown: float = 1.0) -> Mask:
        """Return which pixels lie inside outlines of landmarks, each grown about its middle."""
        height, width = self.pixels.shape[:2]
        drawn = PIL.Image.new("1", (width, height))
        for outline in outlines:
            corners = _grown(self.points[list(outline)], grown)
            PIL.ImageDraw.Draw(drawn).polygon([(x, y) for x, y in corners.tolist()], fill=1)
        return np.asarray(drawn)

    @property
    def face(self) -> Mask:
        """Which pixels are the face's, from forehead to chin."""
        return self.within(OVAL)

    @property
    def skin(self) -> Mask:
        """Which pixels are where its skin should be: the face without eyes, brows and lips."""
        features = self.within(*EYES, grown=AROUND_EYES)
        return self.face & ~features & ~self.within(*BROWS, LIPS, grown=AROUND_OTHERS)


def chip_of(pixels: Pixels, points: Points) -> Chip | None:
    """Return a face at a fixed size; None where too little of it lies in the picture.

    Args:
        pixels: The picture, shape (H, W, 3), sRGB.
        points: The face's landmarks, shape (478, 2), in its pixels.
    """
    x0, y0 = np.floor(points.min(axis=0).clip(0)).astype(int).tolist()
    x1, y1 = np.ceil(points.max(axis=0).clip(0, pixels.shape[1::-1])).astype(int).tolist()
    if x0 >= x1 or y0 >= y1:
        return None
    scale = SIDE / max(float(np.ptp(points, axis=0).max()), 1.0)
    size = (max(1, round((x1 - x0) * scale)), max(1, round((y1 - y0) * scale)))
    # Area means keep a face of any larger size as sharp as one made at this size.
    way = PIL.Image.Resampling.BOX if scale <= 1 else PIL.Image.Resampling.BICUBIC
    shown = PIL.Image.fromarray(pixels[y0:y1, x0:x1]).resize(size, way)
    ratio = np.array(size) / (x1 - x0, y1 - y0)
    chip = Chip(np.asarray(shown), (points - (x0, y0)) * ratio)
    return chip if chip.skin[1:-1, 1:-1].sum() >= LEAST_SKIN else None


def _grown(corners: Points, factor: float) -> Points:
    middle = (corners.min(axis=0) + corners.max(axis=0)) / 2
    grown: Points = middle + (corners - middle) * factor
    return grown

"""Which part of a picture an edit changed: where blocks of it clearly have another colour."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import PIL.Image

Pixels = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

BLOCKS = 64  # along the long side
SMALLEST = 8  # px of a block: so JPEG's own blocks, and edges that moved by a pixel, change little
CLEARLY = 8.0  # CIE ΔE of a block that was changed, and
HARDLY = 4.0  # of one beside it that belongs to it
LEAST = 0.2  # of the picture; less is alike by chance
# Where the curve of sRGB begins; sRGB to CIE XYZ and its white, D65 (IEC 61966-2-1); where the
# curve of CIE Lab begins.
STRAIGHT = 0.04045
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
WHITE = TO_XYZ.sum(axis=1)
FOOT = 6 / 29
NEIGHBOURS = np.ones((3, 3), dtype=bool)


@dataclass(frozen=True, slots=True)
class Edited:
    """What an edit changed.

    Attributes:
        blocks: Shape (h, w): which blocks of the picture, whole and with a margin of one block.
        shift: CIE ΔE between the mean colours of the rest, before and after.
    """

    blocks: Mask
    shift: float

    @property
    def share(self) -> float:
        """How much of the picture was changed, 0 to 1."""
        return float(self.blocks.mean())

    def rest(self, size: tuple[int, int]) -> Mask:
        """Return which pixels of a picture of *size*, width and height, should be as they were.

        It is all of them where less than a fifth was left alone: what remains of a picture that was
        made anew is like it by chance, and not because it was kept.
        """
        columns, rows = (
            np.arange(side) * count // side
            for side, count in zip(size, self.blocks.shape[::-1], strict=True)
        )
        return _rest(self.blocks)[np.ix_(rows, columns)]


def edited(before: Pixels, after: Pixels) -> Edited:
    """Return which part of a picture an edit changed.

    The shift of the whole picture, as when it is decoded anew, is the median change of the blocks
    that changed by a ΔE of 8 at most. A block was edited that differs by more than 8 from that;
    with it what is connected to it and differs by more than 4, the holes in that, and one block
    around.

    Args:
        before: Shape (H, W, 3), uint8, sRGB.
        after: Likewise, of about the same shape in proportion.
    """
    from scipy import ndimage

    change = _change(before, after)
    quiet = change[np.linalg.norm(change, axis=2) <= CLEARLY]
    shift = np.median(quiet, axis=0) if len(quiet) >= LEAST * change[..., 0].size else 0.0
    differs = np.linalg.norm(change - shift, axis=2)
    parts, _ = ndimage.label(differs > HARDLY, structure=NEIGHBOURS)
    seen = np.unique(parts[differs > CLEARLY])
    whole = ndimage.binary_fill_holes(np.isin(parts, seen))
    blocks = ndimage.binary_dilation(whole, structure=NEIGHBOURS)
    return Edited(blocks, float(np.linalg.norm(change[_rest(blocks)].mean(axis=0))))


def _rest(blocks: Mask) -> Mask:
    return ~blocks if (~blocks).mean() >= LEAST else np.ones_like(blocks)


def _change(before: Pixels, after: Pixels) -> Floats:
    """Return by how much the mean colour of each block changed, (h, w, 3), in CIE Lab."""
    high, wide = before.shape[:2]
    count = max(1, min(BLOCKS, max(wide, high) // SMALLEST))
    grid = tuple(max(1, round(count * side / max(wide, high))) for side in (wide, high))
    return _lab(after, grid) - _lab(before, grid)


def _lab(pixels: Pixels, grid: tuple[int, ...]) -> Floats:
    small = PIL.Image.fromarray(pixels).resize((grid[0], grid[1]), PIL.Image.Resampling.BOX)
    level = np.asarray(small) / 255
    linear = np.where(level > STRAIGHT, ((level + 0.055) / 1.055) ** 2.4, level / 12.92)
    share = linear @ TO_XYZ.T / WHITE
    root = np.where(share > FOOT**3, np.cbrt(share), share / (3 * FOOT**2) + 4 / 29)
    x, y, z = np.moveaxis(root, 2, 0)
    return np.dstack([116 * y - 16, 500 * (x - y), 200 * (y - z)])

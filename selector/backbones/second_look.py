"""The picture as the landmark models look at it: made smaller, and in tiles for what is small."""

from __future__ import annotations

import numpy as np
import PIL.Image

from selector.backbones.landmarker import Box, Found, Landmarker, Region
from selector.images import Image
from selector.images.srgb import Pixels

LONG_SIDE = 1024  # the models look at 224 pixels at most: more would only cost time
TILES = 3  # a side; a tile of 0.42 of it overlaps its neighbour by 0.13, the size of a face that
TILE_SHARE = 0.42  # is found in the whole picture: what one tile cuts is whole somewhere else
SAME = 0.5  # share of the smaller box that lies in the larger: above it, one thing seen twice


def shrunk(image: Image) -> Pixels:
    """Return the whole picture, shape (h, w, 3), sRGB, its long side 1024 pixels at most."""
    return image.view(_shrink) if max(image.size) > LONG_SIDE else image.rgb


def find_also_small(model: Landmarker, pixels: Pixels) -> list[Found]:
    """Return what *model* finds in the picture, shape (H, W, 3), and what it finds only in tiles.

    Things of about 5 % of the picture's long side are found, instead of about 12 %.
    """
    height, width = pixels.shape[:2]
    kept = model.find(pixels)
    small = [found for tile in tiles(width, height) for found in model.find(pixels, tile)]
    for found in sorted(small, key=lambda each: -each.side):  # the whole ones before the cut ones
        if all(overlap(found.box, other.box) <= SAME for other in kept):
            kept.append(found)
    return kept


def tiles(width: int, height: int) -> list[Region]:
    """Return overlapping parts that cover a picture, row by row."""
    return [(x0, y0, x1, y1) for y0, y1 in _spans(height) for x0, x1 in _spans(width)]


def overlap(one: Box, other: Box) -> float:
    """Return the share of the smaller box that lies in the other, in [0, 1]."""
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    if wide <= 0 or high <= 0:
        return 0.0
    return wide * high / min((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))


def _shrink(image: Image) -> Pixels:
    factor = LONG_SIDE / max(image.size)
    size = (max(1, round(image.size[0] * factor)), max(1, round(image.size[1] * factor)))
    small = PIL.Image.fromarray(image.rgb).resize(size, PIL.Image.Resampling.LANCZOS)
    return np.asarray(small)


def _spans(length: int) -> list[tuple[int, int]]:
    part = length * TILE_SHARE
    middles = [part / 2 + (length - part) * number / (TILES - 1) for number in range(TILES)]
    return [_span(middle, part, length) for middle in middles]


def _span(middle: float, part: float, length: int) -> tuple[int, int]:
    """Return where a part of a length begins and ends: inside it, and never empty."""
    first = min(max(0, round(middle - part / 2)), length - 1)
    return first, max(first + 1, min(length, round(middle + part / 2)))

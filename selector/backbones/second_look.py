"""Looks again: in tiles for what is small, in shifted crops for how sure the landmarks are."""

from __future__ import annotations

import numpy as np
import PIL.Image

from selector.backbones.landmarker import Box, Found, Landmarker, Points, Region
from selector.images import Image
from selector.images.srgb import Pixels

LONG_SIDE = 1024  # the models look at 224 pixels at most: more would only cost time
TILES = 3  # a side; a tile of 0.42 of it overlaps its neighbour by 0.13, the size of a face that
TILE_SHARE = 0.42  # is found in the whole picture: what one tile cuts is whole somewhere else
SAME = 0.5  # share of the smaller box that lies in the larger: above it, one thing seen twice
# Crops around a thing: their side in box sides, and how far they are shifted, in box sides.
CROPS = (
    (1.6, 0.0, 0.0),
    (2.0, 0.0, 0.0),
    (1.8, 0.15, 0.1),
    (1.8, -0.15, 0.1),
    (1.8, 0.1, -0.15),
    (1.8, -0.1, -0.15),
)


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


def landmark_jitter(model: Landmarker, pixels: Pixels, found: Found) -> float:
    """Return how much the landmarks of one thing depend on how it is looked at.

    The model looks at six crops around the thing. In each, the landmarks lie at some distance
    from their median over the crops; a crop in which the thing is not found again counts as 1.

    Args:
        model: The model that found it.
        pixels: The picture, shape (H, W, 3), sRGB.
        found: The thing.

    Returns:
        The mean distance over landmarks and crops, in sides of the thing's box, in [0, 1]; 0 where
        every look gives the same.
    """
    height, width = pixels.shape[:2]
    looks = [again(model.find(pixels, region), found) for region in crops(found.box, width, height)]
    return spread(looks, found.side)


def spread(looks: list[Points | None], side: float) -> float:
    """Return how far apart several looks put the same landmarks.

    Args:
        looks: The landmarks of each look, shape (K, 2) in pixels; None where nothing was found.
        side: The side of the thing, in pixels.

    Returns:
        The mean over looks of the distance from the median look, in sides, in [0, 1]; a look that
        found nothing counts as 1.
    """
    seen = [points for points in looks if points is not None]
    if not seen:
        return 1.0
    distances = np.linalg.norm(np.stack(seen) - np.median(seen, axis=0), axis=2)
    shares = np.minimum(distances.mean(axis=1) / side, 1)
    return float((shares.sum() + len(looks) - len(seen)) / len(looks))


def again(candidates: list[Found], found: Found) -> Points | None:
    """Return the landmarks of the candidate that is the thing *found*; None if none is."""
    same = [each for each in candidates if overlap(each.box, found.box) > SAME]
    if not same:
        return None
    nearest = min(same, key=lambda each: float(np.abs(each.points - found.points).sum()))
    return nearest.points


def tiles(width: int, height: int) -> list[Region]:
    """Return overlapping parts that cover a picture, row by row."""
    return [(x0, y0, x1, y1) for y0, y1 in _spans(height) for x0, x1 in _spans(width)]


def crops(box: Box, width: int, height: int) -> list[Region]:
    """Return square parts around *box*, of several sizes and places, clipped to the picture."""
    x0, y0, x1, y1 = box
    side = max(x1 - x0, y1 - y0)
    regions = []
    for size, dx, dy in CROPS:
        left, right = _span((x0 + x1) / 2 + dx * side, size * side, width)
        top, bottom = _span((y0 + y1) / 2 + dy * side, size * side, height)
        regions.append((left, top, right, bottom))
    return regions


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

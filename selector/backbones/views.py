"""What CLIP and its kin are shown of a picture, exactly as their authors' programs cut it out."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import PIL.Image

from selector.backbones.torch_ready import torch
from selector.images import Image
from selector.images.image import BICUBIC, CROP_SIDE, PANORAMA

Seen: TypeAlias = npt.NDArray[Any]
View: TypeAlias = Callable[[Image], Seen]

WHITE = np.float32(255)
ROWS = 512  # that are floats at a time: a picture of 4096² would take 200 MB at once


@cache
def cropped(side: int, *, floored: bool = False) -> View:
    """Return the view of the middle square: short side to *side* px, bicubic, antialiased, cropped.

    Gives shape (side, side, 3), uint8. The same function for equal arguments, so that its views
    are found again.

    Args:
        side: In pixels.
        floored: Where an odd number of pixels falls off, whether the crop begins at the smaller
            half, as in transformers; else at the half rounded to even, as in torchvision, and so
            in the programs of OpenAI, LAION and ImageReward.
    """
    if side == CROP_SIDE:
        return clip_floored if floored else clip_rounded
    return partial(_middle, side=side, floored=floored)


def clip_rounded(image: Image) -> Seen:
    """Return the middle square of 224 px as OpenAI's CLIP sees it, shape (224, 224, 3), uint8."""
    return _middle(image, side=CROP_SIDE, floored=False)


def clip_floored(image: Image) -> Seen:
    """Return the middle square of 224 px as transformers cuts it, shape (224, 224, 3), uint8."""
    return image.array224


@cache
def letterboxed(side: int, *, antialias: bool) -> View:
    """Return the view of the whole picture between black bars, as HPSv2 sees it.

    Gives shape (side, side, 3), float32, about [0, 1]: the long side is brought to *side* px,
    bicubic on floats, which may overshoot a little. The same function for equal arguments.

    Args:
        side: In pixels.
        antialias: As torchvision does since 0.17; until 0.16 fine patterns aliased.
    """
    return partial(_letterbox, side=side, antialias=antialias)


def _middle(image: Image, *, side: int, floored: bool) -> Seen:
    picture = PIL.Image.fromarray(image.rgb)
    wide, high = (side * each // min(image.size) for each in image.size)
    left, top = (over // 2 if floored else round(over / 2) for over in (wide - side, high - side))
    crop = (left, top, left + side, top + side)
    if max(image.size) <= PANORAMA * min(image.size):
        return np.asarray(picture.resize((wide, high), BICUBIC).crop(crop))
    x, y = picture.width / wide, picture.height / high
    part = (crop[0] * x, crop[1] * y, crop[2] * x, crop[3] * y)
    return np.asarray(picture.resize((side, side), BICUBIC, box=part))


def _letterbox(image: Image, *, side: int, antialias: bool) -> Seen:
    scale = side / max(image.size)
    wide, high = (max(1, round(each * scale)) for each in image.size)
    left, top = (side - wide) // 2, (side - high) // 2
    bicubic = partial(_bicubic, antialias=antialias)
    pixels = image.rgb
    strips = (pixels[start : start + ROWS] for start in range(0, len(pixels), ROWS))
    narrow = [bicubic(strip / WHITE, wide=wide) for strip in strips]
    whole = np.zeros((side, side, 3), np.float32)
    whole[top : top + high, left : left + wide] = bicubic(np.concatenate(narrow), high=high)
    return whole


def _bicubic(pixels: Seen, *, wide: int = 0, high: int = 0, antialias: bool) -> Seen:
    """Return float pixels in another width or height; the one that is not given stays exactly."""
    size = (high or pixels.shape[0], wide or pixels.shape[1])
    planes = torch().from_numpy(pixels).permute(2, 0, 1)[None]
    resize = torch().nn.functional.interpolate
    made = resize(planes, size, mode="bicubic", align_corners=False, antialias=antialias)
    found: Seen = made[0].permute(1, 2, 0).numpy()
    return found

"""What HPSv3 is shown of a picture: all of it, on about 200,000 pixels, in patches of Qwen2-VL."""

from __future__ import annotations

import math
from typing import Any, TypeAlias

import numpy as np
import PIL.Image

from selector.backbones.torch_ready import torch
from selector.errors import ImageError
from selector.images import Image
from selector.images.image import BICUBIC
from selector.images.srgb import Pixels

Tensor: TypeAlias = Any  # a torch.Tensor; torch is imported only where it is used

PATCH, MERGED, FRAMES = 14, 2, 2  # pixels; patches a side that become one token; a still is two
STEP = PATCH * MERGED  # pixels: sides are multiples of it
PIXELS = 256 * STEP**2  # that every picture is brought to, small ones too
LONGEST = 200  # times the short side


def shown(image: Image) -> Pixels:
    """Return the view of the whole picture, shape (H, W, 3), uint8, bicubic, antialiased.

    Raises:
        ImageError: It is longer than 200 times its short side.
    """
    wide, high = image.size
    height, width = sides(high, wide)
    return np.asarray(PIL.Image.fromarray(image.rgb).resize((width, height), BICUBIC))


def sides(height: int, width: int) -> tuple[int, int]:
    """Return the height and width that a picture is brought to, multiples of 28 px.

    Its proportions stay about as they are.

    Raises:
        ImageError: It is longer than 200 times its short side.
    """
    if max(height, width) > LONGEST * min(height, width):
        raise ImageError(
            f"HPSv3 takes no picture this long (got {width} x {height} px, expected at most "
            f"{LONGEST} : 1). Crop it."
        )
    found = tuple(max(STEP, round(each / STEP) * STEP) for each in (height, width))
    scale = math.sqrt(height * width / PIXELS)
    if math.prod(found) > PIXELS:
        found = tuple(max(STEP, math.floor(each / scale / STEP) * STEP) for each in (height, width))
    elif math.prod(found) < PIXELS:
        found = tuple(math.ceil(each / scale / STEP) * STEP for each in (height, width))
    return found[0], found[1]


def grid(pixels: Pixels) -> tuple[int, int, int]:
    """Return how many patches a view has: in time, down and across."""
    return 1, pixels.shape[0] // PATCH, pixels.shape[1] // PATCH


def tokens(pixels: Pixels) -> int:
    """Return as how many tokens the network reads a view."""
    return math.prod(grid(pixels)) // MERGED**2


def patches(normalised: Tensor) -> Tensor:
    """Return the patches of one view, shape (P, 1176): each four that become a token in a row.

    Args:
        normalised: Shape (3, H, W).
    """
    down, across = (each // STEP for each in normalised.shape[1:])
    parts = normalised.reshape(3, down, MERGED, PATCH, across, MERGED, PATCH)
    ordered = parts.permute(1, 4, 2, 5, 0, 3, 6)  # tokens, patches of each, colours, pixels
    twice = torch().stack([ordered] * FRAMES, dim=5)
    return twice.reshape(down * across * MERGED**2, -1)

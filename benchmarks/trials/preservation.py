"""Edits that keep the rest, against edits of the same pictures that change it."""

from collections.abc import Iterator
from functools import partial

import numpy as np
import PIL.Image
import PIL.ImageChops
import PIL.ImageFilter

from benchmarks.altered import Change, Picture, jpeg, resized, unchanged
from benchmarks.trial import Example, Trial, photographs

DETECTOR = "detectors.preservation"
DATA = "beside a pasted patch of a twelfth, then JPEG of quality 90"


def trials() -> Iterator[Trial]:
    """Yield what else was done to the picture, by how much is left of the source."""
    kept = edits()
    faults = {
        "blur of 2 px": lambda picture: picture.filter(PIL.ImageFilter.GaussianBlur(2)),
        "reduced to half and back": lambda picture: resized(0.5)(picture).resize(picture.size),
        "shifted by 4 px": partial(PIL.ImageChops.offset, xoffset=4, yoffset=4),
        "noise of 10 levels": noise,
        "JPEG of quality 20": jpeg(20),
    }
    for fault, change in faults.items():
        yield Trial(DETECTOR, "ssim", fault, kept, edits(change), "low", data=DATA)
    for levels in (4, 8):
        fault = f"{levels} levels warmer"
        yield Trial(DETECTOR, "shift", fault, kept, edits(partial(warmer, levels)), data=DATA)
    yield Trial(DETECTOR, "edited", "another picture", kept, another(), data=DATA)


def edits(change: Change = unchanged) -> tuple[Example, ...]:
    """Return every photograph with something pasted into it, after *change* of the whole."""
    pictures = photographs("reported")
    names = list(pictures)
    return tuple(
        Example(jpeg(90)(pasted(change(picture), pictures[other])), name, source=picture)
        for (name, picture), other in zip(pictures.items(), names[1:] + names[:1], strict=True)
    )


def another() -> tuple[Example, ...]:
    """Return in place of every photograph the next one."""
    pictures = photographs("reported")
    names = list(pictures)
    return tuple(
        Example(pictures[other].resize(picture.size), name, source=picture)
        for (name, picture), other in zip(pictures.items(), names[1:] + names[:1], strict=True)
    )


def pasted(picture: Picture, other: Picture) -> Picture:
    """Return a picture with the middle of another in it, a third of its width, a quarter high."""
    made = picture.copy()
    made.paste(
        other.resize((made.width // 3, made.height // 4)), (made.width // 3, made.height // 3)
    )
    return made


def warmer(levels: int, picture: Picture) -> Picture:
    """Return a picture with more red and less blue."""
    red, green, blue = picture.split()
    channels = (
        red.point(lambda level: level + levels),
        green,
        blue.point(lambda level: level - levels),
    )
    return PIL.Image.merge("RGB", channels)


def noise(picture: Picture) -> Picture:
    """Return a picture under noise, the same every time."""
    grains = np.random.default_rng(0).normal(0, 10, (picture.height, picture.width, 3))
    return PIL.Image.fromarray((np.asarray(picture) + grains).clip(0, 255).astype(np.uint8))

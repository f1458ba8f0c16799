"""What `detectors.background` is tried on: things cut from photographs, on made grounds."""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import PIL.Image
import PIL.ImageDraw
from PIL.ImageFilter import GaussianBlur

from benchmarks.pictures import encoded, squared
from benchmarks.trial import Example, Trial, photographs

SIDE = 768
MIDDLE = ((0.5, 0.5),)
BESIDE = ((0.28, 0.5), (0.72, 0.5))
Draw = np.random.Generator
Picture = PIL.Image.Image


@dataclass(frozen=True, slots=True)
class Studio:
    """How things are set up.

    Attributes:
        tint: How far the ground's channels are apart, levels of 255.
        fall: How much darker the ground is in one corner than in the other, levels.
        at: Where the middle of each thing is, shares of the side.
        size: Of a thing, share of the side.
    """

    tint: float = 0.0
    fall: float = 0.0
    at: tuple[tuple[float, float], ...] = MIDDLE
    size: tuple[float, float] = (0.3, 0.7)


def trials() -> Iterator[Trial]:
    """Return what grounds are told by, each fault alone."""
    plain = shot(lambda _: Studio())
    tinted = shot(lambda draw: Studio(tint=draw.uniform(6, 24)))
    falling = shot(lambda draw: Studio(fall=draw.uniform(12, 60)))
    yield _trial("chroma", "a tint of 6 to 24 levels", plain, tinted)
    yield _trial("unevenness", "light that falls off by 12 to 60 levels", plain, falling)
    small = shot(lambda _: Studio(size=(0.2, 0.38)))
    two = shot(lambda _: Studio(size=(0.2, 0.38), at=BESIDE))
    yield _trial("subjects", "two things in place of one", small, two)
    cut = shot(lambda draw: Studio(at=((draw.uniform(0.9, 1), 0.5),)))
    yield _trial("border", "cut by the frame", plain, cut, worse="low")
    # Pictures made to carry words may be what this calls a product: words on a plain ground.
    scenes = tuple(
        Example(each, name)
        for name, each in photographs("reported").items()
        if not name.startswith("lettering/")
    )
    yield _trial("border", "a scene in place of a product", plain, scenes, worse="low")


def _trial(
    output: str,
    fault: str,
    good: tuple[Example, ...],
    bad: tuple[Example, ...],
    worse: Literal["high", "low"] = "high",
) -> Trial:
    return Trial(
        detector="detectors.background",
        output=output,
        fault=fault,
        good=good,
        bad=bad,
        worse=worse,
        data="cut from real photographs, on made grounds",
    )


def shot(studio: Callable[[Draw], Studio]) -> tuple[Example, ...]:
    """Return every photograph as a thing in a studio, each in one of its own."""
    made = []
    for number, (name, photograph) in enumerate(photographs("reported").items()):
        draw = np.random.default_rng(number)
        made.append(Example(_set_up(photograph, studio(draw), draw), name))
    return tuple(made)


def _set_up(photograph: Picture, studio: Studio, draw: Draw) -> Picture:
    picture = PIL.Image.fromarray(_ground(studio, draw))
    for middle in studio.at:
        size = int(draw.uniform(*studio.size) * SIDE)
        shape = _shape(size, draw)
        left, top = (round(share * SIDE - size / 2) for share in middle)
        # The softest part of a shadow reaches past the thing; the thing hides the rest.
        shadow = PIL.Image.new("L", picture.size)
        shadow.paste(shape.point(lambda level: level // 3), (left, top + size // 20))
        dark = PIL.Image.new("RGB", picture.size, (90, 90, 90))
        picture.paste(dark, mask=shadow.filter(GaussianBlur(size / 20)))
        picture.paste(squared(photograph, size), (left, top), shape)
    return PIL.Image.open(io.BytesIO(encoded(picture, "JPEG", quality=92))).convert("RGB")


def _ground(studio: Studio, draw: Draw) -> npt.NDArray[np.uint8]:
    """Return a ground of some light grey with faint grain, tinted and falling off as told."""
    down, across = np.indices((SIDE, SIDE)) / SIDE
    light = draw.uniform(190, 252) - studio.fall * (down + across) / 2
    tint = studio.tint * draw.permutation([0.0, -0.5, -1.0])
    grain = draw.normal(0, 1.5, (SIDE, SIDE, 1))
    return np.clip(light[..., None] + tint + grain, 0, 255).astype(np.uint8)


def _shape(size: int, draw: Draw) -> Picture:
    """Return the outline of a thing: round, a box, or one with a neck."""
    mask = PIL.Image.new("L", (size, size))
    pen = PIL.ImageDraw.Draw(mask)
    kind = int(draw.integers(3))
    if kind == 0:
        pen.ellipse((0, 0, size, size), 255)
    elif kind == 1:
        pen.rounded_rectangle((size // 8, 0, size - size // 8, size), size // 10, 255)
    else:
        pen.rounded_rectangle((size // 5, size // 3, size - size // 5, size), size // 10, 255)
        pen.rectangle((size * 2 // 5, 0, size * 3 // 5, size // 2), 255)
    return mask

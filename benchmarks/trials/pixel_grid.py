"""What `detectors.pixel_grid` is tried on: photographs brought down to pixel art, well and badly."""

from collections.abc import Callable, Iterator

import numpy as np
import PIL.Image

from benchmarks.pictures import squared
from benchmarks.trial import Example, Trial, photographs

COLOURS = 10
NEAREST = PIL.Image.Resampling.NEAREST
Draw = np.random.Generator
Picture = PIL.Image.Image


def trials() -> Iterator[Trial]:
    """Return what is told from pixel art, in its own pixels and enlarged."""
    own = _made(_art)
    enlarged = _made(_enlarged)
    yield _trial("a small photograph", own, _made(_small))
    yield _trial("a photograph", enlarged, _made(_large))
    yield _trial("enlarged softly", enlarged, _made(_soft))
    yield _trial("enlarged by a broken number", enlarged, _made(_broken))
    yield _trial("pixels of two sizes", enlarged, _made(_mixed))
    yield _trial("a part in pixels of twice the size", own, _made(_doubled), output="mixed")


def _trial(
    fault: str,
    good: tuple[Example, ...],
    bad: tuple[Example, ...],
    *,
    output: str = "consistency",
) -> Trial:
    return Trial(
        detector="detectors.pixel_grid",
        output=output,
        fault=fault,
        good=good,
        bad=bad,
        worse="high" if output == "mixed" else "low",
        data=f"real photographs in few pixels and {COLOURS} colours",
    )


def _made(make: Callable[[Picture, Draw], Picture]) -> tuple[Example, ...]:
    every = enumerate(photographs("reported").items())
    return tuple(
        Example(make(picture, np.random.default_rng(number)), name)
        for number, (name, picture) in every
    )


def _small(picture: Picture, draw: Draw) -> Picture:
    return squared(picture, int(draw.integers(32, 200)))


def _large(picture: Picture, draw: Draw) -> Picture:
    return squared(picture, int(draw.integers(400, 1024)))


def _art(picture: Picture, draw: Draw) -> Picture:
    return _small(picture, draw).quantize(COLOURS, dither=PIL.Image.Dither.NONE).convert("RGB")


def _enlarged(picture: Picture, draw: Draw) -> Picture:
    art = _art(picture, draw)
    return _times(art, int(draw.integers(3, 9)))


def _soft(picture: Picture, draw: Draw) -> Picture:
    art = _art(picture, draw)
    return _times(art, int(draw.integers(3, 9)), PIL.Image.Resampling.BICUBIC)


def _broken(picture: Picture, draw: Draw) -> Picture:
    art = _art(picture, draw)
    return _times(art, int(draw.integers(2, 8)) + draw.uniform(0.2, 0.8))


def _mixed(picture: Picture, draw: Draw) -> Picture:
    """Return enlarged art with a part of it, a third of the side, in pixels of another size."""
    art = _art(picture, draw)
    scale = int(draw.integers(3, 9))
    whole = _times(art, scale)
    part = whole.width // 3
    other = scale + int(draw.choice([-1, 1]))
    inner = art.crop((art.width // 3, art.height // 3, art.width, art.height))
    left, top = draw.integers(0, whole.width - part, 2).tolist()
    whole.paste(_times(inner, other).crop((0, 0, part, part)), (left, top))
    return whole


def _doubled(picture: Picture, draw: Draw) -> Picture:
    """Return art with a half of its side, at an even place, in pixels of twice the size."""
    art = _art(picture, draw)
    part = art.width // 4
    left, top = (2 * draw.integers(0, (art.width - 2 * part) // 2 + 1, 2)).tolist()
    inner = art.crop((part, part, 2 * part, 2 * part))
    art.paste(_times(inner, 2), (left, top))
    return art


def _times(art: Picture, scale: float, way: PIL.Image.Resampling = NEAREST) -> Picture:
    return art.resize((round(art.width * scale), round(art.height * scale)), way)

"""Pictures put together edge to edge in known ways, for detectors.seams."""

import zlib
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import numpy.typing as npt
import PIL.Image

from benchmarks.altered import Change, Picture, altered, jpeg, resized, unchanged
from benchmarks.trial import Example, Trial, photographs

Pixels = npt.NDArray[np.floating]
Fault = Callable[[Picture, np.random.Generator], Picture]
Other = Callable[[Pixels, np.random.Generator], Pixels]


def trials() -> Iterator[Trial]:
    """Yield one trial a way in which parts do not fit; parts, places and directions by chance."""
    for level in (4, 8, 16):
        yield _trial("step", f"one part {level} levels lighter or darker", _lighter(level))
    yield _trial("step", "one part of another gain, 12 %", partial(_stitched, other=_gained))
    yield _trial("step", "one part of another tint, 8 levels", partial(_stitched, other=_tinted))
    yield _trial("step", "pasted rectangle, exposure 12 % off", partial(_pasted, other=_gained))
    yield _trial("step", "16 levels, then JPEG of quality 90", _then(jpeg(90)), treat=jpeg(90))
    for factor in (0.7, 1.5):
        treat = resized(factor)
        yield _trial("step", f"16 levels, then resized × {factor}", _then(treat), treat=treat)
    for shift in (8, 24):
        yield _trial("broken", f"one part {shift} px out of place", partial(_shifted, by=shift))
    yield _trial("broken", "one part upside down", partial(_stitched, other=_flipped))
    yield _trial("broken", "half of another picture beside it", _beside)
    tiled = "the picture four times, 2 × 2"
    yield _trial("broken", tiled, _tiled, treat=resized(0.5))
    for name, other in (("noise of 6 levels", _noisy), ("blur of 1.5 px", _blurred)):
        yield _trial("broken", f"pasted rectangle with {name}", partial(_pasted, other=other))


def _trial(output: str, fault: str, bad: Fault, treat: Change = unchanged) -> Trial:
    pictures = photographs("reported").items()
    made = tuple(Example(bad(picture, _rng(name)), name) for name, picture in pictures)
    return Trial("detectors.seams", output, fault, altered(treat), made)


def _rng(name: str) -> np.random.Generator:
    return np.random.default_rng(zlib.crc32(name.encode()))


def _then(treat: Change) -> Fault:
    return lambda picture, rng: treat(_lighter(16)(picture, rng))


def _lighter(levels: float) -> Fault:
    return partial(_stitched, other=lambda pixels, rng: pixels + levels * rng.choice((-1, 1)))


def _stitched(picture: Picture, rng: np.random.Generator, *, other: Other) -> Picture:
    """Return the picture with another version of it behind a column or row in its middle half."""
    pixels = np.asarray(picture, np.float32)
    upright = bool(rng.integers(2))
    pixels = pixels if upright else pixels.swapaxes(0, 1)
    at = int(rng.integers(pixels.shape[1] // 4, 3 * pixels.shape[1] // 4))
    whole = np.concatenate([pixels[:, :at], other(pixels, rng)[:, at:]], axis=1)
    return _picture(whole if upright else whole.swapaxes(0, 1))


def _pasted(picture: Picture, rng: np.random.Generator, *, other: Other) -> Picture:
    """Return the picture with another version of it in a rectangle of 0.3 to 0.55 of its sides."""
    pixels = np.array(picture, np.float32)
    high, wide = (int(side * rng.uniform(0.3, 0.55)) for side in pixels.shape[:2])
    top, left = (
        int(rng.integers(side // 12, side - inner - side // 12))
        for side, inner in zip(pixels.shape[:2], (high, wide), strict=True)
    )
    inside = np.s_[top : top + high, left : left + wide]
    pixels[inside] = other(pixels, rng)[inside]
    return _picture(pixels)


def _shifted(picture: Picture, rng: np.random.Generator, *, by: int) -> Picture:
    """Return the picture with one part moved along the seam, and what has no neighbour cut off."""
    pixels = np.asarray(picture)
    upright = bool(rng.integers(2))
    pixels = pixels if upright else pixels.swapaxes(0, 1)
    at = int(rng.integers(pixels.shape[1] // 4, 3 * pixels.shape[1] // 4))
    whole = np.concatenate([pixels[by:, :at], pixels[:-by, at:]], axis=1)
    return _picture(whole if upright else whole.swapaxes(0, 1))


def _beside(picture: Picture, rng: np.random.Generator) -> Picture:
    """Return the left half of the picture, and beside it that of another, brought to its height."""
    others = [other for other in photographs("reported").values() if other.size != picture.size]
    other = others[rng.integers(len(others))]
    middle = picture.width // 2
    factor = max(picture.height / other.height, (picture.width - middle) / other.width)
    whole = picture.copy()
    whole.paste(resized(factor)(other), (middle, 0))
    return whole


def _tiled(picture: Picture, _: np.random.Generator) -> Picture:
    return _picture(np.tile(np.asarray(resized(0.5)(picture)), (2, 2, 1)))


def _gained(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    return pixels * (1 + rng.choice((-1, 1)) / 8)


def _tinted(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    return pixels + rng.choice((-1, 1)) * np.array([8, -2.4, -8])


def _flipped(pixels: Pixels, _: np.random.Generator) -> Pixels:
    return pixels[::-1]


def _noisy(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    return pixels + rng.normal(0, 6, pixels.shape)


def _blurred(pixels: Pixels, _: np.random.Generator) -> Pixels:
    from scipy.ndimage import gaussian_filter

    soft: Pixels = gaussian_filter(pixels, (1.5, 1.5, 0))
    return soft


def _picture(pixels: Pixels) -> Picture:
    return PIL.Image.fromarray(np.clip(np.rint(pixels), 0, 255).astype(np.uint8))

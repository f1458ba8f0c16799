"""Photographs blurred, noisy, compressed or enlarged, against the same ones as they are."""

from collections.abc import Iterator

import PIL.Image
from PIL.ImageFilter import GaussianBlur

from benchmarks.altered import Change, Picture, altered, jpeg
from benchmarks.trial import Trial
from benchmarks.trials.noise import noisy

SIDE = 1024  # px; the detector sees no more
AREAS = PIL.Image.Resampling.BOX  # neither sharpens nor blurs


def trials() -> Iterator[Trial]:
    """Yield each fault, weak and strong."""
    good = altered(fitted)
    faults: dict[str, Change] = {}
    faults |= {f"blur of {radius} px": _blurred(radius) for radius in (1, 2, 4)}
    faults |= {f"noise of {sigma} levels": noisy(sigma) for sigma in (10, 25)}
    faults |= {f"JPEG of quality {quality}": jpeg(quality) for quality in (30, 10)}
    faults |= {f"enlarged {times} times": _enlarged(times) for times in (2, 4)}
    for fault, change in faults.items():
        bad = altered(_fitted_and(change))
        yield Trial("detectors.distortion", "brisque", fault, good, bad)


def fitted(picture: Picture) -> Picture:
    """Return the picture, its long side 1024 px at most."""
    times = SIDE / max(picture.size)
    if times >= 1:
        return picture
    return picture.resize((round(picture.width * times), round(picture.height * times)), AREAS)


def _fitted_and(change: Change) -> Change:
    return lambda picture: change(fitted(picture))


def _blurred(radius: int) -> Change:
    return lambda picture: picture.filter(GaussianBlur(radius))


def _enlarged(times: int) -> Change:
    def change(picture: Picture) -> Picture:
        small = picture.resize((picture.width // times, picture.height // times))
        return small.resize(picture.size)

    return change

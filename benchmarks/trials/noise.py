"""Photographs with Gaussian noise in every channel, against the same ones without."""

from collections.abc import Iterator

import numpy as np
import PIL.Image

from benchmarks.altered import Change, Picture, altered
from benchmarks.trial import Trial


def trials() -> Iterator[Trial]:
    """Yield weak to strong noise."""
    good = altered()
    for sigma in (2, 4, 8, 16):
        fault = f"noise of {sigma} levels"
        yield Trial("detectors.noise", "sigma", fault, good, altered(noisy(sigma)))


def noisy(sigma: float) -> Change:
    """Return the change of adding the same noise to every picture of one size."""

    def change(picture: Picture) -> Picture:
        grain = np.random.default_rng(0).normal(0, sigma, (picture.height, picture.width, 3))
        levels = np.rint(np.asarray(picture) + grain)
        return PIL.Image.fromarray(np.clip(levels, 0, 255).astype(np.uint8))

    return change

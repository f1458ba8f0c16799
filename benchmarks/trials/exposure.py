"""Photographs too dark, too light and faded, against the same ones as they were."""

from collections.abc import Iterator

import numpy as np
import PIL.Image

from benchmarks.altered import Change, Picture, altered
from benchmarks.trial import Trial

TOE = 0.04045  # level below which sRGB is a line; IEC 61966-2-1


def trials() -> Iterator[Trial]:
    """Yield each way to be off, the weaker first."""
    good = altered()
    for output, fault, change in (
        ("under", "one stop too dark", exposed(-1)),
        ("under", "two stops too dark", exposed(-2)),
        ("under", "a tenth of each level", tenth),
        ("over", "one stop too light", exposed(1)),
        ("over", "two stops too light", exposed(2)),
        ("faded", "a fifth of white mixed in", mixed(0.2)),
        ("faded", "two fifths of white mixed in", mixed(0.4)),
    ):
        yield Trial("detectors.exposure", output, fault, good, altered(change))


def exposed(stops: float) -> Change:
    """Return the change of so many stops, in linear light; what passes white is cut off."""
    level = np.arange(256) / 255
    linear = np.where(level <= TOE, level / 12.92, ((level + 0.055) / 1.055) ** 2.4)
    light = np.clip(linear * 2.0**stops, 0, 1)
    encoded = np.where(light <= TOE / 12.92, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
    table = np.rint(encoded * 255).astype(np.uint8)
    return lambda picture: PIL.Image.fromarray(table[np.asarray(picture)])


def mixed(share: float) -> Change:
    """Return the change of mixing in so much white: haze, or a print that has faded."""
    return lambda picture: PIL.Image.blend(
        picture, PIL.Image.new("RGB", picture.size, "white"), share
    )


def tenth(picture: Picture) -> Picture:
    """Return the picture as the benchmark against cleanvision makes dark ones."""
    return picture.point(lambda value: value // 10)

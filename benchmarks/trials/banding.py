"""Photographs with few levels a channel, against the same ones, also after JPEG."""

from collections.abc import Iterator

import numpy as np
import PIL.Image

from benchmarks.altered import Change, Picture, altered, jpeg
from benchmarks.trial import Trial

DETECTOR = "detectors.banding"


def trials() -> Iterator[Trial]:
    """Yield fewer and fewer levels, then levels that were lost before JPEG."""
    good = (*altered(), *altered(jpeg(75)))
    for levels in (64, 32, 16, 8, 4):
        bad = altered(posterised(levels))
        yield Trial(DETECTOR, "share", f"{levels} levels a channel", good, bad)
    bad = altered(jpeg(90, posterised(16)))
    yield Trial(DETECTOR, "share", "16 levels, then JPEG of quality 90", good, bad)
    yield Trial(DETECTOR, "share", "JPEG of quality 20", good, altered(jpeg(20)))


def posterised(levels: int) -> Change:
    """Return the change of leaving so many levels, evenly spaced, in each channel."""
    table = np.arange(256) * levels // 256 * 255 // (levels - 1)

    def change(picture: Picture) -> Picture:
        return PIL.Image.fromarray(table.astype(np.uint8)[np.asarray(picture)])

    return change

"""Photographs stored as poor JPEGs, against the same ones stored as good ones."""

from collections.abc import Iterator

from benchmarks.altered import Change, Picture, altered, jpeg
from benchmarks.trial import Trial

DETECTOR = "detectors.blocking"


def trials() -> Iterator[Trial]:
    """Yield poorer and poorer JPEGs, then what is often done to them afterwards."""
    good = altered(jpeg(90))
    faults = {f"JPEG of quality {quality}": jpeg(quality) for quality in (50, 30, 10)}
    faults["quality 30, then cropped"] = cropped
    for fault, change in faults.items():
        yield Trial(DETECTOR, "step", fault, good, altered(change))
    bad = altered(shrunk(30))
    yield Trial(DETECTOR, "step", "quality 30, then shrunk to 70 %", altered(shrunk(90)), bad)


def cropped(picture: Picture) -> Picture:
    """Return a poor JPEG without its first 3 columns and 5 rows, so that the grid is elsewhere."""
    return jpeg(30)(picture).crop((3, 5, *picture.size))


def shrunk(quality: int) -> Change:
    """Return the change of being stored, and then made smaller: its blocks are 5.6 px."""

    def change(picture: Picture) -> Picture:
        smaller = (picture.width * 7 // 10, picture.height * 7 // 10)
        return jpeg(quality)(picture).resize(smaller)

    return change

"""All filters together against decoding the same picture from PNG; goal: at most half of that.

    python -m benchmarks.filters [FOLDER of pictures] [--side 1024] [--repeats 30]

Decoding is Pillow alone: open, load, pixels as an array; what `selector` does around it (checking,
hashing, colour profiles) stands in a column of its own. Each repeat decodes anew and measures what
was decoded, so that views (luma, thumbnail) are made each time and both share what else the
machine does. Near duplicates are those of a set of two, the other of which is hashed already.
"""

import argparse
import io
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from statistics import median

import numpy as np
import PIL.Image

from benchmarks import pictures
from benchmarks.measuring import Seconds, machine, milliseconds, seconds, table
from selector.images import Image, open_image
from selector.measures.base import Measure, Subject
from selector.measures.filters.blank import Blank
from selector.measures.filters.clipping import Clipping
from selector.measures.filters.near_duplicates import NearDuplicates
from selector.measures.filters.resolution import Resolution
from selector.measures.filters.sharpness import Sharpness

FILTERS: tuple[Measure, ...] = (
    Resolution(), Blank(), Clipping(), Sharpness(), NearDuplicates(),
)  # fmt: skip
NAMES = tuple(type(one).__module__.rpartition(".")[2] for one in FILTERS)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", help="more pictures, brought to the size")
    parser.add_argument("--side", type=int, default=1024, help="px")
    parser.add_argument("--repeats", type=int, default=30)
    given = parser.parse_args()
    rows, shares = [], []
    for name, picture in contents(given.side, given.folder).items():
        pillow, ours, filters = measured(pictures.encoded(picture), given.repeats)
        shares.append(sum(one.median for one in filters) / pillow.median)
        cells = [pillow.median, ours.median, *(one.median for one in filters)]
        rows.append([name, *map(milliseconds, cells), f"{shares[-1]:.2f}"])
    print(f"Filters, medians of {given.repeats}, {given.side}². {machine()}\n")
    print(table(["content", "Pillow decodes", "selector decodes", *NAMES, "all / Pillow"], rows))
    met = sum(share <= 1 / 2 for share in shares)
    print(f"\nmedian {median(shares):.2f}; at most 0.5 in {met} of {len(shares)}")


def contents(side: int, folder: Path | None) -> Mapping[str, PIL.Image.Image]:
    """Return the pictures by name: made ones of several sorts, and real ones."""
    made = {
        "photographs, a mosaic": pictures.mosaic(side, side),
        "photograph, enlarged": pictures.enlarged(side, side),
        "noise": pictures.noise(side),
        "one colour": PIL.Image.new("RGB", (side, side), (200, 100, 50)),
    }
    for path in sorted(folder.rglob("*") if folder else ()):
        if path.suffix.lower() in (".png", ".jpg", ".jpeg", ".webp"):
            with PIL.Image.open(path) as opened:
                made[path.name] = pictures.squared(opened, side)
    return made


def measured(png: bytes, repeats: int) -> tuple[Seconds, Seconds, list[Seconds]]:
    """Return how long Pillow takes to decode, `selector`, and each filter."""
    other = Subject(open_image(PIL.Image.new("RGB", (64, 64))))
    FILTERS[-1].run([other, other])
    rows = []
    for _ in range(repeats + 1):
        image = open_image(png)
        row = [seconds(partial(_by_pillow, png)), seconds(image.decode)]
        rows.append(row + [seconds(partial(_run, one, image, other)) for one in FILTERS])
    columns = [Seconds(column) for column in zip(*rows[1:], strict=True)]
    return columns[0], columns[1], columns[2:]


def _by_pillow(png: bytes) -> None:
    with PIL.Image.open(io.BytesIO(png)) as opened:
        np.asarray(opened)


def _run(measure: Measure, image: Image, other: Subject) -> None:
    subject = Subject(image)
    measure.run([subject, other] if measure.scope == "set" else [subject])


if __name__ == "__main__":
    main()

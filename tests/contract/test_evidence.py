"""Evidence lies at the fault: of pictures three times as wide as high, on the far right."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont
from skimage import data

from motifs import Picture
from selector.images import open_image
from selector.measures import loader
from selector.measures.base import Subject

SIZE = 900, 300
FAULT = 640, 60, 820, 140  # where nothing lies if x and y, or width and height, are exchanged
NEAREST = Image.Resampling.NEAREST
DRAWN = {"boxes": "box", "lines": "line", "polygons": "polygon"}


def wide() -> Picture:
    """Return a photograph without any of the faults."""
    return Image.fromarray(data.chelsea()).resize((900, 600)).crop((0, 150, 900, 450))


def burnt() -> Picture:
    picture = wide()
    picture.paste((255, 255, 255), FAULT)
    return picture


def banded() -> Picture:
    slope = np.linspace(60, 210, 900)[None, :, None] * np.ones((300, 1, 3))
    left, top, right, bottom = FAULT
    slope[top:bottom, left:right] = slope[top:bottom, left:right] // 8 * 8
    return Image.fromarray(slope.astype(np.uint8))


def barred() -> Picture:
    picture = wide()
    picture.paste((90, 60, 30), (780, 0, 900, 300))
    return picture


def stitched() -> Picture:
    pixels = np.asarray(wide()).astype(np.int16)
    pixels[:, 700:] += 16
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


def level() -> Picture:
    pixels = np.asarray(wide()).astype(np.int16)
    pixels[220:] += 16
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


def on_white() -> Picture:
    picture = Image.new("RGB", SIZE, "white")
    picture.paste("#a0281e", FAULT)
    return picture


def art() -> Picture:
    """Return art in pixels of 6, that begin 4 px from the left and 2 from the top."""
    small = Image.fromarray(data.coffee()).resize((152, 52)).quantize(8).convert("RGB")
    return small.resize((912, 312), NEAREST).crop((2, 4, 902, 304))


def off_the_grid() -> Picture:
    picture = art()
    other = picture.crop((100, 100, 280, 180)).resize((26, 12)).quantize(8).convert("RGB")
    picture.paste(other.resize((182, 84), NEAREST).crop((0, 0, 180, 80)), FAULT[:2])
    return picture


def in_larger_pixels() -> Picture:
    """Return art of which one part, 18 pixels from the seventh and the second on, is in doubles."""
    picture = art()
    part = picture.crop((100, 100, 208, 208)).resize((9, 9), NEAREST)
    picture.paste(part.resize((108, 108), NEAREST), (652, 110))
    return picture


def written() -> Picture:
    picture = Image.new("RGB", SIZE, (200, 210, 220))
    pen = ImageDraw.Draw(picture)
    pen.text((730, 100), "OPEN", (20, 30, 60), ImageFont.load_default(60), "mm")
    return picture


def peopled() -> Picture:
    picture = Image.new("RGB", SIZE, (120, 120, 120))
    picture.paste(Image.fromarray(data.astronaut()).resize((300, 300)), (600, 0))
    return picture


# What is shown, of what output of what picture, where it should be, and how far it may be off: by
# the cells, bands and tiles that evidence is made of.
CASES = {
    "burnt out": ("detectors.exposure", "over", burnt, FAULT, (4, 4)),
    "bands": ("detectors.banding", "share", banded, FAULT, (30, 30)),
    "a bar": ("detectors.letterbox", "share", barred, (780, 0, 900, 300), (1, 1)),
    "an upright seam": ("detectors.seams", "step", stitched, (700, 0, 700, 300), (0, 8)),
    "a level seam": ("detectors.seams", "step", level, (0, 220, 900, 220), (8, 0)),
    "a thing": ("detectors.background", "subjects", on_white, FAULT, (12, 12)),
    "off the grid": ("detectors.pixel_grid", "consistency", off_the_grid, FAULT, (80, 40)),
    "larger pixels": (
        "detectors.pixel_grid", "mixed", in_larger_pixels, (652, 110, 760, 218), (0, 0)
    ),
    "lettering": ("detectors.lettering", "unwanted", written, (645, 78, 815, 122), (15, 15)),
    "a face": ("detectors.faces", "count", peopled, (704, 35, 764, 112), (12, 12)),
}  # fmt: skip


@pytest.fixture(scope="module")
def measure():
    """Measure a picture with a detector by its path."""
    built = {}

    def run(path: str, picture: Picture):
        if path not in built:
            built[path] = loader.construct(path, loader.load(path).example)
            built[path].build("cpu")
        (found,) = built[path].run([Subject(open_image(picture), prompt="a picture")])
        return found

    yield run
    for each in built.values():
        each.close()


def bounds(evidence) -> np.ndarray:
    """Return the box around every box, line and polygon of *evidence*, (x0, y0, x1, y1)."""
    shown = [entry[name] for many, name in DRAWN.items() for entry in evidence.get(many, ())]
    corners = np.concatenate([np.reshape(each, (-1, 2)) for each in shown])
    return np.concatenate([corners.min(axis=0), corners.max(axis=0)])


@pytest.mark.parametrize("fault", CASES)
def test_evidence_of_a_wide_picture_lies_at_the_fault(fault, measure):
    """All that is drawn is around the fault and nowhere else, in pixels of the picture."""
    path, output, make, place, off = CASES[fault]
    picture = make()
    assert picture.size == SIZE
    evidence = measure(path, picture)[output].evidence
    assert np.all(np.abs(bounds(evidence) - place) <= off + off), (bounds(evidence), place)

"""What `detectors.palette` is tried on: photographs in the colours of a brand, and beside them."""

from collections.abc import Iterator

import numpy as np
import PIL.Image
import PIL.ImageColor
import PIL.ImageDraw
import PIL.ImageFilter

from benchmarks.pictures import squared
from benchmarks.trial import Example, Trial, photographs

SIDE = 512
HALF = 127  # of 255
BRAND = ("#10243E", "#0A84FF", "#7FD1C7", "#F4F1EA")  # from dark to light
FOREIGN = ((200, 40, 40), (230, 150, 20), (90, 160, 40), (150, 60, 170))
Picture = PIL.Image.Image


def trials() -> Iterator[Trial]:
    """Return what colours off the palette are told by."""
    pictures = photographs("reported").items()
    kept = [(name, _in_brand(picture, BRAND)) for name, picture in pictures]
    good = tuple(Example(picture, name) for name, picture in kept)
    spotted = tuple(
        Example(_spotted(picture, number), name) for number, (name, picture) in enumerate(kept)
    )
    drifted = tuple(
        Example(_in_brand(picture, _drifted(number)), name)
        for number, (name, picture) in enumerate(pictures)
    )
    yield _trial("share", "a spot of 2 to 12 % in another colour", good, spotted)
    yield _trial("share", "one colour of the brand off by 40 to 90 levels", good, drifted)


def _trial(output: str, fault: str, good: tuple[Example, ...], bad: tuple[Example, ...]) -> Trial:
    return Trial(
        detector="detectors.palette",
        output=output,
        fault=fault,
        good=good,
        bad=bad,
        worse="low",
        parameters={"colours": BRAND},
        data="real photographs in four colours",
    )


def _in_brand(picture: Picture, colours: tuple[str, ...]) -> Picture:
    """Return a picture in as many flat areas as there are colours, with soft edges between."""
    luma = np.asarray(squared(picture, SIDE * 2).convert("L"))
    steps = np.quantile(luma, np.arange(1, len(colours)) / len(colours))
    flat = np.array([PIL.ImageColor.getrgb(each) for each in colours], np.uint8)
    areas = PIL.Image.fromarray(flat[np.searchsorted(steps, luma)])
    return areas.filter(PIL.ImageFilter.MedianFilter(9)).resize((SIDE, SIDE))


def _spotted(picture: Picture, number: int) -> Picture:
    draw = np.random.default_rng(number)
    radius = SIDE * np.sqrt(draw.uniform(0.02, 0.12) / np.pi)
    x, y = draw.uniform(radius, SIDE - radius, 2)
    spotted = picture.copy()
    place = (x - radius, y - radius, x + radius, y + radius)
    PIL.ImageDraw.Draw(spotted).ellipse(place, FOREIGN[number % len(FOREIGN)])
    return spotted


def _drifted(number: int) -> tuple[str, ...]:
    """Return the brand's colours, one of them brighter or darker in one channel."""
    draw = np.random.default_rng(number)
    which = int(draw.integers(len(BRAND)))
    colour = np.array(PIL.ImageColor.getrgb(BRAND[which]))
    channel = int(draw.integers(3))
    way = -1 if colour[channel] > HALF else 1
    colour[channel] += way * int(draw.integers(40, 91))
    red, green, blue = colour.tolist()
    return (*BRAND[:which], f"#{red:02X}{green:02X}{blue:02X}", *BRAND[which + 1 :])

"""Photographs with bars over their sides, against the same ones without."""

from collections.abc import Iterator

import PIL.Image
from PIL.ImageFilter import GaussianBlur

from benchmarks.altered import Change, Picture, altered, jpeg
from benchmarks.trial import Trial

Colour = tuple[int, int, int]

BLACK, WHITE, BROWN = (0, 0, 0), (255, 255, 255), (90, 60, 30)


def trials() -> Iterator[Trial]:
    """Yield thin to thick bars, other places and colours, then what the detector is blind to."""
    good = altered()
    for fault, change in (
        ("black bars of 2 % above and below", barred(0, 0.02)),
        ("black bars of 5 % above and below", barred(0, 0.05)),
        ("black bars of 12 % above and below", barred(0, 0.12)),
        ("the same as JPEG of quality 75", jpeg(75, barred(0, 0.12))),
        ("brown bars of 12 % left and right", barred(0.12, 0, BROWN)),
        ("a white frame of 6 %", barred(0.06, 0.06, WHITE)),
        ("a black bar of 8 % below", below),
        ("blurred bars of 12 % left and right", blurred),
    ):
        yield Trial("detectors.letterbox", "share", fault, good, altered(change))


def barred(across: float, down: float, colour: Colour = BLACK) -> Change:
    """Return the change of bars over such shares of the sides: left and right, above and below."""

    def change(picture: Picture) -> Picture:
        ground = PIL.Image.new("RGB", picture.size, colour)
        x, y = round(across * picture.width), round(down * picture.height)
        return _framed(picture, ground, (x, y, picture.width - x, picture.height - y))

    return change


def below(picture: Picture) -> Picture:
    """Return the picture with one black bar."""
    ground = PIL.Image.new("RGB", picture.size)
    return _framed(picture, ground, (0, 0, picture.width, round(0.92 * picture.height)))


def blurred(picture: Picture) -> Picture:
    """Return the picture with bars that are filled with itself, blurred."""
    x = round(0.12 * picture.width)
    ground = picture.filter(GaussianBlur(picture.width / 30))
    return _framed(picture, ground, (x, 0, picture.width - x, picture.height))


def _framed(picture: Picture, ground: Picture, box: tuple[int, int, int, int]) -> Picture:
    ground.paste(picture.crop(box), box[:2])
    return ground

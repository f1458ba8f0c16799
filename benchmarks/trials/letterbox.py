"""Photographs with bars, against those without, smaller ones, words and things on plain grounds."""

from collections.abc import Iterator

import PIL.Image
import PIL.ImageDraw
import PIL.ImageFont
from PIL.ImageFilter import GaussianBlur

from benchmarks.altered import Change, Picture, altered, jpeg, resized
from benchmarks.trial import Example, Trial
from benchmarks.trials.background import Studio, shot

Colour = tuple[int, int, int]

BLACK, WHITE, BROWN = (0, 0, 0), (255, 255, 255), (90, 60, 30)
WORDS = (
    "MENU", "Fresh bread", "OPENING SOON", "NOW HIRING\nCOOKS", "Thank you", "20 % off", "MINIMAL",
    "Good things\ntake time",
)  # fmt: skip
INKS = ((20, 20, 20), (245, 245, 245)), (WHITE, BLACK), ((240, 220, 90), (30, 60, 120))


def trials() -> Iterator[Trial]:
    """Yield thin to thick bars, other places and colours, then what the detector is blind to."""
    smaller = (each for factor in (0.75, 0.5) for each in altered(resized(factor)))
    good = (*altered(), *smaller, *shot(lambda _: Studio()), *posters())
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


def posters() -> Iterator[Example]:
    """Yield words in the middle of plain grounds, set in three sizes and colours."""
    for word in WORDS:
        for size, (ink, ground) in zip((50, 80, 110), INKS, strict=True):
            poster = PIL.Image.new("RGB", (1024, 1024), ground)
            font = PIL.ImageFont.load_default(size)
            pen = PIL.ImageDraw.Draw(poster)
            pen.multiline_text((512, 512), word, ink, font, "mm", align="center")
            yield Example(poster, word)


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

"""What the shipped policies are tried on: faults made from a portrait, and drawings."""

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

WHITE = (255, 255, 255)
Picture = Image.Image


def upside_down_face(portrait: Picture) -> Picture:
    """Return a person whose face hangs upside down."""
    face = (340, 20, 600, 330)
    turned = portrait.copy()
    turned.paste(portrait.crop(face).transpose(Image.Transpose.FLIP_TOP_BOTTOM), face[:2])
    return turned


def two_of_them(portrait: Picture) -> Picture:
    """Return the same person twice, side by side."""
    both = Image.new("RGB", (1536, 1024))
    for at in (0, 768):
        both.paste(portrait.crop((100, 0, 868, 1024)), (at, 0))
    return both


def crowd(portrait: Picture) -> Picture:
    """Return a picture full of detail, in which nothing has run into black."""
    one = portrait.resize((256, 256)).point(lambda level: max(level, 20))
    many = Image.new("RGB", (1024, 1024))
    for at in range(16):
        many.paste(one, (at % 4 * 256, at // 4 * 256))
    return many


def mug(ground=WHITE, *, share: float = 0.36, blur: float = 0) -> Picture:
    """Draw a mug whose body fills *share* of the width."""
    picture = Image.new("RGB", (1024, 1024), ground)
    draw = ImageDraw.Draw(picture)
    wide, high = int(1024 * share), int(1200 * share)
    left, top = (1024 - wide) // 2, (1024 - high) // 2
    draw.arc((left + wide // 2, top + high // 4, left + wide * 4 // 3, top + high * 3 // 4),
             -90, 90, (140, 46, 36), max(1, wide // 10))  # fmt: skip
    draw.rounded_rectangle((left, top, left + wide, top + high), wide // 8, (176, 58, 46))
    draw.ellipse((left, top - wide // 10, left + wide, top + wide // 10), (88, 29, 23))
    return picture.filter(ImageFilter.GaussianBlur(blur))


def pair(apart: int) -> Picture:
    """Draw two mugs side by side, their middles so many pixels apart."""
    one, half = mug(share=0.25), apart // 2
    return ImageChops.darker(ImageChops.offset(one, -half, 0), ImageChops.offset(one, half, 0))


def lettered(picture: Picture, text: str) -> Picture:
    """Return a picture of 1024 px with *text* across its middle."""
    written = picture.copy()
    pen = ImageDraw.Draw(written)
    pen.text((512, 512), text, WHITE, ImageFont.load_default(56), "mm",
             stroke_width=3, stroke_fill=(30, 30, 30))  # fmt: skip
    return written


def stock(picture: Picture) -> Picture:
    """Return a picture of 1024 px as stock agencies show it: their name aslant all over it."""
    sheet = Image.new("L", picture.size)
    pen = ImageDraw.Draw(sheet)
    for place in range(15):
        at = (place % 3 * 420 - 100, place // 3 * 220 + 60)
        pen.text(at, "shutterstock", 140, ImageFont.load_default(54))
    return Image.composite(Image.new("RGB", picture.size, "grey"), picture, sheet.rotate(30))


def landscape(seed: int, *, blur: float = 0) -> Picture:
    """Draw hills and trees in flat colours, with outlines."""
    random = np.random.default_rng(seed)
    picture = Image.new("RGB", (1024, 1024), (250, 244, 230))
    draw = ImageDraw.Draw(picture)
    for horizon in (500, 650, 800):
        hills = [(x, horizon + random.normal(0, 40)) for x in range(0, 1025, 128)]
        shape = [(0, 1024), *hills, (1024, 1024)]
        draw.polygon(shape, tuple(random.integers(60, 220, 3).tolist()), (30, 30, 30))
    for x, y in random.integers(0, 950, (12, 2)).tolist():
        colour = tuple(random.integers(60, 230, 3).tolist())
        draw.ellipse((x, y, x + 60, y + 60), colour, (30, 30, 30), 4)
    return picture.filter(ImageFilter.GaussianBlur(blur))


def figure(seed: int) -> Picture:
    """Draw a symmetric figure of a few colours in 32 x 32 pixels."""
    random = np.random.default_rng(seed)
    colours = random.integers(20, 240, (6, 3), dtype=np.uint8)
    cells = random.integers(0, 6, (8, 5))
    cells[random.random((8, 5)) < 0.25] = -1  # where the ground shows
    half = np.kron(cells, np.ones((3, 3), int))
    body = np.hstack([half[:, ::-1], half])
    pixels = np.full((32, 32, 3), (40, 44, 52), np.uint8)
    pixels[4:28, 1:31][body >= 0] = colours[body[body >= 0]]
    return Image.fromarray(pixels)


def sprite(colour: tuple[int, int, int]) -> Picture:
    """Draw a ghost with eyes in 32 x 32 pixels on nothing."""
    picture = Image.new("RGBA", (32, 32), (0, 0, 0, 0))
    draw = ImageDraw.Draw(picture)
    draw.ellipse((6, 3, 25, 22), (*colour, 255))
    for left in range(6, 24, 4):
        draw.polygon(((left, 13), (left + 3, 13), (left + 1, 29)), (*colour, 255))
    paler = tuple(max(0, each - 10) for each in colour)
    for left in (11, 18):
        draw.rectangle((left, 10, left + 2, 13), (*paler, 255))
    return picture

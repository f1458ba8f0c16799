"""Lettering that was drawn onto photographs: clean, misspelt, damaged, unasked for, as a watermark."""

import random
from collections.abc import Callable, Iterator

import numpy as np
import PIL.Image
import PIL.ImageChops
import PIL.ImageDraw
import PIL.ImageFont

from benchmarks.trial import Example, Half, Trial, photographs

Picture = PIL.Image.Image

DETECTOR = "detectors.lettering"
SIDE = 768  # px; smaller ones are enlarged, so that lettering of one size is as sharp on all
HAVE_LETTERING = ("lettering/", "clock", "coins", "astronaut", "rocket")
WORDS = (
    "COFFEE", "Garden", "WELCOME", "station", "Library", "MUSEUM", "Summer", "kitchen", "Happy",
    "THEATRE", "Flower", "BAKERY", "Mountain", "river", "Winter", "VINTAGE", "Chocolate", "school",
)  # fmt: skip
NAMES = (
    "STARBUCKS", "Kowalski", "Okafor", "Spotify", "Huawei", "Johansson", "Tumblr", "Zelensky",
    "UNIQLO", "Papadopoulos", "Bianchi", "KUBERNETES",
)  # fmt: skip
STOCK = ("shutterstock", "gettyimages", "alamy", "dreamstime", "iStock", "depositphotos", "123RF")


def trials(half: Half = "reported") -> Iterator[Trial]:
    """Give every trial of the lettering, on the photographs of one *half*."""
    asked, wrong, torn = (_each(half, draw, WORDS) for draw in (_written, _wrong, _damaged))
    clean, damaged = _unasked(asked), _unasked(torn)
    named = _unasked(_each(half, _written, NAMES))
    jumbled = _unasked(_each(half, _jumbled, WORDS))
    bare = _unasked(_each(half, lambda picture, _, __: picture, WORDS))
    marked = _unasked(_each(half, _watermarked, STOCK))
    stop = _each(half, lambda picture, _, chance: _written(picture, "STOP", chance), WORDS)
    stopped = _each(half, _marked_stop, STOCK)
    yield _trial("match", "two letters of the word are wrong", asked, wrong)
    yield _trial("garbled", "damaged letters against words and names", (*clean, *named), damaged)
    yield _trial("garbled", "jumbled words against words and names", (*clean, *named), jumbled)
    yield _trial("unknown", "jumbled words against words", clean, jumbled)
    yield _trial("unknown", "jumbled words against names", named, jumbled)
    yield _trial("unwanted", "a word against no lettering", bare, clean)
    yield _trial("watermark", "a stock watermark, one or tiled", (*clean, *bare), marked)
    yield _trial(
        "watermark", 'the same beside a "STOP" that is asked for', _stop(stop), _stop(stopped)
    )


def _trial(output: str, fault: str, good: tuple[Example, ...], bad: tuple[Example, ...]) -> Trial:
    worse = "low" if output == "match" else "high"
    return Trial(DETECTOR, output, fault, good, bad, worse, data="drawn onto photographs")


def _each(
    half: Half, draw: Callable[[Picture, str, random.Random], Picture], words: tuple[str, ...]
) -> tuple[Example, ...]:
    examples = []
    for number, (name, photograph) in enumerate(_plain(half)):
        chance, word = _chance(name), words[number % len(words)]
        picture = draw(_sized(photograph), word, chance)
        examples.append(Example(picture, name, f'a photograph with the word "{word}"'))
    return tuple(examples)


def _unasked(examples: tuple[Example, ...]) -> tuple[Example, ...]:
    return tuple(Example(each.picture, each.origin, "a photograph") for each in examples)


def _stop(examples: tuple[Example, ...]) -> tuple[Example, ...]:
    prompt = 'a photograph with a sign that says "STOP"'
    return tuple(Example(each.picture, each.origin, prompt) for each in examples)


def _plain(half: Half) -> Iterator[tuple[str, Picture]]:
    for name, picture in photographs(half).items():
        if not name.startswith(HAVE_LETTERING):
            yield name, picture


def _sized(picture: Picture) -> Picture:
    factor = SIDE / max(picture.size)
    width, height = (max(1, round(side * factor)) for side in picture.size)
    return picture.resize((width, height), PIL.Image.Resampling.BICUBIC)


def _written(picture: Picture, text: str, chance: random.Random) -> Picture:
    layer, place = _layer(picture, text, chance)
    return _laid(picture, layer, place)


def _damaged(picture: Picture, text: str, chance: random.Random) -> Picture:
    layer, place = _layer(picture, text, chance)
    return _laid(picture, _broken(layer, chance), place)


def _wrong(picture: Picture, text: str, chance: random.Random) -> Picture:
    places = chance.sample(range(1, len(text)), 2)
    alphabet = "BDGKMPRTVXZ" if text.isupper() else "bdgkmprtvxz"
    letters = [
        chance.choice([other for other in alphabet if other != letter.lower()])
        if place in places
        else letter
        for place, letter in enumerate(text)
    ]
    return _written(picture, "".join(letters), _chance(text))


def _jumbled(picture: Picture, text: str, chance: random.Random) -> Picture:
    letters = list(text)
    while "".join(letters) == text:
        chance.shuffle(letters)
    return _written(picture, "".join(letters), chance)


def _watermarked(picture: Picture, name: str, chance: random.Random) -> Picture:
    size = chance.choice((24, 36, 54))
    font = PIL.ImageFont.load_default(size)
    width, height = (round(side * 1.5) for side in picture.size)
    sheet = PIL.Image.new("L", (width, height))
    pen, strength = PIL.ImageDraw.Draw(sheet), chance.randrange(80, 140)
    if _heads(chance):
        for y in range(0, height, 5 * size):
            for x in range(0, width, 12 * size):
                pen.text((x, y), name, fill=strength, font=font)
        sheet = sheet.rotate(chance.choice((20, 30, 45)))
    else:
        fits = min(size, 2 * min(picture.size) // len(name) * 3 // 4)
        middle, font = (width // 2, height // 2), PIL.ImageFont.load_default(fits)
        pen.text(middle, name, fill=strength, font=font, anchor="mm")
    left, top = (width - picture.width) // 2, (height - picture.height) // 2
    mask = sheet.crop((left, top, left + picture.width, top + picture.height))
    # As stock agencies do: light with a faint shadow, to be seen on any ground.
    shadow = PIL.ImageChops.offset(mask, 1, 1).point(lambda strength: strength // 2)
    shaded = PIL.Image.composite(PIL.Image.new("RGB", picture.size), picture, shadow)
    return PIL.Image.composite(PIL.Image.new("RGB", picture.size, "white"), shaded, mask)


def _marked_stop(picture: Picture, name: str, chance: random.Random) -> Picture:
    return _watermarked(_written(picture, "STOP", chance), name, chance)


def _layer(picture: Picture, text: str, chance: random.Random) -> tuple[Picture, tuple[int, int]]:
    """Return *text* on nothing, white with a dark rim or the reverse, and where to lay it."""
    size = chance.randrange(28, 80)
    font = PIL.ImageFont.load_default(size)
    left, top, right, bottom = (round(end) for end in font.getbbox(text))
    layer = PIL.Image.new("RGBA", (right - left + size, bottom - top + size))
    inks = ("white", "black") if _heads(chance) else ("black", "white")
    PIL.ImageDraw.Draw(layer).text(
        (size // 2 - left, size // 2 - top), text, inks[0], font,
        stroke_width=max(1, size // 20), stroke_fill=inks[1],
    )  # fmt: skip
    layer.thumbnail(picture.size)
    room = [whole - part for whole, part in zip(picture.size, layer.size, strict=True)]
    return layer, (chance.randrange(room[0] + 1), chance.randrange(room[1] + 1))


def _broken(layer: Picture, chance: random.Random) -> Picture:
    """Return *layer* as generators garble: pieces of letters turned over, and shifted in waves."""
    pixels = np.array(layer)
    height, width = pixels.shape[:2]
    step = max(4, height // 3)
    for left in range(0, width - step, step):
        if _heads(chance) or _heads(chance):
            piece = pixels[:, left : left + step]
            turned = piece[::-1] if _heads(chance) else piece[:, ::-1]
            pixels[:, left : left + step] = turned.copy()
    waves = np.sin(np.arange(width) / height * 5 + chance.random() * 6) * height / 12
    for column, shift in enumerate(waves.round().astype(int)):
        pixels[:, column] = np.roll(pixels[:, column], shift, axis=0)
    return PIL.Image.fromarray(pixels)


def _laid(picture: Picture, layer: Picture, place: tuple[int, int]) -> Picture:
    laid = picture.convert("RGBA")
    laid.alpha_composite(layer, place)
    return laid.convert("RGB")


def _chance(name: str) -> random.Random:
    return random.Random(name)  # noqa: S311 - it draws pictures


def _heads(chance: random.Random) -> bool:
    return chance.choice((True, False))

"""Knows watermarks: by the agency or the owner that they name, or by being all over a picture."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from selector.backbones.ocr import Line
from selector.signs.spelled import found_in, letters

LONG_NAMES = (  # no other words hold them, so that they are known across spaces and cut off
    "shutterstock", "getty images", "dreamstime", "depositphotos", "adobe stock",
    "can stock photo", "all rights reserved",
)  # fmt: skip
SHORT_NAMES = (  # "calamity" and "big stock" are none of them
    "alamy", "istock", "123rf", "freepik", "bigstock", "fotolia", "vecteezy", "pngtree",
    "rawpixel", "stocksy", "pixta", "envato", "pond5",
)  # fmt: skip
CHINESE_NAMES = ("视觉中国", "图虫", "千图网", "包图网", "昵图网", "摄图网", "千库网")
MISREAD = 8  # letters of a long name may hold one edit
MOST_OF = 0.75  # of a long name that is cut off; "shutters" and "deposit" are words
REPEATED = 3  # times the same line,
SHORTEST = 4  # letters long,
SPREAD = 1 / 3  # of both sides of the picture, and
LIKE = 1.5  # large over small: a tiling. Goods in a row show their brand as often
_OWNER = re.compile(
    r"©|\bwww\.|https?:|\w\.(?:com|net|org|cn|co\.uk)\b|^@\w{3}"
    r"|^\W*copyright\W*$|\bcopyright(?:\W+(?:\(c\)|by\b)|\b.*\d{4})",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]+")


def is_mark(text: str) -> bool:
    """Return whether *text* names a stock agency, an owner of rights, or an address."""
    return (
        bool(_OWNER.search(text))
        or any(name in text for name in CHINESE_NAMES)
        or any(_is_short_name(word) for word in _WORD.findall(text.casefold()))
        or any(_holds(text, name) for name in LONG_NAMES)
    )


def tiled(lines: Sequence[Line], size: tuple[int, int]) -> list[Line]:
    """Return the lines that say the same, as large, all over a picture of *size*, (W, H) in px."""
    alike: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        alike[letters(line.text)].append(line)
    return [
        line
        for text, those in alike.items()
        if len(text) >= SHORTEST and len(those) >= REPEATED and _is_tiling(those, size)
        for line in those
    ]


def _is_short_name(word: str) -> bool:
    """Return whether *word* is a short name, also several times without the spaces between."""
    return any(word.replace(name, "") == "" for name in SHORT_NAMES)


def _holds(text: str, name: str) -> bool:
    """Return whether *text* holds *name*, in one word with an edit in eight letters, or is most."""
    said, wanted = letters(text), letters(name)
    if len(said) < len(wanted):
        return len(said) >= MOST_OF * len(wanted) and said in wanted
    return wanted in said or any(_is_misread(word, wanted) for word in _WORD.findall(text))


def _is_misread(word: str, name: str) -> bool:
    edits = len(name) // MISREAD
    return len(word) >= len(name) - edits and found_in(word, name) >= 1 - edits / len(name)


def _is_tiling(lines: Sequence[Line], size: tuple[int, int]) -> bool:
    heights = [line.sides[1] for line in lines]
    middles = [
        [sum(axis) / len(axis) for axis in zip(*line.polygon, strict=True)] for line in lines
    ]
    spans = [max(axis) - min(axis) for axis in zip(*middles, strict=True)]
    is_spread = all(span >= SPREAD * side for span, side in zip(spans, size, strict=True))
    return is_spread and max(heights) <= LIKE * min(heights)

"""Knows the marks of stock agencies and owners by what they say."""

from __future__ import annotations

import re

from selector.signs.spelled import found_in, letters, likeness

MISREAD = 8  # letters of a name may hold one edit; "stock" is an edit away from "iStock"
MOST_OF = 0.75  # of a name that is cut off; "shutters" and "deposit" are words
AGENCIES = (
    "shutterstock", "getty images", "alamy", "istock", "dreamstime", "depositphotos", "123rf",
    "adobe stock", "freepik", "bigstock", "can stock photo", "fotolia", "vecteezy", "pngtree",
    "rawpixel", "stocksy", "pixta", "envato", "pond5", "all rights reserved", "copyright",
    "视觉中国", "图虫", "千图网", "包图网", "昵图网", "摄图网", "千库网",
)  # fmt: skip
_OWNER = re.compile(r"©|\bwww\.|https?:|\w\.(?:com|net|org|cn|co\.uk)\b|^@\w{3}", re.IGNORECASE)


def is_mark(text: str) -> bool:
    """Return whether *text* names a stock agency, an owner of rights, or an address."""
    return bool(_OWNER.search(text)) or any(_names(text, name) for name in AGENCIES)


def _names(text: str, name: str) -> bool:
    """Return whether *text* holds *name*, with an edit in eight letters, or is most of it."""
    size = len(letters(name))
    if len(letters(text)) < size:
        return len(letters(text)) >= MOST_OF * size and likeness(text, name) == 1
    return found_in(text, name) >= 1 - (size // MISREAD) / size

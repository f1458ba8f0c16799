"""Foreign text made harmless to read: names, notes, prompts that others wrote."""

from __future__ import annotations

import re
import unicodedata

NAME = 80  # characters of a name inside a sentence
NOTE = 600

JOINERS = "\u200c\u200d"  # Persian, Indian scripts and emoji need them
EMOJI_STYLE, KEYCAP = "\ufe0f", "\u20e3"
# Letters and marks that show nothing, so that two names which differ only in them look the same.
UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2028\u2029\u2800\u3164\uffa0")
DIRECTIONS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
JOINING = frozenset(  # scripts in which a joiner changes how a word is written
    (
        "ARABIC", "SYRIAC", "NKO", "MONGOLIAN", "DEVANAGARI", "BENGALI", "GURMUKHI", "GUJARATI",
        "ORIYA", "TAMIL", "TELUGU", "KANNADA", "MALAYALAM", "SINHALA", "MYANMAR", "KHMER", "TIBETAN",
    )
)  # fmt: skip
_PASSWORD = re.compile(r"(://[^/@:\s]*):[^/\s]*@")
# What signs an address for a while, as object stores do, or opens it otherwise.
_SECRET = re.compile(
    r"([?&](?:x-(?:amz|goog)-[\w-]+|sig|expires|[\w-]*(?:password|signature|token|secret|key)[\w-]*)=)"
    r"[^&\s]*",
    re.IGNORECASE,
)
VIRAMA = 9  # the combining class of signs that end an Indian syllable; a joiner may come last there


def visible(text: str) -> str:
    """Return a name with all that can't be seen in it written out: it can't pose as another."""
    around = f" {text} "
    return "".join(
        char if _is_seen(char, before, after) else _escaped(char)
        for before, char, after in zip(around, text, around[2:], strict=False)
    )


def without_password(address: str) -> str:
    """Return a path as it is, and an address without the password or signature that it may hold."""
    if "://" not in address:
        return address
    return _SECRET.sub(r"\1***", _PASSWORD.sub(r"\1:***@", address))


def printable(text: str) -> str:
    """Return running text, lines and scripts of every direction kept.

    Control characters are written out, and what would turn the text around it.
    """
    return "".join(char if _is_printable(char) else _escaped(char) for char in text)


def noted(text: str) -> str:
    """Return a foreign note for use inside a sentence: printable, not too long, kept apart."""
    return apart(shortened(printable(text).strip(), NOTE))


def isolated(text: str, longest: int = NAME) -> str:
    """Return a foreign name for use inside a sentence: visible, short, of its own direction."""
    return f"\u2068{shortened(visible(text), longest)}\u2069"


def named(text: str, longest: int = NAME) -> str:
    """Return a foreign name for use inside a line of a terminal: visible and short."""
    return shortened(visible(text), longest)


def apart(text: str) -> str:
    """Return *text* with a direction of its own, if it holds what may have another."""
    return text if text.isascii() else f"\u2068{text}\u2069"


def shortened(text: str, longest: int) -> str:
    """Return *text* without its middle if it is too long: its end tells it from its neighbours."""
    if len(text) <= longest:
        return text
    tail = longest // 2
    return f"{text[: longest - 1 - tail]}…{text[len(text) - tail :]}"


def _is_printable(char: str) -> bool:
    return char in "\n\t" or not (unicodedata.category(char) in {"Cc", "Cs"} or char in DIRECTIONS)


def _is_seen(char: str, before: str, after: str) -> bool:
    if char in JOINERS:
        return _joins(before, after)
    if unicodedata.name(char, "").startswith("VARIATION SELECTOR"):
        return after == KEYCAP or unicodedata.category(before) in {"So", "Sm", "Lo"}
    return unicodedata.category(char)[0] != "C" and char not in UNSEEN


def _joins(before: str, after: str) -> bool:
    """Return whether a joiner between these two shows: in emoji, and in scripts that need it."""
    if _script(before) in JOINING:
        return _script(after) in JOINING or unicodedata.combining(before) == VIRAMA
    left, right = unicodedata.category(before), unicodedata.category(after)
    return (left in {"So", "Sk"} or before == EMOJI_STYLE) and right == "So"


def _script(char: str) -> str:
    return unicodedata.name(char, "").partition(" ")[0]


def _escaped(char: str) -> str:
    return char.encode("unicode_escape").decode()

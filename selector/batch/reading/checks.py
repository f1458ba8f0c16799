"""What an input says, checked value by value; each problem is told, and reading goes on."""

from __future__ import annotations

import base64
import datetime as dt
import math
from array import array
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from pydantic import JsonValue

from selector.engine.given import MAX_DEPTH, finite
from selector.foreign import NAME, shortened, visible

LONGEST = 500  # characters of an id; more is no name, and no column or file takes it

Wrong = Callable[[str], None]


class Seen:
    """Which ids there were, in eight bytes each; what looks double is to be looked at again."""

    def __init__(self) -> None:
        self._marks = array("q")

    def __len__(self) -> int:
        return len(self._marks)

    def add(self, name: str) -> None:
        """Take in an id."""
        self._marks.append(hash(name))

    def twice(self) -> frozenset[int]:
        """Return the hashes that came more than once: of doubles, and of very few others."""
        marks = np.sort(np.frombuffer(self._marks, dtype=np.int64))
        return frozenset(marks[1:][marks[1:] == marks[:-1]].tolist())


def identifier(value: Any, what: str, wrong: Wrong) -> str:
    """Return an id as text; "" if it is none, which is told."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        wrong(f"{what}: expected text or a whole number (got {got(value)}). Correct it.")
        return ""
    name = str(value)
    if not name.strip():
        wrong(f"{what}: it is empty (got {value!r}). Fill it in.")
    elif not is_unicode(name):
        wrong(f"{what}: not valid Unicode (got a lone surrogate). Clean it.")
    elif len(name) > LONGEST:
        wrong(
            f"{what}: too long (got {len(name):,} characters, the most is {LONGEST}). Shorten it."
        )
    else:
        return name
    return ""


def text(value: Any, what: str, wrong: Wrong) -> str:
    """Return a text; "" where nothing is given, or something else, which is told."""
    if value is None:
        return ""
    if not isinstance(value, str):
        wrong(f"{what}: expected text (got {got(value)}). Correct it.")
        return ""
    if not is_unicode(value):
        wrong(f"{what}: not valid Unicode (got a lone surrogate). Clean it.")
        return ""
    return value


def expected(cells: Mapping[str, Any], wrong: Wrong) -> dict[str, float]:
    """Return what a row expects, by name, from `expect` and the columns `expect.NAME`."""
    nested = cells.get("expect")
    if nested is not None and not isinstance(nested, Mapping):
        wrong(f"expect: expected names and numbers (got {got(nested)}). Correct it.")
        nested = None
    given = {f"expect.{name}": value for name, value in (nested or {}).items()}
    given |= {name: value for name, value in cells.items() if name.startswith("expect.")}
    found = {}
    for name, value in given.items():
        if value is None:
            continue
        number = finite(value)
        if number is None or not is_unicode(name):
            wrong(f"{visible(name)}: expected a finite number (got {got(value)}). Correct it.")
        else:
            found[name.removeprefix("expect.")] = number
    return found


def named(column: str) -> str:
    """Return the name of a column.

    Raises:
        ValueError: It is not valid Unicode.
    """
    return _unicode(column)


def plain(value: Any, depth: int = MAX_DEPTH) -> JsonValue:  # noqa: PLR0911 - one for each sort
    """Return what a column holds as JSON: what JSON can't hold becomes text, no number nothing.

    Raises:
        ValueError: It nests too deep, or holds what is not valid Unicode.
    """
    if depth == 0:
        raise ValueError(f"more than {MAX_DEPTH} levels")
    match value:
        case None | bool() | int():
            return value
        case str():
            return _unicode(value)
        case float():
            return value if math.isfinite(value) else None if math.isnan(value) else str(value)
        case bytes():
            return base64.b64encode(value).decode()
        case dt.date() | dt.time():
            return value.isoformat()
        case Mapping():
            return {_unicode(str(name)): plain(one, depth - 1) for name, one in value.items()}
        case list() | tuple():
            return [plain(one, depth - 1) for one in value]
    return _unicode(str(value))


def is_unicode(said: str) -> bool:
    """Return whether a text can be stored anywhere."""
    if said.isascii():
        return True
    try:
        said.encode()
    except UnicodeEncodeError:
        return False
    return True


def got(value: Any) -> str:
    """Return a value in a few words."""
    if value is None:
        return "nothing"
    if isinstance(value, str):
        return shortened(visible(repr(value[:LONGEST])), NAME)
    return repr(value) if isinstance(value, float) else type(value).__name__


def _unicode(said: str) -> str:
    if not is_unicode(said):
        raise ValueError("a lone surrogate, which is not valid Unicode")
    return said

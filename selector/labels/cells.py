"""What stands in one cell of a table: names, moments, steps, words for good and for better."""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType

from selector.foreign import shortened, visible
from selector.labels.label import Preference

Cell = object  # text in CSV; whatever JSON and Parquet hold elsewhere

DAY = 8  # digits of a day without hyphens
LONGEST = 60  # characters of a cell that is quoted

_GOOD = frozenset(
    (
        "accept", "accepted", "acceptable", "good", "ok", "okay", "pass", "passed", "yes", "y",
        "true", "t", "approve", "approved", "keep", "thumbsup", "👍",
    )
)  # fmt: skip
_BAD = frozenset(
    (
        "reject", "rejected", "unacceptable", "bad", "fail", "failed", "no", "n", "false", "f",
        "disapprove", "disapproved", "drop", "thumbsdown", "notacceptable", "notok", "notgood", "👎",
    )
)  # fmt: skip
_PRESENT = frozenset(("yes", "y", "true", "t", "present", "1", "1.0"))
_ABSENT = frozenset(("no", "n", "false", "f", "absent", "0", "0.0"))
_WORDS: Mapping[Preference, tuple[str, ...]] = MappingProxyType(
    {
        "left": ("left", "l", "a", "1", "first", "modela", "imagea", "optiona", "a>b"),
        "right": ("right", "r", "b", "2", "second", "modelb", "imageb", "optionb", "b>a", "a<b"),
        "tie": ("tie", "tied", "equal", "same", "draw", "nopreference", "bothgood", "a=b",
                "a=b=good", "0.5"),
        "both_bad": ("bothbad", "bothpoor", "neither", "a=b=bad"),
    }
)  # fmt: skip
_PREFERENCES = {word: said for said, words in _WORDS.items() for word in words}
_TAILS = ("vote", "isbetter", "better", "wins", "(tie)")


class MisreadError(ValueError):
    """A cell that is not what its column is to hold; its text says so."""


def name(cell: Cell, what: str) -> str:
    """Return an id that must be there.

    Raises:
        MisreadError: It is empty, or no id.
    """
    found = text(cell)
    if not found:
        raise MisreadError(f"no {what} (got {quoted(cell)})")
    return found


def text(cell: Cell) -> str:
    """Return a cell as text without the space around it; "" where nothing is said.

    Raises:
        MisreadError: It is a list, or a mapping.
    """
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):  # as tables write nothing
        return ""
    if isinstance(cell, str | int | float):
        return sys.intern(str(cell).strip())  # a million labels are of few names
    if isinstance(cell, datetime):
        return cell.isoformat()
    raise MisreadError(f"expected one name (got {quoted(cell)})")


def is_empty(cell: Cell) -> bool:
    """Return whether a cell says nothing."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def number(cell: Cell) -> float | None:
    """Return a cell as a finite number; None if it is none, "nan" and "inf" too."""
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        return None
    if isinstance(cell, str) and "_" in cell:  # which Python takes for a separator
        return None
    try:
        found = float(cell)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def step(cell: Cell, low: float, high: float) -> float:
    """Return a step of a scale.

    Raises:
        MisreadError: It is no number, or beyond the ends.
    """
    found = number(cell)
    if found is None or not low <= found <= high:
        raise MisreadError(f"expected a step from {low:g} to {high:g} (got {quoted(cell)})")
    return found


def seconds(cell: Cell) -> float | None:
    """Return how long something took; None where nothing is said.

    Raises:
        MisreadError: It is no duration.
    """
    if is_empty(cell):
        return None
    found = number(cell)
    if found is None or found < 0:
        raise MisreadError(f"expected seconds (got {quoted(cell)})")
    return found


def moment(cell: Cell) -> str:
    """Return a moment in UTC, ISO 8601; "" where nothing is said.

    Raises:
        MisreadError: It is none.
    """
    if is_empty(cell):
        return ""
    if not isinstance(cell, datetime) and len(text(cell)) > DAY and text(cell).isdigit():
        # seconds or milliseconds since 1970, of which Python takes some for days
        raise MisreadError(f"expected a moment in ISO 8601 (got {quoted(cell)})")
    try:
        at = cell if isinstance(cell, datetime) else datetime.fromisoformat(text(cell))
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
    except (ValueError, OverflowError):
        raise MisreadError(f"expected a moment in ISO 8601 (got {quoted(cell)})") from None


def verdict(cell: Cell) -> bool | None:
    """Return whether a word says good; None if it is no such word."""
    return _either(cell, _GOOD, _BAD)


def flag(cell: Cell) -> bool:
    """Return whether a fault is there.

    Raises:
        MisreadError: It is not said.
    """
    found = _either(cell, _PRESENT, _ABSENT)
    if found is None:
        raise MisreadError(f"expected yes or no (got {quoted(cell)})")
    return found


def preference(cell: Cell, left: str, right: str) -> Preference:
    """Return which of two is better: a word, or the id of one of them.

    Raises:
        MisreadError: It is neither.
    """
    said = text(cell)
    if left != right and said in {left, right}:
        return "left" if said == left else "right"
    word = re.sub(r"[\s_\-\[\]]+", "", said.lower())
    for tail in _TAILS:
        word = word.removesuffix(tail) or word
    if word not in _PREFERENCES:
        raise MisreadError(f"expected left, right, tie or both bad (got {quoted(cell)})")
    return _PREFERENCES[word]


def order(cell: Cell) -> tuple[str, ...]:
    """Return several candidates, the best first, of "a>b>c" or a list.

    Raises:
        MisreadError: There are fewer than two, or one is named twice.
    """
    parts = cell if isinstance(cell, list | tuple) else text(cell).split(">")
    found = tuple(name(one, "candidate") for one in parts)
    if len(found) < 2 or len(set(found)) < len(found):  # noqa: PLR2004 - one is no ranking
        raise MisreadError(
            f"expected several candidates, each once, as in a>b>c (got {quoted(cell)})"
        )
    return found


def quoted(cell: Cell) -> str:
    """Return a cell as an error quotes it."""
    return repr(shortened(visible(str(cell)), LONGEST)) if cell is not None else "nothing"


def _either(cell: Cell, true: frozenset[str], false: frozenset[str]) -> bool | None:
    if isinstance(cell, bool):
        return cell
    if not isinstance(cell, str | int | float):
        return None
    word = re.sub(r"[\s_-]+", "", str(cell).lower())
    return True if word in true else False if word in false else None

"""Compares what was to be written with what was read, whichever way it was broken into lines."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from selector.backbones.ocr import Line

Counts: TypeAlias = npt.NDArray[np.int64]
Flags: TypeAlias = npt.NDArray[np.bool_]

LONGEST = 200  # letters of one text that are compared
MOST = 2000  # letters of one picture
ACCENTS = range(0x300, 0x370)
ALIKE = str.maketrans("0il", "o11")  # no more than the shape tells in most typefaces


def letters(text: str) -> str:
    """Return *text* as it is compared: letters and digits only, of one case and width.

    Accents are dropped, which capitals often go without, and what looks alike is one: 0 and O, 1
    and l and I.
    """
    apart = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(char for char in apart if ord(char) not in ACCENTS)
    joined = unicodedata.normalize("NFKC", plain)
    return "".join(char for char in joined if char.isalnum()).translate(ALIKE)


def is_ideographic(text: str) -> bool:
    """Return whether *text* holds Chinese, Japanese or Korean, written without spaces."""
    return any("\u3040" <= char <= "\u9fff" or "\uac00" <= char <= "\ud7af" for char in text)


def readability(text: str, lines: Sequence[Line]) -> tuple[float, str]:
    """Return how well *text* can be read among *lines*, in [0, 1], and what is read in its place.

    1 − edits / letters, for the best run of neighbouring words in any order of reading, regardless
    of case, spaces, punctuation, accents, and of where the lines break.
    """
    found = [_best_run(letters(text)[:LONGEST], order) for order in _orders(lines)]
    return max(found, key=lambda each: each[0])


def found_in(read: str, text: str) -> float:
    """Return how well *text* is found anywhere in *read*, inside of words too, in [0, 1]."""
    wanted, there = letters(text)[:LONGEST], letters(read)[:MOST]
    edits, _ = _edits(wanted, there, np.ones(len(there) + 1, np.bool_))
    return 1 - float(edits.min()) / len(wanted) if wanted else 0.0


def _orders(lines: Sequence[Line]) -> list[list[Line]]:
    """Return *lines* in the orders in which they may be meant to be read.

    Row by row; column by column from the left, as on posters side by side; and from the right,
    as Chinese and Japanese are written downwards.
    """
    columns = _ordered(lines, across=0)
    return [
        [line for row in _ordered(lines, across=1) for line in row],
        [line for column in columns for line in column],
        [line for column in columns[::-1] for line in column],
    ]


def _ordered(lines: Sequence[Line], *, across: int) -> list[list[Line]]:
    """Return rows (*across* 1) or columns (0) of lines, in order, and each one's lines in order."""
    groups: list[list[Line]] = []
    for line in sorted(lines, key=lambda each: _middle(each, across)):
        begins = min(point[across] for point in line.polygon)
        if groups and begins < _middle(groups[-1][-1], across):
            groups[-1].append(line)
        else:
            groups.append([line])
    return [sorted(group, key=lambda each: _middle(each, 1 - across)) for group in groups]


def _middle(line: Line, axis: int) -> float:
    ends = [point[axis] for point in line.polygon]
    return (min(ends) + max(ends)) / 2


def _best_run(text: str, lines: Sequence[Line]) -> tuple[float, str]:
    pieces = [piece for line in lines for piece in _pieces(line.text)]
    read = "".join(letters(piece) for piece in pieces)[:MOST]
    ends = np.cumsum([0, *(len(letters(piece)) for piece in pieces)])
    bounds = np.isin(np.arange(len(read) + 1), ends)
    edits, begins = _edits(text, read, bounds)
    end = int(np.where(bounds, edits, len(text)).argmin())
    first, last = np.searchsorted(ends, (begins[end], end))
    run = pieces[first:last]
    shown = ("" if is_ideographic("".join(run)) else " ").join(run)
    return max(0.0, 1 - float(edits[end]) / max(1, len(text))), shown


def _pieces(text: str) -> list[str]:
    """Return what may be read on its own: the words, and each sign of a script without spaces."""
    words = [word for word in text.split() if letters(word)]
    signs = [list(word) if is_ideographic(word) else [word] for word in words]
    return [piece for word in signs for piece in word if letters(piece)]


def _edits(text: str, read: str, starts: Flags) -> tuple[Counts, Counts]:
    """Return the edits by which *text* becomes the part of *read* that ends at each place.

    P. H. Sellers, "The theory and computation of evolutionary distances", 1980.

    Args:
        text: All of it counts.
        read: Any part of it may be compared.
        starts: Shape (len(read) + 1,), where such a part may begin.

    Returns:
        Shapes (len(read) + 1,): the fewest edits, and where the shortest such part begins.
    """
    size = len(read) + 1
    characters = np.array(list(read), "U1")
    # One number holds both: edits · size + letters from the beginning to the end of *read*.
    row = np.where(starts, size - 1 - np.arange(size), (len(text) + 1) * size)
    row = _extended(row, size)
    for letter in text:
        longer = row + size
        longer[1:] = np.minimum(longer[1:], row[:-1] + size * (characters != letter))
        row = _extended(longer, size)
    return row // size, size - 1 - row % size


def _extended(row: Counts, size: int) -> Counts:
    """Return *row* where each part may go on over the next letters, at one edit each."""
    along = np.arange(len(row)) * size
    extended: Counts = np.minimum.accumulate(row - along) + along
    return extended

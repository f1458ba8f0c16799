"""Labels out of files: every format, every problem told at once, nothing accepted by accident."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from selector.errors import CalibrationError
from selector.labels import rows, sources, studio
from selector.labels.cells import MisreadError, quoted
from selector.labels.columns import Columns
from selector.labels.label import Flag, Label, Rating, Verdict
from selector.labels.plain import kind_of, label_from_plain
from selector.labels.settled import settled

PathLike = str | os.PathLike[str]

TOLD = 20  # problems that are told; of the others how many there are


@dataclass(frozen=True, slots=True)
class Read:
    """What files say.

    Attributes:
        labels: In the order of the files, each rater saying one thing of each candidate.
        left_out: What does not count, and how often, in sentences.
        notes: What to know of the rest.
    """

    labels: tuple[Label, ...]
    left_out: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def read(path: PathLike, columns: Columns = Columns()) -> Read:  # noqa: B008 - it is frozen
    """Return the labels of a file: CSV, JSON lines, Parquet, or an export of Label Studio.

    Args:
        path: The file; its ending says which format it is of.
        columns: What its columns are called, where that is not usual.

    Raises:
        CalibrationError: It can't be read, or anything in it is not understood: all such lines
            are told at once.
    """
    return read_all([path], columns)


def read_all(paths: Sequence[PathLike], columns: Columns = Columns()) -> Read:  # noqa: B008
    """Return the labels of several files as if they were one; see `read`.

    Raises:
        CalibrationError: As `read`; or there are no labels at all.
    """
    problems: list[str] = []
    found: list[Label] = []
    empty = 0
    for path in map(Path, paths):
        kinds: dict[str, tuple[type, str]] = {}
        for line, one in _parsed(path, columns):
            said = one if isinstance(one, str) else _mixed(one, kinds)
            if said:
                problems.append(f"{path}:{line}: {said}.")
            elif isinstance(one, Label):
                found.append(one)
            else:
                empty += 1
    if problems:
        rest = len(problems) - TOLD
        more = [f"… and {rest:,} more."] if rest > 0 else []
        raise CalibrationError("\n".join([*problems[:TOLD], *more]))
    if not found:
        named = ", ".join(map(str, paths))
        raise CalibrationError(f"{named}: there are no labels in it (got no row that says any).")
    kept, left_out = settled(found)
    if empty:
        left_out = (f"{empty:,} rows in which nobody says anything.", *left_out)
    return Read(kept, left_out, tuple(_notes(kept, columns)))


def _parsed(path: Path, columns: Columns) -> Iterator[tuple[int, Label | str | None]]:
    """Give each label with its line, or what is wrong; None for a row that says nothing."""
    source = sources.opened(path)
    if source.tasks:
        yield from studio.labels(source.tasks, columns)
        return
    if not source.header:  # not one line of it is a row
        yield from ((line, row) for line, row in source.rows if isinstance(row, str))
        return
    if {"said", "request"} <= set(source.header):
        yield from _own(source.rows)
        return
    read_row = rows.reader(columns, source.header, str(path))
    blank = dict.fromkeys(source.header)
    for line, row in source.rows:
        if isinstance(row, str):
            yield line, row
            continue
        try:
            made = list(read_row(row if len(row) == len(blank) else {**blank, **row}))
        except MisreadError as error:
            yield line, str(error)
            continue
        yield from ((line, one) for one in made)
        if not made:
            yield line, None


def _own(lines: Iterable[tuple[int, sources.Row | str]]) -> Iterator[tuple[int, Label | str]]:
    """Give the labels of a file that `selector.labels.written` wrote."""
    for line, row in lines:
        if isinstance(row, str):
            yield line, row
            continue
        try:
            yield line, label_from_plain(row)
        except ValueError as error:
            yield line, str(error)


def _mixed(label: Label | None, kinds: dict[str, tuple[type, str]]) -> str:
    """Return what is wrong where an aspect is judged in two ways that can't be compared."""
    if label is None or not isinstance(label.said, Verdict | Rating | Flag):
        return ""
    ends = (
        f" from {label.said.low:g} to {label.said.high:g}" if isinstance(label.said, Rating) else ""
    )
    mine = (type(label.said), ends)
    first = kinds.setdefault(label.aspect, mine)
    if first == mine:
        return ""
    return (
        f"a {kind_of(label.said)}{ends} of {quoted(label.aspect)}, which was given as a "
        f"{first[0].__name__.lower()}{first[1]} before (got both)"
    )


def _notes(labels: Sequence[Label], columns: Columns) -> Iterator[str]:
    if columns.split or any(one.rater.startswith("#") for one in labels):
        yield (
            "Raters are numbered by position (rater#1, #2 …): these are places in a row, not known "
            "people, so how good each is can't be told, and a row that stands twice counts as two."
        )

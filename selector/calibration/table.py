"""A table of scores, one row a candidate, joined with what people said of the candidates."""

from __future__ import annotations

import math
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from selector.calibration.sample import Sample
from selector.calibration.worth import Worths, worths
from selector.errors import CalibrationError
from selector.foreign import isolated
from selector.labels import sources
from selector.labels.columns import USUAL, Columns, plain
from selector.labels.label import VERDICT, Label
from selector.labels.sources import Row

Array = npt.NDArray[Any]
Key = tuple[str, str]
PathLike = str | os.PathLike[str]

NOTHING = frozenset(("", "nan", "na", "n/a", "none", "null", "-"))
GENERATORS = ("generator", "model", "generator_id")
SEGMENTS = ("segment",)
NAMED = 5  # columns that a sentence names


def sample(
    path: PathLike,
    labels: Iterable[Label],
    *,
    aspect: str = VERDICT,
    outputs: Sequence[str] | None = None,
    columns: Columns | None = None,
) -> Sample:
    """Return the candidates of a table of scores with what people said of them.

    Everything that could not be used is told in `left_out`. A cell that is empty, or no finite
    number, is nan.

    Args:
        path: A .csv, .tsv, .jsonl, .json or .parquet file with a row a candidate.
        labels: What was said, of these candidates and of others.
        aspect: Those labels alone that are of it.
        outputs: Columns that are scores, by name or pattern ("m_*"); None: all that hold numbers.
        columns: How others are called: the request, the candidate; what else it names is no score.

    Raises:
        CalibrationError: The table can't be read; a column is missing, or none holds numbers; no
            label is of any of its candidates.
    """
    table = sources.opened(Path(path))
    where = _Where.of(path, table.header, columns or Columns())
    kept, told = _kept(table.rows, where)
    scores, left = _scores(kept, where, outputs)
    said = worths(labels, aspect)
    keys = [key for key, _ in kept]
    made = Sample(
        requests=tuple(request for request, _ in keys),
        candidates=tuple(candidate for _, candidate in keys),
        scores=scores,
        worth=np.array([said.worth.get(key, math.nan) for key in keys]),
        ratings=tuple(said.ratings.get(key, {}) for key in keys),
        generators=_texts(kept, where, GENERATORS),
        segments=_texts(kept, where, SEGMENTS),
        left_out=(*told, *left, *_unmatched(keys, said), *said.left_out),
    )
    if np.isnan(made.worth).all():
        raise CalibrationError(_strangers(where, keys, said, aspect))
    return made


@dataclass(frozen=True, slots=True)
class _Where:
    """A table's columns, and which of them name the candidate."""

    path: str
    names: tuple[str, ...]
    request: str
    candidate: str
    aside: frozenset[str]

    @classmethod
    def of(cls, path: PathLike, header: Sequence[str], given: Columns) -> _Where:
        request = _column(path, header, given.request, "request")
        rest = tuple(name for name in header if name != request)
        candidate = _column(path, rest, given.candidate, "candidate")
        named = (getattr(given, name) for name in USUAL)
        aside = {request, candidate, *given.ratings, *given.flags, *named}
        return cls(str(path), tuple(header), request, candidate, frozenset(filter(None, aside)))

    def key(self, row: Row) -> Key:
        return _text(row.get(self.request)), _text(row.get(self.candidate))


def _column(path: PathLike, header: Sequence[str], given: str | None, what: str) -> str:
    plainly = {plain(name): name for name in reversed(header)}
    usual = (plainly[name] for name in USUAL[what] if name in plainly)
    found = next(usual, None) if given is None else given
    if found is not None and found in header:
        return found
    listed = ", ".join(isolated(name) for name in header[: 2 * NAMED])
    raise CalibrationError(
        f"{path}: no column for the {what} (got {listed}). "
        f"{'Check its name' if given else f'Name it; usual is {what}'}."
    )


def _kept(
    table: Iterable[tuple[int, Row | str]], where: _Where
) -> tuple[list[tuple[Key, Row]], list[str]]:
    """Return each candidate's row, those of one request together; and what was left out."""
    found: dict[str, dict[Key, Row]] = {}
    torn = nameless = again = other = 0
    for _, row in table:
        if isinstance(row, str):
            torn += 1
            continue
        key = where.key(row)
        rows = found.setdefault(key[0], {})
        if not all(key):
            nameless += 1
        elif key not in rows:
            rows[key] = row
        elif rows[key] == row:
            again += 1
        else:
            other += 1
    told = (
        (torn, "with more or fewer cells than columns, or none that can be read: left out"),
        (nameless, "without a request or a candidate: left out"),
        (again, "once more as it stands before: counted once"),
        (other, "of a candidate that stands before with other cells: the first counts"),
    )
    kept = [pair for rows in found.values() for pair in rows.items()]
    return kept, [f"{_many(count, 'row')} {what}" for count, what in told if count]


def _scores(
    kept: Sequence[tuple[Key, Row]], where: _Where, outputs: Sequence[str] | None
) -> tuple[dict[str, Array], list[str]]:
    scores: dict[str, Array] = {}
    told: dict[str, list[str]] = {}
    for name in _wanted(where, outputs):
        cells = [row.get(name) for _, row in kept]
        column, why, note = _numbers(cells)
        if not why:
            scores[name] = column
        if why or note:
            told.setdefault(why or note, []).append(name)
    if outputs is None:  # of what nobody asked for it needs no word that it is text
        told.pop(_TEXT, None)
    if not scores:
        raise CalibrationError(
            f"{where.path}: no column of scores (got {', '.join(told) or 'none with numbers'}). "
            "Name columns that hold numbers."
        )
    return scores, [f"{_listed(names)}: {why}" for why, names in told.items()]


def _wanted(where: _Where, outputs: Sequence[str] | None) -> list[str]:
    rest = [name for name in where.names if name not in where.aside]
    if outputs is None:
        return rest
    for one in outputs:
        if not any(name == one or fnmatchcase(name, one) for name in rest):
            raise CalibrationError(
                f"{where.path}: no column of scores by this name (got {isolated(one)}). "
                f"There are {_listed(rest)}."
            )
    return [name for name in rest if any(name == one or fnmatchcase(name, one) for one in outputs)]


_TEXT = "no numbers, left out"


def _numbers(cells: Sequence[object]) -> tuple[Array, str, str]:
    """Return a column as numbers; why it is none, or ""; and what is to be known of it, or ""."""
    column = np.array([_number(cell) for cell in cells], dtype=object)
    if odd := sum(one is None for one in column):
        given = sum(_text(cell).lower() not in NOTHING for cell in cells)
        why = f"left out, {_many(odd, 'cell')} of {given:,} no number"
        return np.array([]), _TEXT if odd >= given else why, ""
    values = column.astype(float)
    infinite = np.isinf(values)
    values[infinite] = math.nan
    known = values[~np.isnan(values)]
    if not len(known):
        return values, "no cell with a finite number, left out", ""
    note = f"{_many(int(infinite.sum()), 'infinite cell')}, taken for missing"
    if (known == known[0]).all() and len(known) == len(values):
        return values, "", "the same everywhere, which tells nothing"
    return values, "", note if infinite.any() else ""


def _number(cell: object) -> float | None:
    """Return a cell as a number, nan where it is empty; None where it is something else."""
    if cell is None:
        return math.nan
    if isinstance(cell, str):
        text = cell.strip().lower()
        if text in NOTHING:
            return math.nan
        if text in {"true", "false"}:
            return float(text == "true")
        if "_" in text:  # which Python takes for a separator
            return None
        cell = text
    try:
        return float(cell) if isinstance(cell, str | int | float | Decimal) else None
    except (ValueError, OverflowError):
        return None


def _texts(kept: Sequence[tuple[Key, Row]], where: _Where, usual: Sequence[str]) -> tuple[str, ...]:
    name = next((one for one in usual if one in where.names and one != where.request), None)
    return tuple(_text(row.get(name)) if name else "" for _, row in kept)


def _text(cell: object) -> str:
    return "" if cell is None else str(cell).strip()


def _unmatched(keys: Sequence[Key], said: Worths) -> Iterator[str]:
    known = set(keys)
    if silent := sum(key not in said.worth for key in keys):
        yield f"{_many(silent, 'candidate')} judged by nobody: not asked about"
    if unknown := sum(key not in known for key in said.worth):
        yield f"{_many(unknown, 'judged candidate')} not in the table: left out"


def _strangers(where: _Where, keys: Sequence[Key], said: Worths, aspect: str) -> str:
    if not said.worth:
        other = Counter(said.aspects)
        there = ", ".join(
            f"{count:,} of {isolated(name)}" for name, count in other.most_common(NAMED)
        )
        return (
            f"labels: nobody judged {isolated(aspect)} (got {there or 'no labels'}). "
            f"{'Name another aspect.' if there else 'Give labels.'}"
        )
    (request, candidate), (ours, of_ours) = next(iter(said.worth)), keys[0]
    return (
        f"{where.path}: no label is of any of its candidates (got {isolated(request)}, "
        f"{isolated(candidate)} in the labels, and {isolated(ours)}, {isolated(of_ours)} in the "
        "table). Name the columns by which they are the same."
    )


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(isolated(name) for name in names[:NAMED]) + more

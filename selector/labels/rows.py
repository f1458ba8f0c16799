"""Rows of a table as labels: one judgement a row, or several where raters are columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from selector.errors import CalibrationError
from selector.labels import cells
from selector.labels.cells import MisreadError
from selector.labels.columns import Columns, plain
from selector.labels.label import VERDICT, Flag, Label, Pair, Ranking, Rating, Said, Verdict

Row = Mapping[str, Any]
Reader = Callable[[Row], Iterator[Label]]

QUALITY = "quality"  # the aspect of ratings and comparisons where none is told
_VERDICTS = {"verdict", "accept", "accepted", "acceptable", "good"}  # columns of 1 and 0
_FLAGS = {"flag", "present"}
_FAULTS = {"fault", "defect"}


def reader(columns: Columns, header: Sequence[str], origin: str) -> Reader:
    """Return what makes labels of a row of a table with this header.

    Raises:
        CalibrationError: A column that is needed is not there.
    """
    found = columns.found(header, origin)
    if found.request is None:
        raise _lacking(origin, header, "which request a row is of", "request")
    if found.ratings or found.flags:
        return _wide(_with_candidate(found, header, origin))
    if found.ranking is not None:
        return _single(found, _ranking)
    if found.prefers is not None and (found.candidate is None or found.left is not None):
        if (found.left is None) != (found.right is None):
            raise _lacking(origin, header, "both candidates of a pair", "left and right")
        return _single(found, _pair)
    if found.value is None:
        raise _lacking(
            origin, header, "what was said", "value, prefers or ranking, or those of ratings"
        )
    return _long(_with_candidate(_kinded(found), header, origin))


def _kinded(found: Columns) -> Columns:
    """Return the columns with the kind of value that their names tell, if they do."""
    called = plain(found.value or "")
    if found.kind is not None:
        return found
    if called in _FLAGS or (found.aspect is not None and plain(found.aspect) in _FAULTS):
        return replace(found, kind="flag")
    return replace(found, kind="verdict") if called in _VERDICTS else found


def _with_candidate(found: Columns, header: Sequence[str], origin: str) -> Columns:
    if found.candidate is None:
        raise _lacking(origin, header, "which candidate a row is of", "candidate")
    return found


def _lacking(origin: str, header: Sequence[str], what: str, name: str) -> CalibrationError:
    listed = ", ".join(map(cells.quoted, header[:20]))
    return CalibrationError(
        f"{origin}: no column says {what} (got {listed or 'none'}). Name the column for {name}."
    )


def _single(found: Columns, said: Callable[[Columns, Row, str], Said]) -> Reader:
    """Return a reader of tables with one comparison a row."""

    def read(row: Row) -> Iterator[Label]:
        gold = _of(row, found.gold)
        key = found.prefers or "" if said is _pair else found.ranking or ""
        told = None if cells.is_empty(gold) else said(found, {**row, key: gold}, key)
        yield _label(found, row, said(found, row, key), aspect=found.of or QUALITY, gold=told)

    return read


def _pair(found: Columns, row: Row, key: str) -> Pair:
    if found.left is None or found.right is None:
        left, right, sides = "left", "right", True
    else:
        left = cells.name(row[found.left], "candidate")
        right = cells.name(row[found.right], "candidate")
        sides = "left" in plain(found.left)
    if left == right:
        raise MisreadError(f"a pair of one candidate with itself (got {cells.quoted(left)})")
    said = Pair(left, right, cells.preference(row[key], left, right), shown=sides)
    return said if found.shown is None else _on_sides(said, row[found.shown])


def _on_sides(said: Pair, cell: object) -> Pair:
    """Return a pair as it was shown: *cell* tells on which side the first of the two was."""
    if cells.is_empty(cell):
        return replace(said, shown=False)
    side = cells.preference(cell, said.left, said.right)
    if side not in {"left", "right"}:
        raise MisreadError(f"expected a side, left or right (got {cells.quoted(cell)})")
    if side == "left":
        return replace(said, shown=True)
    turned = {"left": "right", "right": "left"}.get(said.prefers, said.prefers)
    return Pair(said.right, said.left, turned)  # type: ignore[arg-type] # one of the four still


def _ranking(_: Columns, row: Row, key: str) -> Ranking:
    return Ranking(cells.order(row[key]))


def _long(found: Columns) -> Reader:
    """Return a reader of tables with one judgement a row, or several in its one cell."""
    assert found.value is not None  # noqa: S101 - whoever calls has looked
    value = found.value

    def read(row: Row) -> Iterator[Label]:
        aspect = cells.text(_of(row, found.aspect)) or found.of or ""
        if found.split:
            yield from _parts(found, row, value, aspect)
            return
        if cells.is_empty(row[value]):
            raise MisreadError(f"no judgement (got {cells.quoted(row[value])})")
        said, kind = _judged(found, row, row[value], aspect)
        told = _truth(found, row, said, aspect)
        yield _label(found, row, said, aspect=aspect or kind, gold=told)

    return read


def _wide(found: Columns) -> Reader:
    """Return a reader of tables in which raters, or faults, are columns."""
    rated = replace(found, kind=found.kind or "rating")
    flagged = replace(found, kind="flag")

    def read(row: Row) -> Iterator[Label]:
        for column in found.ratings:
            if found.split:
                yield from _parts(rated, row, column, found.of or "")
            elif not cells.is_empty(row[column]):
                said, kind = _judged(rated, row, row[column], found.of or "")
                told = _truth(rated, row, said, found.of or "")
                yield _label(found, row, said, aspect=found.of or kind, rater=column, gold=told)
        for column in found.flags:
            if not cells.is_empty(_of(row, found.gold)):
                raise MisreadError(
                    "a gold answer beside several faults: of which? (got a gold answer)"
                )
            if not cells.is_empty(row[column]):
                said, _ = _judged(flagged, row, row[column], column)
                yield _label(found, row, said, aspect=column)

    return read


def _parts(found: Columns, row: Row, column: str, aspect: str) -> Iterator[Label]:
    """Give several answers in one cell: whoever said them is known by position alone."""
    for place, part in enumerate(cells.text(row[column]).split(found.split or "|"), 1):
        if part.strip():
            said, kind = _judged(found, row, part, aspect)
            told = _truth(found, row, said, aspect)
            yield _label(
                found, row, said, aspect=aspect or kind, rater=f"{column}#{place}", gold=told
            )


def _truth(found: Columns, row: Row, said: Said, aspect: str) -> Said | None:
    """Return what should have been said; None where the row is no attention check."""
    gold = _of(row, found.gold)
    if cells.is_empty(gold):
        return None
    told = _judged(found, row, gold, aspect)[0]
    if type(told) is not type(said):
        raise MisreadError(
            f"a gold answer of another kind than the answer (got {cells.quoted(gold)})"
        )
    return told


def _judged(found: Columns, row: Row, cell: object, aspect: str) -> tuple[Said, str]:
    """Return what a cell says of a candidate, and the aspect of it where none is told."""
    candidate = cells.name(row[found.candidate or ""], "candidate")
    if found.kind == "flag":
        if not aspect:
            raise MisreadError("a flag of which fault? No column says it (got none)")
        return Flag(candidate, cells.flag(cell)), aspect
    good = cells.verdict(cell)
    if good is None and (found.kind == "verdict" or (found.kind is None and aspect == VERDICT)):
        good = {1.0: True, 0.0: False}.get(_number(cell))
        if good is None:
            raise MisreadError(f"expected a verdict, accept or reject (got {cells.quoted(cell)})")
    if good is not None and found.kind != "rating":
        return Verdict(candidate, good), VERDICT
    return Rating(
        candidate, cells.step(cell, found.low, found.high), found.low, found.high
    ), QUALITY


def _number(cell: object) -> float:
    found = cells.number(cell)
    return -1.0 if found is None else found


def _label(
    found: Columns,
    row: Row,
    said: Said,
    *,
    aspect: str,
    rater: str = "",
    gold: Said | None = None,
) -> Label:
    """Return a label of a row; its own column of aspects comes before *aspect*."""
    return Label(
        request=cells.name(row[found.request or ""], "request"),
        rater=rater or cells.text(_of(row, found.rater)),
        said=said,
        aspect=cells.text(_of(row, found.aspect)) or aspect,
        created=cells.moment(_of(row, found.created)),
        seconds=cells.seconds(_of(row, found.seconds)),
        gold=gold,
    )


def _of(row: Row, column: str | None) -> object:
    return None if column is None else row.get(column)

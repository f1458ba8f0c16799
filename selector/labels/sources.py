"""Rows of files: CSV, JSON lines, JSON, Parquet; one at a time where the format allows it."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Never

from selector.errors import CalibrationError
from selector.foreign import visible
from selector.labels.cells import quoted

Row = Mapping[str, Any]

DELIMITERS = ",;\t"
BATCH = 10_000  # rows of a Parquet file that are held at once


@dataclass(frozen=True, slots=True)
class Source:
    """A file as rows.

    Attributes:
        header: What its columns are called.
        rows: Each with the line where it begins; None in the place of a row that is none.
        tasks: The tasks of a Label Studio export, which is no table.
    """

    header: tuple[str, ...]
    rows: Iterable[tuple[int, Row | str]]
    tasks: tuple[Row, ...] = ()


def opened(path: Path) -> Source:
    """Return what lies in a file.

    Raises:
        CalibrationError: It can't be read, is empty, or is of no known format.
    """
    try:
        if path.suffix.lower() == ".parquet":
            return _parquet(path)
        if not path.is_file():
            raise CalibrationError(f"{path}: no such file (got nothing to read). Check the name.")
        if path.suffix.lower() in {".jsonl", ".ndjson"}:
            return _lines(path)
        if path.suffix.lower() == ".json":
            return _json(path)
        if path.suffix.lower() in {".csv", ".tsv", ".txt"}:
            return _csv(path)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        _unreadable(path, error)
    raise CalibrationError(
        f"{path}: tables are read from .csv, .tsv, .jsonl, .json and .parquet "
        f"(got {quoted(path.suffix) if path.suffix else 'no ending'}). Rename or convert it."
    )


def _unreadable(path: Path, error: Exception) -> Never:
    if isinstance(error, UnicodeDecodeError):
        said = f"byte {error.start} is no UTF-8"
    else:
        said = visible(getattr(error, "strerror", None) or str(error))
    raise CalibrationError(f"{path}: it can't be read (got {said}). Save it anew.") from None


def _empty(path: Path) -> Never:
    raise CalibrationError(f"{path}: there is nothing in it (got an empty file).")


def _csv(path: Path) -> Source:
    with path.open(encoding="utf-8-sig", newline="") as file:
        first = file.readline()
        delimiter = max(DELIMITERS, key=first.count)
        file.seek(0)
        header = tuple(next(csv.reader(file, delimiter=delimiter, strict=True), ()))
    if not any(one.strip() for one in header):
        _empty(path)
    _each_once(path, header)
    return Source(header, _csv_rows(path, header, delimiter))


def _csv_rows(
    path: Path, header: tuple[str, ...], delimiter: str
) -> Iterator[tuple[int, Row | str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, delimiter=delimiter, strict=True)
            next(reader)
            begins = reader.line_num + 1
            for cells in reader:
                if len(cells) == len(header):
                    yield begins, dict(zip(header, cells, strict=True))
                elif cells:  # a line without anything is no row
                    yield begins, f"expected {len(header)} cells (got {len(cells)})"
                begins = reader.line_num + 1
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        _unreadable(path, error)


def _lines(path: Path) -> Source:
    header: dict[str, None] = {}
    for _, row in _line_rows(path):  # a key may first come late
        if isinstance(row, dict):
            header |= dict.fromkeys(row)
    return Source(tuple(header), _line_rows(path))


def _line_rows(path: Path) -> Iterator[tuple[int, Row | str]]:
    anything = False
    try:
        with path.open(encoding="utf-8-sig") as file:
            for line, text in enumerate(file, 1):
                if not text.strip():
                    continue
                anything = True
                try:
                    row = parsed(text)
                except ValueError as error:
                    yield line, f"no JSON (got {error})"
                    continue
                yield line, row if isinstance(row, dict) else "expected a JSON object on each line"
    except (OSError, UnicodeDecodeError) as error:
        _unreadable(path, error)
    if not anything:
        _empty(path)


def parsed(text: str) -> Any:
    """Return JSON without NaN and infinities, which are none.

    Raises:
        ValueError: It is none.
    """
    try:
        return json.loads(text, parse_constant=_constant, object_pairs_hook=_object)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(one for one in names if names.count(one) > 1)
        raise ValueError(f"{quoted(twice)} twice in one object")
    return found


def _constant(name: str) -> Never:
    raise ValueError(f"{name}, which is no number")


def _json(path: Path) -> Source:
    text = path.read_text("utf-8-sig")
    if not text.strip():
        _empty(path)
    try:
        data = parsed(text)
    except ValueError as error:
        raise CalibrationError(f"{path}: no JSON (got {error}). Export it anew.") from None
    if not isinstance(data, list) or not all(isinstance(one, dict) for one in data):
        raise CalibrationError(
            f"{path}: neither a Label Studio export nor a list of rows (got a "
            f"{type(data).__name__}). Export as JSON or JSON-MIN."
        )
    if not data:
        _empty(path)
    if any("annotations" in one for one in data):
        return Source((), (), tuple(data))
    header = tuple(dict.fromkeys(key for row in data for key in row))
    return Source(header, enumerate(data, 1))


def _parquet(path: Path) -> Source:
    try:
        from pyarrow import ArrowInvalid, parquet
    except ImportError as error:
        from selector.installed import install_extra

        raise CalibrationError(
            f"{path}: Parquet needs pyarrow (got {error}). Run: {install_extra('parquet')}"
        ) from None

    try:
        file = parquet.ParquetFile(path)
    except ArrowInvalid as error:
        _unreadable(path, ValueError(str(error).partition(".")[0]))
    if not file.metadata.num_rows:
        _empty(path)
    header = tuple(file.schema_arrow.names)
    _each_once(path, header)
    return Source(header, enumerate(_parquet_rows(path, file), 1))


def _parquet_rows(path: Path, file: Any) -> Iterator[Row]:
    from pyarrow import ArrowException

    try:
        for batch in file.iter_batches(BATCH):
            yield from batch.to_pylist()
    except (OSError, ArrowException, ValueError, OverflowError) as error:
        _unreadable(path, ValueError(str(error).partition(".")[0]))


def _each_once(path: Path, header: tuple[str, ...]) -> None:
    if len(set(header)) < len(header):
        twice = next(one for one in header if header.count(one) > 1)
        raise CalibrationError(f"{path}:1: two columns of one name (got {twice!r}). Rename one.")

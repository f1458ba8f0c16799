"""Manifests of JSON lines: one object a line, for a request or for one of its candidates."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import Any, BinaryIO, cast

from selector.batch.reading import cells, files
from selector.batch.reading.checks import got
from selector.batch.reading.rows import Row, Tell
from selector.foreign import NAME, NOTE, shortened, visible

SUFFIXES = (".jsonl", ".jsonl.gz")
LONGEST_LINE = 64 * 2**20  # bytes; a request of 1,000 candidates takes about a tenth of one

Found = dict[str, Any] | str  # an object, or what is wrong with the line


def rows(path: str, tell: Tell) -> Iterator[Row]:
    """Give what a file lists, line by line; paths in it start from its folder.

    Raises:
        RequestError: It can't be read.
    """
    shown = files.called(path)
    for number, line in enumerate(_lines(path), start=1):
        where = f"{shown}:{number}"
        if len(line) > LONGEST_LINE:
            tell(f"{where}: too long for a line (got over {LONGEST_LINE:,} bytes). Part it.")
            return
        if not line.strip():
            continue
        found = parsed(line, "one object a line")
        if isinstance(found, str):
            tell(f"{where}: {found}")
        elif one := cells.row(where, found, partial(files.beside, path), tell):
            yield one


def parsed(data: bytes, form: str) -> Found:
    """Return the JSON object that *data* is, or what is wrong with it; *form* says what to write."""
    try:
        found = json.loads(
            data.decode("utf-8-sig"), object_pairs_hook=_object, parse_constant=_no_number
        )
    except UnicodeDecodeError as error:
        return f"not UTF-8 (got {error.reason}). Save it as UTF-8."
    except (ValueError, RecursionError) as error:
        return f"no JSON (got {shortened(visible(str(error)[:NOTE]), NAME)}). Write {form}."
    if not isinstance(found, dict):
        return f"no JSON object (got {got(found)}). Write {form}."
    return found


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return a JSON object; of two values of one name nobody knows which is meant."""
    found = dict(pairs)
    if len(found) != len(pairs):
        counts = Counter(name for name, _ in pairs)
        ((double, _),) = counts.most_common(1)
        raise ValueError(f"{double!r} twice")
    return found


def _no_number(name: str) -> None:
    raise ValueError(f"{name}, which is no number")


def _lines(path: str) -> Iterator[bytes]:
    with files.opened(path) as raw:
        file = cast("BinaryIO", gzip.GzipFile(fileobj=raw)) if path.endswith(".gz") else raw
        while True:
            with files.telling(path):
                line = file.readline(LONGEST_LINE + 1)
            if not line:
                return
            yield line

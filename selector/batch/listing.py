"""Requests as they are written down before any is measured: shards, and what their columns hold."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from itertools import groupby
from typing import Any

from selector.batch.listed import Listed, ListedCandidate, Picture
from selector.batch.texts import json_text, valid
from selector.errors import RequestError

EXPECT = "expect."  # how the name of a column begins that says what a request expects
MOST_COLUMNS = 1_000  # a table of more is what no tool reads; ids have become names then

_EXACT = 2**53  # whole numbers up to here are floating-point numbers, too
_WHOLE = 2**63
_PLACE = [one.name for one in fields(Picture)]


class Columns:
    """What the further columns of an input hold, as far as its requests were seen."""

    def __init__(self) -> None:
        self._kinds: dict[str, set[str]] = {}

    def see(self, listed: Listed) -> None:
        """Take in one request.

        Raises:
            RequestError: The input has too many columns.
        """
        for name in listed.expect:
            self._kinds[EXPECT + name] = {"double"}
        for one in listed.candidates:
            for name, value in one.columns.items():
                self._kinds.setdefault(name, set()).add(_kind(value))
        if len(self._kinds) > MOST_COLUMNS:
            raise RequestError(
                f"{listed.where}: more than {MOST_COLUMNS:,} different columns up to here "
                f"(got {next(reversed(self._kinds))!r} as another). Put them into one, as an object."
            )

    def types(self) -> dict[str, str]:
        """Return by name "int64", "double", "bool", "string" or, for anything else, "json"."""
        return {name: _type(kinds) for name, kinds in self._kinds.items()}


def _kind(value: Any) -> str:
    match value:
        case None:
            return "none"
        case bool():
            return "bool"
        case int():
            size = abs(value)
            return "int" if size <= _EXACT else "int64" if size < _WHOLE else "json"
        case float():
            return "double"
        case str():
            return "string"
    return "json"


def _type(kinds: set[str]) -> str:
    held = kinds - {"none"}
    if held <= {"int", "int64"}:
        return "int64" if held else "string"
    if held <= {"int", "double"}:
        return "double"
    return next(iter(held)) if len(held) == 1 else "json"


def sharded(requests: Iterable[Listed], size: int) -> Iterator[tuple[Listed, ...]]:
    """Return requests in shards, each ending with the first that brings it to *size* candidates."""
    shard: list[Listed] = []
    count = 0
    for one in requests:
        shard.append(one)
        count += len(one.candidates)
        if count >= size:
            yield tuple(shard)
            shard, count = [], 0
    if shard:
        yield tuple(shard)


def packed(shard: Iterable[Listed]) -> bytes:
    """Return a shard as a Parquet file, one row a candidate; `unpacked` reads it back, equal."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = {"position": pa.int32(), "is_edit": pa.bool_()}
    names = ("request_id", "candidate_id", "position", "prompt", "is_edit", "picture")
    schema = pa.schema(
        [
            (name, kinds.get(name, pa.string()))
            for name in (*names, "source", "expect", "columns", "where")
        ]
    )
    rows = [row for one in shard for row in _rows(one)]
    file = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), file, compression="zstd")
    return file.getvalue()


def unpacked(data: bytes) -> tuple[Listed, ...]:
    """Return the shard that `packed` wrote.

    Raises:
        ValueError: *data* is not such a file, or it is damaged; or OSError, or KeyError.
    """
    import pyarrow.parquet as pq

    # Not by `pq.read_table`: that looks for other files, in threads of its own.
    rows = pq.ParquetFile(io.BytesIO(data)).read().to_pylist()
    groups = groupby(rows, key=lambda row: row["request_id"])
    return tuple(_listed(list(group)) for _, group in groups)


def _rows(listed: Listed) -> Iterator[dict[str, Any]]:
    common = {
        "request_id": listed.id,
        "prompt": listed.prompt,
        "is_edit": listed.is_edit,
        "source": None if listed.source is None else _picture_text(listed.source),
        "expect": json_text(dict(listed.expect)),
        "where": valid(listed.where),
    }
    for position, one in enumerate(listed.candidates):
        yield common | {
            "candidate_id": one.id,
            "position": position,
            "picture": _picture_text(one.picture),
            "columns": json_text(dict(one.columns)),
        }


def _listed(rows: list[Mapping[str, Any]]) -> Listed:
    first = rows[0]
    return Listed(
        id=first["request_id"],
        prompt=first["prompt"],
        candidates=tuple(
            ListedCandidate(
                row["candidate_id"], _picture(row["picture"]), json.loads(row["columns"])
            )
            for row in rows
        ),
        is_edit=first["is_edit"],
        source=None if first["source"] is None else _picture(first["source"]),
        expect=json.loads(first["expect"]),
        where=first["where"],
    )


def _picture_text(picture: Picture) -> str:
    """Return a picture as JSON: file names may hold bytes that are no text."""
    given = {name: getattr(picture, name) for name in _PLACE}
    return json_text({name: value for name, value in given.items() if value not in {None, ""}})


def _picture(text: str) -> Picture:
    return Picture(**{"path": "", **json.loads(text)})

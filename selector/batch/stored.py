"""From where a picture lies to what `open_image` takes; nothing is read before it is asked for."""

from __future__ import annotations

import bisect
import itertools
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from selector.batch.listed import Picture
from selector.batch.reading import files
from selector.errors import ImageError, RequestError
from selector.images import ImageSource, Stored

if TYPE_CHECKING:
    import pyarrow as pa

TABLES = 8  # Arrow files open at once; they are mapped, so they hold no memory
GROUPS = 2  # groups of rows of Parquet files in memory: the pictures of one come one after another


def opened(picture: Picture) -> ImageSource:
    """Return what `open_image` takes to read *picture*, as often as it needs to.

    Safe to use from several threads, and in processes that came by fork.
    """
    is_plain = picture.row is None and picture.offset is None
    if is_plain and not files.is_address(picture.path):
        return picture.path
    return Stored(str(picture), partial(_read, picture))


def _read(picture: Picture, most: int) -> bytes:
    try:
        if picture.row is not None:
            return _cell(picture, most)
        if picture.offset is not None:
            return _member(picture, most)
        return _far(picture.path, most)
    except RequestError as error:
        raise ImageError(str(error)) from error


def _far(address: str, most: int) -> bytes:
    system, name = files.system_of(address)
    with system.open(name, "rb") as file:
        return bytes(file.read(most))


def _member(picture: Picture, most: int) -> bytes:
    begin, size = picture.offset or 0, picture.size or 0
    wanted = min(size, most)
    if files.is_address(picture.path):
        system, name = files.system_of(picture.path)
        data = bytes(system.cat_file(name, begin, begin + wanted)) if wanted else b""
    else:
        with Path(picture.path).open("rb") as file:
            file.seek(begin)
            data = file.read(wanted)
    if len(data) != wanted:
        raise ImageError(
            f"the shard is cut off, or is another by now (got {len(data):,} of {size:,} bytes). "
            "Fetch the shard again."
        )
    return data


def _cell(picture: Picture, most: int) -> bytes:
    """Return what an image's cell holds, or what lies where it says."""
    import pyarrow as pa

    try:
        cell = _scalar(picture)
        data, path = (cell[name].as_py() for name in ("bytes", "path"))
    except (LookupError, TypeError, AttributeError, pa.ArrowException) as error:
        raise ImageError(
            f"the file is damaged, or is another by now (got {error}). List it again."
        ) from error
    if data is not None:
        return bytes(data[:most])
    if not path:
        raise ImageError("its cell is empty (got neither bytes nor a path). Fill it in.")
    there = files.beside(picture.path, path)
    if files.is_address(there):
        return _far(there, most)
    with files.opened(there) as file:
        return file.read(most)


def _scalar(picture: Picture) -> Any:
    row = picture.row or 0
    if picture.path.endswith(".parquet"):
        starts = _starts(picture.path)
        group = bisect.bisect_right(starts, row) - 1
        column = _group(picture.path, group, picture.member)
        row -= starts[group]
    else:
        column = _table(picture.path).column(picture.member)
    return column[row] if picture.at is None else column[row].values[picture.at]


@lru_cache(TABLES)
def _table(path: str) -> pa.Table:
    import fsspec
    import pyarrow as pa

    # Mapping needs a file of this machine; a far one is fetched once for each process.
    here = fsspec.open_local(f"simplecache::{path}") if files.is_address(path) else path
    return pa.ipc.open_stream(pa.memory_map(here)).read_all()


@lru_cache(TABLES)
def _starts(path: str) -> tuple[int, ...]:
    import pyarrow.parquet as pq

    with files.opened(path) as file:
        about = pq.ParquetFile(file).metadata
        sizes = [about.row_group(at).num_rows for at in range(about.num_row_groups)]
    return tuple(itertools.accumulate(sizes, initial=0))


@lru_cache(GROUPS)
def _group(path: str, group: int, column: str) -> pa.ChunkedArray:
    import pyarrow.parquet as pq

    with files.opened(path) as file:
        return pq.ParquetFile(file).read_row_group(group, columns=[column]).column(0)

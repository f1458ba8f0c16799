"""Manifests in Parquet: a row for a request, or for one of its candidates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from selector.batch.reading import arrow, cells, files
from selector.batch.reading.rows import Row, Tell
from selector.errors import RequestError

if TYPE_CHECKING:
    import pyarrow.parquet as pq

SUFFIX = ".parquet"
AT_ONCE = 1_000  # rows
LARGEST_CELLS = 2**30  # bytes of images in one group of rows, which is read whole for each process


def rows(path: str, tell: Tell) -> Iterator[Row]:
    """Give what a file lists, some rows at a time; paths in it start from its folder.

    Raises:
        RequestError: It can't be read, or its columns are not those of a manifest.
    """
    arrow.needed(path)
    import pyarrow as pa
    import pyarrow.parquet as pq

    shown = files.called(path)
    with files.opened(path) as file:
        with files.telling(path):
            manifest = pq.ParquetFile(file)
            schema: pa.Schema = manifest.schema_arrow
        found = [f"{shown}: {said}" for said in arrow.problems(schema.names)]
        images = [one.name for one in schema if arrow.is_image(one.type)]
        found += [f"{shown}: {said}" for said in _too_large(manifest, images)]
        if found:
            raise RequestError("\n".join(found))
        batches = manifest.iter_batches(AT_ONCE, columns=_read(manifest, images))
        for number, record in enumerate(arrow.records(batches, images, files.absolute(path))):
            where = f"{shown}, row {number + 1}"
            if one := cells.row(where, record, partial(files.beside, path), tell):
                yield one


def _read(manifest: pq.ParquetFile, images: Sequence[str]) -> list[str]:
    """Return the columns that are read while listing: all but the bytes of images."""
    return [path for path in _leaves(manifest) if not _is_bytes(path, images)]


def _too_large(manifest: pq.ParquetFile, images: Sequence[str]) -> Iterator[str]:
    heavy = [at for at, path in enumerate(_leaves(manifest)) if _is_bytes(path, images)]
    groups = range(manifest.metadata.num_row_groups if heavy else 0)
    sizes = [
        sum(manifest.metadata.row_group(group).column(at).total_uncompressed_size for at in heavy)
        for group in groups
    ]
    if max(sizes, default=0) > LARGEST_CELLS:
        yield (
            f"its groups of rows are too large to read images from (got {max(sizes):,} bytes, the "
            f"most is {LARGEST_CELLS:,}). Write it anew with row groups of 100 rows."
        )


def _leaves(manifest: pq.ParquetFile) -> list[str]:
    return [manifest.schema.column(at).path for at in range(len(manifest.schema))]


def _is_bytes(path: str, images: Sequence[str]) -> bool:
    return path.endswith(".bytes") and any(path.startswith(f"{name}.") for name in images)

"""Tables of Arrow as rows of a manifest, whose images lie elsewhere or in the table itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from selector.batch.listed import Picture
from selector.batch.reading import files
from selector.batch.reading.rows import Pictured
from selector.errors import RequestError
from selector.foreign import visible
from selector.installed import CURE, install_extra

if TYPE_CHECKING:
    import pyarrow as pa

ISO = "%Y-%m-%dT%H:%M:%S"


def needed(path: str) -> None:
    """Check that pyarrow is there to read *path*.

    Raises:
        RequestError: It is not installed.
    """
    try:
        import pyarrow  # noqa: F401, ICN001 - whether it can be imported at all
    except ImportError:
        raise RequestError(
            f"{files.called(path)}: it is read by pyarrow, which is not installed."
            f"{CURE}{install_extra('batch')}"
        ) from None


def problems(names: Sequence[str], *, numbered: bool = False) -> Iterator[str]:
    """Give what is wrong with the columns of a table.

    Args:
        names: What they are called.
        numbered: Whether rows without an id are called by their number.
    """
    shown = ", ".join(map(visible, names)) or "nothing"
    for name, times in Counter(names).items():
        if times > 1:
            yield f"column {visible(name)!r}: one of a name is needed (got {times}). Rename some."
    if not numbered and "request_id" not in names:
        yield f"no column 'request_id' (got {shown}). Give each request an id."
    if not {"image", "images"} & {*names}:
        yield f"no column 'image' and no 'images' (got {shown}). Name the files in one of them."
    elif {"image", "images"} <= {*names}:
        yield f"columns 'image' and 'images': one of them is needed (got {shown}). Take one out."


def is_image(kind: pa.DataType) -> bool:
    """Return whether cells of this type hold an image, or a list of them, as `datasets` does."""
    import pyarrow as pa

    if _is_list(kind):
        return is_image(kind.value_type)
    if not pa.types.is_struct(kind):
        return False
    parts = {one.name: one.type for one in kind}
    return parts.keys() == {"bytes", "path"} and (
        pa.types.is_binary(parts["bytes"]) or pa.types.is_large_binary(parts["bytes"])
    )


def records(
    batches: Iterator[pa.RecordBatch], images: Sequence[str], path: str
) -> Iterator[dict[str, Any]]:
    """Yield the rows of a file's batches; what damages it is told under its name.

    Args:
        batches: As they come; one is held at a time.
        images: The columns whose images lie in the table.
        path: The file.
    """
    first = 0
    while True:
        with files.telling(path):
            batch = next(batches, None)
            found = [] if batch is None else list(rows(batch, images, path, first))
        if batch is None:
            return
        yield from found
        first += batch.num_rows


def rows(
    batch: pa.RecordBatch, images: Sequence[str], path: str, first: int
) -> Iterator[dict[str, Any]]:
    """Give the rows of one batch, by the names of their columns.

    Args:
        batch: Of its columns *images* no more than the paths is looked at.
        images: Those columns that hold images.
        path: The file that it is from.
        first: Which row of the file is the first of it.

    Raises:
        ValueError: A value is none that Python has.
    """
    names: list[str] = batch.schema.names
    columns = [
        _pictured(column, Picture(path, member=name), first) if name in images else _values(column)
        for name, column in zip(names, batch.columns, strict=True)
    ]
    for values in zip(*columns, strict=True):
        yield dict(zip(names, values, strict=True))


def _values(column: pa.Array) -> list[Any]:
    import pyarrow as pa
    import pyarrow.compute as pc

    # Python's own times know no nanoseconds, and a zone's rules are not on every machine.
    kind = column.type
    if pa.types.is_timestamp(kind):
        zone = "" if kind.tz is None else "Z"
        column = pc.strftime(column.cast(pa.timestamp(kind.unit)), format=ISO + zone)
    elif pa.types.is_duration(kind):
        counts = column.cast(pa.int64()).to_pylist()
        return [None if count is None else f"{count} {kind.unit}" for count in counts]
    elif pa.types.is_time64(kind):
        column = column.cast(pa.string())
    found: list[Any] = column.to_pylist()
    return found


def _pictured(column: pa.Array, cell: Picture, first: int) -> list[Any]:
    """Return for each row the image in it, or the list of them; None where there is none."""
    import pyarrow.compute as pc

    if not _is_list(column.type):
        return [
            one and _one(one[0], cell, first + at, None) for at, one in enumerate(_paths(column))
        ]
    counts = pc.list_value_length(column).to_pylist()
    inner = iter(_paths(column.flatten()))
    return [
        None
        if count is None
        else [
            one and _one(one[0], cell, first + row, at)
            for at, one in zip(range(count), inner, strict=False)
        ]
        for row, count in enumerate(counts)
    ]


def _paths(column: pa.Array) -> list[tuple[str] | None]:
    """Return what each image is called, in a tuple; None where there is none."""
    import pyarrow.compute as pc

    named = pc.struct_field(column, "path").to_pylist()
    there = column.is_valid().to_pylist()
    return [
        (name or "",) if is_there else None for name, is_there in zip(named, there, strict=True)
    ]


def _one(name: str, cell: Picture, row: int, at: int | None) -> Pictured:
    return Pictured(Picture(cell.path, cell.member, row=row, at=at), name)


def _is_list(kind: pa.DataType) -> bool:
    import pyarrow as pa

    return bool(
        pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind)
    )

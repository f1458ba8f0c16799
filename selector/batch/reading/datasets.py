"""Datasets as `datasets` saves them to disk: Arrow files, which need no more than pyarrow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from selector.batch.reading import arrow, cells, files, jsonl
from selector.batch.reading.rows import Row, Tell
from selector.errors import RequestError

STATE = "state.json"  # names the files of one split
SPLITS = "dataset_dict.json"


def is_dataset(names: Sequence[str]) -> bool:
    """Return whether a folder that holds files called so is a dataset, or one of its splits."""
    return STATE in names or SPLITS in names


def rows(folder: str, tell: Tell) -> Iterator[Row]:
    """Give the rows of a dataset; of several splits, one after the other.

    Raises:
        RequestError: It can't be read.
    """
    arrow.needed(folder)
    splits = _splits(folder)
    for name in splits:
        before = f"{name}/" if len(splits) > 1 else ""
        try:
            yield from _of_split(files.inside(folder, name) if name else folder, before, tell)
        except RequestError as error:
            tell(str(error))


def _splits(folder: str) -> list[str]:
    if not any(one.name == SPLITS for one in files.entries(folder)):
        return [""]
    names = _json(files.inside(folder, SPLITS)).get("splits")
    if not isinstance(names, list) or not all(map(_is_name, names)):
        raise RequestError(f"{files.called(folder)}: its {SPLITS} names no splits. Save it anew.")
    return names


def _of_split(folder: str, before: str, tell: Tell) -> Iterator[Row]:
    state = _json(files.inside(folder, STATE))
    listed = state.get("_data_files")
    if not isinstance(listed, list) or state.get("_indices_data_files"):
        raise RequestError(
            f"{files.called(folder)}: its {STATE} is of an older form (got no plain list of files). "
            "Load it, and save it anew with save_to_disk."
        )
    names = [one.get("filename") if isinstance(one, dict) else one for one in listed]
    if not all(map(_is_name, names)):
        raise RequestError(f"{files.called(folder)}: its {STATE} names no files. Save it anew.")
    number = 0
    for path in (files.inside(folder, str(name)) for name in names):
        locate = partial(files.beside, path)
        for at, record in enumerate(_records(path)):
            record.setdefault("request_id", f"{before}{number}")
            number += 1
            if one := cells.row(f"{files.called(path)}, row {at + 1}", record, locate, tell):
                yield replace(one, part=before)


def _records(path: str) -> Iterator[dict[str, Any]]:
    import pyarrow as pa

    with files.opened(path) as file:
        with files.telling(path):
            # Mapped, the bytes of images are never read while listing.
            is_far = files.is_address(path)
            source = pa.PythonFile(file, mode="r") if is_far else pa.memory_map(path)
            reader = pa.ipc.open_stream(source)
        names: list[str] = reader.schema.names
        if found := [
            f"{files.called(path)}: {said}" for said in arrow.problems(names, numbered=True)
        ]:
            raise RequestError("\n".join(found))
        images = [one.name for one in reader.schema if arrow.is_image(one.type)]
        yield from arrow.records(reader, images, path)


def _json(path: str) -> dict[str, Any]:
    found = jsonl.parsed(files.text_of(path).encode(), "it anew with save_to_disk")
    if isinstance(found, str):
        raise RequestError(f"{files.called(path)}: {found}")
    return found


def _is_name(name: object) -> bool:
    # Nothing outside the dataset's own folder is meant, whatever a file says.
    return isinstance(name, str) and bool(name) and "/" not in name and name not in {".", ".."}

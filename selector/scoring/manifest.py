"""Lists of images in a file: CSV, JSON lines or Parquet, whose every problem is told at once."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from selector.errors import RequestError
from selector.scoring.given import is_unicode, reader_of_texts
from selector.scoring.writing import needs_pyarrow
from selector.types import EITHER_TEXT, Candidate

TOLD = 20  # problems that are told; the rest are counted
COLUMNS = ("image", "prompt", "instruction", "source")

Record = Mapping[str, Any]
Line = tuple[str, Record | str]  # where it stands, and what is there or what is wrong with it
Listing = tuple[Sequence[str], list[Line]]  # which columns there are, and the lines


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a file lists; `score` takes all three.

    Attributes:
        images: With the names by which the file calls them.
        prompts: One each; None if it has no such column. For measures of edits the instructions.
        sources: Likewise, the pictures before edits.
    """

    images: tuple[Candidate, ...]
    prompts: tuple[str, ...] | None
    sources: tuple[Candidate | None, ...] | None


def is_manifest(path: str) -> bool:
    """Return whether the name of a file says that it is a list of images."""
    return Path(path).suffix.lower() in _READERS and not Path(path).is_dir()


def read(path: str, reads: Mapping[str, str]) -> Manifest:
    """Return what the file at *path* lists, in its order.

    It has the columns `image`, and `prompt` and `source` if need be; others are passed over. For
    measures of edits `instruction` stands in place of `prompt`, which serves too where it is all
    there is. Paths are relative to its folder.

    Args:
        path: It ends with .csv, .jsonl or .parquet. Text is UTF-8.
        reads: By which measure each need is read, if any reads it: "prompt", "instruction", ….

    Raises:
        RequestError: It can't be read, or lists nothing; or each line that is wrong, with why.
    """
    try:
        columns, lines = _READERS[Path(path).suffix.lower()](path)
    except (OSError, ValueError) as error:  # ValueError: not UTF-8, no CSV, no Parquet
        said = getattr(error, "strerror", None) or str(error).partition("\n")[0]
        raise RequestError(f"{path}: it can't be read (got {said}). Correct it.") from None
    text = _of_texts(columns, reads)
    wanted = {"image": "", text: reader_of_texts(reads) or "", "source": reads.get("source", "")}
    problems = [f"{path}: {said}" for said in _misnamed(columns, wanted)]
    problems += [f"{where}: {said}" for where, what in lines for said in _wrong(what, wanted)]
    if len(problems) > TOLD:
        problems[TOLD:] = [f"{path}: and {len(problems) - TOLD} problems more"]
    if not (lines or problems):
        problems = [f"{path}: it lists no images (got no lines). Add some."]
    if problems:
        raise RequestError("\n".join(problems))
    folder = Path(path).parent
    cells = {name: [_cell(what, name) for _, what in lines] for name in wanted}
    return Manifest(
        images=tuple(Candidate(folder / name, name) for name in cells["image"]),
        prompts=tuple(cells[text]) if text in columns else None,
        sources=tuple(Candidate(folder / name, name) if name else None for name in cells["source"])
        if "source" in columns
        else None,
    )


def _of_texts(columns: Sequence[str], reads: Mapping[str, str]) -> str:
    """Return which column holds what was asked for; a list of edits may tell both."""
    of_edits = "instruction" in reads
    order = ("instruction", "prompt") if of_edits else ("prompt", "instruction")
    either = of_edits or EITHER_TEXT in reads
    return next((name for name in order if either and name in columns), order[0])


def _misnamed(columns: Sequence[str], wanted: Mapping[str, str]) -> Iterator[str]:
    """Give which columns are missing, or there twice; *wanted* are those to be used, with whose."""
    got = ", ".join(sorted(columns)) or "nothing"
    for name, times in Counter(columns).items():
        if name and times > 1:
            yield f"column {name!r}: one of a name is needed (got {times}). Rename the others."
    if "image" not in columns:
        yield f"no column 'image' (got {got}). Name the files in one; commas part columns."
    for name, reader in wanted.items():
        if reader and name not in columns:
            yield f"no column {name!r}, which {reader} reads (got {got}). Add it."


def _wrong(what: Record | str, wanted: Mapping[str, str]) -> Iterator[str]:
    """Give what is wrong with one line."""
    if isinstance(what, str):
        yield what
        return
    for name, reader in wanted.items():
        value = what.get(name)
        if value is not None and not isinstance(value, str):
            yield f"{name}: expected text (got {type(value).__name__}). Put it in quotes."
        elif value and not is_unicode(value):
            yield f"{name}: not valid Unicode (got a lone surrogate). Clean it."
        elif name in what and not (value and value.strip()):
            if name == "image":
                yield "image: it is empty (got nothing). Name a file."
            elif reader:
                yield f"{name}: it is empty, and {reader} reads it. Fill it in."


def _cell(what: Record | str, name: str) -> str:
    return str(what.get(name) or "") if not isinstance(what, str) else ""


def _csv(path: str) -> Listing:
    with Path(path).open(newline="", encoding="utf-8-sig") as file:
        rows = csv.reader(file, strict=True)
        lines: list[Line] = []
        header: list[str] = []
        start = 1
        try:
            header = [name.strip() for name in next(rows, [])]
            start = rows.line_num + 1
            for row in rows:
                if row:
                    lines.append((f"{path}:{start}", _record(header, row)))
                start = rows.line_num + 1
        except csv.Error as error:
            said = f"no line of CSV (got {error}). Correct its quotes."
            if not header:
                raise RequestError(f"{path}:{start}: {said}") from None
            lines.append((f"{path}:{start}", said))
    return header, lines


def _record(header: Sequence[str], row: Sequence[str]) -> Record | str:
    if len(row) != len(header):
        return (
            f"as many cells as columns are needed (got {len(row)} for {len(header)}). "
            "Put what holds a comma in quotes."
        )
    return dict(zip(header, row, strict=True))


def _jsonl(path: str) -> Listing:
    with Path(path).open(encoding="utf-8-sig") as file:
        texts = [(number, line) for number, line in enumerate(file, start=1) if line.strip()]
    lines = [(f"{path}:{number}", _object(line)) for number, line in texts]
    records = [what for _, what in lines if not isinstance(what, str)]
    columns = list(dict.fromkeys(name for record in records for name in record))
    # Other lines than that of a file with columns may lack what all must have.
    return columns, [
        (where, what if isinstance(what, str) else dict.fromkeys(columns) | dict(what))
        for where, what in lines
    ]


def _object(line: str) -> Record | str:
    try:
        found = json.loads(line, object_pairs_hook=_without_doubles)
    except (ValueError, RecursionError) as error:
        return f"no JSON (got {error}). Write one object a line."
    if not isinstance(found, dict):
        return f'no JSON object (got {type(found).__name__}). Write {{"image": …}}.'
    return found


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return a JSON object; of two values of one name nobody knows which is meant."""
    double = [name for name, times in Counter(name for name, _ in pairs).items() if times > 1]
    if double:
        raise ValueError(f"{double[0]!r} twice")
    return dict(pairs)


def _parquet(path: str) -> Listing:
    needs_pyarrow(path)
    import pyarrow.parquet as pq

    names: list[str] = pq.read_schema(path).names
    table = pq.read_table(path, columns=[name for name in COLUMNS if names.count(name) == 1])
    return names, [
        (f"{path}, row {number}", row) for number, row in enumerate(table.to_pylist(), start=1)
    ]


_READERS: dict[str, Callable[[str], Listing]] = {
    ".csv": _csv,
    ".jsonl": _jsonl,
    ".parquet": _parquet,
}

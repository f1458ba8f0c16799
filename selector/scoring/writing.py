"""Scores in files: JSON as it is, CSV and Parquet as one table, each whole or not at all."""

from __future__ import annotations

import csv
import importlib.util
import io
import json
import os
import secrets
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from selector.errors import RequestError
from selector.foreign import printable
from selector.installed import CURE, install_extra

PathLike = str | os.PathLike[str]
Data = Mapping[str, Any]  # the JSON data of `Scores`
Columns = dict[str, list[Any]]

# A spreadsheet computes what begins so, also in the wide forms of East Asian keyboards, and may
# pass over any space before it.
FORMULA = tuple("=+-@＝＋－＠")


def ready(path: PathLike) -> Path:
    """Return where a file at *path* will lie; tell now, before anything is measured, if it can't.

    Raises:
        RequestError: Its ending is none that is known, a package is missing, or its folder is
            missing or can't be written.
    """
    target = Path(os.path.realpath(path))  # through a link, so that the link stays one
    if target.suffix.lower() not in _FORMS:
        raise RequestError(
            f"{path}: its ending says no form (got {target.suffix!r}). Use {', '.join(_FORMS)}."
        )
    if target.suffix.lower() == ".parquet":
        needs_pyarrow(path)
    if target.exists() and not target.is_file():
        raise RequestError(f"{path}: no regular file (got a folder or a device). Name a file.")
    try:
        with tempfile.TemporaryFile(dir=target.parent):
            return target
    except OSError as error:
        raise _not_written(path, error) from None


def write(path: PathLike, scores: Data) -> None:
    """Write *scores*, the JSON data of `Scores`, to *path*, whose ending says how.

    Raises:
        RequestError: The ending is none that is known, a package is missing, or the file can't be
            written there.
    """
    target = ready(path)
    content = _FORMS[target.suffix.lower()](scores)
    part = target.with_name(f".{secrets.token_hex(8)}.part")
    try:
        try:
            part.write_bytes(content)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise _not_written(path, error) from None


def columns(scores: Data) -> Columns:
    """Return the table of *scores*, a row for each image, by column."""
    rows = scores["rows"]
    table: Columns = {name: [row[name] for row in rows] for name in ("image", "prompt", "source")}
    for output in scores["outputs"]:
        table |= _outcomes(output, [row["outcomes"][output] for row in rows])
    table["notes"] = ["; ".join(row["notes"]) for row in rows]
    for name in ("measure", "fingerprint"):
        table[name] = [scores[name]] * len(rows)
    return table


def _outcomes(output: str, found: list[Data]) -> Columns:
    """Return three columns: the number, of what kind it is, and why there is none."""
    return {
        f"{output}.value": [one.get("value") for one in found],
        f"{output}.kind": [one["kind"] for one in found],
        f"{output}.reason": [one.get("reason") for one in found],
    }


def _json(scores: Data) -> bytes:
    return json.dumps(scores, ensure_ascii=False, indent=1).encode() + b"\n"


def _csv(scores: Data) -> bytes:
    text = io.StringIO(newline="")
    table = columns(scores)
    writer = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
    for row in (table, *zip(*table.values(), strict=True)):
        writer.writerow([_harmless(cell) for cell in row])
    return text.getvalue().encode()


def _harmless(cell: Any) -> Any:
    """Return a cell that no spreadsheet computes, and that can be shown in a terminal."""
    if not isinstance(cell, str):
        return cell
    text = printable(cell)
    computed = text.startswith("\t") or text.lstrip().startswith(FORMULA)
    return f"'{text}" if computed else text


def _parquet(scores: Data) -> bytes:
    """Return a table with the rest of the scores, as JSON, in its metadata under "selector"."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = columns(scores)
    rest = {name: part for name, part in scores.items() if name != "rows"}
    kinds = [(name, pa.float64() if name.endswith(".value") else pa.string()) for name in table]
    schema = pa.schema(kinds, metadata={"selector": json.dumps(rest)})
    file = io.BytesIO()
    pq.write_table(pa.table(table, schema=schema), file)
    return file.getvalue()


_FORMS: dict[str, Callable[[Data], bytes]] = {".json": _json, ".csv": _csv, ".parquet": _parquet}


def needs_pyarrow(path: PathLike) -> None:
    """Check that Parquet can be read and written.

    Raises:
        RequestError: The package for it is not installed.
    """
    if importlib.util.find_spec("pyarrow") is None:
        raise RequestError(
            f"{path}: the package for Parquet is not installed (got no pyarrow)."
            f"{CURE}{install_extra('parquet')}"
        )


def _not_written(path: PathLike, error: OSError) -> RequestError:
    return RequestError(
        f"{path}: the scores can't be written there (got {error.strerror}). Name another file."
    )

"""A journal as Parquet, for notebooks and warehouses: streaming, whole or not at all."""

from __future__ import annotations

import json
import os
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, select

from selector.errors import RequestError
from selector.journal import wide
from selector.journal.plain import whole
from selector.journal.recorded import Which, conditions, extent
from selector.journal.tables import candidates, outcomes, plans, requests

if TYPE_CHECKING:
    from selector.journal.journal import Journal

BATCH = 200  # requests in memory at once
SHARD = 100_000  # rows of a file of candidates

Rows = Sequence[Row[Any]]
Batch = tuple[Rows, Rows, Rows]  # requests, their candidates, and outcomes


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written.

    Attributes:
        requests: How many rows `requests.parquet` has.
        candidates: How many rows the files of candidates have together.
        files: How many of these there are.
    """

    requests: int
    candidates: int
    files: int


def export(
    journal: Journal,
    folder: Path,
    which: Which | None = None,
    *,
    shard: int = SHARD,
    progress: Callable[[int], None] = lambda _requests: None,
) -> Exported:
    """Write what a journal holds as Parquet.

    `requests.parquet` has a row a request, `candidates-00000.parquet` and so on a row a candidate.
    There an output "instance.output" is a column of doubles, null without a score; what it is
    instead is said by "instance.output.state": score, failure, not_applicable or not_evaluated,
    null where the plan does not have it. `afterwards` lists the outputs that only an audit
    measured. `measures.parquet` tells by plan which measure, version and fingerprint an instance is.

    Args:
        journal: Of either database.
        folder: New or empty; it is there once all is written.
        which: Which requests; all if None.
        shard: Rows after which a new file of candidates begins.
        progress: Told how many requests are done.

    Raises:
        RequestError: pyarrow is not installed, or the folder is in use or can't be written.
        JournalError: There is no journal, or it can't be read.
    """
    _pyarrow()
    which = which or Which()
    _, last, _ = extent(journal, which)
    used = _plans(journal, which)
    with whole(journal.name, "a plan"):
        layout, known = wide.Layout(used), list(wide.measures(used))
    with _appearing(folder) as part, closing(_Files(part, layout, shard)) as files:
        _table(part / "measures.parquet", wide.MEASURES, known)
        for batch in _batches(journal, which, last):
            files.add(batch)
            progress(files.requests)
        return Exported(files.requests, files.candidates, files.shards)


class _Files:
    """The files that are being written: one of requests, and candidates as they come."""

    def __init__(self, folder: Path, layout: wide.Layout, shard: int) -> None:
        self.requests = self.candidates = self.shards = 0
        self._folder, self._layout, self._shard = folder, layout, shard
        self._heads = _Writer(folder / "requests.parquet", wide.REQUESTS)
        self._rows: _Writer = self._next()

    def add(self, batch: Batch) -> None:
        """Write a batch."""
        heads, *_ = batch
        self._heads.write(wide.as_dicts(heads))
        rows = self._layout.rows(*batch)
        if self._rows.written >= self._shard:
            self._rows.close()
            self._rows = self._next()
        self._rows.write(rows)
        self.requests += len(heads)
        self.candidates += len(rows)

    def close(self) -> None:
        """End all files."""
        self._heads.close()
        self._rows.close()

    def _next(self) -> _Writer:
        name = f"candidates-{self.shards:05}.parquet"
        self.shards += 1
        return _Writer(self._folder / name, self._layout.kinds)


class _Writer:
    """One Parquet file."""

    def __init__(self, path: Path, kinds: wide.Kinds) -> None:
        from pyarrow import parquet

        self.written = 0
        self._schema = _schema(kinds)
        self._file = parquet.ParquetWriter(path, self._schema, compression="zstd")

    def write(self, rows: Sequence[wide.Wide]) -> None:
        """Write rows."""
        import pyarrow as pa

        if rows:
            self._file.write_table(pa.Table.from_pylist(rows, schema=self._schema))
            self.written += len(rows)

    def close(self) -> None:
        """End the file."""
        self._file.close()


def _table(path: Path, kinds: wide.Kinds, rows: Sequence[wide.Wide]) -> None:
    with closing(_Writer(path, kinds)) as file:
        file.write(rows)


def _schema(kinds: wide.Kinds) -> Any:
    import pyarrow as pa

    own = {
        "strings": pa.list_(pa.string()),
        "word": pa.dictionary(pa.int8(), pa.string()),  # one of a few
    }
    return pa.schema([(name, own.get(kind, kind)) for name, kind in kinds.items()])


def _pyarrow() -> None:
    try:
        import pyarrow.parquet  # noqa: F401 - whether it is there
    except ImportError as error:
        raise RequestError(
            f"export: Parquet needs pyarrow (got {error}). pip install 'selector-engine[parquet]'"
        ) from None


def _plans(journal: Journal, which: Which) -> Mapping[str, Any]:
    """Return the plans that decided the requests, by hash, as JSON data."""
    used = select(requests.c.plan_hash).where(*conditions(which))
    query = select(plans.c.hash, plans.c.body).where(plans.c.hash.in_(used))
    with journal.reading() as connection, whole(journal.name, "a plan"):
        return {row.hash: json.loads(row.body) for row in connection.execute(query)}


_HEADS = [requests.c[name] for name in wide.REQUESTS]
_CANDIDATES = [candidates.c[name] for name in ("request", *wide.CANDIDATES)]
_OUTCOMES = [
    outcomes.c[name]
    for name in ("request", "candidate_id", "instance", "output", "kind", "value", "after")
]


def _batches(journal: Journal, which: Which, last: int) -> Iterator[Batch]:
    """Yield the requests up to a number, some at a time; nothing is held in between."""
    at = 0
    while True:
        heads = select(*_HEADS).where(
            requests.c.number > at, requests.c.number <= last, *conditions(which)
        )
        with journal.reading() as connection:
            found = connection.execute(heads.order_by(requests.c.number).limit(BATCH)).all()
            if not found:
                return
            numbers = [row.number for row in found]
            own = select(*_CANDIDATES).where(candidates.c.request.in_(numbers))
            known = select(*_OUTCOMES).where(outcomes.c.request.in_(numbers))
            order = (candidates.c.request, candidates.c.position)
            batch = (
                found,
                connection.execute(own.order_by(*order)).all(),
                connection.execute(known).all(),
            )
        yield batch
        at = numbers[-1]


@contextmanager
def _appearing(folder: Path) -> Iterator[Path]:
    """Give a folder beside *folder* that takes its place at the end; nothing is left otherwise."""
    target = Path(os.path.realpath(folder))
    part = target.with_name(f".{secrets.token_hex(8)}.part")
    try:
        if target.exists() and any(target.iterdir()):
            raise RequestError(
                f"export: {folder} is not empty (got files). Name a new folder, or empty it."
            )
        part.mkdir(parents=True)
        yield part
        part.replace(target)
    except OSError as error:
        raise RequestError(
            f"export: {folder} can't be written (got {error}). Name another folder."
        ) from None
    finally:
        shutil.rmtree(part, ignore_errors=True)

"""The requests of an input, whatever sort of input it is; every problem of it is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from selector.batch.listed import Listed
from selector.batch.reading import datasets, files, folders, jsonl, parquet, patterns, tars
from selector.batch.reading.checks import Seen
from selector.batch.reading.rows import Row, Tell, requests
from selector.errors import RequestError
from selector.foreign import named, visible

SORTS = "a folder, .jsonl, .parquet or .tar"
NAMED = 8


def read(source: str, *, tell: Tell, warn: Tell) -> Iterator[Listed]:
    """Give the requests that an input lists, in its order, one after the other.

    Args:
        source: A folder of folders, a manifest (.jsonl, .parquet), WebDataset shards (.tar), or a
            dataset on disk: a path, an address that fsspec opens, or a pattern of files.
        tell: Is told each problem; reading goes on, but what was given is then not all there is.
        warn: Is told what is damaged or passed over, and no reason to stop.
    """
    source = source.removeprefix("file://")
    told = _Told(tell)
    seen = Seen()
    for listed in _requests(source, told, warn):
        seen.add(listed.id)
        yield listed
    if doubles := seen.twice():
        _tell_doubles(_requests(source, _nothing, _nothing), doubles, told)
    if not seen and not told.count:
        told(
            f"{files.called(source)}: it lists no requests (got 0). Add some, or name another input."
        )


class _Told:
    """Passes problems on, and counts them."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self.count = 0

    def __call__(self, problem: str) -> None:
        self.count += 1
        self._tell(problem)


def _nothing(_: str) -> None:
    """Tell nobody, as it was told before."""


def _tell_doubles(again: Iterator[Listed], doubles: frozenset[int], tell: Tell) -> None:
    """Look at the input once more, for the requests that there seem to be two of."""
    first: dict[str, str] = {}
    for listed in again:
        if hash(listed.id) not in doubles:
            continue
        if listed.id in first:
            tell(
                f"{listed.where}: request {named(listed.id)} again (the first is at "
                f"{first[listed.id]}). Put the rows of a request together, and give each request "
                "a request_id of its own."
            )
        first.setdefault(listed.id, listed.where)


def _requests(source: str, tell: Tell, warn: Tell) -> Iterator[Listed]:
    passed: Counter[str] = Counter()
    yield from requests(_rows(source, tell, warn, passed), tell)
    if passed:
        endings = ", ".join(visible(one) or "none" for one, _ in passed.most_common(NAMED))
        warn(
            f"{files.called(source)}: {passed.total():,} files were passed over, as nothing is known of "
            f"what ends like them ({endings})"
        )


def _rows(source: str, tell: Tell, warn: Tell, passed: Counter[str]) -> Iterator[Row]:
    readers: dict[str, Callable[[str], Iterator[Row]]] = {
        **dict.fromkeys(jsonl.SUFFIXES, lambda path: jsonl.rows(path, tell)),
        parquet.SUFFIX: lambda path: parquet.rows(path, tell),
        **dict.fromkeys(
            (tars.SUFFIX, *tars.PACKED), lambda path: tars.rows(path, tell, warn, passed)
        ),
    }
    try:
        paths = _files(source, tuple(readers))
        if paths is None:
            is_dataset = datasets.is_dataset([one.name for one in files.entries(source)])
            yield from (
                datasets.rows(source, tell) if is_dataset else folders.rows(source, tell, passed)
            )
    except RequestError as error:
        _tell_lines(error, tell)
        return
    for path in paths or ():
        ending = next((one for one in readers if _bare(path).endswith(one)), "")
        if not ending:
            tell(f"{files.called(path)}: nothing is known of files that end so. Give {SORTS}.")
            continue
        try:
            yield from readers[ending](path)
        except RequestError as error:
            _tell_lines(error, tell)


def _files(source: str, endings: tuple[str, ...]) -> Sequence[str] | None:
    """Return the files that are meant; None if it is the folder itself.

    Raises:
        RequestError: There are none, or nobody knows which.
    """
    if not source.strip():
        raise RequestError(f"input: its name is empty (got {source!r}). Name {SORTS}.")
    if patterns.is_pattern(source):
        return patterns.matching(source)
    # A page of the web is asked for whole to see whether it is a folder.
    if source.startswith("http") and _bare(source).endswith(endings):
        return [source]
    if not files.is_folder(source):
        return [source]
    found = [one.path for one in files.entries(source) if not one.is_folder]
    shards = [path for path in found if path.lower().endswith(tars.SUFFIX)]
    tables = [path for path in found if path.lower().endswith(parquet.SUFFIX)]
    if shards and tables:
        raise RequestError(
            f"{files.called(source)}: shards and tables in one folder (got {len(shards)} .tar and "
            f"{len(tables)} .parquet). Name those that are meant: {files.called(source)}/*.tar"
        )
    return shards or tables or None


def _bare(path: str) -> str:
    """Return how a path ends, in small letters; the query of an address is no part of it."""
    return (path.partition("?")[0] if files.is_address(path) else path).partition("::")[0].lower()


def _tell_lines(error: RequestError, tell: Tell) -> None:
    for line in str(error).splitlines():
        tell(line)

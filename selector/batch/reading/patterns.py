"""Names that stand for several files: with braces as WebDataset writes them, or with stars."""

from __future__ import annotations

import glob
import itertools
import os
import re
from collections.abc import Iterator

from selector.batch.reading import files
from selector.errors import RequestError

MOST_NAMES = 100_000  # that braces may stand for

_BRACES = re.compile(r"\{([^{}]*)\}")
_RANGE = re.compile(r"(\d+)\.\.(\d+)")


def matching(pattern: str) -> list[str]:
    """Return the files that a pattern with braces, stars and the like stands for.

    Raises:
        RequestError: There are none, or too many.
    """
    names = list(itertools.islice(_without_braces(pattern), MOST_NAMES + 1))
    if len(names) > MOST_NAMES:
        raise RequestError(
            f"{files.called(pattern)}: its braces stand for more than {MOST_NAMES:,} names. "
            "Give the folder."
        )
    found = [path for name in names for path in _globbed(name)]
    if not found:
        raise RequestError(
            f"{files.called(pattern)}: no file is called so (got no match). Correct the pattern."
        )
    return list(dict.fromkeys(found))


def is_pattern(path: str) -> bool:
    """Return whether *path* stands for several files; one that is there is just itself."""
    if files.is_address(path):
        return bool(_BRACES.search(path)) or _has_stars(path)
    return (bool(_BRACES.search(path)) or _has_stars(path)) and not os.path.lexists(path)


def _without_braces(pattern: str) -> Iterator[str]:
    braces = _BRACES.search(pattern)
    if braces is None:
        yield pattern
        return
    for part in _parts(braces[1]):
        yield from _without_braces(pattern[: braces.start()] + part + pattern[braces.end() :])


def _parts(inner: str) -> Iterator[str]:
    ends = _RANGE.fullmatch(inner)
    if ends is None:
        yield from inner.split(",")
        return
    first, last = int(ends[1]), int(ends[2])
    step = 1 if first <= last else -1
    for number in range(first, last + step, step):
        yield str(number).zfill(len(ends[1]))


def _has_stars(path: str) -> bool:
    # A question mark in an address of the web begins its query.
    return bool(set(path) & set("*[" if path.startswith("http") else "*?["))


def _globbed(name: str) -> list[str]:
    if not _has_stars(name):
        return [name]
    with files.telling(name):
        if not files.is_address(name):
            return sorted(glob.glob(name, recursive=True))  # noqa: PTH207 - a pattern may begin anywhere
        system, path = files.system_of(name)
        return sorted(str(system.unstrip_protocol(one)) for one in system.glob(path))

"""Which models lie in the cache folder, and whether they are the right ones."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from selector.doctor.finding import Finding, Tell
from selector.errors import WeightsError
from selector.weights import manifest
from selector.weights.fetch import cache_folder, obtain
from selector.weights.manifest import Entry

PART = "models"
OFFLINE = "SELECTOR_OFFLINE"
FETCH = "selector doctor --fetch"
ALLOWED = f"{OFFLINE}=0 {FETCH}"


def models(tell: Tell, entries: Iterable[Entry] = (), *, fetch: bool) -> Iterator[Finding]:
    """Find each model in the cache folder and verify its checksum.

    Args:
        tell: Takes what is being done.
        entries: The models; those of the manifest if there are none.
        fetch: Whether to download what is missing or wrong.
    """
    for entry in entries or manifest.entries():
        tell(f"{'fetching' if fetch and not cached(entry) else 'verifying'} {entry.name}")
        wrong = _fetched(entry) if fetch else unusable(entry)
        said = f"{cache_folder() / entry.file}, {megabytes(entry.size)}, {entry.licence}"
        yield wrong or Finding(PART, entry.name, "ok", f"{said}, checksum right")


def unusable(entry: Entry) -> Finding | None:
    """Return why the model can't be used as it lies there; None if it can. Fetches nothing."""
    try:
        with offline():
            obtain(entry)
    except WeightsError:  # says how to get it with downloads forbidden, which only we did
        return _wrong(entry, cache_folder() / entry.file)
    return None


def cached(entry: Entry) -> bool:
    """Return whether a file of the right name and size is there; its checksum is not looked at.

    Raises:
        WeightsError: There is no cache folder.
    """
    path = cache_folder() / entry.file
    try:
        return path.stat().st_size == entry.size
    except OSError:
        return False


def fetching(part: str, what: str, missing: Iterable[Entry]) -> Finding:
    """Return that models are *missing*, and how they will come."""
    listed = ", ".join(f"{one.name} ({megabytes(one.size)}, {one.licence})" for one in missing)
    if is_offline():
        said = f"not in the cache, and {OFFLINE} forbids to fetch it: {listed}"
        return Finding(part, what, "absent", said, ALLOWED)
    return Finding(part, what, "absent", f"not in the cache; fetched at first use: {listed}", FETCH)


def megabytes(size: int) -> str:
    """Return a size in bytes as people say it."""
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.1f} MB"  # noqa: PLR2004 - a GB


def is_offline() -> bool:
    """Return whether the user forbids downloads."""
    return os.environ.get(OFFLINE, "") not in ("", "0")


@contextmanager
def offline() -> Iterator[None]:
    """Let nothing of this process be downloaded meanwhile."""
    before = os.environ.get(OFFLINE)
    os.environ[OFFLINE] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[OFFLINE]
        else:
            os.environ[OFFLINE] = before


def _fetched(entry: Entry) -> Finding | None:
    try:
        obtain(entry)
    except WeightsError as error:
        said = str(error).removeprefix(f"{entry.name}: ")
        return Finding(PART, entry.name, "broken", said, ALLOWED if is_offline() else "")
    return None


def _wrong(entry: Entry, path: Path) -> Finding:
    if not path.exists():
        return fetching(PART, entry.name, [entry])
    if not os.access(path, os.R_OK):
        cure = f"chmod a+r {shlex.quote(str(path))}"
        return Finding(PART, entry.name, "broken", f"{path} can't be read", cure)
    said = f"{path} is another file than it should be ({entry.licence}, {megabytes(entry.size)})"
    return Finding(PART, entry.name, "broken", said, FETCH)

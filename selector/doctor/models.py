"""Which models lie in the cache folder, and whether they are the right ones."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from selector.doctor.finding import Asked, Finding, megabytes
from selector.errors import WeightsError
from selector.installed import command
from selector.weights import manifest
from selector.weights.fetch import cache_folder, cached, is_offline, obtain
from selector.weights.manifest import Entry

PART = "models"
OFFLINE = "SELECTOR_OFFLINE"


def models(asked: Asked, entries: Iterable[Entry] = ()) -> Iterator[Finding]:
    """Find each model in the cache folder and verify its checksum; fetch it first if asked to.

    Args:
        asked: Whether to download what is missing or wrong, and to whom to tell it.
        entries: The models; those of the manifest if there are none.
    """
    for entry in entries or manifest.entries():
        fetching = asked.fetch and not cached(entry)
        asked.tell(f"{'fetching' if fetching else 'verifying'} {entry.name}")
        wrong = _fetched(entry) if asked.fetch else unusable(entry)
        said = f"{cache_folder() / entry.file}, {megabytes(entry.size)}, {entry.licence}"
        yield wrong or Finding(PART, entry.name, "ok", f"{said}, checksum right")


def unusable(entry: Entry) -> Finding | None:
    """Return why the model can't be used as it lies there; None if it can. Fetches nothing."""
    try:
        with offline():
            obtain(entry)
    except WeightsError:  # says how to get it with downloads forbidden, which only we did
        path = cache_folder() / entry.file
        return _wrong(entry, path) if path.exists() else to_fetch(PART, entry.name, [entry])
    return None


def to_fetch(part: str, what: str, missing: Iterable[Entry]) -> Finding:
    """Return that models are *missing*, and how they will come."""
    listed = ", ".join(f"{one.name} ({megabytes(one.size)}, {one.licence})" for one in missing)
    how = f"{OFFLINE} forbids to fetch it" if is_offline() else "it is fetched at first use"
    return Finding(part, what, "absent", f"not in the cache; {how}: {listed}", fetching())


def fetching() -> str:
    """Return the command that downloads models, allowed to do so if it is forbidden."""
    return f"{f'{OFFLINE}=0 ' * is_offline()}{command()} doctor --fetch"


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
    path = cache_folder() / entry.file
    if path.is_dir():
        return _wrong(entry, path)
    try:
        obtain(entry)
    except WeightsError as error:
        said = str(error).removeprefix(f"{entry.name}: ")
        return Finding(PART, entry.name, "broken", said, fetching() if is_offline() else "")
    return None


def _wrong(entry: Entry, path: Path) -> Finding:
    """Return what is wrong with what lies at *path*, where the model should be."""
    quoted = shlex.quote(str(path))
    if path.is_dir():
        aside = shlex.quote(f"{path}.aside")
        said = f"{path} is a folder, and should be the model's file"
        return Finding(PART, entry.name, "broken", said, f"mv {quoted} {aside}")
    if not os.access(path, os.R_OK):
        said = f"{path} can't be read"
        return Finding(PART, entry.name, "broken", said, f"chmod a+r {quoted}")
    said = f"{path} is another file than it should be ({entry.licence}, {megabytes(entry.size)})"
    return Finding(PART, entry.name, "broken", said, fetching())

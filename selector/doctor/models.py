"""Which models lie in the cache folder, and whether they are the right ones."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from selector.doctor.finding import Asked, Finding, megabytes
from selector.errors import WeightsError
from selector.installed import command
from selector.weights import manifest
from selector.weights.entry import Entry
from selector.weights.fetch import OFFLINE, cached, fault, is_offline, location, obtain

PART = "models"
LARGE = 100_000_000  # bytes; what is larger comes only for who names it


def models(asked: Asked, entries: Iterable[Entry] = ()) -> Iterator[Finding]:
    """Find each model in the cache folder and verify it; fetch it first if asked to, unless large.

    Args:
        asked: Whether to download what is missing or wrong, and to whom to tell it.
        entries: The models; those of the manifest if there are none.
    """
    for entry in entries or manifest.entries():
        fetch = asked.fetch and not is_large(entry)
        asked.tell(f"{'fetching' if fetch and not cached(entry) else 'verifying'} {entry.name}")
        wrong = _fetched(entry) if fetch else unusable(entry)
        said = f"{location(entry)}, {megabytes(entry.size)}, {entry.licence}"
        yield wrong or Finding(PART, entry.name, "ok", f"{said}, checksum right")


def is_large(entry: Entry) -> bool:
    """Return whether a model takes so long to download that it comes only for who names it."""
    return entry.size > LARGE


def unusable(entry: Entry) -> Finding | None:
    """Return why the model can't be used as it lies there; None if it can. Fetches nothing."""
    try:
        wrong = fault(entry)
    except WeightsError as error:
        wrong = str(error)
    if wrong is None:
        return to_fetch(PART, entry.name, [entry])
    return _wrong(entry, wrong) if wrong else None


def to_fetch(part: str, what: str, missing: Iterable[Entry]) -> Finding:
    """Return that models are *missing*, and how they will come."""
    wanted = list(missing)
    listed = ", ".join(f"{one.name} ({megabytes(one.size)}, {one.licence})" for one in wanted)
    how = f"{OFFLINE} forbids to fetch it" if is_offline() else "it is fetched at first use"
    return Finding(part, what, "absent", f"not in the cache; {how}: {listed}", fetching(*wanted))


def fetching(*wanted: Entry) -> str:
    """Return the command that downloads models, allowed to do so if it is forbidden."""
    names = " ".join(one.name for one in wanted)
    large = any(map(is_large, wanted))
    allowed = f"{OFFLINE}=0 " * is_offline()
    return f"{allowed}{command()} {f'weights pull {names}' if large else 'doctor --fetch'}"


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
    path = location(entry)
    if len(entry.files) == 1 and path.is_dir():
        return _wrong(entry, "it is a folder, and should be the model's file")
    try:
        obtain(entry)
    except WeightsError as error:
        said = str(error).removeprefix(f"{entry.name}: ")
        return Finding(PART, entry.name, "broken", said, fetching(entry) if is_offline() else "")
    return None


def _wrong(entry: Entry, wrong: str) -> Finding:
    """Return what is wrong with what lies where the model should be, and what cures it."""
    path = location(entry)
    quoted = shlex.quote(str(path))
    if len(entry.files) == 1 and path.is_dir():
        aside = shlex.quote(f"{path}.aside")
        return Finding(PART, entry.name, "broken", f"{path}: {wrong}", f"mv {quoted} {aside}")
    if not os.access(path, os.R_OK):
        said = f"{path} can't be read"
        return Finding(PART, entry.name, "broken", said, f"chmod -R a+rX {quoted}")
    said = f"{path}: {wrong} ({entry.licence}, {megabytes(entry.size)})"
    return Finding(PART, entry.name, "broken", said, fetching(entry))

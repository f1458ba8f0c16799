"""Whether the folders that the product writes to can be written, and have room."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from selector.doctor.finding import Finding, State
from selector.doctor.models import cached, megabytes
from selector.errors import JournalError, WeightsError
from selector.weights import manifest
from selector.weights.fetch import cache_folder

PART = "folders"
LITTLE = 500_000_000  # bytes; below this a disk is full before the day is over
CACHE_CURE = 'export SELECTOR_CACHE="$HOME/selector-cache"'
JOURNAL_CURE = 'export SELECTOR_JOURNAL="$HOME/selector.sqlite"'


def folders() -> Iterator[Finding]:
    """Find whether models can be kept and requests be written down."""
    try:
        yield from _cache(cache_folder())
    except WeightsError as error:
        yield Finding(PART, "cache folder", "broken", str(error), CACHE_CURE)
    yield _journal()


def _cache(folder: Path) -> Iterator[Finding]:
    missing = [entry for entry in manifest.entries() if not cached(entry)]
    if said := _refusal(folder):
        # Where all models are there, nobody need write: a container's folder may be read-only.
        state: State = "broken" if missing else "ok"
        said += "" if missing else ", which does no harm: all models are there"
        yield Finding(PART, "cache folder", state, said, CACHE_CURE if missing else "")
    else:
        yield Finding(PART, "cache folder", "ok", f"{folder} can be written")
    yield _room(folder, sum(entry.size for entry in missing))


def _room(folder: Path, needed: int) -> Finding:
    free = shutil.disk_usage(_nearest(folder)).free
    said = f"{megabytes(free)} free for {folder}"
    if free >= max(needed, LITTLE):
        return Finding(PART, "disk", "ok", said)
    said += f"; missing models need {megabytes(needed)}. Make room, or keep them elsewhere"
    return Finding(PART, "disk", "warning", said, CACHE_CURE)


def _journal() -> Finding:
    """Find whether the journal that the command line would use can be written."""
    from selector.journal import Journal, default_path

    what = "journal"
    try:
        given = os.environ.get("SELECTOR_JOURNAL") or str(default_path())
        with Journal(given) as journal:  # refuses an address, which is no path
            if (path := Path(given)).exists():
                journal.requests(1)
    except JournalError as error:
        return Finding(PART, what, "broken", str(error), JOURNAL_CURE)
    if said := _refusal(path.parent):
        return Finding(PART, what, "broken", said, JOURNAL_CURE)
    if path.exists() and not os.access(path, os.W_OK):
        return Finding(PART, what, "broken", f"{path} can't be written", JOURNAL_CURE)
    rest = "is a journal and can be written" if path.exists() else "is made at the first request"
    return Finding(PART, what, "ok", f"{path} {rest}")


def _refusal(folder: Path) -> str:
    """Return in words why nothing can be written to *folder*, or be made there; "" if it can."""
    try:
        with tempfile.TemporaryFile(dir=_nearest(folder)):
            return ""
    except OSError as error:
        return f"{folder} can't be written ({error.strerror})"


def _nearest(folder: Path) -> Path:
    """Return *folder*, or what there is of it."""
    return next(one for one in (folder, *folder.parents) if os.path.lexists(one))

"""Whether what the product writes can be written, and which variables say where and whether."""

from __future__ import annotations

import difflib
import os
import re
import shlex
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from selector.doctor.finding import Asked, Finding, State, megabytes
from selector.doctor.models import is_large
from selector.errors import JournalError, WeightsError
from selector.weights import manifest
from selector.weights.fetch import OFFLINE, cache_folder, cached, is_offline

PART = "folders"
LITTLE = 500_000_000  # bytes; below this a disk is full before the day is over
TRIED = bytes(65_536)  # as much as a small request; a full disk still takes an empty file
CACHE, JOURNAL = "SELECTOR_CACHE", "SELECTOR_JOURNAL"
PREFIX = "SELECTOR_"
MEANT = {  # by name: what reads them may be what does not start
    CACHE: "models are kept where it says",
    JOURNAL: "requests are written down where it says",
    "SELECTOR_SPOOL": "requests that a journal can't take wait there",
    "SELECTOR_SPOOL_MB": "of them so many MB at most",
    "SELECTOR_THUMBNAILS": "small pictures of what was decided are kept there",
    "SELECTOR_THUMBNAIL_DAYS": "for so many days",
    "SELECTOR_WEBHOOK_KEY": "alarms are sent with this key",
    OFFLINE: "no model is fetched",
    "SELECTOR_JUDGE_URL": "judges are asked there, where a policy names none",
    "SELECTOR_JUDGE_MODEL": "the judge goes by this name there",
    "SELECTOR_JUDGE_KEY": "the judge is sent this key",
    "SELECTOR_JUDGE_HTTP": "1 lets pictures go to a judge by http, over a network of your own",
    "SELECTOR_MAX_RESIDENT_GB": "of models that take more GB together, the longest unused is unloaded",
}
_KUBERNETES = re.compile(r"_(SERVICE_(HOST|PORT)|PORT)(_|$)")  # set for a service named selector


def folders(_asked: Asked) -> Iterator[Finding]:
    """Find whether models can be kept and requests be written down, and whether there is room."""
    try:
        yield from _cache(cache_folder())
    except WeightsError as error:
        cure = _elsewhere(CACHE, "selector-cache")
        said = str(error).removeprefix("cache folder: ")
        yield Finding(PART, "cache folder", "broken", said, cure)
    yield from _journal()


def _cache(folder: Path) -> Iterator[Finding]:
    # The large ones, which few need all of, say themselves how much room they want.
    small = (entry for entry in manifest.entries() if not is_large(entry))
    missing = [entry for entry in small if not cached(entry)]
    needed = sum(entry.size for entry in missing)
    if said := _refusal(folder):
        # Where all models are there, nobody need write: a container's folder may be read-only.
        state: State = "broken" if missing else "ok"
        said += "" if missing else ", which does no harm: all models are there"
        cure = _elsewhere(CACHE, "selector-cache", needed) if missing else ""
        yield Finding(PART, "cache folder", state, said, cure)
        return
    yield Finding(PART, "cache folder", "ok", f"{folder} can be written")
    if _free(folder) >= max(needed, LITTLE):
        said = f"{megabytes(_free(folder))} free for {folder}"
        yield Finding(PART, "room for models", "ok", said)
    else:
        said = f"{megabytes(_free(folder))} free for {folder}, of which models that are not here "
        said += f"need {megabytes(needed)}. Make room, or keep them elsewhere"
        cure = _elsewhere(CACHE, "selector-cache", max(needed, LITTLE))
        yield Finding(PART, "room for models", "warning", said, cure)


def _journal() -> Iterator[Finding]:
    """Find whether the journal that the command line would use can be written."""
    from selector.journal import Journal, default_path
    from selector.journal.address import is_address

    try:
        given = os.environ.get(JOURNAL) or str(default_path())
        path = Path(given)
        with Journal(given) as journal:
            if is_address(given):
                rest = "is a journal" if journal.exists() else "is made at the first request"
                yield Finding(PART, "journal", "ok", f"{journal.name} {rest}")
                return
            if path.exists():
                journal.requests(1)
        said = _unwritable(path)
    except JournalError as error:
        said = str(error).removeprefix("journal: ")
    if said:
        yield Finding(PART, "journal", "broken", said, _elsewhere(JOURNAL, "selector.sqlite"))
        return
    rest = "is a journal and can be written" if path.exists() else "is made at the first request"
    yield Finding(PART, "journal", "ok", f"{path} {rest}")
    state: State = "ok" if _free(path.parent) >= LITTLE else "warning"
    cure = "" if state == "ok" else _elsewhere(JOURNAL, "selector.sqlite", LITTLE)
    said = f"{megabytes(_free(path.parent))} free for {path.parent}"
    yield Finding(PART, "room for the journal", state, said, cure)


def _unwritable(path: Path) -> str:
    if path.exists() and not os.access(path, os.W_OK):
        return f"{path} can't be written"
    return _refusal(path.parent)


def _refusal(folder: Path) -> str:
    """Return in words why nothing can be written to *folder*, or be made there; "" if it can."""
    try:
        with tempfile.TemporaryFile(dir=_nearest(folder)) as file:
            file.write(TRIED)
            file.flush()
            os.fsync(file.fileno())  # some file systems refuse only now
    except OSError as error:
        return f"{folder} can't be written ({error.strerror})"
    return ""


def _free(folder: Path) -> int:
    return shutil.disk_usage(_nearest(folder)).free


def _nearest(folder: Path) -> Path:
    """Return *folder*, or what there is of it."""
    return next(one for one in (folder, *folder.parents) if os.path.lexists(one))


def _elsewhere(variable: str, name: str, needed: int = 0) -> str:
    """Return the command that sets *variable* to a place that was tried; "" if there is none.

    Args:
        variable: Which variable says where.
        name: Of what is kept there.
        needed: How much it needs, in bytes.
    """
    for folder in _places():
        place = folder / name
        fits = not place.is_file() and not _refusal(place) and _free(place) >= needed
        if folder.is_dir() and fits:
            return f"export {variable}={shlex.quote(str(place))}"
    return ""


def _places() -> Iterator[Path]:
    """Give where a user may write, the best first."""
    for place in (Path.home, Path.cwd, lambda: Path(tempfile.gettempdir())):
        try:
            yield place()
        except (OSError, RuntimeError):  # no home, no current folder, nothing to write to
            continue


def settings(_asked: Asked) -> Iterator[Finding]:
    """Find what each variable that is set does, and those that nothing reads."""
    given = sorted(name for name in os.environ if name.startswith(PREFIX))
    for name in given:
        if name in MEANT:
            yield _effect(name, os.environ[name])
        elif near := difflib.get_close_matches(name, MEANT, n=1, cutoff=0.8):
            said = f"nothing reads it; did you mean {near[0]!r}?"
            yield Finding("settings", name, "warning", said, f"unset {shlex.quote(name)}")
        elif not _KUBERNETES.search(name):
            said = f"nothing here reads it; there are: {', '.join(MEANT)}"
            yield Finding("settings", name, "ok", said)
    if not given:
        yield Finding("settings", f"{PREFIX}*", "ok", "none is set")


def _effect(name: str, text: str) -> Finding:
    """Return what a variable does; never what it holds, unless it is a path that must be mended."""
    if not text:
        return Finding("settings", name, "ok", "empty, which is as if it were not set")
    if name == OFFLINE and not is_offline():
        return Finding("settings", name, "ok", "set: models may be fetched")
    absolute = Path(text).is_absolute() or (name == CACHE and text.startswith("~"))
    if name not in (CACHE, JOURNAL) or "://" in text or absolute:
        return Finding("settings", name, "ok", f"set: {MEANT[name]}")
    cure = f"export {name}={shlex.quote(str(Path(text).absolute()))}"
    said = "a relative path, which means another place in every folder"
    return Finding("settings", name, "warning", said, cure)

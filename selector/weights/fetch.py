"""Brings a model's file into the cache folder, and never hands out any but the right one."""

import hashlib
import os
import secrets
import threading
from pathlib import Path

from selector.errors import WeightsError
from selector.log import operator_log
from selector.weights import manifest
from selector.weights.manifest import Entry, Source
from selector.weights.sources import blocks

_lock = threading.Lock()
_verified: set[tuple[Path, str, int, int]] = set()  # path, sha256, bytes and time of change


def fetch(name: str) -> Path:
    """Return the path of the model file *name*, downloaded if need be, its checksum verified.

    Raises:
        WeightsError: There is no such model, or no right file of it can be had.
    """
    return obtain(manifest.entry(name))


def obtain(entry: Entry) -> Path:
    """Return the path of the file that *entry* describes, downloaded if need be, verified.

    A right file that somebody put in the cache folder is used as it is. With `SELECTOR_OFFLINE=1`
    nothing is downloaded. Processes and threads may ask at the same time: the file appears whole
    or not at all.

    Raises:
        WeightsError: No right file is there and none can be downloaded or written; the message
            says what was tried, and where to put which file.
    """
    path = cache_folder() / entry.file
    if _is_right(path, entry):
        return path
    with _lock:
        if _is_right(path, entry):
            return path
        failures = [f"{path}: another file than it should be"] if path.exists() else []
        if is_offline():
            offline = [
                f"{source}: SELECTOR_OFFLINE is set: no download" for source in entry.sources
            ]
            raise _unavailable(entry, path, [*failures, *offline])
        for source in entry.sources:
            try:
                _download(source, entry, path)
            except WeightsError as error:
                failures.append(f"{source}: {error}")
                _say("weights.source_failed", model=entry.name, source=source, reason=str(error))
            else:
                return path
    raise _unavailable(entry, path, failures)


def cached(entry: Entry) -> bool:
    """Return whether a file of the right name and size is there; its checksum is not looked at.

    Raises:
        WeightsError: There is no cache folder.
    """
    path = cache_folder() / entry.file
    try:
        return path.is_file() and path.stat().st_size == entry.size
    except OSError:
        return False


def cache_folder() -> Path:
    """Return the folder that holds the model files; it need not exist yet.

    It is `SELECTOR_CACHE`, else `selector` in `XDG_CACHE_HOME`, else `~/.cache/selector`.

    Raises:
        WeightsError: None of them is set, and this user has no home; or it begins with the home of
            a user who is not known.
    """
    own = os.environ.get("SELECTOR_CACHE")
    base = Path(os.environ.get("XDG_CACHE_HOME", ""))
    try:
        if own:
            return Path(own).expanduser().absolute()
        if base.is_absolute():  # the specification says to ignore a relative one
            return base / "selector"
        return Path.home() / ".cache" / "selector"
    except RuntimeError:
        raise WeightsError(
            "cache folder: there is no such home (got no HOME, or a ~user who is not known). "
            "Set SELECTOR_CACHE to a folder."
        ) from None


def is_offline() -> bool:
    """Return whether the user forbids downloads."""
    return os.environ.get("SELECTOR_OFFLINE", "") not in ("", "0")


def _is_right(path: Path, entry: Entry) -> bool:
    try:
        facts = path.stat()
        mark = (path, entry.sha256, facts.st_size, facts.st_mtime_ns)
        if mark in _verified:
            return True
        if facts.st_size != entry.size or _sha256(path) != entry.sha256:
            return False
    except FileNotFoundError:
        return False
    except OSError as error:
        raise WeightsError(
            f"{path}: the model file can't be read (got {error.strerror}). Make it readable, or "
            "set SELECTOR_CACHE to another folder."
        ) from None
    _verified.add(mark)
    return True


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _download(source: Source, entry: Entry, path: Path) -> None:
    _say("weights.downloading", model=entry.name, source=source, size=entry.size)
    # In the same folder, so that the rename is atomic; its own name, so that nobody shares it.
    part = path.with_name(f".{path.name}.{secrets.token_hex(8)}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            _write(source, entry, part)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise WeightsError(
            f"the file can't be written to {path.parent} (got {error.strerror})"
        ) from None
    _say("weights.fetched", model=entry.name, path=str(path))


def _write(source: Source, entry: Entry, part: Path) -> None:
    digest, size = hashlib.sha256(), 0
    with part.open("xb") as file:
        for block in blocks(source, entry.size):
            digest.update(block)
            size += len(block)
            file.write(block)
    if size > entry.size:
        raise WeightsError(f"larger than announced (got more than {entry.size} bytes)")
    if size < entry.size:
        raise WeightsError(f"cut off (got {size} of {entry.size} bytes)")
    if digest.hexdigest() != entry.sha256:
        raise WeightsError(f"wrong content (got sha256 {digest.hexdigest()})")


def _unavailable(entry: Entry, path: Path, failures: list[str]) -> WeightsError:
    tried = "".join(f"\n  {failure}" for failure in failures)
    return WeightsError(
        f"{entry.name}: its model file can't be had (got what is listed below). Put the file at "
        f"{path} (sha256 {entry.sha256}), or make one of its sources reachable.{tried}"
    )


def _say(event: str, **context: object) -> None:
    operator_log().info(event, **{key: str(value) for key, value in context.items()})

"""Whether a model file is the right one: compared with what is stated, or was first seen."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
from datetime import UTC, datetime
from pathlib import Path

from selector.errors import WeightsError
from selector.log import operator_log
from selector.weights import lockfile, manifest
from selector.weights.entry import Hub, Source
from selector.weights.lockfile import Record
from selector.weights.place import Place, places

FOUND = "found here"
_read: set[tuple[Path, str, int, int]] = set()  # path, sha256, bytes and time of change


def fault(place: Place, *, thorough: bool = False) -> str | None:
    """Return in words why the file that lies there is not the right one; "" if it is.

    Of a file whose checksum nobody states the first that is seen is the right one, which is
    written down and said in the operator log.

    Args:
        place: Which file.
        thorough: Read it even if neither its size nor its time has changed since it was read.

    Returns:
        None if there is no such file.

    Raises:
        WeightsError: It can't be read, or the lock file that is needed can't.
    """
    try:
        facts = place.path.stat()
        if not stat.S_ISREG(facts.st_mode):  # a pipe would let us wait for ever
            kind = "a folder" if stat.S_ISDIR(facts.st_mode) else "a device or a pipe"
            return f"it is {kind}, and should be the model's file"
        known = _known(place)
        if not thorough and _is_marked(place, known, facts):
            return ""
        if place.file.size not in (None, facts.st_size):
            return f"another file than it should be (got {facts.st_size} bytes)"
        found = sha256(place.path)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise WeightsError(
            f"{place.path}: the model file can't be read (got {error.strerror}). Make it readable, "
            "or set SELECTOR_CACHE to another folder."
        ) from None
    if wrong := unlike(place, found, size=facts.st_size):
        return wrong
    if known is None and place.file.sha256 is None:
        operator_log().warning("weights.first_seen", path=str(place.path), sha256=found)
    seen = Record(found, facts.st_size, FOUND, "", _now(), facts.st_mtime_ns)
    _keep(place, _still(known, seen))
    return ""


def unlike(place: Place, found: str, *, size: int, stated: str = "") -> str:
    """Return in words why a content is not that of the file; "" if it is, or may be.

    Args:
        place: Which file.
        found: The checksum of the content.
        size: How many bytes it has; it counts where nothing is known of the checksum.
        stated: What its source says the checksum is; it counts where nobody else says it, or only
            a file that somebody had put there.

    Raises:
        WeightsError: The lock file is needed and can't be read.
    """
    known = _known(place)
    expected = place.file.sha256 or (known.sha256 if known else stated)
    if found == expected or (found == stated and _gives_way(place, known)):
        return ""
    if other := _other(place, found):
        return f"this is {other}, another model (got sha256 {found})"
    if known and not place.file.sha256:
        first = f"the first that was seen here has {expected}"
        cure = f"if this is the right one, remove {place.name!r} from {lockfile.NAME} beside it"
        return f"another file than it should be (got sha256 {found}; {first}; {cure})"
    if expected:
        return f"another file than it should be (got sha256 {found})"
    if place.file.may_have(size):
        return ""
    return f"another file than it should be (got {size} bytes, expected about {place.file.about})"


def arrived(place: Place, source: Source, found: str) -> None:
    """Write down that the file has come from *source*, with the checksum *found*."""
    facts = place.path.stat()
    revision = source.revision if isinstance(source, Hub) else ""
    seen = Record(found, facts.st_size, str(source), revision, _now(), facts.st_mtime_ns)
    _keep(place, seen)


def sha256(path: Path) -> str:
    """Return the checksum of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _known(place: Place) -> Record | None:
    """Return what was written down; the lock file may be broken where it is not needed."""
    try:
        known = lockfile.read(place.folder).get(place.name)
    except WeightsError:
        if place.file.sha256 is None:  # nothing else says what the right file is
            raise
        return None
    if known and known.source == FOUND and not place.file.may_have(known.size):
        return None  # a file that was never the right one must not keep the right one out
    return known


def _gives_way(place: Place, known: Record | None) -> bool:
    """Return whether all that is known is what somebody had put there."""
    return place.file.sha256 is None and known is not None and known.source == FOUND


def _is_marked(place: Place, known: Record | None, facts: os.stat_result) -> bool:
    """Return whether the file is still the one that was read and was right."""
    expected = place.file.sha256 or (known.sha256 if known else "")
    mark = (expected, facts.st_size, facts.st_mtime_ns)
    written = known and mark == (known.sha256, known.size, known.read_ns)
    return bool(written) or (place.path, *mark) in _read


def _keep(place: Place, record: Record) -> None:
    """Remember that a file was read; where it can't be written down, it is said in the log."""
    if place.file.sha256:
        _read.add((place.path, record.sha256, record.size, record.read_ns))
    try:
        if lockfile.read(place.folder).get(place.name) != record:
            lockfile.write(place.folder, place.name, record)
    except (OSError, WeightsError) as error:
        operator_log().info("weights.not_recorded", file=place.name, reason=str(error))


def _still(known: Record | None, now: Record) -> Record:
    """Return *now*, with where and when it came from if that is known of this content."""
    if known is None or known.sha256 != now.sha256:
        return now
    return Record(now.sha256, now.size, known.source, known.revision, known.date, now.read_ns)


def _other(place: Place, found: str) -> str:
    """Return which other model has the content *found*; "" if none is known to have it."""
    records: dict[str, Record] = {}
    with contextlib.suppress(WeightsError):
        records = lockfile.read(place.folder)
    for other in manifest.entries():
        for its in places(place.folder, other):
            seen = records[its.name].sha256 if its.name in records else ""
            if its.name != place.name and found in (its.file.sha256, seen):
                return other.name
    return ""


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")

"""Brings a file whole to its place, going on where it broke off; nothing else ever lies there."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path

from selector.errors import WeightsError
from selector.weights import hub, verify
from selector.weights.coming import CutOffError
from selector.weights.entry import Source
from selector.weights.place import Place
from selector.weights.sources import here, opened

Progress = Callable[[str, int, int], None]  # a model's name, bytes that are here, bytes of all
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def bring(source: Source, place: Place, progress: Progress, *, alone: bool) -> None:
    """Bring a file from *source* to its place.

    What comes is kept when it breaks off, also when this process is killed, and gone on with the
    next time; unless it is wrong, or there is no room for it.

    Args:
        source: One of the model's sources.
        place: Where the file belongs.
        progress: Is called with how much is here, whenever there is more.
        alone: Whether nobody else brings this file meanwhile; else nothing is gone on with.

    Raises:
        WeightsError: It does not come, is not the right one, or can't be written.
    """
    part = place.part(source)
    if not alone:
        part = part.with_suffix(f".{secrets.token_hex(8)}")
    try:
        part.parent.mkdir(parents=True, exist_ok=True)
        place.path.parent.mkdir(parents=True, exist_ok=True)
        if lying := here(source, place.file.name):
            found = _adopted(lying, place, part)
        else:
            found = _whole(source, place, part, progress)
        part.replace(place.path)
    except OSError as error:
        if error.errno in FULL:
            part.unlink(missing_ok=True)
        raise WeightsError(
            f"the file can't be written to {place.folder} (got {error.strerror})"
        ) from None
    finally:
        if not alone or not _size(part):
            part.unlink(missing_ok=True)
    verify.arrived(place, source, found)


def _adopted(lying: Path, place: Place, part: Path) -> str:
    """Let *part* be the file that lies elsewhere on this machine, without a copy if possible.

    Models take gigabytes, and a link takes none. Whoever changes the other file, or takes it away,
    is noticed by its size and time.
    """
    part.unlink(missing_ok=True)
    for how in (os.link, os.symlink, shutil.copyfile):
        try:
            how(lying, part)
        except OSError:
            if how is shutil.copyfile:
                raise
        else:
            break
    return _checked(place, part, hub.stated(lying))


def _whole(source: Source, place: Place, part: Path, progress: Progress) -> str:
    """Let *part* become the whole file, and return its checksum."""
    resumed = _size(part)
    stated = _received(source, place, part, progress)
    try:
        return _checked(place, part, stated)
    except WeightsError:
        if not resumed:
            raise
    # What was there before may have been of another file: once more, from the beginning.
    return _checked(place, part, _received(source, place, part, progress))


def _received(source: Source, place: Place, part: Path, progress: Progress) -> str:
    """Let all of a file come, in one go or more; return the checksum that its source states."""
    while True:
        before = _size(part)
        _make_room(place, before)
        try:
            return _received_once(source, place, part, progress)
        except CutOffError:
            if _size(part) <= before:  # nothing more has come: it is no use to ask again
                raise


def _received_once(source: Source, place: Place, part: Path, progress: Progress) -> str:
    have, size = _size(part), place.file.size
    with part.open("ab") as file:
        coming = opened(source, place.file.name, have)
        if coming.start == 0:
            file.truncate(0)
            have = 0
        size = coming.total if size is None else size
        most = place.file.most if size is None else size
        for block in coming.blocks:
            file.write(block)
            file.flush()  # what has come is kept even if this process is killed
            have += len(block)
            if most is not None and have > most:
                break
            progress(place.entry.name, have, size or place.file.bytes)
    if most is not None and have > most:
        part.unlink()
        raise WeightsError(f"larger than announced (got more than {most:.0f} bytes)")
    if size is not None and have < size:
        raise CutOffError(f"cut off (got {have} of {size} bytes)")
    return coming.sha256


def _checked(place: Place, part: Path, stated: str) -> str:
    """Return the checksum of *part*, which is taken away if it is not the right file."""
    found = verify.sha256(part)
    if wrong := verify.unlike(place, found, size=_size(part), stated=stated):
        part.unlink()
        raise WeightsError(f"wrong content: {wrong}")
    return found


def _make_room(place: Place, have: int) -> None:
    """Refuse to begin what the disk can't hold.

    Raises:
        WeightsError: There is too little room.
    """
    needed = place.file.bytes - have
    free = shutil.disk_usage(place.folder).free
    if needed > free:
        raise WeightsError(
            f"no room: {needed / 1e9:.2g} GB are to come, and {free / 1e9:.2g} GB are free in "
            f"{place.folder}. Make room, or set SELECTOR_CACHE to another folder"
        )


def _size(part: Path) -> int:
    try:
        return part.stat().st_size
    except FileNotFoundError:
        return 0

"""The accepted originals in a run's folder: accepted/REQUEST/NAME, the very bytes that were judged."""

from __future__ import annotations

import hashlib
import io
import os
import secrets
import unicodedata
from collections import Counter
from contextlib import suppress
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

from selector.batch.folder import Folder
from selector.batch.listed import Listed, ListedCandidate
from selector.batch.places import PART, Place, placing
from selector.batch.setup import Originals
from selector.batch.stored import opened
from selector.batch.texts import valid
from selector.errors import ImageError
from selector.images import Limits
from selector.images.encoded import Encoded, reader
from selector.images.sources import CHANGED, FORMATS, naming
from selector.types import Candidate, Selection

ACCEPTED = "accepted"
LONGEST = 200  # bytes of a name; most disks take 255

_APART = frozenset('%~/\\:*?"<>|')  # ours, and what paths and Windows take otherwise
_DIGITS = 16
_ENDINGS = {"JPEG": ".jpg", "MPO": ".jpg", "TIFF": ".tif"}


def put(folder: Folder, listed: Listed, selection: Selection, *, how: Originals) -> None:
    """Put what was accepted of a request into the run's folder, and nothing else of it.

    Doing it again changes nothing; when a request was decided anew, what is no longer accepted
    goes. What lies in a tar, in a dataset or behind an address is copied whatever was asked for.

    Args:
        folder: The run's.
        listed: The request.
        selection: What was decided.
        how: "copy", or "link": a hard link, else a symbolic one, else a copy. Who changes a linked
            original changes what is linked to it.

    Raises:
        ImageError: An original is no longer what was judged.
        RequestError: It can't be written there.
    """
    place = folder.place
    at = f"{ACCEPTED}/{folder_name(listed.id, alike=_are_alike(place))}"
    names = file_names(listed.candidates)
    pictures = {one.id: one.picture for one in listed.candidates}
    kept = set()
    for one in selection.accepted:
        given: Any = opened(pictures[one.id])  # always encoded
        data = _as_judged(given, one, selection.limits or Limits())
        name = names[one.id] + (_ending(data) if pictures[one.id].row is not None else "")
        if how == "copy" or not isinstance(given, str) or not _linked(given, place, f"{at}/{name}"):
            place.put(f"{at}/{name}", data)
        kept.add(name)
    for name in place.names(at):
        if name not in kept:
            place.remove(f"{at}/{name}")


def folder_name(request_id: str, *, alike: bool = False) -> str:
    """Return the name of a request's folder: one of its own, and never a way out.

    It is the id with what is no part of a name written as in an address ("a/b" as "a%2Fb"), unless
    that is too long: then its beginning and a hash.

    Args:
        request_id: The id.
        alike: Whether "A" and "a" are one name there; then a hash tells them apart.
    """
    name = _written(request_id)
    folded = unicodedata.normalize("NFC", request_id).casefold()
    if len(name.encode()) <= LONGEST and not (alike and folded != request_id):
        return name
    return f"{_cut(name, LONGEST - 1 - _DIGITS)}~{_digits(request_id)}"


def file_names(candidates: tuple[ListedCandidate, ...]) -> dict[str, str]:
    """Return by id how each candidate's file is called: as it is, where that tells it from others.

    What is a cell of a dataset has its id, and lacks an ending.
    """
    names = {one.id: _file_name(one) for one in candidates}
    times = Counter(_folded(name) for name in names.values())
    return {
        one: _shortened(name, "" if times[_folded(name)] == 1 else f"~{_digits(one)}")
        for one, name in names.items()
    }


def _file_name(one: ListedCandidate) -> str:
    picture = one.picture
    if picture.row is not None:
        return _written(one.id)
    path = picture.member or _path(picture.path)
    return _written(valid(PurePosixPath(path).name) or one.id)


def _path(place: str) -> str:
    """Return the path in an address, which need not be a valid one, without what asks for more."""
    if "://" not in place:
        return place
    path = place.partition("?")[0].partition("://")[2].partition("/")[2]
    return path.partition("#")[0] if place.startswith(("http://", "https://")) else path


def _shortened(name: str, end: str) -> str:
    """Return a file's name with *end* before its ending, and a hash there if it is too long."""
    path = PurePosixPath(name)
    if len(name.encode()) > LONGEST and not end:
        end = f"~{_digits(name)}"
    suffix = path.suffix if len(path.suffix.encode()) <= _DIGITS else ""
    stem = name.removesuffix(suffix)
    return _cut(stem, LONGEST - len(end) - len(suffix.encode())) + end + suffix


def _written(text: str) -> str:
    """Return *text* as one name, from which `urllib.parse.unquote` makes it again."""
    chars = [_escaped(char) if _is_apart(char) else char for char in text]
    for at in {0, len(chars) - 1}:  # hidden files, and names that Windows cuts
        if chars[at] in {".", " "}:
            chars[at] = _escaped(chars[at])
    return "".join(chars)


def _is_apart(char: str) -> bool:
    return char in _APART or not char.isprintable()


def _escaped(char: str) -> str:
    return "".join(f"%{byte:02X}" for byte in char.encode())


def _cut(name: str, longest: int) -> str:
    return name.encode()[:longest].decode(errors="ignore")


def _digits(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _are_alike(place: Place) -> bool:
    """Return whether names that differ in case are one there, as on most disks of a Mac."""
    return place.is_local and _alike_at(place.path)


@cache
def _alike_at(folder: Path) -> bool:
    probe = folder / f".{secrets.token_hex(8)}a{PART}"
    with suppress(OSError):  # what can't be written there is told when it is needed
        probe.touch()
        found = probe.with_name(probe.name.upper()).exists()
        probe.unlink()
        return found
    return False


def _as_judged(given: Encoded, one: Candidate, limits: Limits) -> bytes:
    """Return the bytes of an original."""
    with naming(one.path or one.id):
        data = reader(given, limits)()
        if hashlib.sha256(data).hexdigest() != one.content_hash:
            raise ImageError(CHANGED)
    return data


def _linked(source: str, place: Place, name: str) -> bool:
    """Return whether a file could be linked to; one that can't be is copied."""
    if not place.is_local:
        return False
    # A hard link to a symbolic one is such a one again, which may lead nowhere from there.
    target, path = place.path / name, Path(source).resolve()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with placing(target) as part:
            try:
                os.link(path, part)
            except OSError:  # another disk, or somebody else's file
                part.symlink_to(path)
    except OSError:
        return False
    return True


def _ending(data: bytes) -> str:
    """Return how the name of a picture of this format ends."""
    import PIL.Image

    with PIL.Image.open(io.BytesIO(data), formats=FORMATS) as picture:
        name = str(picture.format)
    return _ENDINGS.get(name, f".{name.lower()}")

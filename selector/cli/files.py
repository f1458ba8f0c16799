"""Files that the command line reads and writes: images in folders, the journal, copies."""

from __future__ import annotations

import hashlib
import os
import secrets
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from selector.errors import RequestError
from selector.types import Candidate

if TYPE_CHECKING:
    from selector.journal import Journal


def images_in(given: Iterable[str]) -> list[Path]:
    """Return the files that were given, and the images of the folders that were given, by name.

    A file that is named is taken whatever its ending; of a folder only what ends like an image
    and is not hidden.

    Raises:
        RequestError: A name is empty, or a folder holds no image or can't be listed.
    """
    found: list[Path] = []
    for name in given:
        path = _named(name)
        found += _inside(path) if path.is_dir() else [path]
    return list(dict.fromkeys(found))


def is_same(path: Path, other: str | None) -> bool:
    """Return whether two names lead to one file: a picture before its edits may lie among them."""
    return other is not None and os.path.realpath(path) == os.path.realpath(other)


def _named(name: str) -> Path:
    if not name:  # Path would take it for the current folder, as from an unset variable
        raise RequestError("a file or folder: its name is empty (got ''). Name it.")
    return Path(name)


def _inside(folder: Path) -> list[Path]:
    from selector.images.suffixes import SUFFIXES

    try:
        names = sorted(folder.iterdir())
    except OSError as error:
        raise RequestError(f"{folder}: can't be listed ({error.strerror}).") from None
    images = [
        one for one in names if one.suffix.lower() in SUFFIXES and not one.name.startswith(".")
    ]
    if not images:
        raise RequestError(
            f"{folder}: no images in this folder (looked for {', '.join(sorted(SUFFIXES))}). "
            "Name the files, or another folder."
        )
    return images


@contextmanager
def journal(given: str | None, *, wanted: bool) -> Iterator[Journal | Literal[False]]:
    """Give the journal at *given*, by default in the user's state folder; False if none is wanted.

    Args:
        given: A path, or the address of a database.
        wanted: Whether there is to be one.

    Raises:
        JournalError: The user has no home to keep it in.
        RequestError: Nothing can be written there.
    """
    if not wanted:
        yield False
        return
    from selector.journal import Journal

    with Journal(given or _own_journal()) as opened:
        yield opened


def journal_files(given: str | None) -> list[Path]:
    """Return where the journal at *given* lies, by default the user's own, with all its parts.

    A database has no files here.

    Raises:
        JournalError: The user has no home to keep it in.
    """
    from selector.journal import default_path
    from selector.journal.address import is_address

    if given and is_address(given):
        return []
    path = Path(given) if given else default_path()
    return [path, *(path.with_name(f"{path.name}-{part}") for part in ("wal", "shm", "journal"))]


def _own_journal() -> Path:
    from selector.journal import default_path

    path = default_path()
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)  # prompts are private
    except OSError as error:
        raise RequestError(
            f"journal: {path.parent} can't be written ({error.strerror}). "
            "Give --journal, or --no-journal."
        ) from None
    return path


def folder_for_copies(name: str) -> Path:
    """Return the folder *name*, made if need be, before anything is measured.

    Raises:
        RequestError: It is no folder, or can't be written.
    """
    folder = _named(name)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError as error:
        raise _not_there(folder, error) from None


def copy(accepted: Sequence[Candidate], folder: Path) -> None:
    """Copy accepted files into *folder*, byte for byte, under their own names.

    Each appears whole or not at all. What lies there already is never overwritten: a name that
    is taken by other bytes gets the candidate's hash, and if need be a number, before its ending.

    Raises:
        RequestError: A file is no longer what was judged, or can't be written.
    """
    for one in accepted:
        source = Path(one.image)
        content = _as_judged(source, one)
        try:
            _put(content, folder, _names(source, one))
        except OSError as error:
            raise _not_there(folder, error) from None


def _as_judged(source: Path, one: Candidate) -> bytes:
    try:
        content = source.read_bytes()
    except OSError as error:
        raise RequestError(f"{source}: can't be read again ({error.strerror}).") from None
    if hashlib.sha256(content).hexdigest() != one.content_hash:
        raise RequestError(
            f"{source}: it changed after it was judged (got other bytes). Select again."
        )
    return content


def _names(source: Path, one: Candidate) -> Iterator[str]:
    stem = f"{source.stem}-{(one.content_hash or '')[:8]}"
    yield source.name
    yield stem + source.suffix
    for number in range(2, 1000):
        yield f"{stem}-{number}{source.suffix}"


def _put(content: bytes, folder: Path, names: Iterable[str]) -> None:
    part = folder / f".{secrets.token_hex(8)}.part"
    try:
        with part.open("xb") as file:  # with the permissions of any new file
            file.write(content)
        for name in names:
            target = folder / name
            if _holds(target, content):
                return
            try:
                os.link(part, target)  # fails where something is, links included
            except FileExistsError:
                continue
            return
    finally:
        part.unlink(missing_ok=True)


def _holds(target: Path, content: bytes) -> bool:
    """Return whether *target* is a plain file with just this content; a pipe is never opened."""
    if target.is_symlink() or not target.is_file():
        return False
    return target.stat().st_size == len(content) and target.read_bytes() == content


def _not_there(folder: Path, error: OSError) -> RequestError:
    return RequestError(
        f"{folder}: accepted files can't be copied there ({error.strerror}). Choose another folder."
    )

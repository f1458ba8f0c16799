"""The folder of a canary: its pictures under the hashes of their bytes, and one file that tells of them."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from selector.canary.recording import Canary, from_text, to_text
from selector.errors import ImageError, RequestError
from selector.images import open_image

TOLD = "canary.json"
PICTURES = "images"
SUFFIXES = frozenset((".png", ".jpg", ".jpeg", ".webp", ".avif", ".gif", ".bmp", ".tif", ".tiff"))
LISTED = 10  # problems that are told; the rest are counted


def read(folder: Path) -> Canary:
    """Return the canary in *folder*, whose pictures are all there and as they were.

    Raises:
        RequestError: There is none, it can't be read, or was changed by hand; lists every picture
            that is not as it was.
    """
    file = folder / TOLD
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise RequestError(
            f"{folder}: no canary in this folder (got no {TOLD}). Begin one with: selector canary "
            "add FILES --policy POLICY"
        ) from None
    except (OSError, ValueError) as error:  # ValueError: not UTF-8
        said = error.strerror if isinstance(error, OSError) else "no UTF-8"
        raise RequestError(f"{file}: it can't be read ({said}). Restore it.") from None
    canary = from_text(text, str(file))
    _check(folder, sorted(canary.files))
    return canary


def is_there(folder: Path) -> bool:
    """Return whether a canary lies in *folder*."""
    return (folder / TOLD).exists()


def write(folder: Path, canary: Canary) -> None:
    """Put down a canary whose pictures are there, whole or not at all.

    Raises:
        RequestError: Nothing can be written there.
    """
    _put(folder / TOLD, to_text(canary).encode())


def path_of(folder: Path, file: str) -> Path:
    """Return where a picture lies."""
    return folder / PICTURES / file


def take_in(folder: Path, paths: Iterable[Path]) -> dict[str, str]:
    """Copy pictures into *folder*, byte for byte; return what each was called, by its new name.

    Raises:
        RequestError: Some can't be read, which lists them, and then none is copied; or nothing can
            be written there.
    """
    files: dict[str, str] = {}
    contents: dict[str, bytes] = {}
    names: dict[str, str] = {}
    problems = []
    for path in paths:
        try:
            content = _content(path)
        except ImageError as error:
            problems.append(str(error))
            continue
        digest = hashlib.sha256(content).hexdigest()
        file = files.setdefault(digest, digest + _suffix(path))
        contents[file] = content
        names.setdefault(file, _readable(path.name))
    _raise(problems)
    for file, content in contents.items():
        target = path_of(folder, file)
        if not target.exists():
            _put(target, content)
    return names


def _content(path: Path) -> bytes:
    """Return the bytes of a picture that can be decoded now.

    Raises:
        ImageError: It can't be read.
    """
    image = open_image(path)
    try:
        image.decode()
        content = image.original_bytes()
    finally:
        image.close()
    if content is None:
        raise ImageError(f"{path}: it has no bytes of its own (got {image.format}). Give a file.")
    return content


def _suffix(path: Path) -> str:
    suffix = path.suffix.lower()
    return suffix if suffix in SUFFIXES else ""


def _readable(name: str) -> str:
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _check(folder: Path, files: Iterable[str]) -> None:
    """Tell of pictures that are gone, or are not what they were."""
    problems = []
    for file in files:
        path = path_of(folder, file)
        try:
            found = hashlib.sha256(path.read_bytes()).hexdigest()
        except OSError as error:
            problems.append(f"{path}: it can't be read ({error.strerror}). Restore it.")
            continue
        if found != file.partition(".")[0]:
            problems.append(
                f"{path}: it is not the picture that was recorded (got {found[:12]}…). Restore it."
            )
    _raise(problems)


def _raise(problems: list[str]) -> None:
    if problems:
        more = len(problems) - LISTED
        listed = problems[:LISTED] + ([f"… and {more} more like these."] if more > 0 else [])
        raise RequestError("\n".join(listed))


def _put(target: Path, content: bytes) -> None:
    """Write a file that is there whole or not at all, also after the power was cut."""
    part = target.with_name(f".{secrets.token_hex(8)}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            with part.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise RequestError(
            f"{target}: it can't be written ({error.strerror}). Choose another folder."
        ) from None

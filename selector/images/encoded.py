"""Encoded bytes, wherever they lie: in a file, behind an address, here; never more than allowed."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeAlias

from selector.errors import ImageError
from selector.foreign import NOTE, shortened, visible
from selector.images.srgb import UNREADABLE, Colour


@dataclass(frozen=True, slots=True)
class Limits:
    """What an image may cost before anything of it is decoded.

    Attributes:
        max_bytes: The most bytes of the encoded image.
        max_pixels: The most pixels, width times height; Pillow's own limit, 178,956,970, stays.
        background: The sRGB colour that transparent pixels are flattened on, 0 to 255 each.
    """

    max_bytes: int = 100 * 2**20
    max_pixels: int = 89_000_000  # just below where Pillow starts to warn of bombs
    background: Colour = (255, 255, 255)


@dataclass(frozen=True, slots=True)
class Stored:
    """An encoded image that lies elsewhere: behind an address, inside another file.

    Attributes:
        name: What it is called, in messages and as the image's path.
        read: Returns its first bytes, at most so many; asked again when pixels are made again.
            Raises OSError where it can't, or ImageError saying what is wrong.
    """

    name: str
    read: Callable[[int], bytes]


Encoded: TypeAlias = bytes | str | os.PathLike[str] | Stored


def reader(given: Encoded, limits: Limits) -> Callable[[], bytes]:
    """Return what reads the bytes of an image anew each time.

    Raises:
        ImageError: When it reads: missing, no regular file, empty, or too many bytes.
    """
    if isinstance(given, bytes):
        return lambda: _small_enough(given, limits)
    if isinstance(given, Stored):
        return partial(_fetch, given, limits)
    return partial(_read, Path(os.fsdecode(given)).absolute(), limits)


def text(path: str | os.PathLike[str] | Stored) -> str:
    """Return a path as Unicode; what is none in it is backslash-escaped."""
    path = path.name if isinstance(path, Stored) else path
    return os.fsdecode(path).encode("utf-8", "backslashreplace").decode()


def _read(path: Path, limits: Limits) -> bytes:
    try:
        return _read_regular(path, limits)
    except (OSError, ValueError) as error:  # ValueError: no name that a file could have
        said = getattr(error, "strerror", None) or error
        raise ImageError(f"it can't be read (got {said}). Check the path and the file.") from error


def _fetch(stored: Stored, limits: Limits) -> bytes:
    try:
        return _small_enough(stored.read(limits.max_bytes + 1), limits)
    except UNREADABLE as error:  # whatever stands between here and the bytes
        # Without its own name: what fails alike is counted as one, and a name may hold a key.
        told = " ".join(str(error).replace(stored.name, "").split())
        said = shortened(visible(f"{type(error).__name__}: {told}".rstrip(": ")), NOTE)
        raise ImageError(
            f"it can't be read (got {said}). Check the address and who may read it."
        ) from error


def _read_regular(path: Path, limits: Limits) -> bytes:
    with open(path, "rb", opener=_without_waiting) as file:
        about = os.fstat(file.fileno())
        if not stat.S_ISREG(about.st_mode):
            raise ImageError("not a regular file (got a pipe or a device). Give an image file.")
        _check_bytes(about.st_size, limits)
        return _small_enough(file.read(limits.max_bytes + 1), limits)  # it may have grown


def _without_waiting(path: str, flags: int) -> int:
    # Opening a pipe waits for its writer, unless told not to.
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _small_enough(data: bytes, limits: Limits) -> bytes:
    _check_bytes(len(data), limits)
    return data


def _check_bytes(count: int, limits: Limits) -> None:
    if count == 0:
        raise ImageError("it is empty (got 0 bytes). Make or fetch the image again.")
    if count > limits.max_bytes:
        raise ImageError(
            f"too many bytes (got {count:,}, the limit is {limits.max_bytes:,}). "
            "Shrink the image or raise max_bytes."
        )

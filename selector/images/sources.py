"""What an image can be given as: a file, bytes here or elsewhere, an array; and its limits."""

import contextlib
import hashlib
import io
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import PIL.Image

from selector.errors import ImageError
from selector.foreign import NOTE, shortened, visible
from selector.images.srgb import UNREADABLE, Colour, Pixels, frames_left_out, to_srgb, upright_size

Decoded = tuple[Pixels, tuple[str, ...]]

FORMATS = ("PNG", "JPEG", "WEBP", "AVIF", "GIF", "BMP", "TIFF")  # JPEG includes MPO

CHANGED = "it is another image (got other bytes than when it was opened). Open it anew."
_TOO_LARGE = (
    PIL.Image.DecompressionBombError,
    PIL.Image.DecompressionBombWarning,
    MemoryError,
)


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


@dataclass(frozen=True, slots=True)
class Source:
    """Where the pixels of one image come from, as often as they are needed.

    Attributes:
        name: What messages call it.
        format: "PNG", "JPEG", …; "PIL" or "array" for an image given in memory.
        size: Width and height in pixels, upright.
        pixels: Decodes: returns the pixels, shape (H, W, 3), sRGB, and notes.
        original: Returns the very bytes that were encoded; None if there are none.
        path: Where it is read from, as Unicode.
        content_hash: sha256 hex of the encoded bytes; None if there are none.
    """

    name: str
    format: str
    size: tuple[int, int]
    pixels: Callable[[], Decoded]
    original: Callable[[], bytes | None] = lambda: None
    path: str | None = None
    content_hash: str | None = None


def source_of(given: object, limits: Limits) -> Source:
    """Return where the pixels of what the caller gave come from; checks it against *limits*.

    Raises:
        ImageError: It is missing, no regular file, empty, too large, or not an image.
    """
    name = _name(given)
    with naming(name):
        if isinstance(given, np.ndarray):
            return _array(given, limits)
        if isinstance(given, PIL.Image.Image):
            return _pillow(given, limits)
        if isinstance(given, bytes):
            return _encoded(name, lambda: _small_enough(given, limits), limits)
        if isinstance(given, str | os.PathLike):
            path = Path(os.fsdecode(given)).absolute()
            return _encoded(name, partial(_read, path, limits), limits, path=_text(given))
        if isinstance(given, Stored):
            return _encoded(name, partial(_fetch, given, limits), limits, path=_text(given.name))
        raise ImageError(
            f"this holds no image (got {type(given).__name__}). "
            "Give a path, bytes, a PIL image or an (H, W, 3) uint8 array."
        )


@contextlib.contextmanager
def naming(name: str) -> Iterator[None]:
    """Say which image it was, and turn what Pillow raises for bad bytes into ImageError."""
    try:
        yield
    except ImageError as error:
        raise ImageError(f"{name}: {error}") from error.__cause__
    except _TOO_LARGE as error:
        said = str(error) or "not enough memory"
        raise ImageError(f"{name}: too large to decode (got {said}). Shrink the image.") from error
    except UNREADABLE as error:
        said = f"{type(error).__name__}: {error}"
        raise ImageError(
            f"{name}: it is damaged or cut off (got {said}). Make or fetch the image again."
        ) from error


def _encoded(
    name: str, read: Callable[[], bytes], limits: Limits, *, path: str | None = None
) -> Source:
    """Bytes are asked for each time and compared, so that a file's are never kept."""
    data = read()
    content_hash = hashlib.sha256(data).hexdigest()
    picture = _open(data)
    _check_size(picture.size, limits)

    def original() -> bytes:
        again = read()
        if hashlib.sha256(again).hexdigest() != content_hash:
            raise ImageError(CHANGED)
        return again

    return Source(
        name,
        str(picture.format),
        upright_size(picture, data),
        lambda: _decode(original(), limits.background),
        original,
        path,
        content_hash,
    )


def _open(data: bytes) -> PIL.Image.Image:
    try:
        return PIL.Image.open(io.BytesIO(data), formats=FORMATS)
    except PIL.UnidentifiedImageError:
        raise ImageError(
            f"not an image, or its header is damaged (got {data[:8]!r} …). "
            "Give PNG, JPEG, WebP, AVIF, GIF, BMP or TIFF."
        ) from None


def _decode(data: bytes, background: Colour) -> Decoded:
    picture = _open(data)
    pixels, notes = to_srgb(picture, data, background=background)
    return pixels, notes + frames_left_out(picture)


def _pillow(picture: PIL.Image.Image, limits: Limits) -> Source:
    _check_size(picture.size, limits)
    picture.load()
    pixels = partial(to_srgb, picture, background=limits.background)
    return Source("PIL image", "PIL", upright_size(picture), pixels)


def _array(array: npt.NDArray[Any], limits: Limits) -> Source:
    if array.dtype != np.uint8 or array.shape[2:] != (3,):
        raise ImageError(
            f"these are no sRGB pixels (got {array.dtype} of shape {array.shape}). "
            "Give uint8 of shape (H, W, 3): grey as np.stack([grey] * 3, axis=-1), floats in "
            "[0, 1] as (x * 255).round().astype(np.uint8), RGBA as PIL.Image.fromarray(x)."
        )
    size = (array.shape[1], array.shape[0])
    _check_size(size, limits)
    return Source("array", "array", size, lambda: (np.array(array, order="C"), ()))


def _check_size(size: tuple[int, int], limits: Limits) -> None:
    width, height = size
    if not 0 < width * height <= limits.max_pixels:
        raise ImageError(
            f"no pixels or too many (got {width} x {height}, the limit is "
            f"{limits.max_pixels:,} pixels). Shrink the image or raise max_pixels."
        )


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
        said = shortened(visible(" ".join(f"{type(error).__name__}: {error}".split())), NOTE)
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


def _text(path: str | os.PathLike[str]) -> str:
    return os.fsdecode(path).encode("utf-8", "backslashreplace").decode()


def _name(given: object) -> str:
    """Return what messages call *given*: one line, whatever a file is named."""
    given = given.name if isinstance(given, Stored) else given
    if isinstance(given, str | os.PathLike):
        return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in _text(given)) or "''"
    if isinstance(given, bytes):
        return "encoded bytes"
    return "PIL image" if isinstance(given, PIL.Image.Image) else type(given).__name__

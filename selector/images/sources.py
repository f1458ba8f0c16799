"""What an image can be given as: encoded, in a file or elsewhere, a PIL image, an array."""

import contextlib
import hashlib
import io
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import PIL.Image

from selector.errors import ImageError
from selector.images.encoded import Encoded, Limits, Stored, reader, text
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


def source_of(given: object, limits: Limits, *, soon: bool = False) -> Source:
    """Return where the pixels of what the caller gave come from; checks it against *limits*.

    Args:
        given: A path, bytes, a `Stored` image, a PIL image or an array.
        limits: What it may cost.
        soon: Its pixels are asked for next: what was read is held until then.

    Raises:
        ImageError: It is missing, no regular file, empty, too large, or not an image.
    """
    with naming(_name(given)):
        return unnamed(given, limits, soon=soon)


def unnamed(given: object, limits: Limits, *, soon: bool = False) -> Source:
    """Return the same for whom errors need not say which image it was."""
    if isinstance(given, np.ndarray):
        return _array(given, limits)
    if isinstance(given, PIL.Image.Image):
        return _pillow(given, limits)
    if isinstance(given, bytes | str | os.PathLike | Stored):
        return _encoded(given, limits, soon=soon)
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


def _encoded(given: Encoded, limits: Limits, *, soon: bool) -> Source:
    """Bytes are asked for each time and compared, so that a file's are never kept for long."""
    read = reader(given, limits)
    data = read()
    content_hash = hashlib.sha256(data).hexdigest()
    picture = _open(data)
    _check_size(picture.size, limits)
    held = [data] if soon else []

    def original() -> bytes:
        if held:
            return held.pop()
        again = read()
        if hashlib.sha256(again).hexdigest() != content_hash:
            raise ImageError(CHANGED)
        return again

    return Source(
        _name(given),
        str(picture.format),
        upright_size(picture, data),
        lambda: _decode(original(), limits.background),
        original,
        None if isinstance(given, bytes) else text(given),
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


def _name(given: object) -> str:
    """Return what messages call *given*: one line, whatever a file is named."""
    if isinstance(given, str | os.PathLike | Stored):
        return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text(given)) or "''"
    if isinstance(given, bytes):
        return "encoded bytes"
    return "PIL image" if isinstance(given, PIL.Image.Image) else type(given).__name__

"""One picture: what is known of it undecoded, its pixels, and the views that all measures share."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import PIL.Image

from selector.errors import ImageError
from selector.images.budget import PixelBudget
from selector.images.encoded import Limits, Stored
from selector.images.sources import CHANGED, Source, naming, source_of
from selector.images.srgb import Pixels

Array: TypeAlias = npt.NDArray[Any]
ImageSource: TypeAlias = str | os.PathLike[str] | bytes | PIL.Image.Image | Array | Stored

DEFAULT_LIMITS = Limits()
THUMBNAIL_SIDE = 256
CROP_SIDE = 224  # what CLIP and most encoders see
PANORAMA = 16  # long over short side; a longer picture resized whole would fill the memory
BICUBIC = PIL.Image.Resampling.BICUBIC


def open_image(
    source: ImageSource,
    *,
    limits: Limits = DEFAULT_LIMITS,
    budget: PixelBudget | None = None,
    soon: bool = False,
) -> Image:
    """Open an image: read its bytes, check its header against the limits, decode no pixels yet.

    Formats: PNG, JPEG, WebP, AVIF, GIF, BMP, TIFF; of several frames or pages, the first.

    Args:
        source: A path, encoded bytes, a `Stored` image, a PIL image, or an (H, W, 3) uint8 sRGB
            array. An image given in memory is decoded at once, because its hash is that of its
            pixels, and must not be changed afterwards.
        limits: What the image may cost.
        budget: Where decoded pixels are held; several images share one. Default: one of its own.
        soon: It is decoded next: its bytes are held until then, and read once.

    Raises:
        ImageError: It is missing, no regular file, empty, too large, or not an image.
    """
    return Image(source_of(source, limits, soon=soon), budget or PixelBudget())


class Image:
    """One picture, made by `open_image`.

    What is decoded is held in the budget, and made again if it was dropped, so ask for it where
    it is used. Arrays are uint8 and read-only. Safe to use from several threads.

    Attributes:
        content_hash: sha256 hex of the encoded bytes; of the pixels for an image given in memory.
        path: Where it was read from; bytes of the name that are no Unicode are backslash-escaped.
        name: What messages call it: one line, whatever a file is named.
        size: Width and height in pixels, upright.
        format: "PNG", "JPEG", …; "PIL" or "array" for an image given in memory.
        notes: What reading it had to leave out or convert; complete once it is decoded.
    """

    def __init__(
        self,
        source: Source,
        budget: PixelBudget,
        pixel_hash: str | None = None,
        notes: tuple[str, ...] = (),
    ) -> None:
        self.path = source.path
        self.name = source.name
        self.size = source.size
        self.format = source.format
        self.notes = notes
        self._source = source
        self._budget = budget
        self._pixel_hash = pixel_hash
        self._lock = threading.RLock()  # a view may ask for another view
        self.content_hash = source.content_hash or self.pixel_hash

    def __repr__(self) -> str:
        return f"<Image {self.name}: {self.format}, {self.size[0]} x {self.size[1]}>"

    def decode(self) -> None:
        """Decode the pixels now, unless they are held already.

        Raises:
            ImageError: The bytes are damaged or cut off, or are no longer what they were.
        """
        self.view(Image.read_pixels)

    @property
    def rgb(self) -> Pixels:
        """The upright picture, shape (H, W, 3), sRGB."""
        return self.view(Image.read_pixels)

    @property
    def luma(self) -> Pixels:
        """BT.601 luma of the gamma-encoded sRGB values, shape (H, W)."""
        return self.view(_luma)

    @property
    def array224(self) -> Pixels:
        """The middle, shape (224, 224, 3): short side to 224, bicubic, antialiased, cropped."""
        return self.view(_array224)

    @property
    def thumbnail(self) -> Pixels:
        """The whole picture, shape (h, w, 3): long side 256 at most, never enlarged."""
        return self.view(_thumbnail)

    @property
    def pixel_hash(self) -> str:
        """sha256 hex of the shape and the sRGB bytes."""
        with self._lock:
            if self._pixel_hash is None:
                self._pixel_hash = _hash(self.rgb)
            return self._pixel_hash

    def view(self, make: Callable[[Image], Array]) -> Array:
        """Return what *make* makes of this image: made once, shared, held like the pixels.

        Args:
            make: A function of a module; the view is found again by the function itself.
        """
        with self._lock:
            array = self._budget.find(self, make)
            if array is None:
                array = make(self)
                array.flags.writeable = False
                self._budget.keep(self, make, array)
            return array

    def original_bytes(self) -> bytes | None:
        """Return the very bytes that were given or that the file holds; None if there are none.

        Raises:
            ImageError: The file is gone, or is no longer what it was.
        """
        with naming(self.name):
            return self._source.original()

    def hold(self, pixels: Pixels) -> None:
        """Hold pixels that were decoded elsewhere, as if they had been decoded here."""
        pixels.flags.writeable = False
        self._budget.keep(self, Image.read_pixels, pixels)

    def close(self) -> None:
        """Give everything that is held back to the budget; used again, it is decoded again."""
        self._budget.forget(self)

    def read_pixels(self) -> Pixels:
        """Decode, whatever is held; measures use `rgb`.

        Raises:
            ImageError: The bytes are damaged or cut off, or are no longer what they were.
        """
        with naming(self.name):
            pixels, self.notes = self._source.pixels()
            self._budget.count_decode()
            if pixels.shape[1::-1] != self.size:
                raise ImageError(f"its size changes (got {pixels.shape[1::-1]}). Make it again.")
            if self._pixel_hash and self._pixel_hash != _hash(pixels):
                raise ImageError(CHANGED)
        return pixels


def _hash(pixels: Pixels) -> str:
    shaped = hashlib.sha256(str(pixels.shape).encode())
    shaped.update(pixels.data)
    return shaped.hexdigest()


def _luma(image: Image) -> Pixels:
    return np.asarray(PIL.Image.fromarray(image.rgb).convert("L"))


def _array224(image: Image) -> Pixels:
    picture = PIL.Image.fromarray(image.rgb)
    wide, high = (CROP_SIDE * side // min(image.size) for side in image.size)
    left, top = (wide - CROP_SIDE) // 2, (high - CROP_SIDE) // 2
    crop = (left, top, left + CROP_SIDE, top + CROP_SIDE)
    if max(image.size) <= PANORAMA * min(image.size):
        return np.asarray(picture.resize((wide, high), BICUBIC).crop(crop))
    x, y = picture.width / wide, picture.height / high
    part = (crop[0] * x, crop[1] * y, crop[2] * x, crop[3] * y)
    return np.asarray(picture.resize((CROP_SIDE, CROP_SIDE), BICUBIC, box=part))


def _thumbnail(image: Image) -> Pixels:
    longest = max(image.size)
    if longest <= THUMBNAIL_SIDE:
        return image.rgb
    width, height = (max(1, round(THUMBNAIL_SIDE * side / longest)) for side in image.size)
    picture = PIL.Image.fromarray(image.rgb)
    # Halving before it halves the time; Pillow documents the difference as hardly visible.
    return np.asarray(picture.resize((width, height), BICUBIC, reducing_gap=2.0))

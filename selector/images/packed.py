"""An image on its way to another process of ours: what is known of it, and its pixels if wanted."""

from __future__ import annotations

from dataclasses import dataclass

from selector.errors import ImageError
from selector.images.budget import PixelBudget
from selector.images.encoded import Limits
from selector.images.image import Image, ImageSource
from selector.images.sources import CHANGED, Source, unnamed
from selector.images.srgb import Pixels


@dataclass(frozen=True, slots=True, eq=False)
class Packed:
    """What one process found out about an image, so that no other has to.

    Attributes:
        name: What messages call it.
        path: Where it was read from.
        format: "PNG", "JPEG", …
        size: Width and height in pixels, upright.
        notes: What reading it had to leave out or convert.
        content_hash: sha256 hex of the encoded bytes.
        pixel_hash: sha256 hex of the shape and the sRGB bytes.
        pixels: Shape (H, W, 3), sRGB; None if they stay behind.
    """

    name: str
    path: str | None
    format: str
    size: tuple[int, int]
    notes: tuple[str, ...]
    content_hash: str
    pixel_hash: str
    pixels: Pixels | None = None


def pack(image: Image, *, pixels: bool) -> Packed:
    """Return what is known of an image; it is decoded first, unless it was before.

    Raises:
        ImageError: Its pixels are no longer held, and it can't be decoded any more.
    """
    return Packed(
        name=image.name,
        path=image.path,
        format=image.format,
        size=image.size,
        content_hash=image.content_hash,
        pixel_hash=image.pixel_hash,
        pixels=image.rgb if pixels else None,
        notes=image.notes,
    )


def unpacked(packed: Packed, given: ImageSource, *, limits: Limits, budget: PixelBudget) -> Image:
    """Return the image that was packed; nothing is read or decoded yet.

    Pixels that came along are held like those decoded here. Others, and those that are dropped,
    are decoded when they are asked for: they must be what they were.

    Args:
        packed: What is known of it.
        given: What it was opened from.
        limits: What an image may cost.
        budget: Where decoded pixels are held.
    """

    def opened() -> Source:
        source = unnamed(given, limits, soon=True)
        if source.content_hash not in (None, packed.content_hash):
            raise ImageError(CHANGED)
        return source

    source = Source(
        packed.name,
        packed.format,
        packed.size,
        lambda: opened().pixels(),
        lambda: opened().original(),
        packed.path,
        packed.content_hash,
    )
    image = Image(source, budget, packed.pixel_hash, packed.notes)
    if packed.pixels is not None:
        image.hold(packed.pixels)
    return image

"""The only door through which bytes become pixels: safe decoding to sRGB, and the shared views."""

from selector.images.budget import PixelBudget
from selector.images.encoded import Limits, Stored
from selector.images.image import Image, ImageSource, open_image
from selector.images.packed import Packed, pack, unpacked

__all__ = [
    "Image",
    "ImageSource",
    "Limits",
    "Packed",
    "PixelBudget",
    "Stored",
    "open_image",
    "pack",
    "unpacked",
]

"""The only door through which bytes become pixels: safe decoding to sRGB, and the shared views."""

from selector.images.budget import PixelBudget
from selector.images.image import Image, ImageSource, open_image
from selector.images.sources import Limits, Stored

__all__ = ["Image", "ImageSource", "Limits", "PixelBudget", "Stored", "open_image"]

"""Any opened picture, upright and in 8-bit sRGB: orientation, depth, profile, alpha, frames."""

import io
import re
import struct
import zlib
from typing import Any

import numpy as np
import numpy.typing as npt
import PIL.Image
from PIL import ImageCms

from selector.errors import ImageError

Pixels = npt.NDArray[np.uint8]
Colour = tuple[int, int, int]

# What Pillow's readers let through when bytes lie. Warning: for where warnings are made errors.
UNREADABLE = (
    OSError, SyntaxError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError,
    AssertionError, EOFError, MemoryError, RuntimeError, struct.error, zlib.error, Warning,
    PIL.Image.DecompressionBombError, ImageCms.PyCMSError,
)  # fmt: skip

_TURNS = {
    2: PIL.Image.Transpose.FLIP_LEFT_RIGHT,
    3: PIL.Image.Transpose.ROTATE_180,
    4: PIL.Image.Transpose.FLIP_TOP_BOTTOM,
    5: PIL.Image.Transpose.TRANSPOSE,
    6: PIL.Image.Transpose.ROTATE_270,
    7: PIL.Image.Transpose.TRANSVERSE,
    8: PIL.Image.Transpose.ROTATE_90,
}
_SIDEWAYS = (5, 6, 7, 8)
_ORIENTATION = 0x0112  # the tag's number; EXIF 2.32, section 4.6.4
_SIXTEEN_BITS = re.compile(r"\b(I|LA?|RGB[AX]?|CMYK);16")  # Pillow's raw modes; BGR;16 is 5-6-5
_HIGHEST = 2**16 - 1
_GREY = ("1", "L", "LA", "La")
_ICC_SPACES = {"GRAY": "L", "RGB": "RGB", "CMYK": "CMYK"}


def upright_size(picture: PIL.Image.Image, data: bytes = b"") -> tuple[int, int]:
    """Return width and height once the EXIF orientation is applied; decodes nothing.

    Args:
        picture: An opened picture.
        data: The encoded bytes that it was opened from, if there are any.
    """
    return picture.size[::-1] if _turn(picture, data) in _SIDEWAYS else picture.size


def to_srgb(
    picture: PIL.Image.Image, data: bytes = b"", *, background: Colour
) -> tuple[Pixels, tuple[str, ...]]:
    """Decode *picture*; of an animation, the frame that it stands at.

    Grey, palette, CMYK, YCbCr, HSV and LAB become RGB; 16 bits and floats in [0, 1] become 8 bits.
    PNG's gAMA and cHRM chunks are not applied, only ICC profiles.

    Args:
        picture: An opened picture.
        data: The encoded bytes that it was opened from, if there are any.
        background: The sRGB colour behind transparent pixels.

    Returns:
        The upright pixels, shape (H, W, 3), sRGB, and what was left out or converted, in words.

    Raises:
        ImageError: Its integers or floats are outside the range that has a meaning.
    """
    notes: list[str] = []
    turn = _turn(picture, data, notes)
    if picture.mode.startswith("I") or _SIXTEEN_BITS.search(str(getattr(picture, "tile", ""))):
        notes.append("16-bit: reduced to 8")
    picture.load()
    colour, alpha = _eight_bits(picture)
    upright = _as("RGB", _through_profile(colour, picture.info.get("icc_profile"), notes))
    if alpha is not None and alpha.getextrema() != (255, 255):
        ground = PIL.Image.new("RGB", upright.size, background)
        upright = PIL.Image.composite(upright, ground, alpha)
        notes.append(f"alpha: flattened on {background}")
    if turn != 1:
        upright = upright.transpose(_TURNS[turn])
    return np.asarray(upright), tuple(notes)


def frames_left_out(picture: PIL.Image.Image) -> tuple[str, ...]:
    """Return, in words, that there are more frames or pages than the first; none if not.

    To be called last: it moves *picture* to and fro.
    """
    try:
        if not getattr(picture, "is_animated", False):
            return ()
    except UNREADABLE:
        return ("animation: first frame was read, the next is damaged",)
    # GIF and TIFF don't say how many there are, and counting takes as long as a bad file likes.
    count = "" if picture.format in ("GIF", "TIFF") else f" of {getattr(picture, 'n_frames', 2)}"
    return (f"animation: first frame{count} was read",)


def _turn(picture: PIL.Image.Image, data: bytes, notes: list[str] | None = None) -> int:
    """Return the EXIF orientation that is still to be applied, 1 to 8."""
    if picture.format == "TIFF":  # Pillow turns it itself, and gives the size as turned
        return 1
    try:
        if picture.format == "PNG" and "exif" not in picture.info and b"eXIf" in data:
            picture.info["exif"] = _late_exif(data)
        turn = PIL.Image.Image.getexif(picture).get(_ORIENTATION, 1)  # PNG's own would decode
    except UNREADABLE:
        if notes is not None:
            notes.append("EXIF: damaged, ignored")
        return 1
    return int(turn) if turn in _TURNS else 1


def _late_exif(png: bytes) -> bytes:
    # The chunk may also follow the pixels, where Pillow only finds it after decoding.
    at = 8
    while at + 8 <= len(png):
        length, kind = struct.unpack_from(">I4s", png, at)
        if kind == b"eXIf":
            return png[at + 8 : at + 8 + length]
        at += 12 + length
    return b""


def _eight_bits(picture: PIL.Image.Image) -> tuple[PIL.Image.Image, PIL.Image.Image | None]:
    """Return the colour, as L, RGB or CMYK, and the alpha channel if there is one."""
    grey = "L" if picture.mode in _GREY else "RGB"
    if picture.mode == "F":
        return _from_floats(np.asarray(picture)), None
    if picture.mode.startswith("I"):
        return _from_sixteen_bits(np.asarray(picture), picture.info.get("transparency"))
    if picture.has_transparency_data:
        straight = picture.convert("LA") if picture.mode == "La" else picture
        whole = straight.convert("RGBA")
        return whole.convert(grey), whole.getchannel("A")
    return (picture if picture.mode == "CMYK" else _as(grey, picture)), None


def _as(mode: str, picture: PIL.Image.Image) -> PIL.Image.Image:
    return picture if picture.mode == mode else picture.convert(mode)  # convert always copies


def _from_floats(values: npt.NDArray[Any]) -> PIL.Image.Image:
    if not ((values >= 0) & (values <= 1)).all():
        got = f"{values.min():g} to {values.max():g}"
        raise ImageError(f"its floats are not in [0, 1] (got {got}). Scale them first.")
    return _grey(np.rint(values * 255))


def _from_sixteen_bits(
    values: npt.NDArray[Any], hidden: object
) -> tuple[PIL.Image.Image, PIL.Image.Image | None]:
    low, high = int(values.min()), int(values.max())
    if low < 0 or high > _HIGHEST:
        raise ImageError(f"its integers are not 16-bit (got {low} to {high}). Scale them first.")
    colour = _grey((values.astype(np.uint32) + 128) // 257)  # 257 = _HIGHEST / 255, to the nearest
    # Pillow would look for the transparent value among the lower bytes alone.
    alpha = _grey(np.where(values == hidden, 0, 255)) if isinstance(hidden, int) else None
    return colour, alpha


def _grey(values: npt.NDArray[Any]) -> PIL.Image.Image:
    return PIL.Image.fromarray(values.astype(np.uint8))


def _through_profile(
    colour: PIL.Image.Image, profile: bytes | None, notes: list[str]
) -> PIL.Image.Image:
    """Return *colour* moved from its ICC profile to sRGB, or as it is."""
    if profile:
        try:
            return _from_profile(colour, profile, notes)
        except UNREADABLE:
            notes.append("ICC profile: damaged or for other channels, ignored")
    if colour.mode == "CMYK":
        notes.append("CMYK: converted without a profile")
    return colour


def _from_profile(colour: PIL.Image.Image, profile: bytes, notes: list[str]) -> PIL.Image.Image:
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    space = _ICC_SPACES.get(source.profile.xcolor_space.strip(), "")
    if space == "RGB" and colour.mode == "L":
        colour = colour.convert("RGB")
    if space != colour.mode:
        raise ImageCms.PyCMSError
    # Perceptual: ICC's intent for pictures; a profile without tables makes it colorimetric.
    transform = ImageCms.buildTransform(
        source, ImageCms.createProfile("sRGB"), space, "RGB", ImageCms.Intent.PERCEPTUAL
    )
    if space == "RGB" and _changes_nothing(transform):
        return colour
    notes.append("ICC profile: converted to sRGB")
    return transform.apply(colour)


def _changes_nothing(transform: ImageCms.ImageCmsTransform) -> bool:
    # Most profiles are sRGB itself: then pixels stay what they are, and half the time is saved.
    steps = np.arange(0, 256, 17, dtype=np.uint8)
    probe = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(16, 256, 3)
    moved = np.asarray(transform.apply(PIL.Image.fromarray(probe)))
    return bool((np.abs(moved.astype(np.int16) - probe) <= 1).all())

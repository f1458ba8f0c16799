"""Whatever the bytes are, the outcome is an image or an ImageError, and nothing else."""

import random
import struct
import warnings
import zlib

import numpy as np
import PIL.Image
import pytest

from pictures import encoded, noise
from selector.errors import ImageError
from selector.images import Limits, open_image

LIMITS = Limits(max_pixels=1_000_000)
MUTANTS = 150


def _seeds() -> dict[str, bytes]:
    picture = noise(24, 17)
    deep = PIL.Image.fromarray(np.asarray(picture)[..., 0].astype(np.uint16) * 257)
    exif = PIL.Image.Exif()
    exif[0x0112] = 6
    return {
        "PNG": encoded(picture, "PNG", exif=exif),
        "APNG": encoded(picture, "PNG", **_more()),
        "palette PNG": encoded(picture.convert("P"), "PNG", transparency=3),
        "16-bit PNG": encoded(deep, "PNG"),
        "JPEG": encoded(picture, "JPEG", exif=exif),
        "progressive JPEG": encoded(picture, "JPEG", progressive=True),
        "CMYK JPEG": encoded(picture.convert("CMYK"), "JPEG"),
        "MPO": encoded(picture, "MPO", **_more()),
        "WebP": encoded(picture, "WEBP", exif=exif),
        "animated WebP": encoded(picture, "WEBP", lossless=True, **_more()),
        "AVIF": encoded(picture, "AVIF", exif=exif),
        "GIF": encoded(picture, "GIF", **_more()),
        "BMP": encoded(picture, "BMP"),
        "palette BMP": encoded(picture.convert("P"), "BMP"),
        "TIFF": encoded(picture, "TIFF", **_more()),
        "LZW TIFF": encoded(picture, "TIFF", compression="tiff_lzw", tiffinfo={0x0112: 6}),
        "16-bit TIFF": encoded(deep, "TIFF"),
    }


def _more() -> dict[str, object]:
    return {"save_all": True, "append_images": [noise(24, 17, seed=1)]}


SEEDS = _seeds()


@pytest.mark.parametrize("as_errors", [True, False])
@pytest.mark.parametrize("name", SEEDS)
def test_damaged_bytes_are_an_image_or_an_image_error(name, as_errors):
    """Cut, flipped, inserted and lost bytes never crash, whether warnings are errors or not."""
    chance = random.Random(f"{name} {as_errors}")  # noqa: S311 - nothing secret
    outcomes = {_outcome(_damaged(SEEDS[name], chance), as_errors) for _ in range(MUTANTS)}
    assert outcomes <= {"image", "ImageError"}
    assert "ImageError" in outcomes


def _outcome(data: bytes, as_errors: bool) -> str:  # noqa: FBT001 - one of two worlds
    with warnings.catch_warnings():
        warnings.simplefilter("error" if as_errors else "ignore")
        try:
            image = open_image(data, limits=LIMITS)
            shape = image.rgb.shape
        except ImageError:
            return "ImageError"
    return "image" if shape == (image.size[1], image.size[0], 3) else f"a picture of {shape}"


def _damaged(data: bytes, chance: random.Random) -> bytes:
    at, length = chance.randrange(len(data)), chance.randrange(1, 20)
    damage = chance.choice(("cut", "lose", "insert", "flip", "flip", "flip"))
    if damage == "cut":
        return data[:at]
    if damage == "lose":
        return data[:at] + data[at + length :]
    if damage == "insert":
        return data[:at] + chance.randbytes(length) + data[at:]
    flipped = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 8))):
        near = chance.choice((len(data), min(len(data), 100)))  # headers are where it hurts
        flipped[chance.randrange(near)] = chance.choice(
            (0, 1, 127, 128, 255, chance.randrange(256))
        )
    whole = bytes(flipped)
    return _with_checksums(whole) if whole.startswith(b"\x89PNG") else whole


def _with_checksums(png: bytes) -> bytes:
    """Return a PNG whose checksums fit its damage, so that the damage is met and not the sum."""
    mended, at = png[:8], 8
    while at + 12 <= len(png):
        length = struct.unpack_from(">I", png, at)[0]
        body = png[at + 4 : at + 8 + length]
        mended += png[at : at + 4] + body + struct.pack(">I", zlib.crc32(body))
        at += 12 + length
    return mended

"""Orientation, depth, profile, alpha and colour space all end as upright 8-bit sRGB."""

import io
import struct
import zlib

import numpy as np
import PIL.Image
import pytest
from PIL import ImageCms

from pictures import encoded, noise, pixels, smooth
from selector.errors import ImageError
from selector.images import open_image

# How a file stores an upright picture under each orientation: EXIF 2.32, section 4.6.4.
STORED = {
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.swapaxes(0, 1),
    6: lambda a: np.rot90(a, 1),
    7: lambda a: a[::-1, ::-1].swapaxes(0, 1),
    8: lambda a: np.rot90(a, -1),
}


@pytest.mark.parametrize("turn", STORED)
@pytest.mark.parametrize("name", ["PNG", "WEBP", "TIFF", "late PNG", "PIL"])
def test_orientation_is_applied(name, turn):
    """However a camera was held, the picture opens upright, and its size is known as such."""
    upright = np.asarray(noise(33, 20))
    image = open_image(_turned(np.ascontiguousarray(STORED[turn](upright)), name, turn))
    assert image.size == (33, 20)
    assert np.array_equal(image.rgb, upright)
    assert image.notes == ()


@pytest.mark.parametrize("name", ["JPEG", "AVIF"])
def test_lossy_files_are_turned_too(name):
    """JPEG and AVIF are turned by the same tag."""
    upright = np.asarray(smooth(48, 32))
    exif = PIL.Image.Exif()
    exif[0x0112] = 6
    stored = PIL.Image.fromarray(np.ascontiguousarray(STORED[6](upright)))
    found = pixels(encoded(stored, name, exif=exif, quality=95))
    assert found.shape == upright.shape
    assert np.abs(found.astype(int) - upright).mean() < 4


def test_damaged_exif_is_ignored():
    """A picture is not lost because its EXIF can't be read; the notes say so."""
    picture = noise(10, 10)
    broken = b"Exif\0\0II*\0" + struct.pack("<I", 8) + struct.pack("<H", 9) + b"\xff" * 40
    image = open_image(encoded(picture, "PNG", exif=broken))
    assert np.array_equal(image.rgb, np.asarray(picture))
    assert image.notes in ((), ("EXIF: damaged, ignored",))


def test_an_icc_profile_changes_the_colours():
    """A profile with linear light moves a 64 to where sRGB shows the same light: 137."""
    picture = PIL.Image.new("RGB", (8, 8), (64, 0, 255))
    image = open_image(encoded(picture, "PNG", icc_profile=_linear_profile()))
    assert np.abs(image.rgb[0, 0].astype(int) - (137, 0, 255)).max() <= 1
    assert image.notes == ("ICC profile: converted to sRGB",)


@pytest.mark.parametrize("name", ["PNG", "JPEG", "WEBP", "AVIF", "TIFF"])
def test_every_format_that_carries_profiles_is_converted(name):
    """The profile counts in whatever file it comes."""
    picture = PIL.Image.new("RGB", (16, 16), (64, 64, 64))
    found = pixels(encoded(picture, name, icc_profile=_linear_profile()))
    assert np.abs(found.astype(int) - 137).max() <= 4


def test_a_profile_fits_grey_pictures_too():
    """A colour profile on a grey picture, and a grey profile, both count."""
    for picture in (PIL.Image.new("L", (8, 8), 64), PIL.Image.new("LA", (8, 8), (64, 255))):
        found = pixels(encoded(picture, "PNG", icc_profile=_linear_profile()))
        assert np.abs(found.astype(int) - 137).max() <= 1
    grey = pixels(encoded(PIL.Image.new("L", (8, 8), 64), "PNG", icc_profile=_grey_profile()))
    assert np.abs(grey.astype(int) - 137).max() <= 1


def test_an_srgb_profile_changes_nothing():
    """A picture that says it is sRGB has the very pixels of one that says nothing."""
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    picture = noise(20, 20)
    image = open_image(encoded(picture, "PNG", icc_profile=srgb))
    assert np.array_equal(image.rgb, np.asarray(picture))
    assert image.notes == ()


@pytest.mark.parametrize("profile", [b"nonsense", b"\0" * 200, None])
def test_a_profile_that_can_not_be_used_is_ignored(profile):
    """A broken profile, or one for other channels, costs a note and not the picture."""
    picture = noise(8, 8)
    data = encoded(picture, "PNG", icc_profile=profile or _grey_profile())
    image = open_image(data)
    assert np.array_equal(image.rgb, np.asarray(picture))
    assert image.notes == ("ICC profile: damaged or for other channels, ignored",)


def test_alpha_is_flattened_on_the_stated_colour():
    """Half transparent red is half red, half background; the notes name the background."""
    data = encoded(PIL.Image.new("RGBA", (4, 4), (200, 0, 0, 128)), "PNG")
    assert pixels(data)[0, 0].tolist() == [227, 127, 127]
    assert pixels(data, background=(0, 0, 100))[0, 0].tolist() == [100, 0, 50]
    image = open_image(data)
    image.decode()
    assert image.notes == ("alpha: flattened on (255, 255, 255)",)


def test_opaque_alpha_is_nothing_to_note():
    """An alpha channel that hides nothing changes nothing."""
    picture = noise(8, 8)
    image = open_image(encoded(picture.convert("RGBA"), "PNG"))
    assert np.array_equal(image.rgb, np.asarray(picture))
    assert image.notes == ()


@pytest.mark.parametrize("mode", ["RGBA", "RGBa", "LA", "La", "PA", "P", "L", "1", "RGB", "I;16"])
def test_whatever_is_transparent_shows_the_background(mode):
    """Every way of being transparent is seen: channels, palettes, one colour that means nothing."""
    assert (pixels(_transparent(mode), background=(10, 20, 30)) == (10, 20, 30)).all()


@pytest.mark.parametrize("name", ["PNG", "TIFF"])
def test_sixteen_bits_are_scaled(name):
    """Each of the 256 grey levels comes back from 16 bits as itself, nothing is clipped."""
    levels = np.arange(256, dtype=np.uint16).reshape(16, 16)
    image = open_image(encoded(PIL.Image.fromarray(levels * 257), name))
    assert np.array_equal(image.rgb, np.dstack([levels] * 3))
    assert image.notes == ("16-bit: reduced to 8",)
    between = np.array([[128, 129, 65406, 65407]], dtype=np.uint16)
    assert pixels(PIL.Image.fromarray(between))[0, :, 0].tolist() == [0, 1, 254, 255]


def test_sixteen_bit_colour_is_scaled():
    """A PNG of 16 bits a channel opens as its colours."""
    values = np.array([[[65535, 0, 0], [128 * 257, 257, 254 * 257]]], dtype=">u2")
    image = open_image(_png(values))
    assert image.rgb.tolist() == [[[255, 0, 0], [128, 1, 254]]]
    assert image.notes == ("16-bit: reduced to 8",)


def test_integers_and_floats_need_a_meaning():
    """32-bit integers in 16-bit range and floats in [0, 1] open; all others are refused."""
    floats = np.array([[0, 0.5, 1]], dtype=np.float32)
    assert pixels(PIL.Image.fromarray(floats))[0, :, 0].tolist() == [0, 128, 255]
    assert pixels(encoded(PIL.Image.fromarray(floats), "TIFF"))[0, :, 0].tolist() == [0, 128, 255]
    integers = np.array([[0, 257, 65535]], dtype=np.int32)
    assert pixels(PIL.Image.fromarray(integers))[0, :, 0].tolist() == [0, 1, 255]
    for wrong in (floats * 2, floats - 1, floats * np.nan, integers * 2, integers - 1):
        with pytest.raises(ImageError, match=r"got .* to .*\. Scale them first"):
            open_image(PIL.Image.fromarray(wrong)).decode()


def test_cmyk_is_converted():
    """Ink is not light: no ink is white, all black ink is black; the notes say how it was done."""
    inks = PIL.Image.new("CMYK", (8, 8), (0, 0, 0, 0))
    inks.paste((0, 0, 0, 255), (0, 0, 4, 8))
    for name in ("TIFF", "JPEG"):
        image = open_image(encoded(inks, name))
        assert image.rgb[4, 1].tolist() == [0, 0, 0]
        assert image.rgb[4, 6].min() >= 254
        assert image.notes == ("CMYK: converted without a profile",)


@pytest.mark.parametrize("mode", ["1", "L", "P", "YCbCr", "HSV", "LAB", "RGBX"])
def test_every_other_mode_is_converted(mode):
    """Bilevel, grey, palette and other colour spaces show the colours that they mean."""
    bands = {"1": "L", "L": "L"}.get(mode, "RGB")
    picture = PIL.Image.new(bands, (8, 8), 255 if bands == "L" else (200, 100, 50))
    found = pixels(picture.convert(mode, palette=PIL.Image.Palette.ADAPTIVE))
    wanted = (255, 255, 255) if bands == "L" else (200, 100, 50)
    assert np.abs(found.astype(int) - wanted).max() <= 4


def _turned(stored: np.ndarray, name: str, turn: int):
    picture = PIL.Image.fromarray(stored)
    exif = PIL.Image.Exif()
    exif[0x0112] = turn
    if name == "TIFF":
        return encoded(picture, "TIFF", tiffinfo={0x0112: turn})
    if name == "late PNG":
        data = encoded(picture, "PNG")
        end = data.index(b"IEND") - 4
        return data[:end] + _chunk(b"eXIf", exif.tobytes().removeprefix(b"Exif\0\0")) + data[end:]
    if name == "PIL":
        return PIL.Image.open(io.BytesIO(encoded(picture, "PNG", exif=exif)))
    return encoded(picture, name, exif=exif, **({"lossless": True} if name == "WEBP" else {}))


def _transparent(mode: str):
    if mode in ("RGBA", "RGBa", "LA", "La", "PA"):
        return PIL.Image.new(mode, (4, 4), 0)
    if mode == "I;16":
        return encoded(
            PIL.Image.fromarray(np.full((4, 4), 700, np.uint16)), "PNG", transparency=700
        )
    picture = PIL.Image.new(mode, (4, 4))
    return encoded(picture, "PNG", transparency=(0, 0, 0) if mode == "RGB" else 0)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _png(values: np.ndarray) -> bytes:
    """Return a PNG of 16-bit colour, which Pillow reads but does not write."""
    height, width, _ = values.shape
    header = struct.pack(">IIBBBBB", width, height, 16, 2, 0, 0, 0)
    rows = b"".join(b"\0" + row.tobytes() for row in values)
    chunks = (b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _linear_profile() -> bytes:
    """Return an ICC profile of sRGB's primaries with linear light."""
    curve = b"curv" + struct.pack(">II", 0, 0)
    tags = {b"wtpt": _xyz(0.9642, 1, 0.8249), b"rXYZ": _xyz(0.4361, 0.2225, 0.0139)}
    tags |= {b"gXYZ": _xyz(0.3851, 0.7169, 0.0971), b"bXYZ": _xyz(0.1431, 0.0606, 0.7141)}
    return _profile(b"RGB ", tags | {b"rTRC": curve, b"gTRC": curve, b"bTRC": curve})


def _grey_profile() -> bytes:
    curve = b"curv" + struct.pack(">II", 0, 0)
    return _profile(b"GRAY", {b"wtpt": _xyz(0.9642, 1, 0.8249), b"kTRC": curve})


def _xyz(*values: float) -> bytes:
    return b"XYZ " + struct.pack(">I3i", 0, *(round(value * 65536) for value in values))


def _profile(space: bytes, tags: dict[bytes, bytes]) -> bytes:
    """Return an ICC profile, version 2.1, of class monitor: ICC.1:2001-04, section 6."""
    table, body = struct.pack(">I", len(tags)), b""
    for tag, data in tags.items():
        table += tag + struct.pack(">II", 128 + 4 + 12 * len(tags) + len(body), len(data))
        body += data
    head = struct.pack(">I4sI4s4s4s", 0, b"\0" * 4, 0x02100000, b"mntr", space, b"XYZ ")
    head += struct.pack(">6H", 2000, 1, 1, 0, 0, 0) + b"acsp" + b"\0" * 28
    head += struct.pack(">3i", 63190, 65536, 54061)  # the D50 white of the connection space
    whole = head.ljust(128, b"\0") + table + body
    return struct.pack(">I", len(whole)) + whole[4:]

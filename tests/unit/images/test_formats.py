"""Whatever an image is given as, it opens as the same upright sRGB pixels."""

import hashlib
import io
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from pictures import encoded, noise, pixels, smooth
from selector.errors import ImageError
from selector.images import PixelBudget, open_image

LOSSLESS = {"PNG": {}, "BMP": {}, "TIFF": {"compression": "tiff_lzw"}, "WEBP": {"lossless": True}}
LOSSY = ("JPEG", "WEBP", "AVIF")


@pytest.mark.parametrize("name", LOSSLESS)
def test_lossless_formats_keep_every_pixel(name):
    """A lossless file opens as exactly the pixels that were saved."""
    picture = noise(37, 23)
    data = encoded(picture, name, **LOSSLESS[name])
    assert np.array_equal(pixels(data), np.asarray(picture))
    assert open_image(data).format == name


@pytest.mark.parametrize("name", LOSSY)
def test_lossy_formats_keep_the_picture(name):
    """A lossy file opens as the picture that was saved, but for what the codec takes."""
    picture = smooth(64, 48)
    found = pixels(encoded(picture, name, quality=95))
    assert np.abs(found.astype(int) - np.asarray(picture)).mean() < 3


def test_gif_keeps_its_palette():
    """A GIF of few colours opens as exactly those."""
    picture = PIL.Image.fromarray(np.asarray(noise(20, 10)) // 128 * 255)
    assert np.array_equal(pixels(encoded(picture, "GIF")), np.asarray(picture))


@pytest.mark.parametrize("name", ["PPM", "TGA", "ICO", "JPEG2000", "PDF", "EPS"])
def test_other_formats_are_refused(name):
    """What Pillow could open beyond the stated formats does not open: fewer doors, fewer holes."""
    with pytest.raises(ImageError, match="Give PNG, JPEG, WebP, AVIF, GIF, BMP or TIFF"):
        open_image(encoded(noise(32, 32), name))


def test_a_file_is_what_its_bytes_are(tmp_path):
    """The name's ending is not trusted."""
    path = tmp_path / "photo.jpg"
    path.write_bytes(encoded(noise(8, 8), "PNG"))
    assert open_image(path).format == "PNG"


def test_every_kind_of_source_gives_the_same_pixels(tmp_path):
    """A path as text or object, bytes, a PIL image and an array all open as one picture."""
    picture = noise(31, 17)
    data = encoded(picture, "PNG")
    path = tmp_path / "a.png"
    path.write_bytes(data)
    opened = [open_image(source) for source in (str(path), path, data, picture, pixels(data))]
    assert len({image.pixel_hash for image in opened}) == 1
    assert {image.size for image in opened} == {(31, 17)}
    assert [image.format for image in opened] == ["PNG", "PNG", "PNG", "PIL", "array"]


def test_the_content_hash_is_that_of_the_bytes(tmp_path):
    """Encoded images are named by sha256 of their bytes, images in memory by their pixels'."""
    data = encoded(noise(9, 9), "PNG")
    path = tmp_path / "a.png"
    path.write_bytes(data)
    assert open_image(path).content_hash == hashlib.sha256(data).hexdigest()
    assert open_image(data).content_hash == open_image(path).content_hash
    in_memory = open_image(noise(9, 9))
    assert in_memory.content_hash == in_memory.pixel_hash


def test_the_pixel_hash_sees_pixels_and_shape_alone():
    """Equal pixels have equal hashes in any file; another pixel or another shape another hash."""
    picture = noise(6, 4)
    other = picture.copy()
    other.putpixel((0, 0), tuple(255 - band for band in picture.getpixel((0, 0))))
    reshaped = np.asarray(picture).reshape(6, 4, 3)
    hashes = [open_image(encoded(picture, name)).pixel_hash for name in ("PNG", "BMP")]
    hashes += [open_image(other).pixel_hash, open_image(reshaped).pixel_hash]
    assert hashes[0] == hashes[1]
    assert len(set(hashes)) == 3


def test_original_bytes_are_never_encoded_again(tmp_path):
    """Encoded images give the very bytes back, images in memory have none."""
    data = encoded(smooth(40, 30), "JPEG", quality=30)
    path = tmp_path / "a.jpg"
    path.write_bytes(data)
    assert open_image(path).original_bytes() == data
    assert open_image(data).original_bytes() == data
    assert open_image(noise(4, 4)).original_bytes() is None
    assert open_image(np.asarray(noise(4, 4))).original_bytes() is None


def test_opening_does_not_decode(tmp_path):
    """Size, hash, format and path are known before a single pixel is decoded."""
    path = tmp_path / "a.png"
    path.write_bytes(encoded(noise(30, 20), "PNG"))
    budget = PixelBudget()
    image = open_image(path, budget=budget)
    assert (image.size, image.format, image.path) == ((30, 20), "PNG", str(path))
    assert (budget.decodes, budget.used) == (0, 0)
    image.decode()
    assert (budget.decodes, budget.used) == (1, 30 * 20 * 3)


@pytest.mark.parametrize(
    ("name", "note"),
    [
        ("PNG", "animation: first frame of 3 was read"),
        ("WEBP", "animation: first frame of 3 was read"),
        ("AVIF", "animation: first frame of 3 was read"),
        ("MPO", "animation: first frame of 3 was read"),
        ("GIF", "animation: first frame was read"),
        ("TIFF", "animation: first frame was read"),
    ],
)
def test_of_an_animation_the_first_frame_is_read(name, note):
    """Of several frames, pages or pictures the first is read, and it is said so."""
    first, *others = (PIL.Image.new("RGB", (24, 16), colour) for colour in ("red", "lime", "blue"))
    image = open_image(encoded(first, name, save_all=True, append_images=others))
    assert np.abs(image.rgb.astype(int) - (255, 0, 0)).max() < 8
    assert image.notes == (note,)


def test_of_a_pil_animation_the_frame_it_stands_at_is_read():
    """A PIL image is taken as the caller left it."""
    frames = [PIL.Image.new("RGB", (8, 8), colour) for colour in ("red", "lime")]
    picture = PIL.Image.open(
        io.BytesIO(encoded(frames[0], "PNG", save_all=True, append_images=frames))
    )
    picture.seek(2)
    assert pixels(picture)[0, 0].tolist() == [0, 255, 0]


def test_a_still_picture_has_nothing_to_note():
    """An ordinary image opens without any note."""
    for name in ("PNG", "JPEG", "WEBP", "AVIF", "BMP", "TIFF"):
        image = open_image(encoded(noise(16, 16), name))
        image.decode()
        assert image.notes == ()


def test_real_images_open(shared: Path):
    """Every real image opens at the size that it announces, with nothing but known notes."""
    files = [path for path in (shared / "images").rglob("*") if path.suffix not in (".md", ".json")]
    budget = PixelBudget()
    for path in filter(Path.is_file, files):
        image = open_image(path, budget=budget)
        assert image.rgb.shape == (image.size[1], image.size[0], 3)
        assert {note.split(":")[0] for note in image.notes} <= {"alpha", "ICC profile"}

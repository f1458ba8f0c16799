"""What can't be an image is refused with a sentence that helps, before it costs anything."""

import os
import re
import struct
import threading
import zlib
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from PIL import ImageFile

from pictures import encoded, noise
from selector.errors import ImageError
from selector.images import Limits, open_image

FORMATS = ("PNG", "JPEG", "WEBP", "AVIF", "GIF", "BMP", "TIFF")


def _refusal(source, **limits) -> str:
    """Return why *source* does not open and decode; it has the wording of all our errors."""
    with pytest.raises(ImageError) as refused:
        open_image(source, limits=Limits(**limits)).decode()
    said = str(refused.value)
    assert re.fullmatch(r"[^\n]+: [^\n]+ \(got .+\)\. [A-Z][^\n]+\.", said), said
    return said


def test_bytes_are_limited_before_they_are_read(tmp_path):
    """A file over the limit is refused by its size alone; at the limit it opens."""
    path = tmp_path / "sparse.png"
    with path.open("wb") as file:
        file.truncate(10**12)  # a terabyte of nothing: reading it would not end
    assert "too many bytes" in _refusal(path)
    data = encoded(noise(8, 8), "PNG")
    assert open_image(data, limits=Limits(max_bytes=len(data))).size == (8, 8)
    assert "too many bytes" in _refusal(data, max_bytes=len(data) - 1)


@pytest.mark.parametrize("name", FORMATS)
def test_pixels_are_limited_before_they_are_decoded(name):
    """An image over the limit is refused by its header; at the limit it opens."""
    data = encoded(noise(30, 20), name)
    assert open_image(data, limits=Limits(max_pixels=600)).rgb.shape == (20, 30, 3)
    assert "too many" in _refusal(data, max_pixels=599)


def test_pixels_in_memory_are_limited_too():
    """PIL images and arrays obey the limit of pixels."""
    assert "too many" in _refusal(noise(30, 20), max_pixels=599)
    assert "too many" in _refusal(np.asarray(noise(30, 20)), max_pixels=599)


@pytest.mark.parametrize("side", [9_500, 12_000, 60_000])
def test_a_bomb_does_not_go_off(side):
    """A few bytes that announce an enormous picture are refused by their header."""
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    body = b"IDAT" + zlib.compress(b"\0" * 1000)
    parts = [b"IHDR" + header, body, b"IEND"]
    chunks = (struct.pack(">I", len(p) - 4) + p + struct.pack(">I", zlib.crc32(p)) for p in parts)
    assert re.search("too (many|large)", _refusal(b"\x89PNG\r\n\x1a\n" + b"".join(chunks)))


@pytest.mark.parametrize(
    "name", ["missing.png", "folder", "folder/x/y.png", "", "a\0b.png", "\ud8ff"]
)
def test_a_path_without_a_file_is_refused(tmp_path, monkeypatch, name):
    """A missing file, a folder and an impossible name are each said to be what they are."""
    monkeypatch.chdir(tmp_path)
    Path("folder").mkdir()
    assert "it can't be read" in _refusal(name)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with names are POSIX")
def test_only_regular_files_are_read(tmp_path):
    """A pipe does not make the request wait, a device does not feed it without end."""
    os.mkfifo(tmp_path / "pipe.png")
    asked = threading.Thread(target=_refusal, args=(tmp_path / "pipe.png",), daemon=True)
    asked.start()
    asked.join(timeout=5)
    assert not asked.is_alive()
    assert "not a regular file" in _refusal(tmp_path / "pipe.png")
    assert "not a regular file" in _refusal("/dev/zero")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads all")
def test_a_file_without_permission_is_refused(tmp_path):
    """A file that this user may not read is said to be that."""
    path = tmp_path / "a.png"
    path.write_bytes(encoded(noise(4, 4), "PNG"))
    path.chmod(0)
    assert "Permission denied" in _refusal(path)


def test_empty_and_foreign_bytes_are_refused(tmp_path):
    """An empty file and a text are no images, whatever their names."""
    for content, said in ((b"", "it is empty"), (b"<html>not found</html>", "not an image")):
        path = tmp_path / "a.png"
        path.write_bytes(content)
        assert said in _refusal(path)
        assert said in _refusal(content)


@pytest.mark.parametrize("name", FORMATS)
def test_a_truncated_file_is_refused(name):
    """Half a file is no picture, and not one with a grey half either."""
    data = encoded(noise(64, 64), name)
    _refusal(data[: len(data) // 2])
    _refusal(data[:20])


@pytest.mark.parametrize(
    ("array", "remedy"),
    [
        (np.zeros((4, 4), np.uint8), "np.stack"),
        (np.zeros((4, 4, 1), np.uint8), "np.stack"),
        (np.zeros((4, 4, 3), np.float32), r"\(x \* 255\)"),
        (np.zeros((4, 4, 4), np.uint8), "PIL.Image.fromarray"),
        (np.zeros((3, 4, 4), np.uint8), r"\(H, W, 3\)"),
        (np.zeros((2, 4, 4, 3), np.uint8), r"\(H, W, 3\)"),
        (np.zeros((0, 4, 3), np.uint8), "no pixels"),
    ],
)
def test_other_arrays_are_refused_with_a_remedy(array, remedy):
    """Nothing is guessed about an array: what it should be, and how to get there, is said."""
    assert re.search(remedy, _refusal(array))


@pytest.mark.parametrize("source", [None, 7, bytearray(b"x"), ["a.png"], object])
def test_other_objects_are_refused(source):
    """What holds no image is said to hold none."""
    assert "this holds no image" in _refusal(source)


def test_an_empty_or_closed_pil_image_is_refused(tmp_path):
    """A PIL image without pixels to give is an image error like any other."""
    assert "no pixels" in _refusal(PIL.Image.new("RGB", (0, 5)))
    path = tmp_path / "a.png"
    path.write_bytes(encoded(noise(4, 4), "PNG"))
    with PIL.Image.open(path) as picture:
        pass
    assert "damaged" in _refusal(picture)


def test_a_file_that_changes_is_not_mixed_up(tmp_path):
    """Pixels and bytes always belong to the hash: a changed or vanished file is an error."""
    path = tmp_path / "a.png"
    path.write_bytes(encoded(noise(8, 8), "PNG"))
    image = open_image(path)
    image.decode()
    image.close()
    path.write_bytes(encoded(noise(8, 8, seed=1), "PNG"))
    for read in (image.decode, image.original_bytes):
        with pytest.raises(ImageError, match="it is another image"):
            read()
    path.unlink()
    with pytest.raises(ImageError, match="it can't be read"):
        image.decode()


def test_an_array_that_changes_is_not_mixed_up():
    """A picture in memory that was changed after it was opened is an error, not another picture."""
    array = np.array(noise(8, 8))
    image = open_image(array)
    image.close()
    array[0, 0] += 1
    with pytest.raises(ImageError, match="it is another image"):
        image.decode()


def test_a_path_is_read_from_where_it_was_given(tmp_path, monkeypatch):
    """Changing the folder between opening and decoding does not change the picture."""
    monkeypatch.chdir(tmp_path)
    Path("a.png").write_bytes(encoded(noise(8, 8), "PNG"))
    image = open_image("a.png")
    monkeypatch.chdir("/")
    assert image.rgb.shape == (8, 8, 3)
    assert image.path == "a.png"


def test_every_file_name_can_be_said(tmp_path):
    """Names that are no Unicode open, are kept as Unicode, and keep messages to one line."""
    folder = os.fsencode(tmp_path)
    for name, told in ((b"\xff.png", "\\udcff.png"), (b"a\nb\x1b[2J.png", "a\nb\x1b[2J.png")):
        path = os.fsdecode(os.path.join(folder, name))
        Path(path).write_bytes(encoded(noise(4, 4), "PNG"))
        image = open_image(path)
        assert image.path == f"{tmp_path}/{told}"
        image.path.encode()
        Path(path).write_bytes(b"")
        assert _refusal(path).isprintable()


def test_nothing_of_pillow_is_changed():
    """Other users of Pillow in the process keep its limits and its strictness."""
    before = PIL.Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES
    open_image(encoded(noise(8, 8), "PNG")).decode()
    _refusal(encoded(noise(64, 64), "PNG")[:2000])
    assert before == (PIL.Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES)

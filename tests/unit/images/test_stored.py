"""An image that lies elsewhere is read through a function, and works like a file."""

import re

import numpy as np
import pytest

from pictures import encoded, noise
from selector.errors import ImageError
from selector.images import Limits, PixelBudget, Stored, open_image

PNG = encoded(noise(30, 20), "PNG")


def _refusal(stored, **limits) -> str:
    with pytest.raises(ImageError) as refused:
        open_image(stored, limits=Limits(**limits)).decode()
    said = str(refused.value)
    assert re.fullmatch(r"[^\n]+: [^\n]+ \(got .+\)\. [A-Z][^\n]+\.", said), said
    return said


def test_it_is_the_same_image_as_the_file_would_be(tmp_path):
    """Hashes, size, pixels and original bytes are those of a file with the same bytes."""
    path = tmp_path / "a.png"
    path.write_bytes(PNG)
    file, stored = (
        open_image(path),
        open_image(Stored("s3://bucket/a.png", lambda most: PNG[:most])),
    )
    assert (stored.content_hash, stored.pixel_hash, stored.size, stored.format) == (
        file.content_hash,
        file.pixel_hash,
        file.size,
        file.format,
    )
    assert np.array_equal(stored.rgb, file.rgb)
    assert stored.original_bytes() == PNG
    assert stored.path == "s3://bucket/a.png"


def test_it_is_read_again_when_its_pixels_were_dropped():
    """Bytes are not kept: pixels that find no room are read and decoded at each use."""
    asked = []

    def read(most: int) -> bytes:
        asked.append(most)
        return PNG[:most]

    image = open_image(Stored("a", read), budget=PixelBudget(0))
    assert len(asked) == 1
    assert np.array_equal(image.rgb, image.rgb)
    assert len(asked) == 3


def test_it_must_stay_what_it_was():
    """Other bytes under the same name are told as such, never measured as the old image."""
    versions = [PNG, encoded(noise(30, 20, seed=1), "PNG")]
    image = open_image(Stored("a", lambda _most: versions.pop(0)))
    with pytest.raises(ImageError, match="it is another image"):
        image.decode()


def test_no_more_is_asked_for_than_an_image_may_have():
    """One byte more than the limit is asked for: that tells, and a terabyte stays where it is."""
    asked = []

    def read(most: int) -> bytes:
        asked.append(most)
        return b"x" * most

    assert "too many bytes" in _refusal(Stored("a", read), max_bytes=100)
    assert asked == [101]


@pytest.mark.parametrize(
    "error",
    [
        OSError("403 Forbidden\n\x1b[31m<html>"),
        FileNotFoundError("s3://bucket/a"),
        TimeoutError("slow"),
        RuntimeError("no session"),
    ],
    ids=["denied", "missing", "late", "odd"],
)
def test_what_cant_be_read_says_so_in_one_line(error):
    """Whatever reading raises is an ImageError with the image's name, in harmless text."""

    def read(_most: int) -> bytes:
        raise error

    said = _refusal(Stored("s3://bucket/\x1ba.png", read))
    assert said.startswith("s3://bucket/\\x1ba.png: it can't be read (got ")
    assert "\x1b" not in said


def test_what_fails_alike_is_told_alike():
    """Lost pictures are counted as one reason, not one each: a reason does not repeat the name."""

    def lost(name: str) -> str:
        def read(_most: int) -> bytes:
            raise FileNotFoundError(name)

        return _refusal(Stored(name, read)).removeprefix(name)

    assert lost("https://host/a.png?key=x") == lost("https://host/b.png")
    assert "FileNotFoundError" in lost("https://host/a.png")


def test_nothing_and_rubbish_are_refused_like_a_files():
    """No bytes, and bytes that are no image, are told as those of a file would be."""
    assert "it is empty" in _refusal(Stored("a", lambda _most: b""))
    assert "not an image" in _refusal(Stored("a", lambda _most: b"<html>"))
    assert "damaged or cut off" in _refusal(Stored("a", lambda _most: PNG[: len(PNG) // 2]))

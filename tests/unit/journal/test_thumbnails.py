"""Small pictures: found by what they are of, gone when their time has come."""

import io
import os
import threading
import time
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from selector.errors import JournalError
from selector.images import open_image
from selector.journal import thumbnails
from selector.journal.thumbnails import Thumbnails, chosen, encoded

ONE, OTHER = "1" * 64, "2" * 64


@pytest.fixture
def store(tmp_path: Path) -> Thumbnails:
    return Thumbnails(tmp_path / "thumbs", days=2)


def aged(store: Thumbnails, content_hash: str, days: float) -> None:
    """Let a picture be so old."""
    (path,) = store.folder.rglob(f"{content_hash}.webp")
    os.utime(path, (time.time() - days * 86_400,) * 2)


def test_a_picture_is_small_and_looks_the_same(astronaut: PIL.Image.Image) -> None:
    """256 pixels at most, WebP, a few kilobytes, and hardly another picture."""
    with_pixels = open_image(astronaut)
    made = encoded(with_pixels.thumbnail)
    back = PIL.Image.open(io.BytesIO(made))
    assert (back.format, back.size) == ("WEBP", (256, 256))
    assert len(made) < 20_000
    difference = np.abs(np.asarray(back, np.int16) - with_pixels.thumbnail)
    assert difference.mean() < 4


def test_what_was_put_is_found(store: Thumbnails) -> None:
    """By the hash of the original; the last one counts; of others there is none."""
    store.put(ONE, b"old")
    store.put(ONE, b"new")
    assert store.get(ONE) == b"new"
    assert store.get(OTHER) is None
    assert [one.suffix for one in store.folder.rglob("*") if one.is_file() and one.suffix] == [
        ".webp"
    ], "no part is left"


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "1" * 63, "1" * 65, "G" * 64, f"{ONE}\n"])
def test_names_lead_nowhere_else(store: Thumbnails, name: str) -> None:
    """What is no hash is never part of a path."""
    assert store.get(name) is None
    assert store.remove([name]) == 0
    with pytest.raises(ValueError, match="no content hash"):
        store.put(name, b"x")


def test_removing(store: Thumbnails) -> None:
    """Those that are there go; it is told how many."""
    store.put(ONE, b"1")
    assert store.remove([ONE, OTHER]) == 1
    assert store.get(ONE) is None


def test_what_is_too_old_goes(store: Thumbnails) -> None:
    """Counted from the last time that it was put; what is younger, or no picture, stays."""
    store.put(ONE, b"1")
    store.put(OTHER, b"2")
    (store.folder / "readme.txt").touch()
    os.utime(store.folder / "readme.txt", (0, 0))
    aged(store, ONE, 2.1)
    aged(store, OTHER, 1.9)
    assert store.sweep() == 1
    assert (store.get(ONE), store.get(OTHER)) == (None, b"2")
    assert (store.folder / "readme.txt").exists()
    aged(store, OTHER, 3)
    store.put(OTHER, b"2")
    assert store.sweep() == 0


def test_nobody_has_to_sweep(store: Thumbnails) -> None:
    """Putting does it now and then, once an hour over all processes."""
    store.put(ONE, b"1")
    _settle()
    aged(store, ONE, 3)
    store.put(OTHER, b"2")
    _settle()
    assert store.get(ONE) == b"1", "an hour has not passed"
    os.utime(store.folder / ".swept", (time.time() - 3601,) * 2)
    store.put(OTHER, b"2")
    _settle()
    assert store.get(ONE) is None


def _settle() -> None:
    """Wait for who sweeps."""
    for one in threading.enumerate():
        if one.name == "selector-thumbnails":
            one.join(30)


def test_a_store_that_is_not_there_is_empty(store: Thumbnails) -> None:
    """Looking makes no folder."""
    assert (store.get(ONE), store.remove([ONE]), store.sweep()) == (None, 0, 0)
    assert not store.folder.exists()


def test_who_stores_them_is_said_by_the_environment(tmp_path: Path, monkeypatch) -> None:
    """Nobody, unless a folder is named; for thirty days, unless another time is."""
    monkeypatch.delenv("SELECTOR_THUMBNAILS", raising=False)
    monkeypatch.delenv("SELECTOR_THUMBNAIL_DAYS", raising=False)
    assert chosen() is None
    monkeypatch.setenv("SELECTOR_THUMBNAILS", str(tmp_path))
    found = chosen()
    assert found is not None
    assert (found.folder, found.days) == (tmp_path, thumbnails.DAYS)
    monkeypatch.setenv("SELECTOR_THUMBNAIL_DAYS", "0.5")
    assert chosen().days == 0.5


@pytest.mark.parametrize("days", ["many", "0", "-1", "nan"])
def test_days_are_a_number_above_zero(tmp_path: Path, monkeypatch, days: str) -> None:
    """Nothing is kept for ever by mistake, nor deleted at once."""
    monkeypatch.setenv("SELECTOR_THUMBNAILS", str(tmp_path))
    monkeypatch.setenv("SELECTOR_THUMBNAIL_DAYS", days)
    with pytest.raises(JournalError, match=f"expected days above 0 .got '{days}'"):
        chosen()

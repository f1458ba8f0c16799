"""The folder of a canary: its pictures can't change unseen, and nothing half-written stays."""

import hashlib

import pytest

from asking import png
from selector.canary import folder as kept
from selector.canary.recording import Canary, Environment, Of, Picture, Recording
from selector.errors import RequestError


@pytest.fixture
def pictures(tmp_path):
    """Three pictures as files, two of them with the same bytes."""
    files = [tmp_path / name for name in ("one.PNG", "two.png", "copy.webp")]
    for file, content in zip(files, (png(40, 1), png(41, 2), png(40, 1)), strict=True):
        file.write_bytes(content)
    return files


def begun(folder, names) -> Canary:
    """Write a canary of pictures that were taken in."""
    taken = tuple(Picture(file, name, {}) for file, name in names.items())
    of = Of("p.yaml", "p", 1, "0" * 64)
    here = Environment("cpu", "", "", "", {})
    canary = Canary((Recording("2026-01-01", of, "", None, here, {}, taken),))
    kept.write(folder, canary)
    return canary


def test_pictures_are_copied_byte_for_byte_under_their_hash(pictures, tmp_path):
    """Of the same bytes there is one; the ending stays, for people and viewers."""
    names = kept.take_in(tmp_path / "c", pictures)
    assert list(names.values()) == ["one.PNG", "two.png"]
    for picture, file in zip(pictures, names, strict=False):
        content = picture.read_bytes()
        assert file == f"{hashlib.sha256(content).hexdigest()}.png"
        assert kept.path_of(tmp_path / "c", file).read_bytes() == content


def test_a_canary_is_read_back_while_its_pictures_are_whole(pictures, tmp_path):
    """What was written is what is read, and no part of a file is left behind."""
    folder = tmp_path / "c"
    canary = begun(folder, kept.take_in(folder, pictures[:2]))
    assert kept.read(folder) == canary
    assert not [one for one in folder.rglob("*") if one.name.endswith(".part")]


def test_a_picture_that_was_changed_or_is_gone_is_told(pictures, tmp_path):
    """All of them at once, each with what to do."""
    folder = tmp_path / "c"
    first, second = kept.take_in(folder, pictures[:2])
    begun(folder, {first: "one", second: "two"})
    kept.path_of(folder, first).write_bytes(png(40, 9))
    kept.path_of(folder, second).unlink()
    with pytest.raises(RequestError) as caught:
        kept.read(folder)
    said = str(caught.value).splitlines()
    assert len(said) == 2
    assert any(first in line and "not the picture that was recorded" in line for line in said)
    assert any(second in line and "can't be read (No such file" in line for line in said)


def test_pictures_that_can_not_be_read_are_all_told_and_none_is_taken(pictures, tmp_path):
    """A text, an empty file and one that is not there, each by its name."""
    broken = [tmp_path / "broken.png", tmp_path / "empty.png", tmp_path / "gone.png"]
    broken[0].write_text("no picture")
    broken[1].write_bytes(b"")
    with pytest.raises(RequestError) as caught:
        kept.take_in(tmp_path / "c", [pictures[0], *broken])
    said = str(caught.value).splitlines()
    assert [str(one) in line for one, line in zip(broken, said, strict=True)] == [True] * 3
    assert not (tmp_path / "c").exists()


def test_many_problems_are_counted(tmp_path):
    """Nobody reads a hundred lines of the same."""
    with pytest.raises(RequestError) as caught:
        kept.take_in(tmp_path / "c", [tmp_path / f"{at}.png" for at in range(40)])
    said = str(caught.value).splitlines()
    assert len(said) == 11
    assert said[-1] == "… and 30 more like these."


def test_a_folder_without_a_canary_says_how_to_begin_one(tmp_path):
    """Whether there is a folder or not."""
    with pytest.raises(RequestError, match=r"no canary in this folder .*selector canary add"):
        kept.read(tmp_path)
    (tmp_path / kept.TOLD).write_bytes(b"\xff\xfe{")
    with pytest.raises(RequestError, match=r"canary.json: it can't be read \(no UTF-8\)"):
        kept.read(tmp_path)


def test_where_nothing_can_be_written_that_is_told(pictures, tmp_path):
    """A file stands where the folder should be."""
    (tmp_path / "c").write_text("a file")
    with pytest.raises(RequestError, match=r"it can't be written .* Choose another folder"):
        kept.take_in(tmp_path / "c", pictures[:1])

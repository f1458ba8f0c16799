"""Whatever a model's name leads to, nothing but a file is read."""

import hashlib
import os
from pathlib import Path

import pytest

from selector.backbones.model_file import AT_ONCE, LARGEST, checksum, located, read, unfit, verified
from selector.errors import WeightsError


def test_a_file_is_read_and_known_by_its_checksum(tmp_path: Path) -> None:
    """Its bytes, and their sha256."""
    file = tmp_path / "model.onnx"
    file.write_bytes(b"a model")

    assert unfit(file) == ""
    assert read(file) == b"a model"
    assert checksum(file) == hashlib.sha256(b"a model").hexdigest()


def test_names_become_whole_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the current folder or from home; the home of nobody is a name like any other."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))

    assert located("a/b.onnx") == tmp_path / "a" / "b.onnx"
    assert located("~/b.onnx") == tmp_path / "home" / "b.onnx"
    assert located("~no-such-user-here/b.onnx") == tmp_path / "~no-such-user-here" / "b.onnx"


def test_what_is_no_model_says_what_it_is(tmp_path: Path) -> None:
    """A folder, something endless, something huge, a name that no file can have."""
    huge = tmp_path / "huge.onnx"
    with huge.open("wb") as file:
        file.truncate(LARGEST + 2**30)  # takes no room
    said_of_huge = "too large for a model (got 65.0 GiB, over"

    for path, said in (
        (tmp_path, "no file (got a folder)"),
        (Path("/dev/zero"), "no file (got a device or a pipe)"),
        (huge, said_of_huge),
        (tmp_path / "gone", "can't be read (got No such file or directory)"),
        (tmp_path / ("a" * 300), "can't be read (got File name too long)"),
        (tmp_path / "a\0b", "can't be read (got embedded null byte)"),
    ):
        assert said in unfit(path)
        for use in (read, checksum):
            with pytest.raises(WeightsError, match=r"Name|Put") as caught:
                use(path)
            assert said in str(caught.value)


def test_a_checkpoint_may_be_larger_than_what_is_read_at_once(tmp_path: Path) -> None:
    """The largest CLIP's is 9.5 GiB; only who wants all of it in memory is refused."""
    large = tmp_path / "bigg.safetensors"
    with large.open("wb") as file:
        file.truncate(AT_ONCE + 2**30)  # takes no room

    assert unfit(large) == ""
    with pytest.raises(WeightsError, match=r"too large for a model \(got 5.0 GiB, over 4\)"):
        read(large)


def test_a_change_that_hides_its_time_is_noticed(tmp_path: Path) -> None:
    """As long as it was, and of the same time: it is read again nevertheless."""
    path = tmp_path / "model.pt"
    path.write_bytes(b"weights")
    facts, sha256 = path.stat(), checksum(path)
    verified(str(path), sha256)

    path.write_bytes(b"strange")
    os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))

    with pytest.raises(WeightsError, match="another file than it should be"):
        verified(str(path), sha256)


def test_an_own_file_is_held_to_its_checksum(tmp_path):
    """It is handed out under its checksum alone, also when it changes afterwards."""
    path = tmp_path / "model.pt"
    path.write_bytes(b"weights")
    sha256 = checksum(path)
    assert verified(str(path), sha256) == path

    with path.open("ab") as file:
        file.write(b" and more")

    with pytest.raises(WeightsError, match="another file than it should be"):
        verified(str(path), sha256)

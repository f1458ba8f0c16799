"""A file is held to what is stated of it, or to what it was when it was first seen."""

import hashlib
import json
import logging
import os
from pathlib import Path

import pytest

from selector.errors import WeightsError
from selector.weights import lockfile, manifest
from selector.weights.entry import Url
from selector.weights.fetch import cached, fault, location, obtain

from .conftest import CONTENT, entry_for, lying

NOWHERE = Url("http://127.0.0.1:9/")
OPEN = entry_for(NOWHERE, stated=False)  # nobody states what it holds
STATED = entry_for(NOWHERE)
OTHER = CONTENT[::-1]
SUM = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def toy(cache: Path) -> Path:
    """A file that somebody put there."""
    cache.mkdir()
    (cache / "toy.task").write_bytes(CONTENT)
    return cache / "toy.task"


def lock_of(cache: Path) -> dict[str, dict[str, object]]:
    return json.loads((cache / "weights.lock.json").read_text())["files"]


def change(path: Path, content: bytes) -> None:
    """Put another content there, at another time than a coarse clock may tell."""
    path.write_bytes(content)
    os.utime(path, ns=(7, 7))


def test_the_first_that_is_seen_is_the_right_one_and_it_is_said(
    toy: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Where nobody states a checksum: it is written down with its size and date, and logged."""
    with caplog.at_level(logging.WARNING, "selector"):
        assert obtain(OPEN) == toy
    assert "weights.first_seen" in caplog.text

    record = lock_of(toy.parent)["toy.task"]
    assert (record["sha256"], record["size"]) == (SUM, len(CONTENT))
    assert record["source"] == "found here"
    caplog.clear()
    assert obtain(OPEN) == toy
    assert caplog.text == ""


def test_no_other_is_right_after_it(toy: Path) -> None:
    """The error says which checksum was found, which was first, and where that stands."""
    obtain(OPEN)
    change(toy, OTHER)

    with pytest.raises(WeightsError) as caught:
        obtain(OPEN)

    for part in (SUM, hashlib.sha256(OTHER).hexdigest(), "remove 'toy.task' from weights.lock"):
        assert part in str(caught.value)


@pytest.mark.parametrize("content", [CONTENT[:200_000], b"hello", CONTENT * 2])
def test_a_file_of_quite_another_size_is_never_the_first(toy: Path, content: bytes) -> None:
    """A copy that was cut off is refused, said with both sizes, and keeps the right one not out."""
    toy.write_bytes(content)
    assert not cached(OPEN)
    assert f"got {len(content)} bytes, expected about 300000" in (fault(OPEN) or "")
    assert not (toy.parent / "weights.lock.json").exists()

    change(toy, CONTENT)
    assert fault(OPEN) == ""


def test_a_wrong_file_that_was_written_down_keeps_the_right_one_not_out(toy: Path) -> None:
    """Its size tells that it was never the model: the record counts no more."""
    seen = lockfile.Record("ab" * 32, 200_000, "found here", "", "2026-01-01T00:00:00+00:00", 7)
    lockfile.write(toy.parent, "toy.task", seen)

    assert fault(OPEN) == ""
    assert lock_of(toy.parent)["toy.task"]["sha256"] == SUM


def test_a_pipe_in_a_file_s_place_is_told(cache: Path) -> None:
    """It is not waited for."""
    cache.mkdir()
    os.mkfifo(cache / "toy.task")
    for entry in (OPEN, STATED):
        assert "it is a device or a pipe" in (fault(entry) or "")


def test_a_file_is_read_once_and_not_again_until_it_changes(toy: Path) -> None:
    """Size and time tell; asked to be thorough, it is read nevertheless."""
    obtain(OPEN)
    facts = toy.stat()
    toy.write_bytes(OTHER)
    os.utime(toy, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    assert fault(OPEN) == ""
    assert "another file" in (fault(OPEN, thorough=True) or "")

    os.utime(toy, ns=(5, 5))
    assert "another file" in (fault(OPEN) or "")


@pytest.mark.usefixtures("toy")
def test_what_is_stated_is_stronger_than_what_is_written_down(cache: Path) -> None:
    """Whoever changes the lock file does not change what the right file is."""
    assert fault(STATED) == ""
    lock = json.loads((cache / "weights.lock.json").read_text())
    lock["files"]["toy.task"]["sha256"] = "0" * 64
    (cache / "weights.lock.json").write_text(json.dumps(lock))

    assert "0" * 64 in (fault(OPEN, thorough=True) or "")
    assert fault(STATED, thorough=True) == ""
    assert lock_of(cache)["toy.task"]["sha256"] == SUM  # put right by it


TAMPERED = {
    "no JSON": "{",
    "other JSON": "[]",
    "another version": '{"version": 2, "files": {}}',
    "no such record": '{"version": 1, "files": {"toy.task": {"sha256": "00"}}}',
    "no number": '{"version": 1, "files": {"toy.task": {"sha256": "00", "size": "x", '
    '"source": "", "revision": "", "date": "", "read_ns": 0}}}',
    "no size": '{"version": 1, "files": {"toy.task": {"sha256": "00", "size": Infinity, '
    '"source": "", "revision": "", "date": "", "read_ns": 0}}}',
    "nested": "[" * 100_000,
}


@pytest.mark.parametrize("text", TAMPERED.values(), ids=TAMPERED)
def test_a_broken_lock_file_is_told_where_it_is_needed(toy: Path, text: str) -> None:
    """It is never thrown away: what it said is why the next file is trusted."""
    path = toy.parent / "weights.lock.json"
    path.write_text(text)

    with pytest.raises(WeightsError, match=r"weights\.lock\.json: it is not what was written"):
        fault(OPEN)
    assert fault(STATED) == ""
    assert path.read_text() == text


def test_the_file_of_another_model_is_told_by_its_name(cache: Path, shared: Path) -> None:
    """By what the manifest states, and by what was seen at the other's place."""
    v1, v2 = manifest.entry("aesthetic_v1"), manifest.entry("pickscore")
    head = shared / "golden" / "aesthetic_heads" / v1.files[0].name
    cache.mkdir()
    location(v2).write_bytes(head.read_bytes())
    assert fault(v2) is not None
    assert "this is aesthetic_v1, another model" in (fault(v2) or "")

    seen = lockfile.Record(SUM, len(CONTENT), "a hub", "", "2026-01-01T00:00:00+00:00", 7)
    lockfile.write(cache, "HPS_v2_compressed.pt", seen)
    reward = manifest.entry("image_reward")
    location(reward).write_bytes(CONTENT)
    assert "this is hpsv2.0, another model" in (fault(reward) or "")


def test_looking_changes_nothing_where_nothing_is(cache: Path) -> None:
    """No folder, no lock file."""
    assert fault(STATED) is None
    assert not cache.exists()


def test_a_folder_in_a_file_s_place_is_told(cache: Path) -> None:
    """It is never written over."""
    (cache / "toy.task" / "within").mkdir(parents=True)
    assert "it is a folder" in (fault(STATED) or "")
    with pytest.raises(WeightsError, match="it is a folder"):
        obtain(STATED)
    assert (cache / "toy.task" / "within").is_dir()
    assert lying(cache) == ["toy.task"]

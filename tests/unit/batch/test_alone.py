"""One run at a time in a folder, however the last one ended."""

import os
import subprocess
import sys

import pytest

from selector import RequestError
from selector.batch.alone import LOCK, alone, check, is_ours
from selector.batch.places import Place

HOLD = (
    "import sys, time; from selector.batch.alone import alone\n"
    "from selector.batch.places import Place\n"
    "with alone(Place.at(sys.argv[1]), ()):\n"
    "    print('held', flush=True)\n"
    "    time.sleep(60)"
)


def test_a_second_run_is_told_who_works(tmp_path):
    """By process and machine; when that is killed, the next one may work at once."""
    place = Place.at(str(tmp_path / "out"))
    child = subprocess.Popen(
        [sys.executable, "-c", HOLD, place.url], stdout=subprocess.PIPE, text=True
    )
    try:
        assert child.stdout.readline() == "held\n"
        said = rf"out: another run works there \(got process {child.pid} on .+\)\. Wait for its end"
        with pytest.raises(RequestError, match=said), alone(place, ()):
            pass
        with pytest.raises(RequestError, match=said):
            check(place)
    finally:
        child.kill()
        child.communicate()
    check(place)
    with alone(place, ()):
        assert str(os.getpid()) in (tmp_path / "out" / ".lock").read_text()


def test_one_process_is_told_too(tmp_path):
    """Two runs of one program, as in two threads, do not share a folder either."""
    place = Place.at(str(tmp_path))
    with alone(place, ()), pytest.raises(RequestError, match="another run"), alone(place, ()):
        pass
    with alone(place, ()):
        pass


def test_looking_changes_nothing(tmp_path):
    """A folder that no run was in, or none works in, is as it was."""
    place = Place.at(str(tmp_path / "out"))
    check(place)
    assert not place.path.exists()
    with alone(place, ()):
        pass
    (place.path / "half.part").touch()
    before = {one: one.read_bytes() for one in place.path.iterdir()}
    check(place)
    assert {one: one.read_bytes() for one in place.path.iterdir()} == before


def test_what_killed_runs_left_is_swept(tmp_path):
    """Half-written files go; whatever else lies there stays."""
    for name in (".a1.part", "sub/.b2.part", "other/.c3.part", "sub/part-00000.parquet", ".env"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    with alone(Place.at(str(tmp_path)), ("sub", "absent")):
        left = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert left == {".lock", ".env", "sub/part-00000.parquet", "other/.c3.part"}


def test_addresses_are_not_locked():
    """Object stores have no locks; nothing is written there for one."""
    place = Place.at("memory://lockless/out")
    with alone(place, ()), alone(place, ()):
        assert place.names() == []


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    """A file stands where the folder should be."""
    (tmp_path / "file").write_bytes(b"")
    with (
        pytest.raises(RequestError, match="can't be written"),
        alone(Place.at(str(tmp_path / "file")), ()),
    ):
        pass


@pytest.mark.parametrize(("name", "ours"), [(".lock", True), (".x.part", True), ("x.part", False)])
def test_only_what_is_ours_is_passed_over(name, ours):
    """Other hidden files make a folder somebody's."""
    assert is_ours(name) == ours


def test_a_disk_without_space_is_told(tmp_path):
    """It may be too full even for who holds the folder; that is an error like any other."""
    (tmp_path / LOCK).symlink_to("/dev/full")
    with (
        pytest.raises(RequestError, match=r"\.lock: can't be written"),
        alone(Place.at(str(tmp_path)), ()),
    ):
        pass

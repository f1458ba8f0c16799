"""A folder that files are put into whole or not at all, on a disk or behind an address."""

import os
import secrets
import subprocess
import sys
import time

import pytest

from selector import RequestError
from selector.batch.places import Place


@pytest.fixture(params=["local", "memory"])
def place(request, tmp_path):
    """A folder that does not exist yet."""
    if request.param == "local":
        return Place.at(str(tmp_path / "new" / "out"))
    return Place.at(f"memory://{secrets.token_hex(4)}/out")


@pytest.fixture
def small(tmp_path):
    """A disk of 256 KB."""
    folder = tmp_path / "small"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("nobody may mount a disk here")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_what_is_put_is_read(place):
    """Folders are made; a name is that of the file in the folder."""
    assert not place.exists("a/b.bin")
    place.put("a/b.bin", b"one")
    place.put("top", b"two")
    assert (place.read("a/b.bin"), place.read("top")) == (b"one", b"two")
    assert (place.names(), place.names("a")) == (["a", "top"], ["b.bin"])
    assert place.exists("a/b.bin")
    assert place.exists("a")


def test_put_again_replaces(place):
    """The last one stays, and nothing beside it."""
    for content in (b"long content", b"short"):
        place.put("a", content)
    assert (place.read("a"), place.names()) == (b"short", ["a"])


def test_parts_of_a_file_are_read(place):
    """A reader may jump to the end of a large file."""
    place.put("a", b"0123456789")
    with place.opened("a") as file:
        file.seek(-3, os.SEEK_END)
        assert file.read() == b"789"


def test_removed_is_gone(place):
    """Removing what is not there is no error: who was killed meanwhile does it again."""
    place.put("a/b", b"")
    place.remove("a/b")
    place.remove("a/b")
    place.remove("none/such")
    assert not place.exists("a/b")


def test_no_folder_holds_nothing(place):
    """A folder that does not exist yet is as good as an empty one."""
    assert (place.names(), place.names("deep/er")) == ([], [])


def test_absent_file_is_told(place):
    """The message names the file and what to do."""
    with pytest.raises(RequestError, match=r"/out/gone: can't be read \(.+\)\. Restore it\."):
        place.read("gone")


def test_others_files_are_seen(place):
    """What another process put since the last look is listed."""
    place.put("a", b"")
    assert place.names() == ["a"]
    Place.at(place.url).put("b", b"")
    assert place.names() == ["a", "b"]


def test_file_addresses_are_local(tmp_path):
    """An address like file:///x is the folder /x."""
    place = Place.at(f"file://{tmp_path}")
    place.put("a", b"x")
    assert place.is_local
    assert (tmp_path / "a").read_bytes() == b"x"


def test_full_disk_is_told(small):
    """The message says what to do, and nothing half-written is left to fill the disk."""
    place = Place.at(str(small))
    place.put("decisions/part-00000.parquet", b"x" * 100_000)
    with pytest.raises(RequestError) as caught:
        place.put("decisions/part-00000.parquet", b"y" * 1_000_000)
    said = f"{small}/decisions/part-00000.parquet: can't be written (no space left on device). "
    assert str(caught.value) == f"{said}Free some, then go on with --resume."
    assert place.names("decisions") == ["part-00000.parquet"]
    assert place.read("decisions/part-00000.parquet") == b"x" * 100_000


def test_read_only_disk_is_told(small):
    """Before and after, the folder is as it was."""
    subprocess.run(["mount", "-o", "remount,ro", str(small)], check=True)
    with pytest.raises(RequestError, match=r"\(read-only file system\)\. Make it writable, then"):
        Place.at(str(small)).put("run.json", b"x")
    assert os.listdir(small) == []


def test_folder_below_a_file_is_told(tmp_path):
    """A file where a folder should be: nothing can be put there, nor listed."""
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(RequestError, match=r"file/run\.json: can't be written \(.+\)\. Mend that"):
        Place.at(str(tmp_path / "file")).put("run.json", b"x")
    with pytest.raises(RequestError, match=r"file: can't be listed \(not a directory\)"):
        Place.at(str(tmp_path / "file")).names()


def test_forbidden_folder_is_told(tmp_path):
    """Without the permission to write, the message says whose turn it is."""
    folder = tmp_path / "theirs"
    folder.mkdir(mode=0o555)
    code = (
        "import os, sys; from selector.batch.places import Place\n"
        "if not os.geteuid(): os.setgid(65534); os.setuid(65534)\n"
        "Place.at(sys.argv[1]).put('run.json', b'x')"
    )
    for above in folder.parents:  # tmp_path is closed to others
        if above.stat().st_uid == os.geteuid() and not above.stat().st_mode & 0o001:
            above.chmod(above.stat().st_mode | 0o001)
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder)], capture_output=True, text=True, check=False
    )
    assert "can't be written (permission denied). Let this user write there" in done.stderr


def test_killed_writer_leaves_the_old_file(tmp_path):
    """Killed at any moment, a file is the one from before or the new one, never a part."""
    code = (
        "import sys; from selector.batch.places import Place\n"
        "place = Place.at(sys.argv[1])\n"
        "print('ready', flush=True)\n"
        "while True:\n"
        "    for letter in b'ab': place.put('file', bytes([letter]) * 3_000_000)"
    )
    for wait in (0.0, 0.01, 0.03, 0.05):
        child = subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE
        )
        child.stdout.readline()
        time.sleep(wait)
        child.kill()
        child.communicate()
        if (tmp_path / "file").exists():
            assert (tmp_path / "file").read_bytes() in {b"a" * 3_000_000, b"b" * 3_000_000}


def test_passwords_are_not_shown():
    """What messages call an address has no password."""
    place = Place.at("ftp://me:secret@host/out")
    assert (str(place), place.called("run.json")) == (
        "ftp://me:***@host/out",
        "ftp://me:***@host/out/run.json",
    )


def test_names_are_shown_harmlessly():
    """A name that would clear the screen is written out in messages."""
    assert Place.at("out").called("a\x1b[2J") == "out/a\\x1b[2J"


def test_unknown_address_is_told():
    """An address that nobody can open is the caller's to change."""
    with pytest.raises(RequestError, match="nosuch://x: this address can't be opened"):
        Place.at("nosuch://x").read("a")

"""A report appears whole where it was asked for, or says at once why it can't."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

import reports
from pictures import encoded, photo
from selector.errors import RequestError
from selector.report import page, ready, write


@pytest.fixture(scope="module")
def selection():
    return reports.chosen([photo()])


def test_it_is_written_with_the_permissions_of_any_file(selection, tmp_path):
    """The file is the page; who may read files of this user may read it; nothing else is left."""
    previous = os.umask(0o027)
    try:
        write(selection, tmp_path / "out.html")
    finally:
        os.umask(previous)
    assert (tmp_path / "out.html").read_text("utf-8") == page(selection)
    assert stat.S_IMODE((tmp_path / "out.html").stat().st_mode) == 0o640
    assert [path.name for path in tmp_path.iterdir()] == ["out.html"]


def test_it_replaces_an_older_one_through_a_link(selection, tmp_path):
    """An older report is replaced and keeps its permissions, a link to it stays a link."""
    write(reports.chosen([photo().rotate(90)]), tmp_path / "old.html")
    (tmp_path / "old.html").chmod(0o600)
    (tmp_path / "link.html").symlink_to("old.html")
    write(selection, tmp_path / "link.html")
    assert (tmp_path / "link.html").is_symlink()
    assert (tmp_path / "old.html").read_text("utf-8") == page(selection)
    assert stat.S_IMODE((tmp_path / "old.html").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "content",
    [
        encoded(photo(), "PNG"),
        b"name: portrait\nversion: 1\n",
        b"<!doctype html><html><head><title>Mine</title></head></html>",
        b" " * 2000 + b'<meta name="generator" content="selector report">',
    ],
    ids=["picture", "policy", "page", "mentions one"],
)
def test_nothing_else_is_overwritten(selection, tmp_path, content):
    """A picture, a policy, another page stay byte for byte, and it is told before measuring."""
    other = tmp_path / "other"
    other.write_bytes(content)
    for attempt in (lambda: ready(other), lambda: write(selection, other)):
        with pytest.raises(RequestError, match=r"not overwritten .* Name a new file"):
            attempt()
    assert other.read_bytes() == content
    assert [path.name for path in tmp_path.iterdir()] == ["other"]


def test_what_came_there_while_measuring_is_not_overwritten(selection, tmp_path):
    """A name that was free before, and is a journal's now, is the journal's."""
    target = ready(tmp_path / "out.html")
    target.write_bytes(b"SQLite format 3\0")
    with pytest.raises(RequestError, match="not overwritten"):
        write(selection, target)
    assert target.read_bytes() == b"SQLite format 3\0"


def test_an_empty_file_may_be_filled(selection, tmp_path):
    """A name that was only reserved, as `mktemp` does, holds nothing that could be lost."""
    (tmp_path / "out.html").touch(0o600)
    write(selection, tmp_path / "out.html")
    assert (tmp_path / "out.html").read_text("utf-8") == page(selection)


def test_threads_keep_each_others_permissions(selection, tmp_path):
    """Reports written at once all get the permissions of any file; the umask stays what it was."""
    names = [tmp_path / f"{at}.html" for at in range(16)]
    previous = os.umask(0o027)
    try:
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(lambda name: write(selection, name), names))
    finally:
        assert os.umask(previous) == 0o027
    assert {stat.S_IMODE(name.stat().st_mode) for name in names} == {0o640}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "name is empty"),
        (".", "this is a folder"),
        ("gone/out.html", "its folder is not there"),
        ("file/out.html", "its folder is not there"),
        ("pipe", "no regular file"),
        ("/dev/null", "no regular file"),
        ("loop", "a loop"),
        ("a\0b.html", "can't be written"),
        ("x" * 300 + ".html", "can't be written"),
    ],
)
def test_what_can_not_be_written_is_told_beforehand(tmp_path, monkeypatch, name, said):
    """A missing folder, a folder, a pipe, an impossible name: `ready` says so and makes nothing."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(RequestError, match=said):
        ready(name)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "loop", "pipe"]


def test_a_full_disk_leaves_what_was_there(selection, tmp_path):
    """If writing fails the older report stays whole, and no part of the new one is left."""
    import resource
    import signal

    write(selection, tmp_path / "out.html")
    older = (tmp_path / "out.html").read_bytes()
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        with pytest.raises(RequestError, match="can't be written"):
            write(selection, tmp_path / "out.html")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, ignored)
    assert (tmp_path / "out.html").read_bytes() == older
    assert [path.name for path in tmp_path.iterdir()] == ["out.html"]

"""A report appears whole where it was asked for, or says at once why it can't."""

import os
import stat

import pytest

import reports
from pictures import photo
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
    """An older report is replaced, a link to it stays a link."""
    (tmp_path / "old.html").write_text("old")
    (tmp_path / "link.html").symlink_to("old.html")
    write(selection, tmp_path / "link.html")
    assert (tmp_path / "link.html").is_symlink()
    assert (tmp_path / "old.html").read_text("utf-8") == page(selection)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "name is empty"),
        (".", "this is a folder"),
        ("gone/out.html", "its folder is not there"),
        ("file/out.html", "its folder is not there"),
        ("pipe", "no regular file"),
        ("a\0b.html", "can't be written"),
        ("x" * 300 + ".html", "can't be written"),
    ],
)
def test_what_can_not_be_written_is_told_beforehand(tmp_path, monkeypatch, name, said):
    """A missing folder, a folder, a pipe, an impossible name: `ready` says so and makes nothing."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(RequestError, match=said):
        ready(name)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "pipe"]


def test_a_full_disk_leaves_what_was_there(selection, tmp_path):
    """If writing fails the older report stays whole, and no part of the new one is left."""
    import resource
    import signal

    (tmp_path / "out.html").write_text("old")
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        with pytest.raises(RequestError, match="can't be written"):
            write(selection, tmp_path / "out.html")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, ignored)
    assert (tmp_path / "out.html").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["out.html"]

"""Where the names lead that stand in an input, here and at addresses."""

import os
import re

import pytest

from selector import RequestError
from selector.batch.reading import files


@pytest.mark.parametrize(
    ("file", "name", "there"),
    [
        ("/in/m.jsonl", "a/1.png", "/in/a/1.png"),
        ("/in/m.jsonl", "../1.png", "/1.png"),
        ("/in/m.jsonl", "/far/1.png", "/far/1.png"),
        ("/in/m.jsonl", "file:///far/1.png", "/far/1.png"),
        ("/in/m.jsonl", "s3://b/1.png", "s3://b/1.png"),
        ("/in/m.jsonl", "a::b.png", "/in/a::b.png"),
        ("s3://b/in/m.jsonl", "a/1.png", "s3://b/in/a/1.png"),
        ("s3://b/in/m.jsonl", "../1.png", "s3://b/1.png"),
        ("s3://b/in/m.jsonl", "/far/1.png", "/far/1.png"),
        ("memory://m.jsonl", "1.png", "memory://1.png"),
        ("https://h/in/m.jsonl?key=a/b", "1.png?key=c", "https://h/in/1.png?key=c"),
        ("zip://in/m.jsonl::s3://b/x.zip", "1.png", "zip://in/1.png::s3://b/x.zip"),
        ("simplecache::s3://b/m.jsonl", "1.png", "simplecache::s3://b/1.png"),
    ],
    ids=[
        "near", "up", "absolute", "file", "address", "colons", "far", "far-up", "here", "root", "web",
        "zip", "cached",
    ],
)  # fmt: skip
def test_names_start_from_the_file_they_stand_in(file, name, there):
    """Unless they say all themselves."""
    assert files.beside(file, name) == there


def test_paths_are_the_same_in_every_process(tmp_path, monkeypatch):
    """Whatever folder it runs in."""
    monkeypatch.chdir(tmp_path)
    assert files.absolute("a/../b.png") == f"{tmp_path}/b.png"
    assert files.beside("m.jsonl", "1.png") == f"{tmp_path}/1.png"


@pytest.mark.parametrize(
    ("folder", "there"),
    [
        ("/in", "/in/x"),
        ("s3://b/in/", "s3://b/in/x"),
        ("memory://", "memory://x"),
        ("zip://::s3://b/x.zip", "zip://x::s3://b/x.zip"),
    ],
    ids=["local", "far", "root", "zip"],
)
def test_what_lies_in_a_folder(folder, there):
    """Here and at addresses, also through others."""
    assert files.inside(folder, "x") == there


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("gone", "it can't be read (got No such file or directory)"),
        ("folder", "no regular file (got a folder"),
        ("pipe", "no regular file"),
        ("a\0b", "it can't be read (got embedded null byte)"),
        ("nothing://x/y", "it can't be read (got Protocol not known: nothing)"),
        ("memory://gone/x", "it can't be read"),
    ],
)
def test_what_can_not_be_opened_is_told(path, said, tmp_path, monkeypatch):
    """With why, and without waiting for a pipe's writer."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(RequestError, match=re.escape(said)):
        files.opened(path)


def test_a_missing_package_is_named():
    """An address of a kind that needs one more."""
    with pytest.raises(RequestError, match=r"is not installed .*lakefs"):
        files.is_folder("lakefs://x/y")

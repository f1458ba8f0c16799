"""What lies on this machine already is taken from there."""

import os
from pathlib import Path

import pytest

from selector.errors import WeightsError
from selector.weights.entry import Local, Resource, Url
from selector.weights.fetch import obtain
from selector.weights.sources import comes_from_afar, here, opened, without_password

from .conftest import CONTENT, HUB, entry_for


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package that is installed, and must not be imported."""
    folder = tmp_path / "installed" / "toyweights"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text("raise SystemExit('it was imported')")
    (folder / "toy.task").write_bytes(CONTENT)
    monkeypatch.syspath_prepend(folder.parent)
    return folder


def test_a_file_of_an_installed_package_is_found(package: Path) -> None:
    """Without importing the package; what it lacks, or a package that is not there, is none."""
    assert here(Resource("toyweights", "toy.task"), "x") == package / "toy.task"
    assert here(Resource("toyweights", ""), "toy.task") == package / "toy.task"
    assert here(Resource("toyweights", "other.task"), "x") is None
    assert here(Resource("no_such_package_here", "toy.task"), "x") is None


def test_a_file_or_a_folder_of_one_s_own_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """~ is home; a folder holds the file under its name."""
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "toy.task").write_bytes(CONTENT)
    for path in ("~/toy.task", str(tmp_path), "~"):
        assert here(Local(path), "toy.task") == tmp_path / "toy.task"
    assert here(Local("~/other"), "toy.task") is None
    assert here(Local("~nobody-of-this-name/x"), "toy.task") is None


@pytest.mark.parametrize("source", [Resource("no_such_package_here", "x"), Local("/no/such/file")])
def test_what_is_not_there_is_a_reason(source: Resource | Local) -> None:
    """It never needs a network, so it can't come."""
    assert not comes_from_afar(source)
    with pytest.raises(WeightsError, match="no such file"):
        opened(source, "x")


def test_what_comes_from_afar_is_not_here() -> None:
    """A server's file is nowhere on this machine."""
    assert comes_from_afar(HUB)
    assert comes_from_afar(Url("http://127.0.0.1:9/"))
    assert here(Url("http://127.0.0.1:9/"), "toy.task") is None


@pytest.mark.usefixtures("cache")
def test_a_link_to_a_file_of_one_s_own_leads_there(tmp_path: Path) -> None:
    """Also one that is told from where it lies: it would lead nowhere from the cache folder."""
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "mine").write_bytes(CONTENT)
    (tmp_path / "link").symlink_to("there/mine")

    assert obtain(entry_for(Local(str(tmp_path / "link")))).read_bytes() == CONTENT


def test_a_password_of_an_address_is_left_out() -> None:
    """And nothing else: what stands behind the host, and other words, stay."""
    for told, left in (
        ("no http://me:a@b@host:1/x@y z", "no http://host:1/x@y z"),
        ("me@host, //host/x", "me@host, //host/x"),
    ):
        assert without_password(told) == left


def test_a_file_of_one_s_own_is_linked_and_watched(
    cache: Path, tmp_path: Path, package: Path
) -> None:
    """It takes no room twice; changed in its place it is no longer taken, and the next source is."""
    mine = tmp_path / "mine"
    mine.write_bytes(CONTENT)
    entry = entry_for(Local(str(mine)), Resource("toyweights", "toy.task"))
    assert obtain(entry).samefile(mine)

    mine.write_bytes(bytes(len(CONTENT)))
    os.utime(mine, ns=(0, 0))

    assert obtain(entry).samefile(package / "toy.task")
    assert (cache / "toy.task").read_bytes() == CONTENT

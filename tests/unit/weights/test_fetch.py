"""The cache folder never holds, and nobody ever gets, any file but the right one."""

import os
import signal
import stat
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from selector.errors import WeightsError
from selector.weights import manifest
from selector.weights.fetch import cache_folder, cached, fetch, obtain
from selector.weights.manifest import Url

from .conftest import CONTENT, Answer, Server, entry_for, sends

NOWHERE = Url("http://127.0.0.1:9/nobody-listens-here")
WRONG = bytes(len(CONTENT))


def command(url: Url) -> list[str]:
    """Return the command of a process that obtains the toy model and prints where it is."""
    code = f"""
from selector.errors import WeightsError
from selector.weights.fetch import obtain
from selector.weights.manifest import Entry, Url
entry = {entry_for(url)!r}
try:
    print("PATH", obtain(entry))
except WeightsError as error:
    print("REFUSED", error)
"""
    return [sys.executable, "-c", code]


def test_a_model_is_downloaded_once(server: Server, cache: Path) -> None:
    """It comes from its source, lies in the cache folder, and is not asked for again."""
    entry = entry_for(server.page("/toy", CONTENT))

    path = obtain(entry)

    assert path == obtain(entry) == cache / "toy.task"
    assert path.read_bytes() == CONTENT
    assert server.asked == ["/toy"]


def test_others_may_read_a_shared_cache(server: Server, cache: Path) -> None:
    """The file has the rights that this user gives to every new file."""
    path = obtain(entry_for(server.page("/toy", CONTENT)))
    beside = cache / "beside"
    beside.touch()

    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE(beside.stat().st_mode)


def test_a_file_that_the_user_put_there_is_used(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the right file in place nothing is downloaded: offline works."""
    monkeypatch.setenv("SELECTOR_OFFLINE", "1")
    cache.mkdir()
    (cache / "toy.task").write_bytes(CONTENT)

    assert obtain(entry_for(NOWHERE)) == cache / "toy.task"


def test_offline_asks_nobody(server: Server, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With SELECTOR_OFFLINE no source is asked, and the error says where the file belongs."""
    monkeypatch.setenv("SELECTOR_OFFLINE", "1")
    entry = entry_for(server.page("/toy", CONTENT))

    with pytest.raises(WeightsError, match="SELECTOR_OFFLINE") as caught:
        obtain(entry)

    assert str(cache / "toy.task") in str(caught.value)
    assert server.asked == []


BROKEN = {
    "corrupt": (sends(WRONG), "wrong content"),
    "cut off": (sends(CONTENT[:1000], announced=len(CONTENT)), "cut off"),
    "too long": (sends(CONTENT + b"more"), "larger than announced"),
    "empty": (sends(b""), "cut off"),
    "error": (lambda request: request.send_error(503), "Service Unavailable"),
}


@pytest.mark.parametrize(("answer", "reason"), BROKEN.values(), ids=BROKEN)
def test_a_broken_source_leaves_nothing_and_is_named(
    server: Server, cache: Path, *, answer: Answer, reason: str
) -> None:
    """Whatever a source sends instead of the model: nothing of it stays, and the error says why."""
    url = server.page("/toy", answer)

    with pytest.raises(WeightsError, match=reason) as caught:
        obtain(entry_for(url))

    assert str(url) in str(caught.value)
    assert list(cache.iterdir()) == []


@pytest.mark.parametrize("answer", [answer for answer, _ in BROKEN.values()], ids=BROKEN)
def test_the_next_source_is_tried(server: Server, cache: Path, *, answer: Answer) -> None:
    """After a broken source comes the next one, and only the right file stays."""
    broken, right = server.page("/broken", answer), server.page("/right", CONTENT)

    assert obtain(entry_for(NOWHERE, broken, right)).read_bytes() == CONTENT
    assert [path.name for path in cache.iterdir()] == ["toy.task"]


def test_when_nothing_works_the_error_says_all(server: Server, cache: Path) -> None:
    """It names the model, every source with its reason, where to put the file, and its sha256."""
    entry = entry_for(NOWHERE, server.page("/toy", WRONG))

    with pytest.raises(WeightsError) as caught:
        obtain(entry)

    said = str(caught.value)
    assert said.startswith("toy: ")
    assert all(part in said for part in (str(cache / "toy.task"), entry.sha256, str(NOWHERE)))
    assert all(part in said for part in ("refused", f"{server.address}/toy", "wrong content"))


def test_a_wrong_file_in_the_cache_is_replaced(server: Server, cache: Path) -> None:
    """A damaged file is never handed out: it is fetched again."""
    cache.mkdir()
    (cache / "toy.task").write_bytes(WRONG)

    assert obtain(entry_for(server.page("/toy", CONTENT))).read_bytes() == CONTENT


def test_a_wrong_file_is_told_apart_from_none(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who put the wrong file there reads so."""
    monkeypatch.setenv("SELECTOR_OFFLINE", "1")
    cache.mkdir()
    (cache / "toy.task").write_bytes(WRONG)

    with pytest.raises(WeightsError, match="another file than it should be"):
        obtain(entry_for(NOWHERE))


def test_a_file_that_changes_after_it_was_verified_is_noticed(server: Server, cache: Path) -> None:
    """Verified once is not verified for ever: another content is another file."""
    entry = entry_for(server.page("/toy", CONTENT))
    obtain(entry)
    path = obtain(entry)
    path.write_bytes(WRONG)
    os.utime(path, ns=(0, 0))  # a file system's clock may be too coarse to tell

    assert obtain(entry).read_bytes() == CONTENT
    assert cache.exists()


@pytest.mark.usefixtures("cache")
def test_threads_download_once(server: Server) -> None:
    """Eight threads that want the same model at once cause one download and share the file."""
    together = threading.Barrier(8)
    entry = entry_for(server.page("/toy", CONTENT))

    def want(_: int) -> Path:
        together.wait()
        return obtain(entry)

    with ThreadPoolExecutor(8) as pool:
        paths = set(pool.map(want, range(8)))

    assert len(paths) == 1
    assert server.asked == ["/toy"]


def test_processes_do_not_clash(server: Server, cache: Path) -> None:
    """Three processes that want the same model at once all get it; nothing half-made stays."""
    together = threading.Barrier(3)

    def when_all_ask(request: BaseHTTPRequestHandler) -> None:
        together.wait(timeout=30)
        sends(CONTENT)(request)

    url = server.page("/toy", when_all_ask)
    runs = [subprocess.Popen(command(url), stdout=subprocess.PIPE, text=True) for _ in range(3)]

    said = [run.communicate(timeout=60)[0] for run in runs]

    assert all(f"PATH {cache / 'toy.task'}" in each for each in said)
    assert [path.name for path in cache.iterdir()] == ["toy.task"]


def test_a_full_disk_leaves_nothing_half_written(server: Server, cache: Path) -> None:
    """Where the file does not fit, the error says so and the cache folder is as it was."""
    resource = pytest.importorskip("resource", reason="file size limits exist on POSIX only")
    limit = len(CONTENT) // 2
    done = subprocess.run(
        command(server.page("/toy", CONTENT)),
        capture_output=True,
        text=True,
        check=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )

    assert "REFUSED" in done.stdout
    assert f"can't be written to {cache} (got File too large)" in done.stdout
    assert list(cache.iterdir()) == []


def test_a_cache_that_can_not_be_written_says_so(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cache folder that can't even be made is the installer's to change, and the error says it."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("SELECTOR_CACHE", str(tmp_path / "file" / "cache"))

    with pytest.raises(WeightsError, match="SELECTOR_CACHE"):
        obtain(entry_for(server.page("/toy", CONTENT)))


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_cache_says_so(server: Server, cache: Path) -> None:
    """A folder without the right to write is an error that names it; a file in it still works."""
    cache.mkdir()
    cache.chmod(0o500)

    with pytest.raises(WeightsError, match="can't be written"):
        obtain(entry_for(server.page("/toy", CONTENT)))


def test_an_interrupted_download_leaves_nothing(server: Server, cache: Path) -> None:
    """Ctrl-C in the middle leaves no half file behind."""
    under_way = threading.Event()

    def half(request: BaseHTTPRequestHandler) -> None:
        sends(CONTENT[:1000], announced=len(CONTENT))(request)
        request.wfile.flush()
        under_way.set()
        time.sleep(3)

    url = server.page("/half", half)
    with subprocess.Popen(command(url), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
        assert under_way.wait(30)
        while not list(cache.glob(".*")):
            time.sleep(0.01)
        run.send_signal(signal.SIGINT)
        run.communicate(timeout=30)

    assert run.returncode != 0
    assert list(cache.iterdir()) == []


def test_the_cache_folder_can_be_chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SELECTOR_CACHE goes before XDG_CACHE_HOME, which goes before the home folder."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("SELECTOR_CACHE", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    assert cache_folder() == tmp_path / ".cache" / "selector"

    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert cache_folder() == tmp_path / ".cache" / "selector"

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache_folder() == tmp_path / "xdg" / "selector"

    monkeypatch.setenv("SELECTOR_CACHE", "~/own")
    assert cache_folder() == tmp_path / "own"


@pytest.mark.parametrize("name", [each.name for each in manifest.entries()])
def test_the_models_of_the_manifest_can_be_had(name: str) -> None:
    """What the manifest names really exists and has the checksum that it states."""
    assert fetch(name).stat().st_size == manifest.entry(name).size


def test_whether_a_model_is_there_is_told_without_reading_it(cache: Path) -> None:
    """By name and size: a file that is cut off, and a folder of the name, are no model."""
    entry = entry_for(NOWHERE)
    assert not cached(entry)
    cache.mkdir()
    (cache / "toy.task").write_bytes(WRONG)
    assert cached(entry)
    (cache / "toy.task").write_bytes(WRONG[:-1])
    assert not cached(entry)
    (cache / "toy.task").unlink()
    (cache / "toy.task").mkdir()
    assert not cached(entry)


def test_the_home_of_nobody_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A misspelt user in SELECTOR_CACHE is the installer's to correct."""
    monkeypatch.setenv("SELECTOR_CACHE", "~nobody-of-this-name/models")
    with pytest.raises(WeightsError, match="cache folder: there is no such home"):
        cache_folder()

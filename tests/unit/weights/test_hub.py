"""The hub and its mirrors, as its library is set up; each in a process, which reads that once."""

import contextlib
import hashlib
import time
from pathlib import Path

import pytest

from selector.weights.entry import Url
from selector.weights.place import places

from .conftest import COMMIT, CONTENT, HUB, Server, begun, entry_for, hub_page, lying, sends
from .processes import run, start

WRONG = bytes(len(CONTENT))


def put_into_hub_cache(home: Path, content: bytes = CONTENT) -> Path:
    """Let the hub library's cache hold the toy model, as that library lays it."""
    repo = home / "hub" / "models--ours--toy"
    blob = repo / "blobs" / hashlib.sha256(content).hexdigest()
    snapshot = repo / "snapshots" / COMMIT
    for folder in (blob.parent, snapshot):
        folder.mkdir(parents=True)
    blob.write_bytes(content)
    (snapshot / "model.bin").symlink_to(blob)
    return blob


def test_a_mirror_is_asked_for_the_commit(server: Server, cache: Path) -> None:
    """HF_ENDPOINT names it; what comes is written down with its checksum and its commit."""
    server.hub(hub_page())

    said = run(entry_for(HUB, stated=False), cache, HF_ENDPOINT=server.address)

    assert f"PATH {cache / 'toy.task'}" in said
    assert (cache / "toy.task").read_bytes() == CONTENT
    assert server.asked == [f"/ours/toy/resolve/{COMMIT}/model.bin"]
    lock = (cache / "weights.lock.json").read_text()
    assert hashlib.sha256(CONTENT).hexdigest() in lock
    assert COMMIT in lock


def test_a_token_is_sent(server: Server, cache: Path) -> None:
    """HF_TOKEN opens what is not for everybody."""
    tokens = set()

    def page(request) -> None:
        tokens.add(request.headers.get("Authorization"))
        hub_page()(request)

    server.hub(page)
    mine = "hf_ours"
    run(entry_for(HUB), cache, HF_ENDPOINT=server.address, HF_TOKEN=mine)
    assert tokens == {f"Bearer {mine}"}


def test_a_download_from_the_hub_goes_on(server: Server, cache: Path) -> None:
    """A connection that breaks is taken up again where it broke."""
    server.hub(hub_page(breaks_off=100_000))

    assert "PATH" in run(entry_for(HUB), cache, HF_ENDPOINT=server.address)
    assert server.ranges == ["", "bytes=100000-", "bytes=200000-", "bytes=300000-"]
    assert (cache / "toy.task").read_bytes() == CONTENT


def test_what_the_hub_says_of_the_content_is_held_against_it(server: Server, cache: Path) -> None:
    """Where nobody else states a checksum the hub's entity tag does, and other bytes are refused."""
    tag = hashlib.sha256(WRONG).hexdigest()

    def page(request) -> None:
        request.send_response(200)
        request.send_header("X-Repo-Commit", COMMIT)
        request.send_header("ETag", f'"{tag}"')
        request.send_header("Content-Length", str(len(CONTENT)))
        request.end_headers()
        if request.command == "GET":
            request.wfile.write(CONTENT)

    server.hub(page)
    said = run(entry_for(HUB, stated=False), cache, HF_ENDPOINT=server.address)
    assert "wrong content" in said
    assert lying(cache) == []


def test_another_commit_is_refused(server: Server, cache: Path) -> None:
    """A mirror that does not keep to commits gives other numbers one day."""
    server.hub(hub_page(commit="f" * 40))

    said = run(entry_for(HUB, stated=False), cache, HF_ENDPOINT=server.address)
    assert f"has another commit (got {'f' * 40})" in said


@pytest.mark.parametrize(("code", "reason"), [(401, "401"), (404, "404"), (503, "503")])
def test_a_hub_that_refuses_says_so(server: Server, cache: Path, *, code: int, reason: str) -> None:
    """Its own word is in the reason, which is told at once."""
    server.hub(lambda request: request.send_error(code))
    started = time.monotonic()

    said = run(entry_for(HUB), cache, HF_ENDPOINT=server.address)

    assert "REFUSED" in said
    assert reason in said
    assert time.monotonic() - started < 10


def test_no_network_is_told_soon(silent: str, cache: Path) -> None:
    """Who takes the call and says nothing, as a firewall does, is left within seconds."""
    started = time.monotonic()

    said = run(entry_for(HUB), cache, HF_ENDPOINT=silent)

    assert time.monotonic() - started < 10
    assert "REFUSED" in said
    assert silent in said
    assert f"https://huggingface.co/ours/toy/resolve/{COMMIT}/model.bin" in said


def test_the_hub_s_own_word_for_offline_is_obeyed(server: Server, cache: Path) -> None:
    """Nobody is asked, and the reason names the variable."""
    server.hub(hub_page())
    said = run(entry_for(HUB), cache, HF_ENDPOINT=server.address, HF_HUB_OFFLINE="1")
    assert "HF_HUB_OFFLINE is set" in said
    assert server.asked == []


@pytest.mark.parametrize("offline", ["SELECTOR_OFFLINE", "HF_HUB_OFFLINE"])
@pytest.mark.parametrize("stated", [True, False])
def test_what_the_hub_s_cache_has_is_not_downloaded(
    cache: Path, tmp_path: Path, *, offline: str, stated: bool
) -> None:
    """Offline too; and it takes no room a second time."""
    blob = put_into_hub_cache(tmp_path / "hub")

    said = run(entry_for(HUB, stated=stated), cache, **{offline: "1"})

    assert f"PATH {cache / 'toy.task'}" in said
    assert (cache / "toy.task").samefile(blob)


def test_a_damaged_file_in_the_hub_s_cache_is_not_taken(cache: Path, tmp_path: Path) -> None:
    """Its name there says what it should hold."""
    blob = put_into_hub_cache(tmp_path / "hub")
    blob.write_bytes(WRONG)

    said = run(entry_for(HUB, stated=False), cache, SELECTOR_OFFLINE="1")

    assert "wrong content" in said
    assert lying(cache) == []
    assert blob.read_bytes() == WRONG


def test_a_page_without_a_commit_is_no_hub(server: Server, cache: Path) -> None:
    """As the page of a hotel's network, which answers everything."""
    server.hub(sends(b"<html>please sign in</html>"))
    said = run(entry_for(HUB), cache, HF_ENDPOINT=server.address)
    assert "has another commit (got None)" in said


def test_what_the_hub_states_is_stronger_than_what_lay_there(server: Server, cache: Path) -> None:
    """A wrong file that somebody had put there, and took away, does not keep the right one out."""
    server.hub(hub_page())
    cache.mkdir()
    (cache / "toy.task").write_bytes(CONTENT[:-1])
    entry = entry_for(HUB, stated=False)
    with start(entry, cache, SELECTOR_OFFLINE="1") as process:
        assert "PATH" in process.communicate(timeout=60)[0]
    (cache / "toy.task").unlink()

    for _ in range(2):
        assert "PATH" in run(entry, cache, HF_ENDPOINT=server.address)
        assert (cache / "toy.task").read_bytes() == CONTENT


@pytest.mark.parametrize(("content", "says"), [(b"hello", 5), (bytes(10**6), None)])
def test_a_mirror_that_states_nothing_is_held_to_the_size(
    server: Server, cache: Path, *, content: bytes, says: int | None
) -> None:
    """What is far smaller or larger than the model is not taken for it, announced or not."""

    def page(request) -> None:
        request.send_response(200)
        request.send_header("X-Repo-Commit", COMMIT)
        request.send_header("ETag", '"abc"')
        if says:
            request.send_header("Content-Length", str(says))
        request.end_headers()
        if request.command == "GET":
            with contextlib.suppress(OSError):  # it hangs up when it has had enough
                request.wfile.write(content)

    server.hub(page)
    said = run(entry_for(HUB, stated=False), cache, HF_ENDPOINT=server.address)
    assert "expected about 300000" in said if says else "larger than announced" in said
    assert lying(cache) == begun(cache) == []


def test_a_range_is_one_of_the_file_s_own_bytes(server: Server, cache: Path) -> None:
    """A server that packs what it sends would go on somewhere else."""
    packings = []

    def page(request) -> None:
        if request.command == "GET":
            packings.append(request.headers["Accept-Encoding"])
        hub_page()(request)

    server.hub(page)
    assert "PATH" in run(entry_for(HUB), cache, HF_ENDPOINT=server.address)
    assert packings == ["identity"]


@pytest.mark.parametrize(("more", "asked"), [(b"", 0), (b"xyz", 1)])
def test_what_came_whole_is_not_asked_for_again(
    server: Server, cache: Path, *, more: bytes, asked: int
) -> None:
    """Killed between the last byte and the look at it; what is longer than the file begins anew."""
    server.hub(hub_page())
    entry = entry_for(HUB, stated=False)
    part = places(cache, entry)[0].part(HUB)
    part.parent.mkdir(parents=True)
    part.write_bytes(CONTENT + more)

    assert "PATH" in run(entry, cache, HF_ENDPOINT=server.address)
    assert (cache / "toy.task").read_bytes() == CONTENT
    assert server.ranges == [""] * asked


UNUSABLE = {
    "an address": ({"HF_ENDPOINT": "http://[bad"}, "HF_ENDPOINT is no address"),
    "a port": ({"HF_ENDPOINT": "http://127.0.0.1:notaport"}, "HF_ENDPOINT is no address"),
    "a variable": ({"HF_HUB_DOWNLOAD_TIMEOUT": "soon"}, "a variable of the hub's library"),
    "a proxy": ({"HTTP_PROXY": "http://me:s3cr3t@127.0.0.1:x"}, "Invalid port"),
    "a kind of proxy": ({"HTTP_PROXY": "foo://me:s3cr3t@x"}, "Unknown scheme for proxy"),
    "a library": ({"HTTP_PROXY": "socks5://127.0.0.1:1"}, "SOCKS"),
}


@pytest.mark.parametrize(("variables", "reason"), UNUSABLE.values(), ids=UNUSABLE)
def test_a_wrong_setting_is_the_reason(
    server: Server, cache: Path, *, variables: dict[str, str], reason: str
) -> None:
    """It is told at once, and the next source is tried."""
    said = run(
        entry_for(HUB, Url(f"{server.address}/nothing")),
        cache,
        **{"HF_ENDPOINT": "http://mirror.invalid", "NO_PROXY": "127.0.0.1"} | variables,
    )
    assert "REFUSED" in said
    assert reason in said
    assert "s3cr3t" not in said
    assert server.asked == ["/nothing"]


@pytest.mark.parametrize("answers", [True, False])
def test_a_password_in_an_address_is_never_told(
    server: Server, cache: Path, *, answers: bool
) -> None:
    """Neither by us nor in what the hub's library says."""
    server.hub(hub_page(commit="f" * 40) if answers else lambda request: request.send_error(401))
    mine = server.address.replace("//", "//me:s3cr3t@")
    said = run(entry_for(HUB), cache, HF_ENDPOINT=mine)
    assert server.address in said
    assert "s3cr3t" not in said

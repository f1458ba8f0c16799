"""The hub and its mirrors, as its library is set up; each in a process, which reads that once."""

import hashlib
import time
from pathlib import Path

import pytest

from .conftest import COMMIT, CONTENT, HUB, Server, entry_for, hub_page, lying, sends
from .processes import run

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

"""Real servers on this machine, an empty cache folder, and entries that point there."""

import hashlib
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from selector.weights.entry import Entry, File, Hub, Source, Url

CONTENT = bytes(range(256)) * 1200  # 300 kB: more than one packet, less than one block
COMMIT = "0123456789abcdef0123456789abcdef01234567"
HUB = Hub("ours/toy", COMMIT, "model.bin")

Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Server:
    """A web server, its pages, and what it was asked for."""

    address: str
    pages: dict[str, Answer]
    asked: list[str] = field(default_factory=list)
    ranges: list[str] = field(default_factory=list)

    def page(self, path: str, answer: Answer | bytes) -> Url:
        """Put a page there and return its address."""
        self.pages[path] = answer if callable(answer) else sends(answer)
        return Url(self.address + path)

    def hub(self, answer: Answer) -> None:
        """Let the toy model of the hub be there."""
        self.pages[f"/{HUB.repo}/resolve/{HUB.revision}/{HUB.path}"] = answer


def sends(content: bytes, *, announced: int | None = None) -> Answer:
    """Return a page that sends *content*, having announced as many bytes or another number."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", str(len(content) if announced is None else announced))
        request.end_headers()
        if request.command == "GET":
            request.wfile.write(content)

    return answer


def ranged(content: bytes, *, breaks_off: int = 0, drip_s: float = 0.0, **headers: str) -> Answer:
    """Return a page that knows ranges.

    Args:
        content: What it sends.
        breaks_off: After how many bytes it hangs up, each time; 0: never.
        drip_s: How long it waits after each piece.
        **headers: What it says beside, with _ for -.
    """

    def answer(request: BaseHTTPRequestHandler) -> None:
        asked = re.fullmatch(r"bytes=(\d+)-", request.headers.get("Range", ""))
        start = int(asked[1]) if asked else 0
        if start and start >= len(content):
            request.send_error(416)
            return
        request.send_response(206 if start else 200)
        for name, text in headers.items():
            request.send_header(name.replace("_", "-"), text)
        request.send_header("Content-Length", str(len(content) - start))
        request.end_headers()
        if request.command == "GET":
            rest = content[start:]
            _send(request, rest[:breaks_off] if breaks_off else rest, drip_s)

    return answer


def _send(request: BaseHTTPRequestHandler, content: bytes, drip_s: float) -> None:
    step = 20_000
    for at in range(0, len(content), step):
        try:
            request.wfile.write(content[at : at + step])
        except OSError:
            return
        time.sleep(drip_s)


def hub_page(content: bytes = CONTENT, *, commit: str = COMMIT, **rest: float) -> Answer:
    """Return a page as the hub has it: with the commit, and the checksum as its entity tag."""
    tag = hashlib.sha256(content).hexdigest()
    return ranged(content, X_Repo_Commit=commit, ETag=f'"{tag}"', **rest)


def entry_for(*sources: Source, content: bytes = CONTENT, stated: bool = True) -> Entry:
    """Return an entry whose right file holds *content*; its checksum may not be stated."""
    checksum = hashlib.sha256(content).hexdigest()
    file = File("toy.task", len(content), checksum) if stated else File("toy.task", about=300_000)
    return Entry("toy", (file,), sources, "bytes", "CC0-1.0", commercial=True)


@pytest.fixture
def server() -> Iterator[Server]:
    """A server without pages."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known.asked.append(self.path)
            known.ranges.append(self.headers.get("Range", ""))
            self.do_HEAD()

        def do_HEAD(self) -> None:
            if self.path in known.pages:
                known.pages[self.path](self)
            else:
                self.send_error(404)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        known = Server(f"http://127.0.0.1:{running.server_port}", {})
        running.daemon_threads = True
        running.block_on_close = False
        threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True).start()
        yield known
        running.shutdown()


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of a server that takes the call and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("SELECTOR_CACHE", str(folder))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hub"))
    for name in ("SELECTOR_OFFLINE", "HF_HUB_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    return folder


def lying(cache: Path) -> list[str]:
    """Return what anybody sees in the cache folder."""
    return sorted(one.name for one in cache.iterdir() if not one.name.startswith("."))


def begun(cache: Path) -> list[Path]:
    """Return what has not come whole."""
    return sorted((cache / ".partial").glob("*.part"))

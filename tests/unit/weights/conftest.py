"""A real server on this machine, an empty cache folder, and entries that point there."""

import hashlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from selector.weights.manifest import Entry, Source, Url

CONTENT = bytes(range(256)) * 1200  # 300 kB: more than one packet, less than one block

Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Server:
    """A web server, its pages, and what it was asked for."""

    address: str
    pages: dict[str, Answer]
    asked: list[str] = field(default_factory=list)

    def page(self, path: str, answer: Answer | bytes) -> Url:
        """Put a page there and return its address."""
        self.pages[path] = answer if callable(answer) else sends(answer)
        return Url(self.address + path)


def sends(content: bytes, *, announced: int | None = None) -> Answer:
    """Return a page that sends *content*, having announced as many bytes or another number."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", str(len(content) if announced is None else announced))
        request.end_headers()
        request.wfile.write(content)

    return answer


def entry_for(*sources: Source, content: bytes = CONTENT) -> Entry:
    """Return an entry whose right file holds *content*."""
    return Entry(
        name="toy",
        sources=sources,
        file="toy.task",
        format="bytes",
        licence="CC0-1.0",
        commercial=True,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
    )


@pytest.fixture
def server() -> Iterator[Server]:
    """A server without pages."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known.asked.append(self.path)
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
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("SELECTOR_CACHE", str(folder))
    monkeypatch.delenv("SELECTOR_OFFLINE", raising=False)
    return folder

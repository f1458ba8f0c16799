"""A real HTTP service on this machine that answers questions about pictures."""

import base64
import contextlib
import io
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np
import PIL.Image
import pytest

Answer = Callable[[BaseHTTPRequestHandler, dict[str, Any]], None]


@dataclass
class Asked:
    """A service, how it answers by path, and what it was asked."""

    address: str
    answers: dict[str, Answer] = field(default_factory=dict)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    def answering(self, *answers: Answer, path: str = "/score") -> str:
        """Answer so, the first time so, then so, and in the end always as the last; return where."""
        left = list(answers)

        def answer(request: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
            (left.pop(0) if len(left) > 1 else left[0])(request, body)

        self.answers[path] = answer
        return self.address + path

    def pictures(self) -> list[PIL.Image.Image]:
        """Return the pictures that it was asked about."""
        return [picture(body) for body in self.bodies]


def picture(body: dict[str, Any]) -> PIL.Image.Image:
    """Return the picture of a question."""
    return PIL.Image.open(io.BytesIO(base64.b64decode(body["image"], validate=True)))


def sends(
    content: bytes, *, code: int = 200, announced: int | None = None, **headers: str
) -> Answer:
    """Return an answer of these bytes, announced as so many or as they are."""

    def answer(request: BaseHTTPRequestHandler, _: dict[str, Any]) -> None:
        request.send_response(code)
        for name, value in headers.items():
            request.send_header(name, value)
        request.send_header("Content-Length", str(len(content) if announced is None else announced))
        request.end_headers()
        request.wfile.write(content)

    return answer


def says(**answer: Any) -> Answer:
    """Return an answer in JSON."""
    return sends(json.dumps(answer).encode())


def redness(request: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
    """Answer with the share of red in the picture, as a classifier would."""
    red = np.asarray(picture(body).convert("RGB"))[..., 0].mean() / 255
    says(score=round(float(red), 6), text=f"{red:.0%} red")(request, body)


@contextlib.contextmanager
def serving() -> Iterator[Asked]:
    """Run a service that knows no path yet."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            known.bodies.append(json.loads(body))
            known.headers.append(dict(self.headers))
            with contextlib.suppress(OSError):  # who asked may have left
                known.answers.get(self.path, sends(b"", code=404))(self, known.bodies[-1])

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        known = Asked(f"http://127.0.0.1:{running.server_port}")
        running.daemon_threads = True
        running.block_on_close = False
        threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True).start()
        yield known
        running.shutdown()


@pytest.fixture(scope="module")
def running() -> Iterator[Asked]:
    """A service on this machine."""
    with serving() as known:
        yield known


@pytest.fixture
def service(running: Asked) -> Asked:
    """The service, never asked before."""
    running.answers.clear()
    running.bodies.clear()
    running.headers.clear()
    return running

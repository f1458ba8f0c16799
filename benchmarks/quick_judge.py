"""A judge that answers every question alike after a while: an OpenAI-compatible server for benchmarks.

    python -m benchmarks.quick_judge [--seconds 0.2]

Prints its address and serves until it is stopped. In a process of its own, so that what it does is
not counted as time of who asks.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

MODEL = "quick"
CHANCES = {"Yes": -0.1, "No": -2.4}  # logarithms


@contextlib.contextmanager
def running(seconds: float) -> Iterator[str]:
    """Run one that takes *seconds* an answer, in a process of its own; give its address."""
    command = [sys.executable, "-m", "benchmarks.quick_judge", "--seconds", str(seconds)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - ourselves
        assert process.stdout
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def serve(seconds: float) -> None:
    """Answer until this process is ended."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._send({"object": "list", "data": [{"id": MODEL, "object": "model"}]})

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            time.sleep(seconds)
            self._send(_answer())

        def log_message(self, *_: object) -> None:
            pass

        def _send(self, answer: dict[str, Any]) -> None:
            body = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    class Server(ThreadingHTTPServer):
        request_queue_size = 128  # the library's 5 would let connections wait for a second

    with Server(("127.0.0.1", 0), Handler) as server:
        print(f"http://127.0.0.1:{server.server_port}/v1", flush=True)
        server.serve_forever()


def _answer() -> dict[str, Any]:
    likely = [{"token": token, "logprob": chance} for token, chance in CHANCES.items()]
    return {
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": "Yes"},
                "logprobs": {"content": [{**likely[0], "top_logprobs": likely}]},
                "finish_reason": "stop",
            }
        ],
        "usage": {"prompt_tokens": 300, "completion_tokens": 1, "total_tokens": 301},
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=0.2)
    serve(parser.parse_args().seconds)

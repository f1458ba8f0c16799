"""A server in the place of a judge: it speaks OpenAI's protocol, and knows nothing but redness."""

import base64
import io
import json
import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

from PIL import Image

MODEL = "stand-in"


@contextmanager
def serving() -> Iterator[dict[str, str]]:
    """Run it on this machine; yield what a policy says of it."""
    with HTTPServer(("127.0.0.1", 0), _Answers) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield {"base_url": f"http://127.0.0.1:{server.server_port}/v1", "model": MODEL}
        server.shutdown()


class _Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        """Tell which models there are."""
        self._send({"data": [{"id": MODEL}]})

    def do_POST(self) -> None:
        """Tell with which word the answer would begin: Yes, as far as the picture is red."""
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        red = _redness(asked["messages"][-1]["content"])
        words = [("Yes", red), ("No", 1 - red)]
        likely = [{"token": word, "logprob": math.log(share)} for word, share in words]
        said = {"message": {"content": "…"}, "logprobs": {"content": [{"top_logprobs": likely}]}}
        self._send({"choices": [said], "usage": {"total_tokens": 300}})

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _send(self, answer: dict[str, Any]) -> None:
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _redness(parts: list[dict[str, Any]]) -> float:
    (url,) = (part["image_url"]["url"] for part in parts if part["type"] == "image_url")
    picture = Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2]))).convert("RGB")
    red, green, _ = picture.resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
    return min(max(0.5 + (red - green) / 255, 0.01), 0.99)

"""A real server on this machine that speaks OpenAI's protocol, for everything that asks judges.

    with openai_server.serving() as server:
        server.answering(chat("Yes."))                      # one answer, again and again
        server.answering(sends(b"", code=503), chat("No"))  # first so, then so
        server.answering(by(lambda heard: "Yes" if "red" in heard.text else "No"))
        loader.construct("scorers.vlm_question", {"judge": server.parameter(), …})

What a model of this process answers is served by `of_a_model`.
"""

import base64
import contextlib
import io
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np
import PIL.Image
import pytest

from selector.backbones.judge import Judge, Question
from selector.types import Failure
from services import Answer, sends

__all__ = ["Heard", "JudgeServer", "by", "chat", "first", "judge_server", "of_a_model",
           "sends", "serving", "slowly"]  # fmt: skip

MODEL = "a-judge"


@dataclass(frozen=True)
class Heard:
    """One question as the server hears it.

    Attributes:
        body: All of it.
    """

    body: dict[str, Any]

    @property
    def parts(self) -> list[str | PIL.Image.Image]:
        """The texts and pictures of the first user turn, in order."""
        content = next(one["content"] for one in self.body["messages"] if one["role"] == "user")
        return [_part(part) for part in content]

    @property
    def text(self) -> str:
        """All texts of the first user turn."""
        return "\n".join(part for part in self.parts if isinstance(part, str))

    @property
    def pictures(self) -> list[PIL.Image.Image]:
        """All pictures of the first user turn."""
        return [part for part in self.parts if not isinstance(part, str)]

    @property
    def system(self) -> str:
        """The system turn; "" if there is none."""
        turns = self.body["messages"]
        return str(turns[0]["content"]) if turns[0]["role"] == "system" else ""

    @property
    def answered(self) -> list[str]:
        """What was answered before, and what was said to that: turn by turn."""
        start = 2 if self.system else 1
        return [str(one["content"]) for one in self.body["messages"][start:]]


@dataclass
class JudgeServer:
    """A server, the models that it has, how it answers, and what it was asked.

    Attributes:
        address: Its base_url.
        models: The names on its page of models; None if it has no such page.
        key: What it insists on; "" for nothing.
        heard: Every question, in order.
        headers: Of every request, the page of models included.
        most: How many questions it answered at the same time.
    """

    address: str
    models: list[str] | None = field(default_factory=lambda: [MODEL])
    key: str = ""
    heard: list[Heard] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    most: int = 0
    _now: int = 0
    _answers: list[Answer] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def answering(self, *answers: Answer) -> str:
        """Answer so, the first time so, then so, and in the end always as the last; return where."""
        self._answers = list(answers)
        return self.address

    def parameter(self, **more: Any) -> dict[str, Any]:
        """Return what a policy says of it."""
        return {"base_url": self.address, "model": MODEL, "timeout_s": 10.0, "tries": 2} | more

    def respond(self, request: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        """Answer one question."""
        with self._lock:
            self.heard.append(Heard(body))
            self._now += 1
            self.most = max(self.most, self._now)
            answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        try:
            answer(request, body)
        finally:
            with self._lock:
                self._now -= 1


def chat(text: Any, *, tokens: int = 12, finish: str = "stop", **message: Any) -> Answer:
    """Return an answer in words, as vLLM sends it."""
    said = {"role": "assistant", "content": text, **message}
    return _completion({"message": said, "finish_reason": finish}, tokens)


def first(probabilities: Mapping[str, float], *, tokens: int = 12) -> Answer:
    """Return an answer that tells how likely each first token is."""
    listed = [
        {"token": token, "logprob": float(np.log(share)), "bytes": list(token.encode())}
        for token, share in probabilities.items()
    ]
    said = {"role": "assistant", "content": listed[0]["token"]}
    logprobs = {"content": [{**listed[0], "top_logprobs": listed}]}
    return _completion({"message": said, "logprobs": logprobs, "finish_reason": "length"}, tokens)


def by(answers: Callable[[Heard], str | Mapping[str, float]]) -> Answer:
    """Return an answer that depends on the question: words, or the shares of first tokens."""

    def answer(request: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        found = answers(Heard(body))
        (chat(found) if isinstance(found, str) else first(found))(request, body)

    return answer


def slowly(answer: Answer, seconds: float) -> Answer:
    """Return the same answer, later."""

    def late(request: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        time.sleep(seconds)
        answer(request, body)

    return late


def of_a_model(judge: Judge) -> Answer:
    """Return the answers of a model in this process, one at a time."""
    turn = threading.Lock()

    def answer(request: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        with turn:
            said = _asked(judge, Heard(body), logprobs=body.get("logprobs", False))
        said(request, body)

    return answer


@contextlib.contextmanager
def serving() -> Iterator[JudgeServer]:
    """Run a server that says "Yes." to everything, until it is told how to answer."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.answer(_page(known))

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self.answer(known.respond if self.path == "/v1/chat/completions" else ABSENT, body)

        def answer(self, how: Answer, body: Any = None) -> None:
            known.headers.append(dict(self.headers))
            allowed = known.key in ("", self.headers.get("Authorization", "")[len("Bearer ") :])
            with contextlib.suppress(OSError):  # who asked may have left
                (how if allowed else _error(401, "Unauthorized"))(self, body)

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        request_queue_size = 128  # many ask at once
        daemon_threads = True
        block_on_close = False

    with Server(("127.0.0.1", 0), Handler) as running:
        known = JudgeServer(f"http://127.0.0.1:{running.server_port}/v1")
        known.answering(chat("Yes."))
        threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True).start()
        yield known
        running.shutdown()


@pytest.fixture
def judge_server() -> Iterator[JudgeServer]:
    """A server that has one model, never asked before."""
    with serving() as known:
        yield known


def _completion(choice: Mapping[str, Any], tokens: int) -> Answer:
    usage = {"prompt_tokens": tokens - 1, "completion_tokens": 1, "total_tokens": tokens}
    whole = {"object": "chat.completion", "choices": [{"index": 0, **choice}], "usage": usage}
    return sends(json.dumps(whole).encode())


def _error(code: int, message: str) -> Answer:
    return sends(json.dumps({"error": {"message": message, "code": code}}).encode(), code=code)


ABSENT = _error(404, "Not Found")


def _page(known: JudgeServer) -> Answer:
    if known.models is None:
        return ABSENT
    listed = [{"id": name, "object": "model"} for name in known.models]
    return sends(json.dumps({"object": "list", "data": listed}).encode())


def _part(part: dict[str, Any]) -> str | PIL.Image.Image:
    if part["type"] == "text":
        return str(part["text"])
    _, _, data = part["image_url"]["url"].partition(";base64,")
    return PIL.Image.open(io.BytesIO(base64.b64decode(data, validate=True)))


def _asked(judge: Judge, heard: Heard, *, logprobs: bool) -> Answer:
    before = heard.answered
    question = Question(
        tuple(part if isinstance(part, str) else np.asarray(part) for part in heard.parts),
        heard.system,
        tuple(zip(before[::2], before[1::2], strict=True)),
    )
    (said,) = judge.first([question]) if logprobs else judge.ask([question])
    if isinstance(said, Failure):
        return _error(500, said.reason)
    if logprobs:
        return first(said.probabilities, tokens=said.tokens)
    return chat(said.text, tokens=said.tokens, finish="stop" if said.whole else "length")

"""Asking a service: only a clear answer is taken, and the key goes nowhere else."""

import time
from http.server import BaseHTTPRequestHandler
from typing import Any

import numpy as np
import pytest

from selector.backbones.posting import Endpoint
from selector.backbones.service import Reply, ask
from selector.errors import MeasureError
from services import Asked, says, sends

KEY = "sk-not-for-your-eyes"
PICTURE = np.zeros((6, 8, 3), np.uint8)
GOOD = says(score=0.25)


def put(url: str, timeout_s: float = 5.0) -> Reply:
    """Put the question of these tests."""
    return ask(Endpoint(url, KEY, timeout_s), "Is it broken?", PICTURE)


def refusal(url: str, timeout_s: float = 5.0) -> str:
    """Return why there is no answer; the key is never in it."""
    with pytest.raises(MeasureError) as caught:
        put(url, timeout_s)
    assert KEY not in str(caught.value)
    assert caught.value.__cause__ is None
    return str(caught.value)


def test_a_question_is_put_as_documented(service: Asked) -> None:
    """The question, the picture as PNG without metadata, and the key as bearer token."""
    url = service.answering(says(score=1, text="a crack", model="ignored"))

    assert put(url) == Reply(1.0, "a crack")
    (body,), (headers,), (picture,) = service.bodies, service.headers, service.pictures()
    assert set(body) == {"question", "image"}
    assert body["question"] == "Is it broken?"
    assert (picture.format, picture.size, picture.info) == ("PNG", (8, 6), {})
    assert headers["Authorization"] == f"Bearer {KEY}"
    assert headers["Content-Type"] == "application/json"


def test_without_a_key_none_is_sent(service: Asked) -> None:
    """No header where there is no key."""
    ask(Endpoint(service.answering(GOOD), "", 5), "Is it broken?", PICTURE)

    assert "Authorization" not in service.headers[0]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"yes",
        b"<html>0.5</html>",
        b"0.5",
        b'{"score": 0.5',
        b'{"answer": 0.5}',
        b'{"score": "0.5"}',
        b'{"score": true}',
        b'{"score": null}',
        b'{"score": NaN}',
        b'{"score": 1e999}',
        b'{"score": 1' + b"0" * 400 + b"}",
        b'{"score": 1.01}',
        b'{"score": -0.01}',
        b'{"score": 0.1, "score": 0.9}',
        b'{"score": 0.5, "text": ["a"]}',
        b'{"score": 0.5, "text": "\xff"}',
        b"[" * 60_000,
        b"1" * 60_000,
    ],
)  # fmt: skip
def test_nothing_is_guessed(service: Asked, content: bytes) -> None:
    """What is not a score from 0 to 1 in JSON is an error, asked once, that tells the protocol."""
    said = refusal(service.answering(sends(content)))

    assert said.startswith("127.0.0.1:")
    assert 'It must answer {"score": NUMBER FROM 0 TO 1' in said
    assert len(service.bodies) == 1


@pytest.mark.parametrize("content", [b'{"score": -0.0}', b'\xef\xbb\xbf{"score": 0}'])
def test_odd_but_clear_answers_are_taken(service: Asked, content: bytes) -> None:
    """Minus zero is zero, and a mark of the byte order is no part of the answer."""
    assert str(put(service.answering(sends(content))).score) == "0.0"


def test_an_echoed_key_is_not_kept(service: Asked) -> None:
    """A service that repeats what it was sent does not put the key into evidence, not even half."""
    url = service.answering(says(score=0, text=f"{'a' * 145}{KEY}: you sent Bearer {KEY}"))

    assert put(url).text == f"{'a' * 145}…: you sent Bearer …"
    service.answering(says(score=0, text="no key was sent"))
    assert ask(Endpoint(url, "", 5), "Is it broken?", PICTURE).text == "no key was sent"


def test_an_endless_answer_is_left(service: Asked) -> None:
    """No more than 64 KB are read."""
    answer = b'{"score": 0.5, "text": "' + b"a" * 70_000 + b'"}'

    assert "too long an answer (got over 65536 bytes)" in refusal(service.answering(sends(answer)))


def test_its_words_are_shortened_and_harmless(service: Asked) -> None:
    """Endless or hostile text is kept short and printable."""
    url = service.answering(says(score=0, text="\x1b[2J\u202e" + "\U0001f600" * 5000))

    text = put(url).text
    assert len(text) == 300
    assert text.startswith(r"\x1b[2J\u202e")


@pytest.mark.parametrize("code", [429, 500, 503])
def test_a_busy_service_is_asked_once_more(service: Asked, code: int) -> None:
    """What may be over in a moment is tried twice, not more often."""
    busy = sends(b"later", code=code)

    assert put(service.answering(busy, GOOD)).score == 0.25
    assert f"got HTTP {code}" in refusal(service.answering(busy, busy, GOOD, path="/never"))
    assert len(service.bodies) == 4


def test_a_busy_service_is_left_alone_for_a_moment(service: Asked) -> None:
    """Half a second lies between both tries; where there is no time for it, there is no second."""
    asked: list[float] = []

    def busy(request: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        asked.append(time.monotonic())
        sends(b"later", code=503)(request, body)

    refusal(service.answering(busy))
    assert asked[1] - asked[0] >= 0.5
    assert "got HTTP 503" in refusal(service.answering(busy), timeout_s=0.49)
    assert len(asked) == 3


def test_an_answer_that_is_cut_off_is_asked_for_again(service: Asked) -> None:
    """Fewer bytes than announced are no answer, even where they would read as one."""
    cut = sends(b'{"score": 0.9}', announced=100)

    assert put(service.answering(cut, GOOD)).score == 0.25
    assert "cut off" in refusal(service.answering(cut, path="/cut"))


@pytest.mark.parametrize(
    ("code", "said"),
    [(400, "Bad Request"), (401, "key_from"), (403, "key_from"), (404, "Not Found")],
)
def test_what_stays_wrong_is_asked_once(service: Asked, code: int, said: str) -> None:
    """A refusal is told in words, and what the service wrote of it is not repeated."""
    echo = sends(f"you sent Bearer {KEY}".encode(), code=code)
    message = refusal(service.answering(echo))

    assert f"got HTTP {code}" in message
    assert said in message
    assert "you sent" not in message
    assert len(service.bodies) == 1


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(service: Asked, code: int) -> None:
    """The key and the picture go to the address that the policy names, and to no other."""
    elsewhere = service.answering(GOOD, path="/elsewhere")
    url = service.answering(sends(b"", code=code, Location=elsewhere))

    assert "give the final address" in refusal(url)
    assert len(service.bodies) == 1


def test_nobody_there_is_told() -> None:
    """A closed port is an error in words, after two tries."""
    assert "Connection refused" in refusal("http://127.0.0.1:9/score")


def test_a_connection_that_is_not_safe_is_left(service: Asked) -> None:
    """Where no trusted certificate is shown, nothing is sent, and it is told what to look at."""
    said = refusal(service.answering(GOOD).replace("http:", "https:"))

    assert "no safe connection" in said
    assert "See whether https is spoken there at all" in said  # it speaks http, as ours does
    assert service.bodies == []


def test_no_proxy_is_asked_for_this_machine(
    service: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What stays on this machine does not go by way of another."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")

    assert put(service.answering(GOOD)).score == 0.25

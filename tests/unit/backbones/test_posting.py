"""Posting to a service: everything ends in time, and nothing goes where it should not."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from selector.backbones import connections
from selector.backbones.posting import Endpoint, Trouble, allowed, get, post, safe

KEY = "sk-not-for-your-eyes"
BODY = b"{}"
OK = b"HTTP/1.1 200 OK\r\n"

Answer = Callable[[socket.socket], None]


@pytest.fixture
def serving() -> Iterator[Callable[[Answer], str]]:
    """Run a service that does whatever it is told with its connections; return its address."""
    with contextlib.ExitStack() as opened:

        def serve(answer: Answer) -> str:
            door = opened.enter_context(socket.create_server(("127.0.0.1", 0)))
            threading.Thread(target=welcome, args=(door, answer), daemon=True).start()
            return f"http://127.0.0.1:{door.getsockname()[1]}/score"

        yield serve


def welcome(door: socket.socket, answer: Answer) -> None:
    """Hear the first visitor out, and do with it what is to be done."""
    with contextlib.suppress(OSError):  # who asked has left, as it should
        visitor, _ = door.accept()
        with visitor:
            heard = b""
            while not heard.endswith(BODY):
                heard += (more := visitor.recv(65536))
                if not more:
                    return
            answer(visitor)


def visited(door: socket.socket, answer: bytes) -> None:
    """Hear who comes for a page, and send it."""
    visitor, _ = door.accept()
    with visitor:
        assert visitor.recv(65536).startswith(b"GET /score HTTP/1.1")
        visitor.sendall(answer)


def silent(visitor: socket.socket) -> None:
    """Listen, and say nothing."""
    while visitor.recv(65536):
        pass


def saying(answer: bytes) -> Answer:
    """Send these bytes."""
    return lambda visitor: visitor.sendall(answer)


def dripping(drop: bytes, first: bytes = b"", pause_s: float = 0.02) -> Answer:
    """Send *first*, then a drop again and again, for longer than a test may take."""

    def answer(visitor: socket.socket) -> None:
        visitor.sendall(first)
        until = time.monotonic() + 20
        while time.monotonic() < until:
            visitor.sendall(drop)
            time.sleep(pause_s)

    return answer


def all_end(threads: set[threading.Thread]) -> None:
    """Insist that these end now."""
    for one in threads:
        one.join(2)
        assert not one.is_alive()


@pytest.mark.parametrize(
    "answer",
    [
        silent,
        dripping(b"a", OK + b"X-Words: "),
        dripping(b"HTTP/1.1 100 Continue\r\n\r\n"),
        dripping(b"a", OK + b"Transfer-Encoding: chunked\r\n\r\n5;"),
        dripping(b"1\r\n \r\n", OK + b"Transfer-Encoding: chunked\r\n\r\n"),
        dripping(b" ", OK + b"Content-Length: 5000\r\n\r\n"),
        dripping(b" ", OK + b"Content-Length: 5000\r\n\r\n", 0.25),
    ],
    ids=["silence", "header", "continue", "extension", "chunks", "body", "slow body"],
)
def test_everything_ends_in_time(serving: Callable[[Answer], str], answer: Answer) -> None:
    """However a service keeps the connection busy, it is left then, and the connection cut."""
    before = set(threading.enumerate())
    url = serving(answer)
    started = time.monotonic()

    with pytest.raises(Trouble, match=r"no answer in 0\.3 s") as caught:
        post(Endpoint(url, KEY, 0.3), BODY, started + 0.3)

    assert 0.3 <= time.monotonic() - started < 2
    assert not caught.value.passing
    all_end(set(threading.enumerate()) - before)  # those of the service do when they are cut


def test_what_comes_too_late_is_not_asked(serving: Callable[[Answer], str]) -> None:
    """A connection that stands after the time is over is left before anything is sent."""
    heard: list[socket.socket] = []
    before = set(threading.enumerate())
    url = serving(heard.append)

    with pytest.raises(Trouble, match="no answer"):
        post(Endpoint(url, KEY, 5), BODY, time.monotonic())

    all_end(set(threading.enumerate()) - before)
    assert heard == []


def test_an_answer_in_time_is_returned(serving: Callable[[Answer], str]) -> None:
    """As it was sent, in pieces or not, whatever its length was said to be."""
    for answer in (
        b"Content-Length: 4\r\n\r\n{} \n",
        b"\r\n{} \n",
        b"Transfer-Encoding: chunked\r\n\r\n1;x=y\r\n{\r\n3\r\n} \n\r\n0\r\n\r\n",
    ):
        url = serving(saying(OK + answer))
        assert post(Endpoint(url, "", 5), BODY, time.monotonic() + 5) == b"{} \n"


def test_a_page_is_returned_as_an_answer_is() -> None:
    """Nothing is posted for it."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        answer = OK + b"Content-Length: 2\r\n\r\nhi"
        threading.Thread(target=visited, args=(door, answer), daemon=True).start()
        url = f"http://127.0.0.1:{door.getsockname()[1]}/score"
        assert get(Endpoint(url, KEY, 5), time.monotonic() + 5) == b"hi"


@pytest.mark.parametrize(
    ("header", "wait_s"),
    [(b"", None), (b"Retry-After: 7\r\n", 7.0), (b"Retry-After: soon\r\n", None),
     (b"Retry-After: Wed, 21 Oct 2015 07:28:00 GMT\r\n", 0.0), (b"Retry-After: -7\r\n", None)],
)  # fmt: skip
def test_a_refusal_tells_what_the_service_said(
    serving: Callable[[Answer], str], header: bytes, wait_s: float | None
) -> None:
    """Its number, when to come back, and its words, apart from ours."""
    url = serving(saying(b"HTTP/1.1 429 Later\r\n" + header + b"Content-Length: 2\r\n\r\nno"))

    with pytest.raises(Trouble, match="got HTTP 429 Too Many Requests") as caught:
        post(Endpoint(url, "", 5), BODY, time.monotonic() + 5)

    trouble = caught.value
    assert (trouble.code, trouble.wait_s, trouble.complaint) == (429, wait_s, b"no")
    assert trouble.passing
    assert trouble.heard


def test_half_a_chunk_is_cut_off(serving: Callable[[Answer], str]) -> None:
    """An answer that ends before it says so is none, and may be whole the next time."""
    url = serving(saying(OK + b"Transfer-Encoding: chunked\r\n\r\n9\r\nabc"))

    with pytest.raises(Trouble, match="cut off") as caught:
        post(Endpoint(url, "", 5), BODY, time.monotonic() + 5)
    assert caught.value.passing


def test_an_address_that_takes_no_call_is_given_up_early(monkeypatch: pytest.MonkeyPatch) -> None:
    """Long before a service that works on an answer would be."""
    monkeypatch.setattr(connections, "CONNECT_S", 0.2)
    with contextlib.ExitStack() as opened:
        door = opened.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        waiting = [opened.enter_context(socket.socket()) for _ in range(3)]
        for one in waiting:  # nobody lets them in, and there is no room for more
            one.setblocking(False)
            one.connect_ex(door.getsockname())
        url = f"http://127.0.0.1:{door.getsockname()[1]}/score"
        began = time.monotonic()

        with pytest.raises(Trouble, match=r"got no connection in 0\.2 s") as caught:
            post(Endpoint(url, "", 20), BODY, began + 20)

    assert time.monotonic() - began < 5
    assert caught.value.passing
    assert not caught.value.heard


@pytest.mark.parametrize(
    "url",
    ["https://example.com/score", "https://example.com:8443", "http://127.0.0.1:8000/x?y=z",
     "http://localhost:8000", "http://[::1]:8000", "HTTPS://EXAMPLE.COM", "https://a_b.c-d.e./"],
)  # fmt: skip
def test_safe_addresses_are_allowed(url: str) -> None:
    """Https anywhere, http on this machine."""
    assert allowed(url) == url


@pytest.mark.parametrize(
    "url",
    ["http://example.com", "http://10.0.0.1/", "http://127.0.0.1.example.com/", "http://0.0.0.0/",
     "ftp://example.com", "file:///etc/passwd", "https://", "", "example.com", "https://a b/",
     "https://example.com/\r\nX: y", "https://user:pass@example.com/", "https://user@example.com/",
     "http://localhost@example.com/", "https://example.com:99999/", "https://example.com:x/",
     "https://exämple.com/", "https://[::1", "https://a..b/", f"https://{'a' * 64}.com/",
     "https://<b>/", "https://%31/"],
)  # fmt: skip
def test_unsafe_addresses_are_refused(url: str) -> None:
    """No plain http over a network, no other scheme, no password, nothing that breaks a header."""
    with pytest.raises(ValueError, match=r"expected|IPv6") as caught:
        allowed(url)
    assert not isinstance(caught.value, UnicodeError)


def test_http_goes_over_a_network_where_somebody_says_so() -> None:
    """And nothing else that is refused."""
    assert allowed("http://judge:8000/v1", http=True) == "http://judge:8000/v1"
    assert not safe("http://judge:8000/v1")
    for url in ("ftp://judge/", "http://user:pass@judge/", "http://judge:0/"):
        with pytest.raises(ValueError, match="expected"):
            allowed(url, http=True)


def test_the_key_is_not_shown() -> None:
    """Whoever prints the endpoint does not print the key."""
    assert KEY not in repr(Endpoint("https://example.com", KEY, 5))

"""Asks an HTTP service and reads its answer, all of it within one deadline."""

from __future__ import annotations

import contextlib
import email.utils
import http.client
import re
import ssl
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from selector.backbones.connections import Call, is_here, opener
from selector.backbones.daemons import started

MAX_ANSWER = 64 * 1024  # bytes; a number and a few words
MAX_COMPLAINT = 64 * 1024  # bytes of what a service says beside a refusal
BUSY = (429, 500, 502, 503, 504)  # what may be over at the second try
EXAMPLE = "https://example.com/score"
# Letters, digits and hyphens in parts of up to 63: all others no name server and no library takes.
NAME = re.compile(r"([a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}\.?")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where to ask, and how long to wait.

    Attributes:
        url: Its address: https, or http on this very machine.
        key: Sent as bearer token; "" for none. Never shown.
        timeout_s: For one answer, both tries together.
    """

    url: str
    key: str
    timeout_s: float

    def __repr__(self) -> str:
        return f"<Endpoint {self.url}>"  # no traceback or log may show the key


class Trouble(Exception):  # noqa: N818 - told in words as a MeasureError
    """No answer, or none that can be used.

    Attributes:
        todo: What the person who runs the service must do.
        passing: Whether a second try may go well.
        heard: Whether the service said anything at all.
        late: Whether its time was over.
        code: Of a refusal; 0 for other trouble.
        wait_s: How long it asks to be left alone; None if it does not.
        complaint: What it said beside a refusal: untrusted, and the key may be in it.
    """

    heard = True
    late = False
    code = 0
    wait_s: float | None = None
    complaint = b""

    def __init__(self, what: str, todo: str, *, passing: bool = False) -> None:
        super().__init__(what)
        self.todo, self.passing = todo, passing


def post(endpoint: Endpoint, body: bytes, until: float, *, most: int = MAX_ANSWER) -> bytes:
    """Return what the service answers to *body*, which is JSON.

    Whatever it does, or does not do, this ends in time. Follows no redirect.

    Args:
        endpoint: Where.
        body: What is sent.
        until: On the clock of `time.monotonic`.
        most: Bytes of the answer; a longer one is left.

    Raises:
        Trouble: There is no answer in time, or none that is one.
    """
    return _asked(endpoint, body, until, most)


def get(endpoint: Endpoint, until: float, *, most: int = MAX_ANSWER) -> bytes:
    """Return the page of a service, as `post` returns an answer.

    Raises:
        Trouble: There is no page in time, or none that is one.
    """
    return _asked(endpoint, None, until, most)


def allowed(url: str, *, http: bool = False, like: str = EXAMPLE) -> str:
    """Return *url*, to which pictures and a key may be sent.

    Args:
        url: The address.
        http: Whether http will do over a network too.
        like: An example of such an address, for messages.

    Raises:
        ValueError: It is neither https nor on this machine, holds a password, or is none.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    if not url.isascii() or not url.isprintable() or " " in url or not _is_host(host):
        raise ValueError(f"expected the address of a service, such as {like}")
    if parts.username is not None or parts.password is not None:
        raise ValueError("expected no password in the address; name its variable in 'key_from'")
    if not safe(url) and not (http and parts.scheme == "http"):
        raise ValueError("expected https; http only to this machine, as http://127.0.0.1:8000")
    if not _has_port(parts):
        raise ValueError("expected a port from 1 to 65535")
    return url


def safe(url: str) -> bool:
    """Return whether what is sent there can't be read on its way: https, or http on this machine."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and is_here(parts.hostname or ""))


def _has_port(parts: SplitResult) -> bool:
    try:
        return parts.port != 0  # none is right too
    except ValueError:
        return False


def _is_host(host: str) -> bool:
    return ":" in host or bool(NAME.fullmatch(host))  # in brackets, which urlsplit has looked at


def _asked(endpoint: Endpoint, body: bytes | None, until: float, most: int) -> bytes:
    call = Call(until)
    answer = started(lambda: _sent(endpoint, body, call, most))
    try:
        return answer.result(max(0.0, until - time.monotonic()))
    except TimeoutError:
        call.cut()
        said = f"no answer in {endpoint.timeout_s:g} s"
        trouble = Trouble(said, "Make it faster, or raise timeout_s.")
        trouble.heard, trouble.late = False, True
        raise trouble from None


def _sent(endpoint: Endpoint, body: bytes | None, call: Call, most: int) -> bytes:
    method = "GET" if body is None else "POST"
    request = urllib.request.Request(endpoint.url, body, _headers(endpoint), method=method)  # noqa: S310 - see `allowed`
    left = max(0.001, call.until - time.monotonic())
    try:
        with opener(endpoint.url, call).open(request, timeout=left) as answer:
            return _read(answer, most)
    except urllib.error.HTTPError as error:
        with error:
            raise _refused(error) from None
    except (OSError, http.client.HTTPException) as error:
        raise _broken(getattr(error, "reason", error)) from None


def _headers(endpoint: Endpoint) -> dict[str, str]:
    named = {"Content-Type": "application/json", "Accept": "application/json"}
    return named | {"Authorization": f"Bearer {endpoint.key}"} if endpoint.key else named


def _read(answer: http.client.HTTPResponse, most: int) -> bytes:
    said = bytearray()
    while block := answer.read1(most + 1 - len(said)):
        said += block
        if len(said) > most:
            raise Trouble(f"too long an answer (got over {most} bytes)", "Let it say less.")
    if answer.length:
        raise _cut_off()
    return bytes(said)


def _cut_off() -> Trouble:
    return Trouble("the answer was cut off", "Mend it.", passing=True)


def _refused(error: urllib.error.HTTPError) -> Trouble:
    trouble = _in_words(error.code)
    trouble.code, trouble.wait_s = error.code, _wait_s(error.headers.get("Retry-After", ""))
    with contextlib.suppress(
        OSError, http.client.HTTPException
    ):  # it breaks off while it complains
        trouble.complaint = error.read(MAX_COMPLAINT)
    return trouble


def _in_words(code: int) -> Trouble:
    what = f"no answer (got HTTP {code} {http.client.responses.get(code, '')}".rstrip() + ")"
    if code in range(300, 400):
        return Trouble(what, "Redirects are not followed: give the final address.")
    if code in (401, 403):
        return Trouble(what, "Give the right key in the variable that 'key_from' names.")
    return Trouble(what, "See what the service logs.", passing=code in BUSY)


def _wait_s(asked: str) -> float | None:
    """Return the seconds that a Retry-After asks for, which may be a number or a date."""
    if asked.strip().isdecimal():
        return float(asked)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(asked).timestamp() - time.time())
    except (ValueError, OverflowError):
        return None


def _broken(reason: object) -> BaseException:
    if isinstance(reason, TimeoutError):
        return reason
    if isinstance(reason, http.client.IncompleteRead):
        return _cut_off()
    # Never what the other side sent: it may be anything, the key among it.
    known = reason.strerror if isinstance(reason, OSError) else None
    said = known or type(reason).__name__
    if isinstance(reason, ssl.SSLError):
        todo = "See whether https is spoken there at all, or http."
        if isinstance(reason, ssl.SSLCertVerificationError):
            todo = "Mend its certificate, or name who signed it in SSL_CERT_FILE."
        return Trouble(f"no safe connection (got {said})", todo)
    trouble = Trouble(f"no answer (got {said})", "Start it.", passing=True)
    trouble.heard = False
    return trouble

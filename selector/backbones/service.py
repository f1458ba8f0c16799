"""Puts a question about a picture to somebody's own HTTP service, and takes only a clear answer."""

from __future__ import annotations

import base64
import http.client
import io
import json
import math
import ssl
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import PIL.Image

from selector.errors import MeasureError
from selector.foreign import printable, shortened

if TYPE_CHECKING:
    from selector.images.srgb import Pixels

MAX_ANSWER = 64 * 1024  # bytes; an answer is a number and a few words
MAX_TEXT = 300  # characters that are kept of these words
PAUSE_S = 0.5  # before the second try; a server that is too busy wants to be left alone
PROTOCOL = 'It must answer {"score": NUMBER FROM 0 TO 1, "text": OPTIONAL TEXT}.'
BUSY = (429, 500, 502, 503, 504)  # what may be over at the second try


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


@dataclass(frozen=True, slots=True)
class Reply:
    """What the service says.

    Attributes:
        score: In [0, 1].
        text: Its words, if it has any: shortened, printable, untrusted.
    """

    score: float
    text: str = ""


def ask(endpoint: Endpoint, question: str, picture: Pixels) -> Reply:
    """Return the service's answer to *question* about *picture*, shape (H, W, 3), sRGB.

    Sends `POST {"question": TEXT, "image": BASE64 OF A PNG}` and takes `{"score": NUMBER IN
    [0, 1], "text": OPTIONAL TEXT}`. Asks a second time if the service is busy or the connection
    breaks. Follows no redirect. A picture is sent without metadata.

    Raises:
        MeasureError: There is no such answer in time.
    """
    body = json.dumps({"question": question, "image": _png(picture)}).encode()
    until = time.monotonic() + endpoint.timeout_s
    try:
        return _reply(_send(endpoint, body, until))
    except _Trouble as trouble:
        if not trouble.passing or until - time.monotonic() <= PAUSE_S:
            raise _in_words(endpoint, trouble) from None
    time.sleep(PAUSE_S)
    try:
        return _reply(_send(endpoint, body, until))
    except _Trouble as trouble:
        raise _in_words(endpoint, trouble) from None


def allowed(url: str) -> str:
    """Return *url*, to which pictures and a key may be sent.

    Raises:
        ValueError: It is neither https nor on this machine, or holds a password.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    if not url.isascii() or not url.isprintable() or " " in url or not host:
        raise ValueError("expected the address of a service, such as https://example.com/score")
    if parts.username is not None or parts.password is not None:
        raise ValueError("expected no password in the address; name its variable in 'key_from'")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_here(host)):
        raise ValueError("expected https; http only to this machine, as http://127.0.0.1:8000")
    if parts.port == 0:  # asking for it raises ValueError where it is no port
        raise ValueError("expected a port from 1 to 65535")
    return url


def is_here(host: str) -> bool:
    """Return whether *host* is this very machine, so that nothing goes over a network."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class _Trouble(Exception):  # noqa: N818 - never leaves this module
    """No answer, or none that can be used.

    Attributes:
        passing: Whether a second try may go well.
        todo: What the person who runs the service must do.
    """

    def __init__(self, what: str, todo: str, *, passing: bool = False) -> None:
        super().__init__(what)
        self.todo, self.passing = todo, passing


class _Stay(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: it could lead the key and the picture elsewhere."""

    def redirect_request(self, *_: Any) -> None:
        """Refuse, so that the redirect itself is the answer."""


def _in_words(endpoint: Endpoint, trouble: _Trouble) -> MeasureError:
    # Not the whole address, whose query may hold what is nobody's business, nor what was answered.
    return MeasureError(f"{urlsplit(endpoint.url).netloc}: {trouble}. {trouble.todo}")


def _png(picture: Pixels) -> str:
    file = io.BytesIO()
    PIL.Image.fromarray(picture).save(file, "PNG", compress_level=1)
    return base64.b64encode(file.getvalue()).decode("ascii")


def _send(endpoint: Endpoint, body: bytes, until: float) -> bytes:
    request = urllib.request.Request(endpoint.url, body, _headers(endpoint), method="POST")  # noqa: S310 - see `allowed`
    slow = f"no answer in {endpoint.timeout_s:g} s"
    try:
        with _opener(endpoint).open(
            request, timeout=max(0.001, until - time.monotonic())
        ) as answer:
            return _read(answer, until, slow)
    except urllib.error.HTTPError as error:
        with error:
            raise _refused(error.code) from None
    except (OSError, http.client.HTTPException) as error:
        raise _broken(getattr(error, "reason", error), slow) from None


def _headers(endpoint: Endpoint) -> dict[str, str]:
    named = {"Content-Type": "application/json", "Accept": "application/json"}
    return named | {"Authorization": f"Bearer {endpoint.key}"} if endpoint.key else named


def _opener(endpoint: Endpoint) -> urllib.request.OpenerDirector:
    if is_here(urlsplit(endpoint.url).hostname or ""):  # a proxy is another machine
        return urllib.request.build_opener(_Stay, urllib.request.ProxyHandler({}))
    return urllib.request.build_opener(_Stay)


def _read(answer: http.client.HTTPResponse, until: float, slow: str) -> bytes:
    said = b""
    while block := answer.read1(MAX_ANSWER + 1 - len(said)):
        said += block
        if len(said) > MAX_ANSWER:
            raise _Trouble(f"too long an answer (got over {MAX_ANSWER} bytes)", PROTOCOL)
        if time.monotonic() > until:
            raise _Trouble(slow, "Make it faster, or raise timeout_s.")
    if answer.length:
        raise _Trouble("the answer was cut off", "Mend it.", passing=True)
    return said


def _refused(code: int) -> _Trouble:
    what = f"no answer (got HTTP {code} {http.client.responses.get(code, '')}".rstrip() + ")"
    if code in range(300, 400):
        return _Trouble(what, "Redirects are not followed: give the final address.")
    if code in (401, 403):
        return _Trouble(what, "Give the right key in the variable that 'key_from' names.")
    return _Trouble(what, "See what the service logs.", passing=code in BUSY)


def _broken(reason: object, slow: str) -> _Trouble:
    # Never what the other side sent: it may be anything, the key among it.
    known = reason.strerror if isinstance(reason, OSError) else None
    said = known or type(reason).__name__
    if isinstance(reason, TimeoutError):
        return _Trouble(slow, "Make it faster, or raise timeout_s.")
    if isinstance(reason, ssl.SSLError):
        todo = "Mend its certificate, or name who signed it in SSL_CERT_FILE."
        return _Trouble(f"no safe connection (got {said})", todo)
    return _Trouble(f"no answer (got {said})", "Start it.", passing=True)


def _reply(said: bytes) -> Reply:
    try:
        answer = json.loads(said.decode("utf-8"), object_pairs_hook=_unique)
    except (ValueError, RecursionError):
        raise _Trouble("the answer is not JSON", PROTOCOL) from None
    score = answer.get("score") if isinstance(answer, dict) else None
    text = answer.get("text") if isinstance(answer, dict) else None
    if isinstance(score, bool) or not isinstance(score, int | float) or not _is_share(score):
        raise _Trouble("the answer has no score from 0 to 1", PROTOCOL)
    if text is not None and not isinstance(text, str):
        raise _Trouble("the answer's text is no text", PROTOCOL)
    return Reply(float(score), shortened(printable(text or "").strip(), MAX_TEXT))


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    named = dict(pairs)
    if len(named) < len(pairs):
        raise ValueError("two entries of one name: which one counts?")
    return named


def _is_share(number: float) -> bool:
    return math.isfinite(number) and 0 <= number <= 1

"""Puts a question about a picture to somebody's own HTTP service, and takes only a clear answer."""

from __future__ import annotations

import base64
import io
import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import PIL.Image

from selector.backbones.posting import Endpoint, Trouble, post
from selector.errors import MeasureError
from selector.foreign import printable, shortened

if TYPE_CHECKING:
    from selector.images.srgb import Pixels

MAX_TEXT = 300  # characters that are kept of the service's words
PAUSE_S = 0.5  # before the second try; a server that is too busy wants to be left alone
PROTOCOL = 'It must answer {"score": NUMBER FROM 0 TO 1, "text": OPTIONAL TEXT}.'


@dataclass(frozen=True, slots=True)
class Reply:
    """What the service says.

    Attributes:
        score: In [0, 1].
        text: Its words, if it has any: shortened, printable, without the key, untrusted.
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
        return _reply(post(endpoint, body, until), endpoint.key)
    except Trouble as trouble:
        if not trouble.passing or until - time.monotonic() <= PAUSE_S:
            raise _in_words(endpoint, trouble) from None
    time.sleep(PAUSE_S)
    try:
        return _reply(post(endpoint, body, until), endpoint.key)
    except Trouble as trouble:
        raise _in_words(endpoint, trouble) from None


def _in_words(endpoint: Endpoint, trouble: Trouble) -> MeasureError:
    # Not the whole address, whose query may hold what is nobody's business, nor what was answered.
    return MeasureError(f"{urlsplit(endpoint.url).netloc}: {trouble}. {trouble.todo}")


def _png(picture: Pixels) -> str:
    file = io.BytesIO()
    PIL.Image.fromarray(picture).save(file, "PNG", compress_level=1)
    return base64.b64encode(file.getvalue()).decode("ascii")


def _reply(said: bytes, key: str) -> Reply:
    try:
        answer = json.loads(said.decode("utf-8-sig"), object_pairs_hook=_unique)
    except (ValueError, RecursionError):
        raise Trouble("the answer is not JSON", PROTOCOL) from None
    score = answer.get("score") if isinstance(answer, dict) else None
    text = answer.get("text") if isinstance(answer, dict) else None
    if isinstance(score, bool) or not isinstance(score, int | float) or not 0 <= score <= 1:
        raise Trouble("the answer has no score from 0 to 1", PROTOCOL)
    if text is not None and not isinstance(text, str):
        raise Trouble("the answer's text is no text", PROTOCOL)
    return Reply(abs(float(score)), _harmless(text or "", key))  # of -0.0 too


def _harmless(text: str, key: str) -> str:
    """Return the service's words as they may be kept: whoever echoes the key does not spread it."""
    said = text.replace(key, "…") if key else text
    return shortened(printable(said).strip(), MAX_TEXT)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    named = dict(pairs)
    if len(named) < len(pairs):
        raise ValueError("two entries of one name: which one counts?")
    return named

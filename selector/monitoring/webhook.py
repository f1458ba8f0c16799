"""Tells a service of an alarm: JSON, posted once, tried a few times."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any

from selector.backbones.posting import Endpoint, Trouble, allowed, post
from selector.errors import RequestError

EXAMPLE = "https://example.com/alarms"
TIMEOUT_S = 10.0
TRIES = 3
WAIT_S = 1.0  # before the second try; twice as long before the third
ANSWER = 1 << 20  # bytes; it is not read, but a page of greetings is no mistake


def endpoint(url: str, key: str) -> Endpoint:
    """Return where alarms are posted to.

    Args:
        url: Its address, http or https.
        key: Sent as bearer token; "" for none.

    Raises:
        RequestError: No such address is one.
    """
    try:
        return Endpoint(allowed(url, http=True, like=EXAMPLE), key, TIMEOUT_S)
    except ValueError as error:
        raise RequestError(
            f"--webhook: no address that alarms can be posted to ({error}). Give one."
        ) from None


def posted(where: Endpoint, body: Mapping[str, Any]) -> str:
    """Post *body*; return "" once it was taken, or why it was not, in a sentence."""
    data = json.dumps(body).encode()
    for tried in range(1, TRIES + 1):
        try:
            post(where, data, time.monotonic() + TIMEOUT_S, most=ANSWER)
        except Trouble as trouble:
            if tried == TRIES or not (trouble.passing or trouble.late or not trouble.code):
                return f"{trouble}, after {tried} of {TRIES} tries"
            time.sleep(WAIT_S * 2 ** (tried - 1))
        else:
            return ""
    raise AssertionError("each try returns or is the last")

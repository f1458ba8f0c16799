"""Bytes from a web server, from the middle of a file if need be."""

from __future__ import annotations

import http.client
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

from selector.errors import WeightsError
from selector.weights.coming import BLOCK, STALL_S, Coming, CutOffError, allowed_s

PARTIAL = 206
BEYOND = 416  # there are no bytes behind those that are asked for


def opened(
    address: str, start: int = 0, *, stall_s: float = STALL_S, total_s: float | None = None
) -> Coming:
    """Ask a server for a file.

    Args:
        address: An http or https URL.
        start: Which byte to begin with; a server that can't sends all.
        stall_s: How long to wait for the connection, and for the next bytes.
        total_s: How long it may take altogether; the larger the file, the longer, if None.

    Raises:
        WeightsError: The server does not answer, or refuses; the message says why in a few words.
    """
    headers = {"Range": f"bytes={start}-"} if start else {}
    try:
        request = urllib.request.Request(address, headers=headers)  # noqa: S310 - the manifest's own
        answer = urllib.request.urlopen(request, timeout=stall_s)  # noqa: S310 - as above
    except urllib.error.HTTPError as error:
        with error:
            if start and error.code == BEYOND:
                return opened(address, stall_s=stall_s, total_s=total_s)
        raise WeightsError(str(error)) from None
    except (OSError, http.client.HTTPException, ValueError) as error:  # no address: a redirect's
        raise WeightsError(_told(error)) from None
    start = start if answer.status == PARTIAL else 0
    length = answer.headers.get("Content-Length", "")
    total = start + int(length) if length.isdecimal() else None
    limit = allowed_s(total or 0) if total_s is None else total_s
    return Coming(start, total, "", _blocks(answer, time.monotonic() + limit))


def _blocks(answer: Any, until: float) -> Iterator[bytes]:
    with answer:
        try:
            while block := answer.read1(BLOCK):
                yield block
                if time.monotonic() > until:
                    raise WeightsError("too slow")
        except (OSError, http.client.HTTPException) as error:
            raise CutOffError(_told(error)) from None


def _told(error: Exception) -> str:
    reason = getattr(error, "reason", None)
    return str(error) if isinstance(reason, str) else str(reason or error)

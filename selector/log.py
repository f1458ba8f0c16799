"""The operator's log: events for whoever runs the product; product data goes to the journal."""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, MutableMapping
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar, copy_context
from functools import partial
from typing import Any, TypeVar

QUOTED = 12  # characters of a prompt by which a quotation of it is known
WORD = 3  # characters; what is shorter is part of many words, and tells nothing

_Found = TypeVar("_Found")

_LOGGER = logging.getLogger("selector")
_REQUEST: ContextVar[str] = ContextVar("selector_request", default="")


def operator_log() -> Any:
    """Return the logger, a structlog logger on top of the standard logger "selector".

    Every line of a request has its `request_id`. It is configured by the application, through
    structlog or `logging`, never by this package; where structlog is not configured, a line is
    plain text. Unlike structlog's own default it does not print to standard output, which may be
    an answer in JSON.
    """
    import structlog

    known: dict[str, Any] = {"request_id": request} if (request := _REQUEST.get()) else {}
    plain = None if structlog.is_configured() else [_plain]
    return structlog.wrap_logger(_LOGGER, processors=plain, **known)


def is_heard() -> bool:
    """Return whether the application wants to hear what goes well; structlog takes a while to load."""
    return _LOGGER.isEnabledFor(logging.INFO)


@contextmanager
def of_request(request_id: str) -> Iterator[None]:
    """Give every line until the end, here and in what is `carried`, the id of this request.

    What the application or a measure of its own logs through structlog has it too, where
    `structlog.contextvars` are part of its lines.
    """
    token = _REQUEST.set(request_id)
    try:
        with _theirs(request_id):
            yield
    finally:
        _REQUEST.reset(token)


def carried(call: Callable[..., _Found]) -> Callable[..., _Found]:
    """Return *call* for one call in another thread, as a part of this request."""
    return partial(copy_context().run, call)


def without(said: str, secrets: Iterable[str | None]) -> str:
    """Return what somebody else *said* without what it quotes of *secrets*, from their beginning."""
    for secret in (each.strip() for each in secrets if each):  # as models are asked
        if len(secret) >= WORD:
            # As it is, as Python writes it, as JSON does.
            said = _unquoted(said, (secret, repr(secret)[1:-1], json.dumps(secret)[1:-1]))
    return said


def _unquoted(said: str, ways: Collection[str]) -> str:
    begins = re.compile("|".join(re.escape(way[:QUOTED]) for way in ways))
    parts, at = [], 0
    while found := begins.search(said, at):
        parts += [said[at : found.start()], "…"]
        at = found.start() + max(_alike(said[found.start() :], way) for way in ways)
    return "".join([*parts, said[at:]])


def _alike(one: str, other: str) -> int:
    """Return how many characters two texts begin with alike."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


def _theirs(request_id: str) -> Any:
    # Who has not imported structlog logs nothing through it; it is not to be loaded for nobody.
    if "structlog" not in sys.modules:
        return nullcontext()
    from structlog.contextvars import bound_contextvars

    return bound_contextvars(request_id=request_id)


def _plain(_logger: object, _level: str, event: MutableMapping[str, Any]) -> str:
    name = event.pop("event")
    return " ".join([str(name), *(f"{key}={value!r}" for key, value in event.items())])

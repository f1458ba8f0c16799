"""Files of the Hugging Face hub or a mirror of it, through its own library and its own settings.

HF_ENDPOINT, HF_TOKEN, HF_HOME, HF_HUB_OFFLINE and the proxies are read by that library. Its own
download is not used: it begins anew after each interruption, and without a network it takes most
of a minute to say so.
"""

from __future__ import annotations

import os
import re
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from selector.errors import WeightsError
from selector.installed import install_extra
from selector.weights.coming import STALL_S, Coming, CutOffError, allowed_s
from selector.weights.entry import Hub

PARTIAL = 206
ANSWER_S = (
    6.0  # for the name to be found and the hub to answer; its library has a question of its own
)
BRANCH = "main"  # what changes; the checksum of the first file that comes holds it
_SHA256 = re.compile("[0-9a-f]{64}")
_T = TypeVar("_T")


def found(hub: Hub, name: str) -> Path | None:
    """Return where the hub library's cache has the file *name*; None if it has it not."""
    if misspelt():
        return None
    try:
        from huggingface_hub import try_to_load_from_cache
    except (ImportError, ValueError):  # `opened` says why
        return None
    path = try_to_load_from_cache(hub.repo, hub.file(name), revision=hub.revision)
    return Path(path).resolve() if isinstance(path, str) else None


def stated(path: Path) -> str:
    """Return the checksum that the hub's cache states for a file, whose name it is; else ""."""
    return path.name if _SHA256.fullmatch(path.name) else ""


def opened(hub: Hub, name: str, start: int = 0) -> Coming:
    """Ask the hub for the file *name*, from the byte *start*.

    Raises:
        WeightsError: The library is not installed, the hub does not answer, refuses, or has
            another commit; the message says why in a few words.
    """
    if wrong := misspelt():
        raise WeightsError(wrong)
    try:
        from huggingface_hub import get_hf_file_metadata, hf_hub_url
        from huggingface_hub.constants import ENDPOINT, is_offline_mode
        from huggingface_hub.utils import build_hf_headers  # type: ignore[attr-defined]
    except ImportError:
        said = f"the hub's library is not installed: {install_extra('scorers')}"
        raise WeightsError(said) from None
    except ValueError as error:  # it reads the variables when it is imported
        raise WeightsError(f"a variable of the hub's library, HF_…: {error}") from None
    if is_offline_mode():
        raise WeightsError("HF_HUB_OFFLINE is set: no download, and the hub's cache has it not")
    address = hf_hub_url(hub.repo, hub.file(name), revision=hub.revision)
    facts = in_time(ANSWER_S, lambda: get_hf_file_metadata(address, timeout=STALL_S), ENDPOINT)
    if hub.revision not in (facts.commit_hash, BRANCH):
        raise WeightsError(f"{ENDPOINT} has another commit (got {facts.commit_hash})")
    if start and start == facts.size:
        return Coming(start, facts.size, _checksum(facts.etag), iter(()))
    if facts.size is not None and start > facts.size:  # of another file
        start = 0
    headers = build_hf_headers() | {"Accept-Encoding": "identity"}  # or a range has no meaning
    answers = _answers(address, headers | ({"Range": f"bytes={start}-"} if start else {}))
    until = time.monotonic() + allowed_s(facts.size or 0)
    partial = next(answers)
    blocks = _blocks(answers, until)
    return Coming(start if partial else 0, facts.size, _checksum(facts.etag), blocks)


def misspelt() -> str:
    """Return what is wrong with HF_ENDPOINT; the hub's library would print it and not start."""
    try:
        _ = urlsplit(os.environ.get("HF_ENDPOINT", "")).port
    except ValueError as error:
        return f"HF_ENDPOINT is no address (got {error})"
    return ""


def _answers(address: str, headers: dict[str, str]) -> Iterator[Any]:
    """Give whether the rest of a file comes, rather than the whole, and then its blocks."""
    from huggingface_hub import get_session
    from huggingface_hub.utils import hf_raise_for_status  # type: ignore[attr-defined]

    def asked() -> Iterator[Any]:
        with get_session().stream(
            "GET", address, headers=headers, timeout=STALL_S, follow_redirects=True
        ) as answer:
            hf_raise_for_status(answer)
            yield answer.status_code == PARTIAL
            yield from answer.iter_bytes()  # as they come: of a block that breaks off all is lost

    rest = asked()
    kinds = failures()
    try:
        yield from rest
    except kinds as error:
        raise CutOffError(in_words(error)) from None


def _blocks(answers: Iterator[Any], until: float) -> Iterator[bytes]:
    for block in answers:
        yield block
        if time.monotonic() > until:
            raise WeightsError("too slow")


def in_time(seconds: float, call: Callable[[], _T], where: str) -> _T:
    """Return what *call* returns; looking up a name can take longer than any time-out allows.

    Raises:
        WeightsError: It fails, or takes more than *seconds*.
    """
    made: list[_T] = []
    failed: list[str] = []

    def run() -> None:
        try:
            made.append(call())
        except failures() as error:
            failed.append(in_words(error))

    thread = threading.Thread(target=run, daemon=True)  # is left behind where it hangs
    thread.start()
    thread.join(seconds)
    if not made:
        raise WeightsError(f"{where}: {failed[0] if failed else f'no answer in {seconds:g} s'}")
    return made[0]


def failures() -> tuple[type[Exception], ...]:
    """Return what the hub's library raises; its HTTP library has had three names so far.

    Where a proxy is asked for that needs another library, it is an ImportError.
    """
    from huggingface_hub.errors import HfHubHTTPError

    http = next(kind for kind in HfHubHTTPError.__mro__ if kind.__name__ == "HTTPError")
    library = sys.modules[http.__module__.partition(".")[0]]
    more = (getattr(library, name, http) for name in ("InvalidURL", "StreamError"))
    return (http, *more, OSError, ValueError, ImportError)


def _checksum(etag: str | None) -> str:
    """Return what an entity tag says of the content: of a large file it is the checksum."""
    return etag if etag and _SHA256.fullmatch(etag) else ""


def in_words(error: Exception) -> str:
    """Return the first line of what the hub's library says is wrong."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__

"""What a caller hands in: candidates, the edit that may stand for a prompt, how long it waits."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import Field, JsonValue

from selector.errors import RequestError

MAX_TIMEOUT_S = 1e6  # eleven days; more than a thread can wait for is an error of Python's


@dataclass(frozen=True, slots=True)
class Candidate:
    """One generated image of a request.

    A caller gives `image`, and `id` and `metadata` if it likes; the engine fills in the rest.

    Attributes:
        image: A path, encoded bytes, a PIL image or an `(H, W, 3)` uint8 array (sRGB); not part of
            the JSON form, nor of comparison.
        id: Unique in its request.
        metadata: Anything JSON: seed, generator, …
        path: Where the image was read from, if it came from a file.
        content_hash: sha256 hex of the bytes (of the pixels for an image given in memory); None
            if there were no bytes to read.
        pixel_hash: sha256 hex of the decoded sRGB pixels and their shape.
        error: Why the image could not be read.
        notes: What reading it had to leave out or convert: "animation: first frame of 12".
    """

    image: Annotated[Any, Field(exclude=True)] = field(default=None, repr=False, compare=False)
    id: str = ""
    metadata: Mapping[str, JsonValue] = field(default_factory=dict, hash=False)
    path: str | None = None
    content_hash: str | None = None
    pixel_hash: str | None = None
    error: str | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Edit:
    """An instruction to change a picture; stands wherever a prompt may.

    Attributes:
        instruction: What was to be changed, in the user's words.
        source: The picture before: a path, bytes, a PIL image or an `(H, W, 3)` uint8 array.
        path: Where the source was read from, if it came from a file.
        content_hash: sha256 hex of the source's bytes; filled in by the engine.
    """

    instruction: str
    source: Annotated[Any, Field(exclude=True)] = field(default=None, repr=False, compare=False)
    path: str | None = None
    content_hash: str | None = None


def agreed(candidates: Iterable[Candidate], name: str) -> str | None:
    """Return what the metadata of all candidates say *name* is, if it is one text."""
    named = [one.metadata.get(name) for one in candidates]
    first = named[0] if named else None
    return first if isinstance(first, str) and all(one == first for one in named) else None


def timeout_seconds(timeout_s: Any) -> float:
    """Return how long a caller waits, as long as a thread can wait at most.

    Raises:
        RequestError: It is not a finite number of seconds above 0.
    """
    number = isinstance(timeout_s, int | float) and not isinstance(timeout_s, bool)
    if not number or not 0 < timeout_s < math.inf:
        # Python refuses to write out an integer of thousands of digits.
        said = repr(timeout_s) if isinstance(timeout_s, float) else type(timeout_s).__name__
        raise RequestError(f"timeout_s: expected finite seconds above 0 (got {said}). Change it.")
    return float(min(timeout_s, MAX_TIMEOUT_S))

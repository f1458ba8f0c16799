"""What a caller gives: images, with one prompt for all or one each, checked before measuring."""

from __future__ import annotations

import os
import time
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import PIL.Image

from selector.errors import RequestError
from selector.images import Limits
from selector.types import EITHER_TEXT, Candidate, timeout_seconds

# One picture, where a list of them is expected.
ALONE = (str, bytes, os.PathLike, np.ndarray, PIL.Image.Image, Candidate)
LISTED = 10  # places that a message names
TEXTS = ("instruction", "prompt", EITHER_TEXT)


@dataclass(frozen=True, slots=True)
class Item:
    """One image that is to be measured.

    Attributes:
        at: Its place among all, from 0.
        name: Its path as it was given, its id, or its number.
        image: What `open_image` takes.
        prompt: What it was made for; of an edit, the instruction.
        source: The name of the picture before the edit.
    """

    at: int
    name: str
    image: Any = field(repr=False)
    prompt: str | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """All that is to be measured, and the pictures before edits by name."""

    items: tuple[Item, ...]
    sources: Mapping[str, Any]


def asked(reads: Mapping[str, str], prompts: Any, images: Any, sources: Any) -> Asked:
    """Return what a caller gave, each image with its prompt and its source.

    Args:
        reads: By which measure each need is read, if any reads it: "prompt", "instruction", ….
        prompts: A text for all, one each, or None; for measures of edits the instructions.
        images: What is to be measured.
        sources: A picture for all, one each, or None.

    Raises:
        RequestError: Their numbers don't match, something is no text, or is needed and missing.
    """
    given = _listed("images", images)
    texts = _each("prompts", prompts, len(given), (str,))
    before = _each("sources", sources, len(given), ALONE)
    _check_texts(texts)
    _check_there("prompts", texts, reader_of_texts(reads))
    _check_there("sources", before, reads.get("source"))
    named = list(_sources_named(before))
    items = tuple(
        Item(at, _name(f"image-{at + 1:02d}", one), _image(one), text, source)
        for at, (one, text, source) in enumerate(zip(given, texts, named, strict=True))
    )
    by_name = zip(named, map(_image, before), strict=True)
    return Asked(items, {name: one for name, one in by_name if name is not None})


def reader_of_texts(reads: Mapping[str, str]) -> str | None:
    """Return which measure reads prompts, or the instructions that may stand in their place."""
    return next((reads[need] for need in TEXTS if need in reads), None)


def deadline(timeout_s: Any) -> float | None:
    """Return until when to measure, on the clock of `time.monotonic`; None if there is no end.

    Raises:
        RequestError: It is not a finite number of seconds above 0.
    """
    return None if timeout_s is None else time.monotonic() + timeout_seconds(timeout_s)


def limits(wanted: Any) -> Limits:
    """Return what an image may be, the default if nothing was said.

    Raises:
        RequestError: It is something else.
    """
    if not isinstance(wanted, Limits | None):
        raise RequestError(
            f"limits: expected selector.Limits (got {type(wanted).__name__}). Give one, or none."
        )
    return wanted or Limits()


def _each(what: str, given: Any, count: int, alone: tuple[type, ...]) -> list[Any]:
    """Return one thing for each of *count* images."""
    if given is None or isinstance(given, alone):
        return [given] * count
    listed = _listed(what, given)
    if len(listed) != count:
        raise RequestError(
            f"{what}: one for all images or one each (got {len(listed)} for {count}). "
            "Give as many as there are images."
        )
    return listed


def _listed(what: str, things: Any) -> list[Any]:
    if isinstance(things, ALONE) or not isinstance(things, Iterable):
        raise RequestError(
            f"{what}: expected a list (got {type(things).__name__}). Put it into a list."
        )
    if isinstance(things, AbstractSet | Mapping):
        raise RequestError(
            f"{what}: it has no order (got {type(things).__name__}), so nobody could tell which "
            "number is whose. Put it into a list."
        )
    if not (listed := list(things)):
        raise RequestError(f"{what}: there are none (got an empty list). Give at least one.")
    return listed


def _check_texts(texts: Iterable[Any]) -> None:
    for at, text in enumerate(texts, start=1):
        if not isinstance(text, str | None):
            raise RequestError(
                f"prompt {at}: expected text (got {type(text).__name__}). Change it."
            )
        if text and not is_unicode(text):
            raise RequestError(f"prompt {at}: not valid Unicode (got a lone surrogate). Clean it.")


def is_unicode(text: str) -> bool:
    """Return whether *text* can be written as UTF-8: it holds no half of a pair of surrogates."""
    return not any("\ud800" <= char <= "\udfff" for char in text)


def _check_there(what: str, things: Collection[Any], reader: str | None) -> None:
    """Tell for which images something is missing that *reader* reads."""
    if reader is None:
        return
    missing = [at for at, thing in enumerate(things, start=1) if _is_nothing(thing)]
    if missing:
        listed = ", ".join(map(str, missing[:LISTED])) + ", …" * (len(missing) > LISTED)
        where = "" if len(missing) == len(things) else f" for image {listed}"
        raise RequestError(
            f"{what}: {reader} reads them (got none{where}). Give one for all images or one each."
        )


def _is_nothing(thing: Any) -> bool:
    return thing is None or (isinstance(thing, str) and not thing.strip())


def _sources_named(sources: Iterable[Any]) -> Iterator[str | None]:
    """Give each source a name; one that is given for several images has one, no two the same."""
    known: dict[Hashable, str] = {}
    taken: set[str] = set()
    for at, one in enumerate(sources, start=1):
        image = _image(one)
        key: Hashable = os.fspath(image) if isinstance(image, str | os.PathLike) else id(image)
        if key not in known:
            name = _name(f"source-{at:02d}", one)
            known[key] = f"{name} ({at})" if name in taken else name
            taken.add(known[key])
        yield None if one is None else known[key]


def _name(otherwise: str, thing: Any) -> str:
    """Return what messages and tables call a picture, as Unicode."""
    if isinstance(thing, Candidate):
        return thing.id or _name(otherwise, thing.image)
    if isinstance(thing, str | os.PathLike):
        return os.fsdecode(thing).encode("utf-8", "backslashreplace").decode()
    return otherwise


def _image(thing: Any) -> Any:
    return thing.image if isinstance(thing, Candidate) else thing

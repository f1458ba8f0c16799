"""Folders of images, each a request: its prompt stands beside them."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from selector.batch.listed import Picture
from selector.batch.reading import files
from selector.batch.reading.files import Entry
from selector.batch.reading.rows import Pictured, Row, Tell
from selector.errors import RequestError
from selector.foreign import visible
from selector.images.suffixes import SUFFIXES

TEXTS = {"prompt.txt": "prompt", "instruction.txt": "instruction"}
SOURCE = "source"  # what the picture before an edit is called, whatever its ending


def rows(folder: str, tell: Tell, passed: Counter[str]) -> Iterator[Row]:
    """Give the requests of a folder, or of those in it however deep, by name.

    Args:
        folder: Its images are a request, if it has any; its name, or that of a folder in it from
            here on, is the request's.
        tell: Is told what is wrong.
        passed: Counts by ending what is neither an image nor says anything of one.
    """
    own = files.absolute(folder).rstrip("/").rpartition("/")[2]
    yield from _inside(folder, (), own, _Told(tell, passed))


class _Told:
    """Where goes what is not listed: problems, and files that are none of ours."""

    def __init__(self, tell: Tell, passed: Counter[str]) -> None:
        self.tell = tell
        self.passed = passed


def _inside(folder: str, above: tuple[str, ...], name: str, told: _Told) -> Iterator[Row]:
    real = folder if files.is_address(folder) else os.path.realpath(folder)
    if real in above:  # a link that leads back
        return
    try:
        found = files.entries(folder)
        row = _request(folder, name, [one for one in found if not one.is_folder], told)
    except RequestError as error:
        told.tell(str(error))
        found, row = [], None
    if row is not None:
        yield row
    for one in found:
        if one.is_folder:
            inner = f"{name}/{one.name}" if above else one.name
            yield from _inside(one.path, (*above, real), inner, told)


def _request(folder: str, name: str, found: Sequence[Entry], told: _Told) -> Row | None:
    """Return the request that a folder is, if it is one.

    Raises:
        RequestError: What lies in it makes none.
    """
    texts = [one for one in found if one.name in TEXTS]
    images = [one for one in found if _ending(one) in SUFFIXES]
    told.passed.update(_ending(one) for one in found if one not in texts and one not in images)
    if not texts and not images:
        return None
    shown = files.called(folder)
    if not texts:
        raise RequestError(
            f"{shown}: images and no prompt (got {len(images)} images). Write it beside them into "
            f"prompt.txt, for an edit into instruction.txt.{_other(found)}"
        )
    cells: dict[str, object] = {TEXTS[one.name]: files.text_of(one.path) for one in texts}
    sources = [one for one in images if "instruction" in cells and _stem(one) == SOURCE]
    candidates = [one for one in images if one not in sources]
    if len(sources) > 1:
        raise RequestError(f"{shown}: one 'source' is needed (got {len(sources)}). Take some out.")
    if not candidates:
        raise RequestError(
            f"{shown}: a prompt and no images (looked for {', '.join(sorted(SUFFIXES))}). Add "
            "some, or take out the prompt."
        )
    return Row(
        shown,
        {"request_id": _text(name), **cells},
        [Pictured(Picture(one.path), _text(one.name)) for one in candidates],
        Picture(sources[0].path) if sources else None,
    )


def _other(found: Sequence[Entry]) -> str:
    manifest = next((one.path for one in found if one.name.endswith(".jsonl")), None)
    return "" if manifest is None else f" Or is {visible(manifest)} the input? Name it."


def _ending(one: Entry) -> str:
    return PurePosixPath(one.name).suffix.lower()


def _stem(one: Entry) -> str:
    return PurePosixPath(one.name).stem.lower()


def _text(name: str) -> str:
    """Return a name as text that can be stored, whatever bytes it has."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")

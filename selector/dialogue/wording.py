"""In which words a judge is asked: those that it was trained with where they are here, else our own."""

from __future__ import annotations

import hashlib
import os
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from selector.backbones.daemons import started
from selector.backbones.model_file import unfit
from selector.dialogue import wording_file
from selector.dialogue.wording_file import WHOLE
from selector.errors import WeightsError
from selector.log import operator_log
from selector.weights import manifest
from selector.weights.entry import Entry
from selector.weights.fetch import cache_folder, obtain
from selector.weights.place import places
from selector.weights.wordings import FOLDER

Origin = Literal["published", "own", "yours"]

KEY = "wording:"  # before a name where a measure tells what its numbers follow from
WAIT_S = 5.0  # who is asked to select must not wait long for words that can be done without
AGAIN_S = 600.0

_FIELD = re.compile(
    r"(?P<quoted>^> )?\{(?P<name>prompt|level1_dim|format_checklist)\}", re.MULTILINE
)
# How the places of fields are written where wordings are published, and braces that are none.
_PUBLISHED = {"{P}": "{prompt}", "{text_prompt}": "{prompt}", "{{": "{", "}}": "}"}

_held: dict[tuple[str, str], Wording] = {}  # by name and cache folder
_failed: dict[tuple[str, str], float] = {}  # when it could not be had


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of one question.

    Attributes:
        name: Which question.
        parts: Its texts by name, with `{prompt}` and other fields; a single one is "text".
        origin: Whose words: those published with the model, this project's own, or the user's.
        sha256: Of the published text, of our own, or of the user's file; of several texts, that
            of theirs in order.
    """

    name: str
    parts: Mapping[str, str]
    origin: Origin
    sha256: str

    def render(self, part: str = WHOLE, **fields: str) -> str:
        """Return a part with every field filled in.

        What is put in is never looked at again, so that nothing in it acts as a field. A field at
        the beginning of a line behind `> ` is quoted: each line of it begins so.

        Args:
            part: Its name.
            **fields: Texts by the names of fields; those that the part does not have don't matter.

        Raises:
            KeyError: There is no such part, or a field of it is not given.
        """

        def put(field: re.Match[str]) -> str:
            text = fields[field["name"]]
            return _quoted(text) if field["quoted"] else text

        return _FIELD.sub(put, self.parts[part])

    def around(self, mark: str, part: str = WHOLE, **fields: str) -> tuple[str, str]:
        """Return what stands before and behind *mark* in a part, with every field filled in.

        A mark in what is put in is only text.

        Raises:
            KeyError: As of `render`.
        """
        before, _, behind = self.parts[part].partition(mark)
        sides = [
            Wording(self.name, {part: side}, self.origin, self.sha256) for side in (before, behind)
        ]
        return sides[0].render(part, **fields), sides[1].render(part, **fields)


def wording(
    name: str,
    *,
    template: Literal["published", "own"] = "published",
    file: tuple[Path, str] | None = None,
) -> Wording:
    """Return the words of the question *name*. Nothing is fetched for it.

    What was once returned for "published" stays so in this process until `bring` changes it: what
    another process fetches meanwhile must not change a question whose fingerprint is written down.

    Args:
        name: As in the manifest, without "wording/".
        template: "published": the words that the model was trained with if they are in the cache
            folder, whole and right, else our own. "own": our own.
        file: A file of the user's that is taken instead: where it lies, and its sha256.

    Raises:
        WeightsError: The user's file can't be read, or is no such wording; there is no such name.
    """
    if file is not None:
        return Wording(name, wording_file.yours(name, *file), "yours", file[1])
    entry = manifest.entry(FOLDER + name)
    if template == "own":
        return _own(name)
    key = _key(name)
    if key not in _held:
        _held.setdefault(key, _published(entry, name) or _own(name))
    return _held[key]


def bring(name: str) -> bool:
    """Fetch the published words of *name*, unless they are here; return whether any came.

    It waits five seconds at most, and after a failure tries again in ten minutes at the earliest.
    Where they don't come the operator log says so once, and our own words go on being used.
    """
    if wording(name).origin == "published":
        return False
    key = _key(name)
    if key in _failed and time.monotonic() - _failed[key] < AGAIN_S:
        return False
    if said := _not_fetched(manifest.entry(FOLDER + name)):
        _failed[key] = time.monotonic()
        operator_log().warning("dialogue.own_wording", wording=name, reason=said, cure=_pull(name))
        return False
    _held.pop(key, None)
    return wording(name).origin == "published"


def caution(*names: str) -> str:
    """Return which questions would be asked in our own words, and what to do; "" if none."""
    ours = [name for name in names if wording(name).origin == "own"]
    if not ours:
        return ""
    return (
        "it asks in this project's own words, not in those that the model was trained with, so "
        f"its numbers are not its authors'. Say `{_pull(*ours)}`."
    )


def published_names(identities: Mapping[str, str]) -> tuple[str, ...]:
    """Return the manifest's names of the wordings among what identifies a measure's numbers."""
    return tuple(FOLDER + key.removeprefix(KEY) for key in identities if key.startswith(KEY))


def _pull(*names: str) -> str:
    return f"selector weights pull {' '.join(FOLDER + name for name in names)}"


def _key(name: str) -> tuple[str, str]:
    try:
        return name, os.fspath(cache_folder())
    except WeightsError:  # there is none, so nothing is in it
        return name, ""


def _own(name: str) -> Wording:
    parts = wording_file.own(name)
    return Wording(name, parts, "own", _together([_sha256(one.encode()) for one in parts.values()]))


def _published(entry: Entry, name: str) -> Wording | None:
    """Return the words in the cache folder; None if a text is missing or another than it should be."""
    parts = {}
    try:
        for place in places(cache_folder(), entry):
            if unfit(place.path):  # a pipe would never end
                return None
            with place.path.open("rb") as file:
                content = file.read(place.file.bytes + 1)
            if _sha256(content) != place.file.sha256:
                return None
            part = WHOLE if len(entry.files) == 1 else PurePosixPath(place.file.name).stem
            parts[part] = _with_our_fields(content.decode())
    except (OSError, WeightsError):
        return None
    return Wording(name, parts, "published", entry.identity)


def _not_fetched(entry: Entry) -> str:
    """Return why the words of an entry did not come; "" if they did."""
    coming = started(lambda: obtain(entry))  # goes on behind our back, and is here another time
    try:
        coming.result(WAIT_S)
    except TimeoutError:
        return f"not here within {WAIT_S:g} s"
    except WeightsError as error:
        return str(error).splitlines()[-1].strip()  # what the last source said
    return ""


def _with_our_fields(text: str) -> str:
    for theirs, ours in _PUBLISHED.items():
        text = text.replace(theirs, ours)
    return text


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}" for line in text.splitlines() or [""])


def _together(sums: list[str]) -> str:
    return sums[0] if len(sums) == 1 else _sha256("\n".join(sums).encode())


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()

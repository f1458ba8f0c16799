"""A wording in a file: this project's own, which ships with it, or one of its user's."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import yaml

from selector.backbones.model_file import unfit
from selector.errors import WeightsError

OWN = Path(__file__).parent / "own"
WHOLE = "text"  # what the only part of a wording is called
LARGEST = 1 << 16  # bytes; the longest that judges were trained with has 10,000 in all its parts

# A field, or a mark that whoever asks goes by: where a picture stands, where a score is read.
_MARK = re.compile(r"\{\w+\}|<image>|<\|Reward\|>")


@cache
def own(name: str) -> Mapping[str, str]:
    """Return the parts of this project's own wording *name*, which say what parts there must be."""
    (path,) = OWN.glob(f"{name}.*")
    text = path.read_text("utf-8")
    return dict(yaml.safe_load(text)) if path.suffix == ".yaml" else {WHOLE: text}


def yours(name: str, path: Path, sha256: str) -> Mapping[str, str]:
    """Return the parts of the wording *name* in a file of the user's, made as our own are.

    It is one text, or where there are several parts YAML with a text for each. `{prompt}` is where
    the prompt stands; behind a `> ` at the beginning of its line it is quoted, line by line.

    Args:
        name: Which wording it stands for.
        path: Where it lies.
        sha256: Of its content.

    Raises:
        WeightsError: It can't be read, holds something else, or is not such a wording; the message
            says which part or field is missing, or is not known.
    """
    text = _content(path, sha256)
    parts = {WHOLE: text} if list(own(name)) == [WHOLE] else _several(text, path)
    if wrong := "; ".join(_misfits(own(name), parts)):
        raise WeightsError(f"{path}: it is no wording of {name} (got {wrong}). Correct it.")
    return parts


def _content(path: Path, sha256: str) -> str:
    if wrong := unfit(path):
        raise WeightsError(wrong)
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
        text = content.decode("utf-8-sig")
    except OSError as error:
        raise WeightsError(f"{path}: it can't be read (got {error.strerror}).") from None
    except UnicodeDecodeError:
        raise WeightsError(f"{path}: it is no text in UTF-8. Save it as such.") from None
    if len(content) > LARGEST:
        raise WeightsError(f"{path}: too large for a wording (got more than {LARGEST} bytes).")
    if (found := hashlib.sha256(content).hexdigest()) != sha256:
        said = f"another file than it should be (got sha256 {found}, expected {sha256})"
        raise WeightsError(f"{path}: {said}. Put the right one there, or write its checksum.")
    return text


def _several(text: str, path: Path) -> Mapping[str, str]:
    try:
        parts = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError):  # ValueError: dates that there are not
        parts = None
    if not isinstance(parts, dict) or not all(
        isinstance(one, str) for pair in parts.items() for one in pair
    ):
        raise WeightsError(f"{path}: it is no YAML with a text for each part. Write `part: |`.")
    if twice := _twice(text):
        raise WeightsError(f"{path}: a part stands there twice (got {twice[:40]!r}). Keep one.")
    return parts


def _twice(text: str) -> str:
    """Return a key that YAML has twice, of which only the last would count; "" if there is none."""
    whole = yaml.compose(text, yaml.SafeLoader)
    names = [key.value for key, _ in whole.value] if isinstance(whole, yaml.MappingNode) else []
    return next((name for name in names if names.count(name) > 1), "")


def _misfits(ours: Mapping[str, str], theirs: Mapping[str, str]) -> Iterator[str]:
    """Tell in words each part, field and mark that is missing, or is not known."""
    yield from (f"no part {part!r}" for part in ours if part not in theirs)
    yield from (f"a part {part[:40]!r} that is not known" for part in theirs if part not in ours)
    for part in (part for part in ours if part in theirs):
        where = "" if part == WHOLE else f" in {part!r}"
        must, has = _MARK.findall(ours[part]), _MARK.findall(theirs[part])
        yield from (f"no {mark}{where}" for mark in dict.fromkeys(must) if mark not in has)
        yield from (
            f"{mark}{where}, which is not known" for mark in dict.fromkeys(has) if mark not in must
        )
        yield from (
            f"{mark}{where} more than once"
            for mark in dict.fromkeys(has)
            if mark[0] == "<" and has.count(mark) > 1
        )

"""What a caller gives, checked before anything is measured."""

from __future__ import annotations

import json
import math
import os
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
from pydantic import JsonValue

from selector.errors import RequestError
from selector.images import Stored
from selector.log import operator_log
from selector.policy.plan import Plan
from selector.types import EITHER_TEXT, Candidate, Edit

# One picture, which somebody forgot to put into a list.
ALONE = (str, bytes, os.PathLike, Stored, np.ndarray, PIL.Image.Image, Candidate)
LONGEST = 10**18
MAX_DEPTH = 64  # levels of metadata; what is read back as JSON has limits of its own


def candidates(things: Any) -> tuple[Candidate, ...]:
    """Return what a caller gave as candidates with ids.

    A path's id is its file name, or all of it where two share a name; the others are counted.

    Raises:
        RequestError: None are given, an id is double or not text, metadata is not JSON.
    """
    if isinstance(things, ALONE) or not isinstance(things, Iterable):
        raise RequestError(
            f"candidates: expected a list (got {type(things).__name__}). Put it into a list."
        )
    given = [one if isinstance(one, Candidate) else Candidate(one) for one in things]
    if not given:
        raise RequestError("candidates: there are none (got an empty list). Give at least one.")
    _check_ids(given)
    taken = {one.id for one in given}
    short = Counter(Path(_text(one.image)).name for one in given if _is_path(one.image))
    made = []
    for at, one in enumerate(given, start=1):
        name = one.id or _free(_name(one, at, short), taken)
        taken.add(name)
        made.append(Candidate(one.image, name, _metadata(one, at), _path(one)))
    return tuple(made)


def _check_ids(given: Iterable[Candidate]) -> None:
    ids: list[Any] = [one.id for one in given]
    for at, name in enumerate(ids, start=1):
        if not isinstance(name, str) or not _is_unicode(name):
            raise RequestError(f"candidate {at}: its id must be text (got {name!r}). Change it.")
    double = [name for name, times in Counter(ids).items() if name and times > 1]
    if double:
        raise RequestError(
            f"candidates: ids must be unique (got {', '.join(map(repr, double[:5]))} twice or "
            "more). Give each candidate its own id."
        )


def _name(one: Candidate, at: int, short: Mapping[str, int]) -> str:
    path = _path(one)
    if path is None:
        return f"candidate-{at:02d}"
    file = Path(path).name or path
    return file if short[file] <= 1 else path


def _free(name: str, taken: set[str]) -> str:
    """Return *name*, numbered if need be: names of ours never collide."""
    numbered = (f"{name} ({number})" for number in count(2))
    return name if name not in taken else next(one for one in numbered if one not in taken)


def _metadata(one: Candidate, at: int) -> dict[str, JsonValue]:
    try:
        text = json.dumps(dict(one.metadata), allow_nan=False)
        metadata: dict[str, JsonValue] = json.loads(text)
    except (TypeError, ValueError, RecursionError) as error:
        raise RequestError(f"candidate {at}: metadata must be JSON (got {error}).") from None
    if _depth(metadata) > MAX_DEPTH:
        raise RequestError(f"candidate {at}: metadata must not nest deeper than {MAX_DEPTH}.")
    return metadata


def _depth(value: JsonValue) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max(map(_depth, inner), default=0)


def _path(one: Candidate) -> str | None:
    return _text(one.image) if _is_path(one.image) else None


def _is_path(image: Any) -> bool:
    return isinstance(image, str | os.PathLike | Stored)


def _text(path: Any) -> str:
    """Return a path as text that can be shown and stored, whatever bytes its name has."""
    given = path.name if isinstance(path, Stored) else os.fspath(path)
    name = given if isinstance(given, str) else os.fsdecode(given)
    try:
        return os.fsencode(name).decode("utf-8", "backslashreplace")
    except UnicodeEncodeError:
        return name.encode("utf-8", "backslashreplace").decode()


def _is_unicode(text: str) -> bool:
    return not any("\ud800" <= char <= "\udfff" for char in text)


def prompt(plan: Plan, thing: str | Edit) -> str | Edit:
    """Return the prompt or the edit, if it is one and the plan's measures can do with it.

    What an edit leaves empty, its instruction or its source, makes those fail who need it: edits
    come out of logs and forms, and what else is known of the candidates is worth knowing.

    Raises:
        RequestError: It is not text, or a measure needs what it lacks.
    """
    edit = thing if isinstance(thing, Edit) else None
    what = "instruction" if edit else "prompt"
    text: object = edit.instruction if edit else thing
    if not isinstance(text, str):
        kind = type(text).__name__
        raise RequestError(f"{what}: expected text or an Edit (got {kind}). Give one of them.")
    if who := _needing(plan, "prompt") if edit else _needing(plan, "instruction", "source"):
        raise RequestError(_misfit(who, edit))
    if not edit and not text.strip() and (who := _needing(plan, "prompt", EITHER_TEXT)):
        raise RequestError(f"prompt: {who} reads it (got nothing). Give the prompt.")
    if not _is_unicode(text):
        raise RequestError(f"{what}: not valid Unicode (got a lone surrogate). Clean it.")
    return replace(edit, path=_text(edit.source)) if edit and _is_path(edit.source) else thing


def _needing(plan: Plan, *needs: str) -> str:
    """Return the name of the first measure that needs one of *needs*; "" if none does."""
    return next((name for name, one in plan.instances.items() if {*needs} & {*one.needs}), "")


def _misfit(who: str, edit: Edit | None) -> str:
    if edit:
        return (
            f"prompt: {who} compares with a text that says what the picture should show, and an "
            "edit has none (got an Edit). Give a prompt, or take a policy for edits."
        )
    return (
        f"prompt: {who} needs the instruction or the source of an edit (got a prompt). Give an "
        "Edit, on the command line its --source, or take a policy for prompts."
    )


def expectations(plan: Plan, expect: Any) -> dict[str, float]:
    """Return what a request expects, by name; what the plan does not read is logged.

    Raises:
        RequestError: One is no finite number.
    """
    if not isinstance(expect, Mapping):
        raise RequestError(f"expect: expected names and numbers (got {type(expect).__name__}).")
    found = {}
    for name, value in expect.items():
        number = finite(value)
        if not isinstance(name, str) or number is None:
            raise RequestError(f"expect: {name!r} must be a finite number (got {_short(value)}).")
        found[name] = number
    if unread := sorted(found.keys() - plan.expectations):
        operator_log().warning("engine.expectation_not_read", names=unread, policy=plan.policy)
    return found


def finite(value: Any) -> float | None:
    """Return a number that a caller gave, as a float; None for what is no finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _short(value: Any) -> str:
    # Python refuses to write out an integer of thousands of digits.
    return type(value).__name__ if isinstance(value, int) and abs(value) > LONGEST else repr(value)

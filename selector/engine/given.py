"""What a caller gives, checked before anything is measured."""

from __future__ import annotations

import json
import math
import os
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from selector.errors import RequestError
from selector.policy.plan import Plan
from selector.types import Candidate, Edit


def candidates(things: Any) -> tuple[Candidate, ...]:
    """Return what a caller gave as candidates with ids.

    A path's id is its file name, or all of it where two share a name; the others are counted.

    Raises:
        RequestError: None are given, an id is double or not text, metadata is not JSON.
    """
    if isinstance(things, str | bytes | os.PathLike) or not isinstance(things, Iterable):
        raise RequestError(
            f"candidates: expected a list (got {type(things).__name__}). Put it into a list."
        )
    given = [one if isinstance(one, Candidate) else Candidate(one) for one in things]
    if not given:
        raise RequestError("candidates: there are none (got an empty list). Give at least one.")
    short = Counter(_text(Path(one.image).name) for one in given if _is_path(one.image))
    made = tuple(_named(one, at, short) for at, one in enumerate(given, start=1))
    double = [name for name, times in Counter(one.id for one in made).items() if times > 1]
    if double:
        raise RequestError(
            f"candidates: ids must be unique (got {', '.join(map(repr, double[:5]))} twice or more). "
            "Give each candidate its own id."
        )
    return made


def _named(one: Candidate, at: int, short: Mapping[str, int]) -> Candidate:
    image = one.image if one.image is not None else one.path
    path = _text(image) if _is_path(image) else None
    name = one.id or f"candidate-{at:02d}"
    if not one.id and path is not None:
        file = Path(path).name
        name = file if short[file] <= 1 else path
    try:
        name.encode()
        metadata = json.loads(json.dumps(dict(one.metadata), allow_nan=False))
    except (AttributeError, TypeError, ValueError) as error:
        raise RequestError(
            f"candidate {at}: id must be text and metadata JSON (got {error}). Change them."
        ) from None
    return Candidate(image, name, metadata, path)


def _is_path(image: Any) -> bool:
    return isinstance(image, str | os.PathLike)


def _text(path: Any) -> str:
    """Return a path as text that can be shown and stored, whatever bytes its name has."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def prompt(plan: Plan, thing: str | Edit) -> str | Edit:
    """Return the prompt or the edit, if it is one and the plan's measures can do with it.

    Raises:
        RequestError: It is not text, or a measure needs what it lacks.
    """
    text: object = thing.instruction if isinstance(thing, Edit) else thing
    needs = {need for one in plan.instances.values() for need in one.needs}
    if not isinstance(text, str):
        raise RequestError(f"prompt: expected text or an Edit (got {type(thing).__name__}).")
    if "prompt" in needs and not text.strip():
        raise RequestError("prompt: the policy's measures read it (got nothing). Give the prompt.")
    if "source" in needs and not isinstance(thing, Edit):
        raise RequestError("prompt: the policy's measures compare with a source. Give an Edit.")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise RequestError(f"prompt: not valid Unicode (got {error.reason}). Clean it.") from None
    return thing


def expectations(expect: Mapping[Any, Any]) -> dict[str, float]:
    """Return what a request expects, by name.

    Raises:
        RequestError: One is no finite number.
    """
    for name, value in expect.items():
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not isinstance(name, str) or not number or not math.isfinite(value):
            raise RequestError(f"expect: {name!r} must be a finite number (got {value!r}).")
    return {name: float(value) for name, value in expect.items()}


def seconds(timeout_s: Any) -> float:
    """Return a time-out.

    Raises:
        RequestError: It is not a number of seconds above 0.
    """
    number = isinstance(timeout_s, int | float) and not isinstance(timeout_s, bool)
    if not number or not timeout_s > 0:
        raise RequestError(f"timeout_s: expected seconds above 0 (got {timeout_s!r}).")
    return float(timeout_s)

"""JSON as models write it: its small mistakes are repaired, its meaning is never guessed."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

from selector.dialogue.thought import answer
from selector.dialogue.unreadable import UnreadableError

DEPTH = 64  # levels; answers need three
TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"|\'(?:[^\'\\]|\\.)*+\'|[{}\[\],"\']', re.DOTALL)
QUOTES = frozenset("\"'“”‘’«»„")


def last_object(text: str, having: str) -> dict[str, Any]:
    """Return the last JSON object of an answer that has the key *having* at its top.

    Repaired are trailing commas, single quotes and line feeds in strings; fences and words around
    it don't matter. An object inside of another, inside of a string, or in quotes is talked about
    and does not count.

    Raises:
        UnreadableError: There is none, one with that key can't be read or has a key twice, a brace
            is never closed, or it was still thinking.

    >>> last_object("So: {'score': [20, 18],}", "score")
    {'score': [20, 18]}
    """
    text = answer(text)
    found: dict[str, Any] | None = None
    start = text.find("{")
    while start >= 0:
        pieces, end = _balanced(text, start)
        if text[max(start - 1, 0)] not in QUOTES:
            one = _read("".join(pieces), having)
            found = one if having in one else found
        start = text.find("{", end)
    if found is None:
        raise UnreadableError(f"no JSON object with a {having}")
    return found


def _balanced(text: str, start: int) -> tuple[list[str], int]:
    """Return the repaired pieces of what the brace at *start* opens, and where that ends."""
    pieces, depth, at = [], 0, start
    for token in TOKEN.finditer(text, start):
        pieces.append(text[at : token.start()])
        at, sign = token.end(), token[0]
        if sign in {'"', "'"}:
            break
        if sign in {"}", "]"}:
            _drop_comma(pieces)
        pieces.append(_double_quoted(sign) if sign[0] == "'" else sign)
        depth += (sign in {"{", "["}) - (sign in {"}", "]"})
        if depth == 0:
            return pieces, at
        if depth > DEPTH:
            raise UnreadableError("JSON that is too deep")
    raise UnreadableError("JSON that does not end")


def _drop_comma(pieces: list[str]) -> None:
    """Take a comma away from the end, if nothing but blanks stands behind it."""
    if len(pieces) > 1 and not pieces[-1].strip() and pieces[-2] == ",":
        del pieces[-2]


def _double_quoted(string: str) -> str:
    turned = {"\\'": "'", '"': '\\"'}
    inner = re.sub(
        r"\\.|\"", lambda sign: turned.get(sign[0], sign[0]), string[1:-1], flags=re.DOTALL
    )
    return f'"{inner}"'


def _read(text: str, having: str) -> dict[str, Any]:
    """Return what the object says; nothing if it is none, and does not speak of *having*."""
    try:
        found: dict[str, Any] = json.loads(
            text, strict=False, parse_constant=_refuse, object_pairs_hook=once
        )
    except ValueError:
        if having in text:
            raise UnreadableError(f"the JSON with the {having} can't be read") from None
        return {}
    return found


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the pairs of a JSON object as a mapping.

    Raises:
        UnreadableError: A key stands there twice: which of the two is meant, nobody knows.
    """
    found = dict(pairs)
    if len(found) < len(pairs):
        raise UnreadableError("JSON with the same key twice")
    return found


def _refuse(name: str) -> NoReturn:
    raise UnreadableError(f"JSON with {name}")

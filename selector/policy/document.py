"""What a policy holds as plain data, where each entry of it stands, and what is wrong there."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from selector.errors import PolicyError
from selector.policy import yaml_text
from selector.policy.yaml_text import MAX_DEPTH, UNREAD, Loc

MAX_BYTES = 2**20  # a policy of 20,000 lines; more is a mistake or an attack
MAX_PATH = 60  # characters of a message; deeper is no policy
MAX_WHOLE = 2**63  # what a database keeps as a whole number

__all__ = ["MAX_BYTES", "UNREAD", "Document", "Loc", "Problem", "Spot", "of", "read"]


class Spot(NamedTuple):
    """Where an entry stands: its place in the order of the file, and that in words."""

    order: int
    words: str


class Problem(NamedTuple):
    """What is wrong at a spot, and what to do."""

    spot: Spot
    said: str

    def __str__(self) -> str:
        return f"{self.spot.words}: {self.said}"


@dataclass(frozen=True)
class Document:
    """Plain data (dict, list, str, int, float, bool, None) and where each entry stands.

    Attributes:
        data: The content; `UNREAD` where something was not read.
        origin: The file's name, for messages.
        spots: Where each entry stands, by its path: ("gates", 0, "on") → "portrait.yaml:7".
        problems: What was not read, and why; to be told with all that is found later.
        text: The YAML text that all of it was read from, if it was.
    """

    data: Any
    origin: str = "policy"
    spots: dict[Loc, Spot] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    text: str | None = None

    def spot(self, loc: Loc) -> Spot:
        """Return where the entry at *loc* stands, or the nearest one around it."""
        while loc and loc not in self.spots:
            loc = loc[:-1]
        return self.spots.get(loc, Spot(0, self.origin))

    def where(self, loc: Loc) -> str:
        """Return where the entry at *loc* stands, in words: "portrait.yaml:7"."""
        return self.spot(loc).words

    def changed(self, data: dict[str, Any], changes: Mapping[str, Any]) -> Document:
        """Return the document of *data* after a caller's *changes* of top-level entries."""
        given = of(changes, f"{self.origin} with {', '.join(changes)} changed")
        kept = {loc: spot for loc, spot in self.spots.items() if not loc or loc[0] not in changes}
        return Document(data | given.data, self.origin, given.spots | kept, given.problems)

    def without(self, locs: Collection[Loc]) -> Document:
        """Return the document without the entries at *locs*; lists close up."""
        spots: dict[Loc, Spot] = {}

        def kept(value: Any, old: Loc, new: Loc) -> Any:
            spots[new] = self.spot(old)
            if isinstance(value, dict):
                inside = [key for key in value if (*old, key) not in locs]
                return {key: kept(value[key], (*old, key), (*new, key)) for key in inside}
            if isinstance(value, list):
                left = [at for at in range(len(value)) if (*old, at) not in locs]
                return [kept(value[at], (*old, at), (*new, to)) for to, at in enumerate(left)]
            return value

        return Document(kept(self.data, (), ()), self.origin, spots)


def in_order(problems: Iterable[Problem]) -> list[str]:
    """Return the problems as lines, in the order in which they stand in the file."""
    return [str(one) for one in sorted(problems, key=lambda one: one.spot.order)]


def read(text: bytes, origin: str) -> Document:
    """Return the one document in a YAML text.

    Args:
        text: UTF-8, with or without a byte order mark; at most 1 MiB.
        origin: The file's name, for messages.

    Raises:
        PolicyError: It is too large, not UTF-8, or not YAML. What can be gone on without (tags,
            aliases, duplicate keys, numbers that are not finite) stands in `problems` instead.
    """
    if len(text) > MAX_BYTES:
        raise PolicyError(f"{origin}: too large for a policy. Keep it under 1 MiB.")
    try:
        decoded = text.decode("utf-8-sig")
        parsed = yaml_text.parse(decoded)
    except UnicodeDecodeError as error:
        line = text.count(b"\n", 0, error.start) + 1
        got = f"byte 0x{text[error.start]:02x}"
        raise PolicyError(f"{origin}:{line}: not UTF-8 (got {got}). Save it as UTF-8.") from None
    except yaml_text.NotYamlError as error:
        raise PolicyError(f"{origin}:{error.line}: {error.said}") from None
    lines = {loc: Spot(line, f"{origin}:{line}") for loc, line in parsed.lines.items()}
    door = _Door(lines.__getitem__)
    door.problems += [Problem(Spot(line, f"{origin}:{line}"), said) for line, said in parsed.notes]
    return replace(door.document(parsed.data, origin), text=decoded)


def of(data: Mapping[str, Any], origin: str = "policy") -> Document:
    """Return a document of data that a program gives; mappings and sequences are copied."""
    order = iter(range(MAX_WHOLE))
    return _Door(lambda loc: Spot(next(order), _around(loc, origin))).document(data, origin)


@dataclass
class _Door:
    """Lets plain data through, entry by entry, and notes where each stands."""

    spot_at: Callable[[Loc], Spot]
    spots: dict[Loc, Spot] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def document(self, data: Any, origin: str) -> Document:
        plain = self.plain(data, ())
        return Document(plain, origin, self.spots, tuple(self.problems))

    def plain(self, value: Any, loc: Loc) -> Any:
        self.spots[loc] = self.spot_at(loc)
        if len(loc) >= MAX_DEPTH:
            return self.refuse(loc, f"nested more than {MAX_DEPTH} deep. A policy needs six.")
        if isinstance(value, Mapping):
            return self.mapping(value, loc)
        if isinstance(value, list | tuple):
            return [self.plain(one, (*loc, at)) for at, one in enumerate(value)]
        if problem := _not_plain(value):
            return self.refuse(loc, problem)
        return value

    def mapping(self, given: Mapping[Any, Any], loc: Loc) -> dict[str, Any]:
        keys = [key for key in given if isinstance(key, str) and not _not_plain(key)]
        for key in given:
            if key not in keys:
                self.refuse(loc, f"a key must be text (got {key!r}). Write a word.")
        return {key: self.plain(given[key], (*loc, key)) for key in keys}

    def refuse(self, loc: Loc, said: str) -> Any:
        name = f"{loc[-1]}: " if loc and isinstance(loc[-1], str) else ""
        self.problems.append(Problem(self.spots[loc], f"{name}{said}"))
        return UNREAD


def _not_plain(value: Any) -> str | None:
    """Return what is wrong with a single value, if anything is."""
    if value is UNREAD or value is None or isinstance(value, bool):
        return None
    if isinstance(value, str):
        broken = any("\ud800" <= letter <= "\udfff" for letter in value)
        return "half a character in the text. Write the whole one." if broken else None
    if isinstance(value, float):
        return None if math.isfinite(value) else f"expected a finite number (got {value})."
    if isinstance(value, int):
        return None if abs(value) < MAX_WHOLE else "expected a number of at most 64 bits."
    return f"not plain data (got {type(value).__name__}). Give text, numbers, lists, mappings."


def _around(loc: Loc, origin: str) -> str:
    """Return where the entry at *loc* of a program's data stands: the mapping around its key."""
    around = loc[:-1] if loc and isinstance(loc[-1], str) else loc
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in around)
    path = path.removeprefix(".")
    path = path if len(path) <= MAX_PATH else f"{path[:MAX_PATH]}…"
    return f"{origin}: {path}" if path else origin

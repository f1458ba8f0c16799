"""What is left of a policy when some of it is wrong: enough to go on and find the rest."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError

from selector.policy import problems
from selector.policy.document import Document, Loc, Problem, Spot
from selector.policy.values import REFERENCE


@dataclass(frozen=True)
class LeftOut:
    """What of a policy could not be read.

    Attributes:
        problems: What is wrong with it.
        entries: The smallest parts that planning can do without: an entry of a list, a named
            measure, or a whole top-level key.
        references: What these parts refer to, and where; it should exist all the same.
    """

    problems: tuple[Problem, ...] = ()
    entries: frozenset[Loc] = frozenset()
    references: tuple[tuple[str, Spot], ...] = ()

    def may_name(self, instance: str) -> bool:
        """Return whether an instance of this name may stand in what was left out."""
        return not self.entries.isdisjoint({("measures",), ("measures", instance)})


def left_out(
    read: Document, error: ValidationError, model: type[BaseModel], rest: type[BaseModel]
) -> LeftOut:
    """Return what must be left out of a document that breaks the grammar.

    Args:
        read: The document.
        error: What pydantic raised on it.
        model: The grammar, for the words of its problems.
        rest: The grammar for what is left, in which no top-level key is required.
    """
    entries = {_entry(one["loc"]) for one in error.errors()}
    # Some lists need an entry: one that has none left goes as a whole.
    entries |= {loc[:1] for loc in _failures(rest, read.without(entries))}
    told = (*read.problems, *problems.found(read, error, model))
    # A list that went as a whole holds entries that went before: each is named once.
    references = dict.fromkeys(one for loc in entries for one in _references(read, loc))
    return LeftOut(told, frozenset(entries), tuple(references))


def _entry(loc: Loc) -> Loc:
    """Return the path of the named measure, the list entry or the top-level key around *loc*."""
    if loc[:1] == ("measures",):
        return loc[:2]
    last = max((at for at, part in enumerate(loc) if isinstance(part, int)), default=0)
    return loc[: last + 1]


def _failures(model: type[BaseModel], read: Document) -> list[Loc]:
    try:
        model.model_validate(read.data)
    except ValidationError as error:
        return [one["loc"] for one in error.errors()]
    return []


def _references(read: Document, loc: Loc) -> Iterator[tuple[str, Spot]]:
    """Find what the entry at *loc* refers to; a cut's `of` names no output."""
    value = _at(read.data, loc)
    inside: Any = value.keys() if isinstance(value, dict) else range(0)
    inside = range(len(value)) if isinstance(value, list) else inside
    if loc[0] in {"cut", "measures"}:
        return
    if loc[-1] in {"on", "of", "by"} and isinstance(value, str) and re.fullmatch(REFERENCE, value):
        yield value, read.spot(loc)
    for part in inside:
        yield from _references(read, (*loc, part))


def _at(data: Any, loc: Loc) -> Any:
    for part in loc:
        data = data.get(part) if isinstance(data, dict) else data[part]
    return data

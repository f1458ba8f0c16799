"""What does not fit of the parameters that a measure is given, in words."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from selector.policy.problems import in_words

if TYPE_CHECKING:
    from pydantic import BaseModel, ValidationError

Loc: TypeAlias = tuple[int | str, ...]

_OF_A_KEY = {"missing", "extra_forbidden"}  # problems of a key, not of what stands there


class _Misfit(NamedTuple):
    """One problem: pydantic's record, where it is, and of which choice of kinds it is a part."""

    problem: Any
    place: Loc
    choice: Loc | None


def misfits(kind: type[BaseModel], error: ValidationError, given: Mapping[str, Any]) -> list[str]:
    """Return in a sentence each what does not fit of *given*, without what only follows from it.

    A list is not also too short for the entries that are wrong. Where a word or a mapping may
    stand, a word is not also no mapping, nor a mapping no word.
    """
    found = [_misfit(problem, given) for problem in error.errors()]
    within = {one.problem["loc"][:-1] for one in found}
    meant = {one.choice for one in found if one.choice and not _is_of_another_kind(one)}
    return [
        _said(kind, one)
        for one in found
        if not (one.problem["type"] == "too_short" and one.problem["loc"] in within)
        and not (one.choice in meant and _is_of_another_kind(one))
    ]


def _misfit(problem: Any, given: Any) -> _Misfit:
    """Part what pydantic names into keys of *given*, and words for a kind that it tried there."""
    place: list[int | str] = []
    choice: Loc | None = None
    *_, last = range(len(problem["loc"])) or [0]
    for number, part in enumerate(problem["loc"]):
        of_key = problem["type"] in _OF_A_KEY or problem["input"] != given
        if isinstance(given, Mapping) and (part in given or (number == last and of_key)):
            given = given.get(part)
        elif isinstance(given, list) and isinstance(part, int) and part < len(given):
            given = given[part]
        else:
            choice = choice or problem["loc"][:number]
            continue
        place.append(part)
    return _Misfit(problem, tuple(place), choice)


def _is_of_another_kind(one: _Misfit) -> bool:
    if one.problem["type"] == "literal_error":
        return isinstance(one.problem["input"], Mapping)
    return bool(one.problem["type"] == "model_type")


def _said(kind: type[BaseModel], one: _Misfit) -> str:
    problem, name = one.problem, ".".join(map(str, one.place))
    if problem["type"] == "extra_forbidden":
        return f"unknown parameter {name!r}; {_known(kind, name)}"
    if problem["type"] == "missing":
        return f"parameter {name!r} is missing. Add it."
    return f"parameter {name!r}: {in_words(problem)}" if name else in_words(problem)


def _known(kind: type[BaseModel], name: str) -> str:
    if "." in name:  # of what is inside, only pydantic knows
        return "drop it."
    near = difflib.get_close_matches(name, kind.model_fields, n=1)
    listed = ", ".join(kind.model_fields) or "none"
    return f"did you mean {near[0]!r}?" if near else f"its parameters are: {listed}."

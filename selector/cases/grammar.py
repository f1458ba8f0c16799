"""What a file of cases holds: usual outcomes, candidates that differ from them, expectations."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, Discriminator, Field, Tag, ValidationError

from selector.errors import PolicyError
from selector.policy import document, find, remains
from selector.policy.document import Document, Problem
from selector.policy.grammar import Part
from selector.policy.values import FromZero, Number, listed
from selector.types import Answer, ReasonKind, VerdictName

FAILED, ABSENT, UNREADABLE, COPY = "failed", "absent", "unreadable", "copy of "
# The verdicts that come with each kind of reason. An outranked one tells its doubts too, a promoted
# one why it was rejected before; the other kinds always reject.
VERDICTS = {
    "band": ("review", "reject"),
    "cut": ("review", "reject"),
    "failure": ("review", "reject"),
    "front": ("review",),
    "infeasible": ("review", "reject"),
    "promoted": ("review",),
    "uncertified": ("review",),
}


def _given(value: Any) -> float | str:
    if value in (FAILED, ABSENT):
        return str(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    raise ValueError(f"expected a number, {FAILED!r} or {ABSENT!r}")


def _candidate(value: Any) -> Any:
    if value is None:  # "sharp:" with nothing behind it means that nothing differs
        return {}
    if isinstance(value, dict) or value == UNREADABLE:
        return value
    if isinstance(value, str) and value.startswith(COPY) and value.removeprefix(COPY).strip():
        return value
    raise ValueError(f"expected outcomes by name, {UNREADABLE!r}, or '{COPY}ANOTHER'")


def _pair(value: Any) -> tuple[str, str]:
    names = value if isinstance(value, list) else []
    if len(names) == 2 and all(isinstance(name, str) for name in names) and len({*names}) > 1:  # noqa: PLR2004 - a pair
        return names[0], names[1]
    raise ValueError("expected the names of two candidates, [ONE, OTHER]")


def _verdict(value: Any) -> str:
    word, *kinds = value.split() if isinstance(value, str) and value.split() else ("",)
    if word not in get_args(VerdictName) or len(kinds) > 1:
        raise ValueError("expected accept, review or reject, and perhaps the kind of a reason")
    for kind in kinds:
        if kind not in get_args(ReasonKind):
            raise ValueError(f"expected as its reason one of {', '.join(get_args(ReasonKind))}")
        if word not in VERDICTS.get(kind, ("reject",)):
            raise ValueError(f"expected what can be: {kind} never leads to {word}")
    return " ".join((word, *kinds))


def _written(value: Any) -> Any:
    if value is None:
        raise ValueError("expected something to compare with")
    return value


Given = Annotated[float | str, BeforeValidator(_given)]
Row = dict[str, Given]
Described = Annotated[
    Annotated[Row, Tag("outcomes")] | Annotated[str, Tag("word")],
    Discriminator(lambda value: "word" if isinstance(value, str) else "outcomes"),
    BeforeValidator(_candidate),
]
Pair = Annotated[tuple[str, str], BeforeValidator(_pair)]
Verdict = Annotated[str, BeforeValidator(_verdict)]
Written = BeforeValidator(_written)  # an empty one would compare nothing


class Alike(Part):
    """How far two candidates are apart; all others are as far apart as can be."""

    pair: Pair
    distance: FromZero


class Case(Part):
    """One request, and what must come out."""

    name: Annotated[str, Field(min_length=1)]
    candidates: Annotated[dict[str, Described], Field(min_length=1)]
    expect: dict[str, Number] = Field(default_factory=dict)
    alike: tuple[Alike, ...] = ()
    verdicts: dict[str, Verdict] = Field(default_factory=dict)
    ranking: Annotated[tuple[str, ...] | None, Written] = None
    answer: Annotated[Answer | None, Written] = None
    advice: Annotated[Literal["regenerate", "none"] | None, Written] = None
    needs_person: Annotated[bool | None, Written] = None

    def rows(self) -> dict[str, Row]:
        """Return those candidates that have outcomes of their own."""
        return {name: one for name, one in self.candidates.items() if isinstance(one, dict)}

    def copied(self, name: str) -> str:
        """Return whose bytes a candidate has: the one that it is a copy of, else itself."""
        one = self.candidates[name]
        copy = isinstance(one, str) and one.startswith(COPY)
        return str(one).removeprefix(COPY).strip() if copy else name


class Book(Part):
    """A whole file."""

    usually: Row = Field(default_factory=dict)
    cases: Annotated[tuple[Case, ...], listed(1)]


class _Rest(Book):
    """What is left of a file without the cases that are wrong; only to go on checking."""

    cases: tuple[Case, ...] = ()


def read(path: str | os.PathLike[str]) -> tuple[Book, Document, tuple[Problem, ...]]:
    """Return the cases of a file, where each entry of it stands, and what is wrong with the rest.

    Raises:
        PolicyError: It can't be read, or is nothing like a file of cases, or its `usually` is wrong.
    """
    text = document.read(find.read(Path(path)), os.fspath(path))
    if not isinstance(text.data, dict):
        raise PolicyError(f"{text.where(())}: no cases. Begin with 'cases:'.")
    try:
        return Book.model_validate(text.data), text, text.problems
    except ValidationError as error:
        wrong = remains.left_out(text, error, Book, _Rest)
        if ("usually",) in wrong.entries:  # without it, every case would seem to lack something
            raise PolicyError(document.in_order(wrong.problems)) from None
        text = text.without(wrong.entries)
        return _Rest.model_validate(text.data), text, wrong.problems

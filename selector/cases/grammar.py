"""What a file of cases holds: usual outcomes, candidates that differ from them, expectations."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from selector.errors import PolicyError
from selector.policy import document, find, remains
from selector.policy.document import Document, Problem
from selector.policy.values import FromZero, Number
from selector.types import Answer, ReasonKind, VerdictName

FAILED, ABSENT, UNREADABLE, COPY = "failed", "absent", "unreadable", "copy of "


class Part(BaseModel):
    """A mapping of the file: frozen, and every unknown key is a problem."""

    model_config = ConfigDict(frozen=True, extra="forbid")


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
    if isinstance(value, str) and value.startswith(COPY) and value != COPY:
        return value
    raise ValueError(f"expected outcomes by name, {UNREADABLE!r}, or '{COPY}ANOTHER'")


def _verdict(value: Any) -> str:
    word, *kind = value.split() if isinstance(value, str) else ("",)
    if word not in get_args(VerdictName) or len(kind) > 1:
        raise ValueError("expected accept, review or reject, and perhaps the kind of a reason")
    if kind and kind[0] not in (kinds := get_args(ReasonKind)):
        raise ValueError(f"expected as the kind of its reason one of {', '.join(kinds)}")
    return " ".join((word, *kind))


Given = Annotated[float | str, BeforeValidator(_given)]
Verdict = Annotated[str, BeforeValidator(_verdict)]
Row = dict[str, Given]


class Alike(Part):
    """How far two candidates are apart; all others are as far apart as can be."""

    pair: tuple[str, str]
    distance: FromZero


class Case(Part):
    """One request, and what must come out."""

    name: Annotated[str, Field(min_length=1)]
    candidates: Annotated[
        dict[str, Annotated[Row | str, BeforeValidator(_candidate)]], Field(min_length=1)
    ]
    expect: dict[str, Number] = Field(default_factory=dict)
    alike: tuple[Alike, ...] = ()
    verdicts: dict[str, Verdict] = Field(default_factory=dict)
    ranking: tuple[str, ...] | None = None
    answer: Answer | None = None
    advice: Literal["regenerate", "none"] | None = None
    needs_person: bool | None = None

    def rows(self) -> dict[str, Row]:
        """Return those candidates that have outcomes of their own."""
        return {name: one for name, one in self.candidates.items() if isinstance(one, dict)}

    def copy_of(self, name: str) -> str | None:
        """Return whose bytes a candidate has, if it is a copy."""
        one = self.candidates[name]
        copy = isinstance(one, str) and one.startswith(COPY)
        return one.removeprefix(COPY).strip() if copy else None  # type: ignore[union-attr]


class Book(Part):
    """A whole file."""

    usually: Row = Field(default_factory=dict)
    cases: Annotated[tuple[Case, ...], Field(min_length=1)]


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

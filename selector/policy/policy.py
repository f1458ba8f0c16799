"""The policy itself: read, checked against the grammar, frozen."""

from __future__ import annotations

import copy
import hashlib
import os
import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PrivateAttr, ValidationError, field_validator

from selector.errors import PolicyError
from selector.policy import document, find, problems
from selector.policy.document import Document, Loc
from selector.policy.grammar import (
    KIND_FOLDERS,
    Cascade,
    Costs,
    Count,
    Cut,
    Deliver,
    Distinct,
    Gate,
    Method,
    Part,
    Positive,
    Target,
    Use,
)
from selector.policy.plan import canonical

NAME = r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$"


def _name(value: Any) -> str:
    if isinstance(value, str) and re.fullmatch(NAME, value):
        return value
    raise ValueError("expected one word of letters, digits, '-', '_' and '.'")


Name = Annotated[str, BeforeValidator(_name), Field(pattern=NAME)]


class Policy(Part):
    """What a product delivers: gates, how to rank, where to cut, how many.

    Made with `Policy.load`, from a path, a name, a dict or YAML text as bytes.
    """

    name: Name
    version: Count
    measures: dict[str, Use] = Field(default_factory=dict)
    gates: list[Gate] = Field(default_factory=list)
    method: Method
    cut: Cut | None = None
    deliver: Deliver = 1
    review_at_most: Count | None = None
    distinct: Distinct | None = None
    on_empty: Literal["review", "regenerate", "none"] = "none"
    uncertified: Literal["review", "accept"] = "review"
    costs: Costs | None = None
    target: Target | None = None
    cascade: Cascade = Cascade()
    licences: Literal["any", "commercial"] = "any"
    journal: Literal["required", "best_effort"] = "required"
    timeout_s: Positive | None = None

    _document: Document = PrivateAttr(default=Document(None))

    @field_validator("measures")
    @classmethod
    def _names(cls, measures: dict[str, Use]) -> dict[str, Use]:
        for name in measures:
            if not name.isidentifier() or name in KIND_FOLDERS:
                raise ValueError(
                    f"an instance's name is one word of letters, digits and '_' (got {name!r})"
                )
        return measures

    @classmethod
    def load(cls, source: Policy | Mapping[str, Any] | str | bytes | os.PathLike[str]) -> Policy:
        """Return the policy that *source* is, holds or names.

        Args:
            source: A `Policy`, a dict, a path, a name (looked for in ./policies, then in the
                package), or a YAML text as bytes.

        Raises:
            PolicyError: It can't be found or read, or breaks the grammar; lists every problem.
        """
        if isinstance(source, Policy):
            return source
        if isinstance(source, Mapping):
            return cls._checked(Document(dict(source)))
        if isinstance(source, bytes):
            return cls._checked(document.read(source, "policy"))
        path = find.path_of(source)
        return cls._checked(document.read(find.read(path), str(path)))

    @classmethod
    def _checked(cls, read: Document) -> Policy:
        if not isinstance(read.data, dict):
            raise PolicyError(
                f"{read.origin}: a policy is a mapping of keys to values "
                f"(got {type(read.data).__name__}). Start with 'name:'."
            )
        try:
            policy = cls.model_validate(read.data)
        except ValidationError as error:
            failed = problems.in_order(read, error)
            refusal = PolicyError(problems.describe(read, one, cls) for one in failed)
            refusal.rest = cls._without(read, failed)
            raise refusal from None
        policy._document = read  # noqa: SLF001 - its own, frozen otherwise
        return policy

    @classmethod
    def _without(cls, read: Document, failed: list[Any]) -> Policy | None:
        """Return what is left of the policy without its failed entries, to go on checking."""
        data, lines = copy.deepcopy(read.data), dict(read.lines)
        for loc in sorted({_entry(one["loc"]) for one in failed}, key=_last_first):
            lines = _drop(data, lines, loc)
        try:
            policy = cls.model_validate({"name": "unnamed", "version": 1} | data)
        except ValidationError:
            return None
        policy._document = Document(data, read.origin, lines)  # noqa: SLF001 - its own
        return policy

    def having(self, **changes: Any) -> Policy:
        """Return this policy with some top-level entries changed, checked again.

        Raises:
            PolicyError: A change breaks the grammar.
        """
        written = self.model_dump(mode="json", exclude_unset=True) | changes
        origin = f"{self._document.origin} with {', '.join(changes)} changed"
        return Policy._checked(Document(written, origin))

    def where(self, *loc: str | int) -> str:
        """Return "file:line" of an entry, for messages."""
        return self._document.where(loc)

    @property
    def hash(self) -> str:
        """sha256 hex of what the policy means: not of comments, layout, `cascade`, `journal`."""
        meaning = self.model_dump(mode="json", exclude={"cascade", "journal"})
        return hashlib.sha256(canonical(meaning).encode()).hexdigest()


def _entry(loc: Loc) -> Loc:
    """Return the path of the list entry or the top-level key around *loc*."""
    last = max((at for at, part in enumerate(loc) if isinstance(part, int)), default=0)
    return loc[: last + 1]


def _last_first(loc: Loc) -> tuple[int, ...]:
    return tuple(-part if isinstance(part, int) else 0 for part in loc)


def _drop(data: Any, lines: Mapping[Loc, int], loc: Loc) -> dict[Loc, int]:
    """Take the entry at *loc* out of *data*; return the lines of what is left."""
    *path, last = loc or ("",)
    for part in path:
        data = data[part]
    if isinstance(data, dict):
        data.pop(last, None)
        return dict(lines)
    del data[last]
    at = len(path)
    return {
        (*key[:at], int(key[at]) - 1, *key[at + 1 :]) if _behind(key, loc) else key: line
        for key, line in lines.items()
    }


def _behind(key: Loc, loc: Loc) -> bool:
    """Return whether *key* stands in the same list as the entry at *loc*, after it."""
    at = len(loc) - 1
    return len(key) > at and key[:at] == loc[:at] and int(key[at]) > int(loc[at])

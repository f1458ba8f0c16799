"""The policy itself: read, checked against the grammar, frozen."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from pydantic import Field, PrivateAttr, ValidationError

from selector.errors import PolicyError
from selector.policy import document, find, remains, yaml_text
from selector.policy.document import Document, Spot
from selector.policy.grammar import Cascade, Costs, Cut, Distinct, Gates, Method, Part, Target, Use
from selector.policy.plan import canonical
from selector.policy.remains import LeftOut
from selector.policy.values import (
    CALIBRATED,
    Because,
    Count,
    Deliver,
    InstanceName,
    LintRule,
    PolicyName,
    Positive,
)

GIVEN = "# Given by a program, or changed by one: no file read so.\n"  # how such a text begins
_DECIDES_NOTHING = {"cascade", "journal", "style", "acknowledged"}


class Policy(Part):
    """What a product delivers: gates, how to rank, where to cut, how many.

    Made with `Policy.load`, from a path, a name, a dict or YAML text as bytes.
    """

    name: PolicyName = Field(description="One word, by which requests name the policy.")
    version: Count = Field(description="A whole number, to be raised with every change.")
    measures: dict[InstanceName, Use] = Field(
        default_factory=dict,
        description="Measures with parameters, or used twice, each under a name of its own.",
        json_schema_extra={"additionalProperties": False},
    )
    gates: Gates = Field((), description="Bounds that every candidate must meet.")
    method: Method = Field(description="How to rank; exactly one of the four ways.")
    cut: Cut | None = Field(None, description="A bound on the quality that ranks.")
    deliver: Deliver = Field(1, description="How many to accept; `all` that are good enough.")
    review_at_most: Count | None = Field(
        None, description="Stop looking once so many wait for a person."
    )
    distinct: Distinct | None = Field(None, description="Deliver nothing that looks alike.")
    on_empty: Literal["review", "regenerate", "none"] = Field(
        "none",
        description="When nothing is accepted or in review: review the best, advise to "
        "regenerate, or none of that.",
    )
    uncertified: Literal["review", "accept"] = Field(
        "review", description="What an accept becomes while a `calibrated` line has no calibration."
    )
    costs: Costs | None = Field(None, description="What mistakes cost; for calibration.")
    target: Target | None = Field(None, description="What is promised; for calibration.")
    cascade: Cascade = Field(Cascade(), description="How measuring is arranged.")
    licences: Literal["any", "commercial"] = Field(
        "any", description="Which models may be used: any, or only those free for commercial use."
    )
    journal: Literal["required", "best_effort"] | None = Field(
        None,
        description="required: no request without a journal; best_effort: failing to write it is "
        "only logged; left out: failing to write it is an error where one is set.",
    )
    timeout_s: Positive | None = Field(
        None, description="Seconds a request may take; what is not measured by then is a failure."
    )

    style: Literal["photographic", "stylised"] | None = Field(
        None,
        description="What the images are meant to look like; the linter warns of what misfits.",
    )
    acknowledged: dict[LintRule, Because] = Field(
        default_factory=dict,
        description="Warnings of the linter that are meant to be so, by rule, each with its reason.",
    )

    _document: Document | None = PrivateAttr(None)
    _left_out: LeftOut = PrivateAttr(LeftOut())

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
            return _checked(document.of(source))
        if isinstance(source, bytes):
            return _checked(document.read(source, "policy"))
        if not isinstance(source, str | os.PathLike):
            raise PolicyError(
                f"policy: expected a path, a name, a dict or a Policy "
                f"(got {type(source).__name__}). Give one of them."
            )
        path = find.path_of(source)
        return _checked(document.read(find.read(path), str(path)))

    def having(self, **changes: Any) -> Policy:
        """Return this policy with some top-level entries changed, checked again.

        Raises:
            PolicyError: A change breaks the grammar.
        """
        return _checked(self._source.changed(self._written, changes))

    def spot(self, *loc: str | int) -> Spot:
        """Return where an entry stands, for messages and their order."""
        return self._source.spot(loc)

    def where(self, *loc: str | int) -> str:
        """Return "file:line" of an entry, for messages."""
        return self.spot(*loc).words

    @property
    def left_out(self) -> LeftOut:
        """What could not be read; empty but for the `rest` of a `PolicyError`."""
        return self._left_out

    @property
    def hash(self) -> str:
        """sha256 hex of what the policy means: not of comments, layout, and what decides nothing.

        A file that is held to its checksum means the same wherever it lies.
        """
        return hashlib.sha256(canonical(self.meaning(_DECIDES_NOTHING)).encode()).hexdigest()

    def meaning(self, without: set[str]) -> Any:
        """Return what the policy means as JSON data, but for these entries."""
        return _placeless(self.model_dump(mode="json", exclude=without))

    @property
    def asks_labels(self) -> bool:
        """Whether any number of it should come from labels."""
        of_probability = self.cut is not None and self.cut.of == "probability"
        return of_probability or CALIBRATED in _words(self.meaning({"measures", "acknowledged"}))

    @property
    def text(self) -> str:
        """The policy as YAML: as it was read, or what is meant; read again it means the same."""
        source = self._source
        return GIVEN + yaml_text.written(source.data) if source.text is None else source.text

    @property
    def _source(self) -> Document:
        return self._document or document.of(self._written)

    @property
    def _written(self) -> dict[str, Any]:
        return self.model_dump(mode="json", exclude_unset=True)


def _words(meaning: Any) -> Iterator[str]:
    """Yield every text among the values."""
    if isinstance(meaning, str):
        yield meaning
    elif isinstance(meaning, dict | list):
        for each in meaning.values() if isinstance(meaning, dict) else meaning:
            yield from _words(each)


def _placeless(meaning: Any) -> Any:
    """Return *meaning* without the paths of files whose checksums it has."""
    if isinstance(meaning, list):
        return [_placeless(each) for each in meaning]
    if not isinstance(meaning, dict):
        return meaning
    paths = ("path", "model") if isinstance(meaning.get("sha256"), str) else ()
    return {name: _placeless(each) for name, each in meaning.items() if name not in paths}


class _Rest(Policy):
    """What is left of a policy without the entries that failed; only to go on checking."""

    name: PolicyName = "unnamed"
    version: Count = 1
    method: Method = Method.model_construct()


def _checked(read: Document) -> Policy:
    if not isinstance(read.data, dict):
        raise PolicyError(_no_mapping(read))
    try:
        policy, left_out = Policy.model_validate(read.data), LeftOut(read.problems)
    except ValidationError as error:
        left_out = remains.left_out(read, error, Policy, _Rest)
        read = read.without(left_out.entries)
        policy = _Rest.model_validate(read.data)
    policy._document, policy._left_out = read, left_out  # noqa: SLF001 - its own, frozen otherwise
    if left_out.problems:
        refusal = PolicyError(document.in_order(left_out.problems))
        refusal.rest = policy
        raise refusal
    return policy


def _no_mapping(read: Document) -> list[str]:
    got = {type(None): "nothing", list: "a list"}.get(type(read.data), repr(read.data))
    said = f"a policy is a mapping of keys to values (got {got}). Begin with 'name:'."
    return [*document.in_order(read.problems), f"{read.where(())}: {said}"]

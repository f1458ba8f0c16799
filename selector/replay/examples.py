"""A few requests that show what a replay changed, drawn so that the same ones are drawn every time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from selector.types import Candidate, Decision, Reason, VerdictName

KEPT = 6  # examples of each flip


@dataclass(frozen=True, slots=True)
class Side:
    """What became of one candidate once."""

    verdict: VerdictName
    reasons: tuple[Reason, ...]
    quality: float | None
    at_most: float | None


@dataclass(frozen=True, slots=True)
class Turned:
    """A candidate before and after."""

    candidate: Candidate
    old: Side
    new: Side


@dataclass(frozen=True, slots=True)
class Example:
    """A request that shows what changed.

    Attributes:
        draw: By which examples are drawn: a hash, the smallest first.
        request: Its id.
        created: When it was decided.
        prompt: What was asked for.
        plan_hash: Of the plan that decided it then.
        turned: The candidates that changed; of a changed winner, the old one and the new one.
    """

    draw: str
    request: str
    created: str
    prompt: str
    plan_hash: str
    turned: tuple[Turned, ...]


def side(of: Decision, name: str) -> Side:
    """Return what a decision says of one candidate."""
    return Side(of.verdicts[name], of.reasons[name], of.quality.get(name), of.at_most.get(name))


def drawn(examples: Iterable[Example]) -> list[Example]:
    """Return those that are drawn: the same few, in whatever order all came."""
    return sorted(examples, key=lambda one: one.draw)[:KEPT]

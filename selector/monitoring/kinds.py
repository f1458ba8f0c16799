"""What is watched: the kinds of streams that a policy has, and how each is judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

KindName = Literal[
    "mean", "audited", "margin", "failures", "escalation", "acceptance", "disagreement", "overturn"
]
Level = Literal["policy", "generator", "segment"]
Referred = Literal["frozen", "rolling"]

LEVELS: tuple[Level, ...] = ("policy", "generator", "segment")
REFERENCES: tuple[Referred, ...] = ("frozen", "rolling")


class Key(NamedTuple):
    """Which stream of a group it is: its kind, and the output or instance that it is of."""

    kind: KindName
    of: str


@dataclass(frozen=True, slots=True)
class Kind:
    """How streams of one kind are judged.

    Attributes:
        words: What they tell.
        is_rate: Whether a value is a share from 0 to 1; else a number on a scale of its own.
        falls: Whether a fall is an alarm too: fewer failures are none.
    """

    words: str
    is_rate: bool
    falls: bool = True


KINDS: Mapping[KindName, Kind] = {
    "mean": Kind("mean score", is_rate=False),
    "audited": Kind("mean score, audited requests only", is_rate=False),
    "margin": Kind("winner's margin", is_rate=False),
    "failures": Kind("failure rate", is_rate=True, falls=False),
    "escalation": Kind("requests that need a person", is_rate=True),
    "acceptance": Kind("requests with something accepted", is_rate=True),
    "disagreement": Kind("audits that disagree", is_rate=True, falls=False),
    "overturn": Kind("verdicts that people overturn", is_rate=True, falls=False),
}

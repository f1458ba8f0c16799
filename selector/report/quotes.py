"""Texts that measures left as evidence: what they noted, or what anybody wrote into a picture."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from selector.foreign import shortened, visible
from selector.types import Outcome

MOST = 12  # under one picture
LONGEST = 120  # characters of one


@dataclass(frozen=True, slots=True)
class Quote:
    """A text, harmless and not too long, and the instance that left it."""

    source: str
    text: str


@dataclass(frozen=True, slots=True)
class Quotes:
    """The texts that are shown under a picture, and how many there are in all."""

    shown: tuple[Quote, ...] = ()
    total: int = 0


def quotes(row: Mapping[str, Outcome]) -> Quotes:
    """Return the texts that the outcomes of one candidate left, each of one instance once.

    Args:
        row: Outcomes by "instance.output".
    """
    found = dict.fromkeys(
        (key.rpartition(".")[0], text) for key, outcome in row.items() for text in _texts(outcome)
    )
    shown = (
        Quote(source, shortened(visible(text), LONGEST)) for source, text in list(found)[:MOST]
    )
    return Quotes(tuple(shown), len(found))


def _texts(outcome: Outcome) -> Iterator[str]:
    evidence = getattr(outcome, "evidence", None)
    listed = evidence.get("texts") if isinstance(evidence, dict) else None
    for text in listed if isinstance(listed, list) else ():
        if isinstance(text, str) and text.strip():
            yield text.strip()

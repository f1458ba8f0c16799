"""What all cards of a report share: the bars, the previews, the words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from selector.policy.plan import Plan
from selector.report.bars import Bar, bars
from selector.report.pictures import Missing, Picture, Room, pictures
from selector.report.words import Vocabulary
from selector.types import Candidate, Selection


@dataclass(frozen=True, slots=True)
class Sheet:
    """What all cards of a report share.

    Attributes:
        selection: What is shown.
        vocabulary: What its outputs are called.
        bars: One for the quality, if there is one, and for each number that the policy refers to;
            none where there is no plan.
        needed: The numbers that matter, by "instance.output": those that the policy refers to.
        pictures: Previews by candidate id.
        ranks: Places in the ranking by candidate id.
    """

    selection: Selection
    vocabulary: Vocabulary
    bars: tuple[Bar, ...]
    needed: frozenset[str]
    pictures: Mapping[str, Picture | Missing]
    ranks: Mapping[str, int]


def sheet(selection: Selection, room: Room, shown: Iterable[Candidate] | None = None) -> Sheet:
    """Return what all cards of *selection* share.

    Args:
        selection: What is shown.
        room: How large previews may be.
        shown: Of whom previews are made; of all if None.
    """
    plan = selection.plan if isinstance(selection.plan, Plan) else None
    drawn = () if plan is None else bars(selection, plan)
    return Sheet(
        selection,
        Vocabulary.of(plan),
        drawn,
        _needed(selection, plan, drawn),
        pictures(selection.candidates if shown is None else shown, room),
        {name: place for place, name in enumerate(selection.decision.ranking, 1)},
    )


def _needed(selection: Selection, plan: Plan | None, drawn: Iterable[Bar]) -> frozenset[str]:
    if plan is None:  # what it referred to is not known
        return frozenset(key for row in selection.outcomes.values() for key in row)
    apart = [] if plan.distinct is None else [plan.distinct.by.key]
    return frozenset([*(bar.name for bar in drawn), *apart])

"""What all cards of a report share: the bars, the previews, the words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from selector.decision.certified import for_request
from selector.decision.gates import filled
from selector.images import Limits
from selector.policy.plan import Plan
from selector.report.bars import Bar, bars
from selector.report.pictures import AS_USUAL, Missing, Picture, Room, pictures
from selector.report.saving import places
from selector.report.words import Vocabulary
from selector.types import Candidate, Selection


@dataclass(frozen=True, slots=True)
class Sheet:
    """What all cards of a report share.

    Attributes:
        selection: What is shown.
        plan: What decided it; None for a selection that was read from a file.
        vocabulary: What its outputs are called.
        exact: Bounds that the policy wants exactly, with the output that each is on.
        bars: One for the quality, if there is one, and for each number that the policy refers to;
            none where there is no plan.
        needed: The numbers that matter, by "instance.output": those that the policy refers to;
            all where there is no plan.
        pictures: Previews by candidate id.
        ranks: Places in the ranking by candidate id, as far as they are settled.
    """

    selection: Selection
    plan: Plan | None
    vocabulary: Vocabulary
    exact: frozenset[tuple[str, float]]
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
    plan = _decided_by(selection)
    drawn = () if plan is None else bars(selection, plan)
    candidates = selection.candidates if shown is None else shown
    return Sheet(
        selection,
        plan,
        Vocabulary.of(plan),
        frozenset() if plan is None else _exact(selection, plan),
        drawn,
        _needed(selection, plan),
        pictures(candidates, room, limits_of(selection)),
        places(selection.decision),
    )


def _decided_by(selection: Selection) -> Plan | None:
    """Return the plan with the lines that held for this request; None where it is not known."""
    plan = selection.plan
    return for_request(plan, selection.candidates)[0] if isinstance(plan, Plan) else None


def limits_of(selection: Selection) -> Limits:
    """Return what the pictures were read with; what is usual where that is not known."""
    return selection.limits if isinstance(selection.limits, Limits) else AS_USUAL


def _exact(selection: Selection, plan: Plan) -> frozenset[tuple[str, float]]:
    gates = (filled(one, selection.expect)[0] for one in (*plan.gates, *plan.constraints))
    return frozenset(
        (one.on.key, one.equals) for one in gates if isinstance(one.equals, int | float)
    )


def _needed(selection: Selection, plan: Plan | None) -> frozenset[str]:
    if plan is None:  # what it referred to is not known
        return frozenset(key for row in selection.outcomes.values() for key in row)
    return frozenset(ref.key for ref in plan.refs)

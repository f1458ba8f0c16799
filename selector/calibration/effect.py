"""What a plan makes of recorded requests: how many it delivers, how many it gives to a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from selector.calibration.gather import Known
from selector.decision.contest import Contest
from selector.decision.decide import decided
from selector.policy.order import order
from selector.policy.plan import Plan
from selector.types import Decision


@dataclass(frozen=True)
class Effect:
    """What became of requests.

    Attributes:
        requests: How many there are.
        delivered: Of how many anything is delivered.
        asked: Of how many a person has to look at something.
    """

    requests: int
    delivered: int
    asked: int


def effect(plan: Plan, known: Sequence[Known]) -> Effect:
    """Return what *plan* makes of requests of which all is known."""
    stages = order(plan)
    found = [decided(Contest(plan, one.outcomes, stages)) for one in known]
    decisions = [one for one in found if isinstance(one, Decision)]
    delivered = sum("accept" in one.verdicts.values() for one in decisions)
    return Effect(len(decisions), delivered, sum(one.needs_person for one in decisions))

"""Policies that can run, but may say something other than their author meant: warnings, with lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from selector.planning.planner import Planned
from selector.planning.rules import bounds, ranking, whole
from selector.planning.rules.placed import Broken
from selector.policy.document import Spot

RULES: dict[str, Callable[[Planned], Iterator[Broken]]] = {
    "masked": bounds.masked,
    "backwards": bounds.backwards,
    "within-prompt": bounds.within_prompt,
    "idle": bounds.idle,
    "impossible": bounds.impossible,
    "wide-scale": ranking.wide_scale,
    "photographic-taste": ranking.photographic_taste,
    "dear-front": ranking.dear_front,
    "unreachable": ranking.unreachable,
    "caution": whole.caution,
    "costs": whole.costs,
    "missing-file": whole.missing_file,
    "twin": whole.twin,
    "unused": whole.unused,
}


class Warned(NamedTuple):
    """What a policy says that its author may not mean.

    Attributes:
        spot: Where.
        rule: The rule's name, by which the policy may acknowledge it.
        said: What is suspicious, and what to do.
    """

    spot: Spot
    rule: str
    said: str

    def __str__(self) -> str:
        return f"{self.spot.words}: warning: {self.said} [{self.rule}]"


def lint(planned: Planned) -> tuple[Warned, ...]:
    """Return the warnings on a policy that it does not acknowledge, in the order of its lines."""
    policy = planned.policy
    found = [
        Warned(policy.spot(*loc), rule, said)
        for rule, look in RULES.items()
        for loc, said in look(planned)
    ]
    needless = policy.acknowledged.keys() - {one.rule for one in found}
    found = [one for one in found if one.rule not in policy.acknowledged]
    for rule in needless:
        said = f"{rule}: nothing breaks this rule. Drop the line."
        found.append(Warned(policy.spot("acknowledged", rule), "acknowledged", said))
    return tuple(sorted(found, key=lambda one: (one.spot.order, one.rule)))

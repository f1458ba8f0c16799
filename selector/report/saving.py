"""What a request measured, what it was spared, and which places in its ranking are settled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from selector.policy.order import seconds
from selector.policy.plan import Plan
from selector.types import Decision, Selection


@dataclass(frozen=True, slots=True)
class Calls:
    """What one instance, or all of them, measured.

    Attributes:
        name: The instance; "" for all together.
        made: How many candidates it measured for the decision.
        saved: How many more it would have measured had all been measured.
    """

    name: str
    made: int
    saved: int

    @property
    def every(self) -> int:
        """How many measuring everything would have taken."""
        return self.made + self.saved

    @property
    def words(self) -> str:
        """How many of all were saved: "37 of 64"."""
        return f"{self.saved:,} of {self.every:,}"


def calls(selection: Selection) -> tuple[Calls, ...]:
    """Return what each instance measured and was spared, the dearest saving first.

    Nothing where that is not known: of requests from before anything was spared.
    """
    spent, plan = selection.spent, selection.plan
    known = [Calls(name, spent.calls.get(name, 0), more) for name, more in spent.saved.items()]
    if not isinstance(plan, Plan):
        return tuple(known)
    dear = {name: seconds(one, {}) for name, one in plan.instances.items()}
    return tuple(sorted(known, key=lambda one: -one.saved * dear.get(one.name, 0.0)))


def together(each: Sequence[Calls]) -> Calls:
    """Return what all instances measured and were spared."""
    return Calls("", sum(one.made for one in each), sum(one.saved for one in each))


def places(decision: Decision) -> dict[str, int]:
    """Return the places in the ranking, from 1, of whom it is settled that they stand there.

    Behind somebody of whom only a bound is known, others may stand higher than they seem to.
    """
    found: dict[str, int] = {}
    is_open = False
    for place, one in enumerate(decision.ranking, start=1):
        is_open = is_open or one in decision.at_most
        notes = [each.note for each in decision.reasons[one] if each.kind == "outranked"]
        told = any(note.startswith("rank ") for note in notes)
        if told or not (notes or is_open):
            found[one] = place
    return found

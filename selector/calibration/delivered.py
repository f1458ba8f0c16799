"""What a policy delivers of recorded requests at each place of a path, found without waste."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from selector.calibration.gather import Known
from selector.calibration.lines import Open, Place, at
from selector.calibration.said import Key
from selector.decision.contest import Contest
from selector.decision.decide import decided
from selector.policy.order import order
from selector.policy.plan import Plan
from selector.types import Decision, Score

Values = Mapping[str, tuple[float | None, ...]]  # by candidate, what each line looks at


@dataclass(frozen=True)
class Course:
    """What one request gets along a path.

    Attributes:
        known: The request.
        values: Of each candidate that stands, what each line looks at; None where that is no
            number, so that the line changes nothing.
        units: At each place one candidate that is delivered; None where none is.
        counts: At each place, how many are accepted and how many wait for a person.
    """

    known: Known
    values: Values
    units: tuple[str | None, ...]
    counts: tuple[tuple[int, int], ...]


class Deliveries:
    """A policy whose accept lines are moved, and what it then delivers."""

    def __init__(self, plan: Plan, lines: Sequence[Open]) -> None:
        """Lay out a plan that has everything but its open lines.

        Args:
            plan: With everything else resolved.
            lines: The open ones, in the order of a place.
        """
        self.lines = tuple(lines)
        self._plan = replace(plan, certified=None, uncertified=())
        self._stages = order(plan)
        self._plans: dict[Place, Plan] = {}

    def values(self, known: Known) -> Values:
        """Return what each line looks at, by candidate."""
        contest = Contest(self._plan, known.outcomes, self._stages)
        return {
            name: tuple(self._value(one, contest, name) for one in self.lines)
            for name in known.standing
        }

    def course(self, known: Known, places: Sequence[Place]) -> Course:
        """Return what a request gets at each place, from strict to lax.

        It is decided again only where a candidate meets a line now that it missed, and the walk
        had come by it: anybody else's line was not looked at.
        """
        values = self.values(known)
        units: list[str | None] = []
        counts: list[tuple[int, int]] = []
        passing: dict[str, tuple[bool, ...]] = {}
        found: Decision | None = None
        for place in places:
            now = {name: self._passes(each, place) for name, each in values.items()}
            if found is None or any(
                now[name] != passing[name] and found.verdicts[name] == "review" for name in now
            ):
                found = self.decision(known, place)
            passing = now
            units.append(drawn(known.id, found))
            verdicts = list(found.verdicts.values())
            counts.append((verdicts.count("accept"), verdicts.count("review")))
        return Course(known, values, tuple(units), tuple(counts))

    def decision(self, known: Known, place: Place) -> Decision:
        """Return what is decided with the lines at a place."""
        if place not in self._plans:
            self._plans[place] = at(self._plan, self.lines, place)
        found = decided(Contest(self._plans[place], known.outcomes, self._stages))
        assert isinstance(found, Decision)  # noqa: S101 - all of the request is known
        return found

    def _passes(self, values: Sequence[float | None], place: Place) -> tuple[bool, ...]:
        each = zip(self.lines, values, place, strict=True)
        return tuple(value is None or one.passes(value, line) for one, value, line in each)

    def _value(self, line: Open, contest: Contest, name: str) -> float | None:
        if line.ref is not None:
            outcome = contest.known.of(name, line.ref)
            return outcome.value if isinstance(outcome, Score) else None
        row, cut = contest.rows[name], self._plan.cut
        return row.quality if cut and cut.of == "quality" else row.probability


def drawn(request: str, found: Decision) -> str | None:
    """Return one of the candidates that are delivered, by a hash: two of one request are not two.

    The same candidate comes first at whatever place.
    """
    accepted = [one for one, verdict in found.verdicts.items() if verdict == "accept"]
    return min(accepted, key=lambda one: chance((request, one)), default=None)


def chance(key: Key | tuple[str, ...]) -> float:
    """Return a number from 0 up to 1 that follows from names alone."""
    digest = hashlib.sha256("\x00".join(key).encode("utf-8", "backslashreplace")).digest()
    return int.from_bytes(digest[:8]) / 2**64

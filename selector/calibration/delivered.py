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
from selector.decision.gates import judge
from selector.decision.standing import Row
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
    """

    known: Known
    values: Values
    units: tuple[str | None, ...]


class Deliveries:
    """A policy whose accept lines are moved, and what it then delivers.

    What is known of a request is read once: an accept line refuses nobody and ranks nobody, so
    that only its own verdict on each candidate changes with it.
    """

    def __init__(self, plan: Plan, lines: Sequence[Open]) -> None:
        """Lay out a plan that has everything but its open lines.

        Args:
            plan: With everything else resolved.
            lines: The open ones, in the order of a place.
        """
        self.lines = tuple(lines)
        self._plan = replace(plan, certified=None, uncertified=())
        self._stages = order(plan)
        self._bounds = [place for one in lines for place in one.places]
        self._plans: dict[Place, Plan] = {}
        self._contests: dict[str, Contest] = {}

    def values(self, known: Known) -> Values:
        """Return what each line looks at, by candidate."""
        contest = self._contest(known)
        return {
            name: tuple(self._value(one, contest, name) for one in self.lines)
            for name in known.standing
        }

    def course(self, known: Known, places: Sequence[Place], most: int = 1) -> Course:
        """Return what a request gets at each place, from strict to lax.

        *most* is how many any request gets, as `drawn` takes it.

        It is decided again only where a candidate meets a line now that it missed, and the walk
        had come by it: anybody else's line was not looked at.
        """
        values = self.values(known)
        units: list[str | None] = []
        passing: dict[str, tuple[bool, ...]] = {}
        found: Decision | None = None
        for place in places:
            now = {name: self._passes(each, place) for name, each in values.items()}
            if found is None or any(
                now[name] != passing[name] and found.verdicts[name] == "review" for name in now
            ):
                found = self.decision(known, place)
            passing = now
            units.append(drawn(known.id, found, most))
        return Course(known, values, tuple(units))

    def decision(self, known: Known, place: Place) -> Decision:
        """Return what is decided with the lines at a place."""
        if place not in self._plans:
            self._plans[place] = at(self._plan, self.lines, place)
        contest = self._contest(known)
        contest.plan = self._plans[place]
        for row, name in ((row, name) for name, row in contest.rows.items() if self._bounds):
            self._judge(contest, row, name)
        found = decided(contest)
        assert isinstance(found, Decision)  # noqa: S101 - all of the request is known
        return found

    def _judge(self, contest: Contest, row: Row, name: str) -> None:
        """Hold a candidate against the bounds whose lines have moved."""
        expect, first = contest.known.outcomes.expect, len(contest.plan.gates)
        for place in self._bounds:
            of_gate = place < first
            into = row.gates if of_gate else row.constraints
            at = place if of_gate else place - first
            gate = (contest.plan.gates if of_gate else contest.plan.constraints)[at]
            into[at] = judge(gate, contest.known.of(name, gate.on), expect)

    def _contest(self, known: Known) -> Contest:
        if known.id not in self._contests:
            self._contests[known.id] = Contest(self._plan, known.outcomes, self._stages)
        return self._contests[known.id]

    def _passes(self, values: Sequence[float | None], place: Place) -> tuple[bool, ...]:
        each = zip(self.lines, values, place, strict=True)
        return tuple(value is None or one.passes(value, line) for one, value, line in each)

    def _value(self, line: Open, contest: Contest, name: str) -> float | None:
        if line.ref is not None:
            outcome = contest.known.of(name, line.ref)
            return outcome.value if isinstance(outcome, Score) else None
        row, cut = contest.rows[name], self._plan.cut
        return row.quality if cut and cut.of == "quality" else row.probability


def drawn(request: str, found: Decision, most: int = 1) -> str | None:
    """Return one of the candidates that are delivered, by a hash: two of one request are not two.

    Where requests get up to *most*, each has so many slots, and one slot is drawn: a request that
    gets more counts more often, as it does in what is delivered. None where the slot is empty.
    """
    accepted = [one for one, verdict in found.verdicts.items() if verdict == "accept"]
    slot = int(chance((request, "", "slot")) * most)
    return dict(enumerate(sorted(accepted, key=lambda one: chance((request, one))))).get(slot)


def chance(key: Key | tuple[str, ...]) -> float:
    """Return a number from 0 up to 1 that follows from names alone."""
    digest = hashlib.sha256("\x00".join(key).encode("utf-8", "backslashreplace")).digest()
    return int.from_bytes(digest[:8]) / 2**64

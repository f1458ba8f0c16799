"""What a calibrated file answers where a policy says `calibrated`, and where it does not fit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from selector.policy import grammar, plan
from selector.policy.calibration import Calibration, CutOf, FactorOf, bound
from selector.policy.document import Spot
from selector.policy.lines import CUT, crossing, with_lines
from selector.policy.plan import Certified, Knots, Line, Plan
from selector.policy.policy import Policy
from selector.policy.resolved import File
from selector.policy.values import CALIBRATED
from selector.types import Output

AGAIN = "Calibrate again."
_SHOWN = 12  # characters of a hash


@dataclass
class Answers:
    """The calibrated file of one policy, asked number by number while that is planned.

    Attributes:
        file: The file; None without one: then nothing is answered.
        problems: How it does not fit, in words.
    """

    file: File | None
    problems: list[str] = field(default_factory=list)
    _asked: set[tuple[str, ...]] = field(default_factory=set)

    @property
    def calibration(self) -> Calibration | None:
        """What the file says."""
        return self.file and self.file.calibration

    @property
    def spot(self) -> Spot:
        """Where the file stands, in messages."""
        return Spot(0, self.file.origin if self.file else "calibrated")

    @property
    def factors(self) -> Sequence[FactorOf]:
        """The factors of the probability of being good."""
        self._asked.add(("probability",))
        return self.calibration.probability if self.calibration else ()

    def tell(self, said: str) -> None:
        """Take in how the file does not fit."""
        problem = f"{self.spot.words}: {said}"
        if problem not in self.problems:
            self.problems.append(problem)

    def tell_at(self, _: Spot, said: str) -> None:
        """Take in how something that the file refers to does not fit."""
        self.tell(f"{said} {AGAIN}")

    def knots(self, of: str) -> Knots:
        """Return the scale of an output; empty where there is none."""
        self._asked.add(("scales", of))
        found = [one.knots for one in (self.calibration.scales if self.calibration else ())
                 if one.of == of]  # fmt: skip
        if self.calibration and not found:
            self.tell(f"scales: {of}: there is none. {AGAIN}")
        return found[0] if found else ()

    def weight(self, of: str) -> float | None:
        """Return the weight of a term; None where there is none."""
        self._asked.add(("weights", of))
        found = [one.weight for one in (self.calibration.weights if self.calibration else ())
                 if one.of == of]  # fmt: skip
        if self.calibration and not found:
            self.tell(f"weights: {of}: there is none. {AGAIN}")
        return found[0] if found else None

    def line(self, on: str, line: str) -> float | None:
        """Return a line for all that have none of their own; None where labels support none."""
        self._asked.add(("cuts", on, line))
        found = [one.value for one in self._cuts(None) if (one.on, one.line) == (on, line)]
        return found[0] if found else None

    def scale(self, of: str, knots: Knots, output: Output) -> plan.Scale:
        """Return the scale of these knots; tell if it runs against its output, or is level."""
        first, last = knots[0][1], knots[-1][1]
        rises = first < last if first != last else bool(output.higher_is_better)
        if output.higher_is_better not in {None, rises}:
            better, worse = ("higher", "falls") if output.higher_is_better else ("lower", "rises")
            self.tell(f"{of}: {better} is better, and its scale {worse}. {AGAIN}")
        return plan.Scale(knots[0][0], knots[-1][0], rises, knots)

    def certified(self, policy: Policy, uncertified: Iterable[str]) -> Certified | None:
        """Return for which requests what is promised holds; None if nothing is.

        Args:
            policy: What was written.
            uncertified: The accept lines that wait, in words.
        """
        if self.calibration is None or not promises(policy):
            return None
        holds, segments = self.calibration.holds_for, self.segments(policy)
        asked = {line.words for line in _accept_lines(policy)}
        if asked and not segments and asked <= set(uncertified):
            return None  # no line has a number
        return Certified(*holds.candidates, holds.generators, segments, self._open())

    def segments(self, policy: Policy) -> dict[str, tuple[Line, ...]]:
        """Return the accept lines of each segment that has some of its own."""
        places = {(line.on, line.line): line.places for line in _accept_lines(policy)}
        found: dict[str, list[Line]] = {}
        for one in self._cuts():
            if one.segment is None or one.value is None or one.line == "reject_below":
                continue
            at = places.get((one.on, one.line), ())
            found.setdefault(one.segment, []).append(Line(one.on, one.line, one.value, at))
        return {name: tuple(lines) for name, lines in found.items()}

    def misfits(self, policy: Policy, made: Plan) -> None:
        """Tell of all in the file that is not for this policy and its plan."""
        if self.calibration is None:
            return
        holds = self.calibration.holds_for
        if holds.policy != bound(policy):
            got = f"{self.calibration.policy} {holds.policy[:_SHOWN]}…"
            now = f"{policy.name} {bound(policy)[:_SHOWN]}…"
            self.tell(f"made for another policy than there is now, {now} (got {got}). {AGAIN}")
        for name, one in made.instances.items():
            before = holds.measures.get(name)
            if before != one.fingerprint:
                was = f"got {before[:_SHOWN]}…" if before else "got none"
                said = f"{name}: another measure than now, {one.fingerprint[:_SHOWN]}… ({was})"
                self.tell(f"{said}. {AGAIN}")
        for said in self._unasked():
            self.tell(f"{said}: the policy asks for no such number. {AGAIN}")
        for said in self._twice():
            self.tell(f"{said}: it is there twice. {AGAIN}")
        for said in _crooked(made):
            self.tell(f"{said}. Move the line of the policy, and calibrate again.")

    def _cuts(self, *segments: str | None) -> Sequence[CutOf]:
        """Return the lines, of these segments if any are given."""
        cuts = self.calibration.cuts if self.calibration else ()
        return [one for one in cuts if not segments or one.segment in segments]

    def _open(self) -> tuple[str, ...]:
        """Return the segments whose labels support no line."""
        missing = [one for one in self._cuts() if one.value is None and one.line != "reject_below"]
        return tuple(dict.fromkeys(one.segment for one in missing if one.segment is not None))

    def _unasked(self) -> Iterator[str]:
        """Give what nobody asked for."""
        told = self.calibration
        if told is None:
            return
        given: list[tuple[str, ...]] = [("scales", one.of) for one in told.scales]
        given += [("weights", one.of) for one in told.weights]
        given += [("cuts", one.on, one.line) for one in told.cuts]
        given += [("probability",)] if told.probability else []
        yield from (": ".join(one) for one in dict.fromkeys(given) if one not in self._asked)

    def _twice(self) -> Iterator[str]:
        """Give what is there more than once, so that it says nothing."""
        told = self.calibration
        if told is None:
            return
        given: list[tuple[str | None, ...]] = [("scales", one.of) for one in told.scales]
        given += [("weights", one.of) for one in told.weights]
        given += [("cuts", one.on, one.line, one.segment) for one in told.cuts]
        twice = (one for one, count in Counter(given).items() if count > 1)
        yield from (": ".join(each for each in one if each is not None) for one in twice)


def promises(policy: Policy) -> bool:
    """Return whether something of a policy is to be certified, beside weights and scales."""
    of_probability = policy.cut is not None and policy.cut.of == "probability"
    return of_probability or any(True for _ in _accept_lines(policy))


def _accept_lines(policy: Policy) -> Iterator[Line]:
    """Give the accept lines of a policy that are calibrated, without numbers, each with its places."""
    places: dict[tuple[str, str], list[int]] = {}
    for at, gate in enumerate(_bounds(policy)):
        for line in ("accept_below", "accept_above"):
            if getattr(gate, line) == CALIBRATED:
                places.setdefault((gate.on, line), []).append(at)
    for (on, line), of in places.items():
        yield Line(on, "accept_below" if line == "accept_below" else "accept_above", 0.0, tuple(of))
    if policy.cut and policy.cut.accept_above == CALIBRATED:
        yield Line(CUT, "accept_above", 0.0)


def _bounds(policy: Policy) -> tuple[grammar.Gate, ...]:
    constrained = policy.method.constrained
    return (*policy.gates, *(constrained.constraints if constrained else ()))


def _crooked(made: Plan) -> Iterator[str]:
    """Tell of lines that cross, or lie beyond what can be measured, of each segment too."""
    segments: Mapping[str, tuple[Line, ...]] = made.certified.segments if made.certified else {}
    for name, lines in ({"": ()} | dict(segments)).items():
        whose = f" (segment {name})" if name else ""
        moved = with_lines(made, lines)
        yield from (f"{said}{whose}" for said in (*crossing(moved), *_beyond(moved)))


def _beyond(made: Plan) -> Iterator[str]:
    for gate in (*made.gates, *made.constraints):
        output = made.instances[gate.on.instance].outputs[gate.on.output]
        for line in ("accept_below", "accept_above"):
            at = getattr(gate, line)
            if at is not None and not output.holds(at):
                yield f"{gate.on.key}: {line} {at:.12g} is beyond what it can be, {output.span}"
    lines = (made.cut.reject_below, made.cut.accept_above) if made.cut else ()
    yield from (f"{CUT}: {at:.12g} is no share" for at in lines if at and not 0 <= at <= 1)

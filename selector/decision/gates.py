"""A gate or a constraint on one outcome: passed, doubtful, refused, or not known yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from selector.policy.plan import Gate
from selector.types import Failure, NotApplicable, NotEvaluated, Outcome, Reason

Standing = Literal["passed", "doubtful", "refused", "unknown"]


@dataclass(frozen=True, slots=True)
class Judged:
    """How one candidate stands before one gate, and why."""

    standing: Standing
    reason: Reason | None = None


PASSED = Judged("passed")
UNKNOWN = Judged("unknown")


def judge(gate: Gate, outcome: Outcome, expect: Mapping[str, float]) -> Judged:
    """Return how *outcome* stands before *gate*.

    Args:
        gate: The bound.
        outcome: Of the output that it is on.
        expect: What the request expects, by name; a bound that names what is not there makes
            the candidate doubtful.
    """
    where = (gate.on.instance, gate.on.output)
    match outcome:
        case NotEvaluated():
            return UNKNOWN
        case Failure(reason=said):
            standing: Standing = "refused" if gate.on_failure == "reject" else "doubtful"
            return Judged(standing, Reason("failure", *where, note=said))
        case NotApplicable(reason=said):
            return _absent(gate, said)
        case _:
            return _against_lines(gate, outcome.value, expect)


def _absent(gate: Gate, said: str) -> Judged:
    where = (gate.on.instance, gate.on.output)
    if gate.if_absent == "pass":
        return PASSED
    if gate.if_absent == "review":
        return Judged("doubtful", Reason("band", *where, note=f"not applicable: {said}"))
    return Judged("refused", Reason("refused", *where, note=f"not applicable: {said}"))


def _against_lines(gate: Gate, value: float, expect: Mapping[str, float]) -> Judged:
    where = (gate.on.instance, gate.on.output)
    for bound, margin in _hard_lines(gate, value, expect):
        if not margin >= 0:  # nor does what is no number pass
            note = "" if gate.equals is None else f"expected exactly {bound:g}"
            return Judged("refused", Reason("refused", *where, value, bound, margin, note))
    for bound, margin in _accept_lines(gate, value):
        if not margin >= 0:
            return Judged("doubtful", Reason("band", *where, value, bound, margin))
    for name in (gate.equals, gate.at_least):
        if isinstance(name, str) and name not in expect:
            note = f"the request did not say expect.{name}"
            return Judged("doubtful", Reason("band", *where, value, note=note))
    return PASSED


def _hard_lines(gate: Gate, value: float, expect: Mapping[str, float]) -> list[tuple[float, float]]:
    """Return (bound, margin) of every reject line; a negative margin is past it."""
    lines = []
    if gate.reject_below is not None:
        lines.append((gate.reject_below, value - gate.reject_below))
    if gate.reject_above is not None:
        lines.append((gate.reject_above, gate.reject_above - value))
    if (equals := _number(gate.equals, expect)) is not None:
        lines.append((equals, -abs(value - equals)))
    if (least := _number(gate.at_least, expect)) is not None:
        lines.append((least, value - least))
    return lines


def _accept_lines(gate: Gate, value: float) -> list[tuple[float, float]]:
    """Return (bound, margin) of every accept line; a negative margin does not meet it."""
    lines = []
    if gate.accept_above is not None:
        lines.append((gate.accept_above, value - gate.accept_above))
    if gate.accept_below is not None:
        lines.append((gate.accept_below, gate.accept_below - value))
    return lines


def _number(given: float | str | None, expect: Mapping[str, float]) -> float | None:
    return expect.get(given) if isinstance(given, str) else given

"""A gate or a constraint on one outcome: passed, doubtful, refused, or not known yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
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


def filled(gate: Gate, expect: Mapping[str, float]) -> tuple[Gate, bool]:
    """Return *gate* with what the request expects as numbers, and whether it left one unsaid.

    What was left unsaid is no bound, and makes every candidate doubtful.
    """
    if not isinstance(gate.equals, str) and not isinstance(gate.at_least, str):
        return gate, False  # which most gates are, and this is asked all the time
    equals, at_least = (_number(given, expect) for given in (gate.equals, gate.at_least))
    pairs = ((gate.equals, equals), (gate.at_least, at_least))
    unsaid = any(given is not None and number is None for given, number in pairs)
    return replace(gate, equals=equals, at_least=at_least), unsaid


def _against_lines(gate: Gate, value: float, expect: Mapping[str, float]) -> Judged:
    where = (gate.on.instance, gate.on.output)
    bounds, unsaid = filled(gate, expect)
    for bound, margin in _hard_lines(bounds, value):
        if not margin >= 0:  # nor does what is no number pass
            note = "" if gate.equals is None else f"expected exactly {bound:g}"
            return Judged("refused", Reason("refused", *where, value, bound, margin, note))
    for bound, margin in _accept_lines(bounds, value):
        if not margin >= 0:
            return Judged("doubtful", Reason("band", *where, value, bound, margin))
    if unsaid:
        names = (gate.equals, gate.at_least)
        name = next(one for one in names if isinstance(one, str) and one not in expect)
        note = f"the request did not say expect.{name}"
        return Judged("doubtful", Reason("band", *where, value, note=note))
    return PASSED


def _hard_lines(gate: Gate, value: float) -> list[tuple[float, float]]:
    """Return (bound, margin) of every reject line; a negative margin is past it."""
    lines = []
    if gate.reject_below is not None:
        lines.append((gate.reject_below, value - gate.reject_below))
    if gate.reject_above is not None:
        lines.append((gate.reject_above, gate.reject_above - value))
    if isinstance(gate.equals, float | int):
        lines.append((gate.equals, -abs(value - gate.equals)))
    if isinstance(gate.at_least, float | int):
        lines.append((gate.at_least, value - gate.at_least))
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

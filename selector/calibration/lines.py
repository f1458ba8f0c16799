"""The accept lines of a policy that wait for labels, from strict to lax along one path."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Literal

import numpy as np

from selector.calibration.digits import DIGITS
from selector.policy.calibration import CUT
from selector.policy.grammar import Gate
from selector.policy.lines import with_lines
from selector.policy.plan import Line, Plan, Ref
from selector.policy.policy import Policy
from selector.policy.values import CALIBRATED

Side = Literal["accept_below", "accept_above"]
SIDES: tuple[Side, ...] = ("accept_below", "accept_above")

Place = tuple[float, ...]  # the value of each open line


@dataclass(frozen=True)
class Open:
    """An accept line that waits for labels.

    Attributes:
        on: The output as the policy names it, or "cut".
        line: Which line.
        ref: The output; None of the cut.
        places: Which bounds of the plan have it, its gates and then its constraints from 0.
        low: No value under this makes sense, as the policy's reject lines say; likewise *high*.
    """

    on: str
    line: Side
    ref: Ref | None
    places: tuple[int, ...]
    low: float
    high: float

    @property
    def rises(self) -> bool:
        """Whether a higher line is stricter."""
        return self.line == "accept_above"

    def passes(self, value: float, line: float) -> bool:
        """Return whether a value meets the line."""
        return value >= line if self.rises else value <= line

    def near(self, value: float) -> float:
        """Return *value* with six digits, so that it meets that line, inside the policy's own lines."""
        line = float(f"{value:.{DIGITS}g}")
        if not self.passes(value, line):
            step = 10.0 ** (np.floor(np.log10(abs(value))) - DIGITS + 1)
            line = float(f"{line - step if self.rises else line + step:.{DIGITS}g}")
        return min(max(line, self.low), self.high)


def open_lines(policy: Policy, plan: Plan) -> tuple[Open, ...]:
    """Return the accept lines of a policy that are `calibrated`, in its order."""
    method = policy.method
    written = (*policy.gates, *(method.constrained.constraints if method.constrained else ()))
    planned = (*plan.gates, *plan.constraints)
    found: dict[tuple[str, Side], list[int]] = {}
    for (at, gate), side in _each(written):
        if getattr(gate, side) == CALIBRATED:
            found.setdefault((gate.on, side), []).append(at)
    lines = [
        Open(on, side, planned[at[0]].on, tuple(at), *_span([written[one] for one in at]))
        for (on, side), at in found.items()
    ]
    cut = policy.cut
    if cut and cut.accept_above == CALIBRATED:
        low = cut.reject_below if isinstance(cut.reject_below, float) else 0.0
        lines.append(Open(CUT, "accept_above", None, (), low, 1.0))
    return tuple(lines)


def _each(gates: Sequence[Gate]) -> Iterator[tuple[tuple[int, Gate], Side]]:
    return ((one, side) for one in enumerate(gates) for side in SIDES)


def _span(gates: Sequence[Gate]) -> tuple[float, float]:
    """Return between which values a line may stand without crossing another of its gate."""
    lows = [[one.reject_below, one.at_least] for one in gates]
    highs = [[one.reject_above] for one in gates]
    return (
        max((one for one in chain(*lows) if isinstance(one, float)), default=-np.inf),
        min((one for one in chain(*highs) if isinstance(one, float)), default=np.inf),
    )


def at(plan: Plan, lines: Sequence[Open], place: Place) -> Plan:
    """Return the plan with the open lines at these values, and nothing uncertified about it."""
    moved = [
        Line(one.on, one.line, value, one.places) for one, value in zip(lines, place, strict=True)
    ]
    return with_lines(plan, moved)

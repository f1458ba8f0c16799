"""The accept lines of a plan moved to where a segment's labels put them, and lines that cross."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from selector.policy.grammar import MUST_NOT_CROSS
from selector.policy.plan import Constrained, Cut, Gate, Line, Plan

CUT = "cut"  # what a line of the cut is `on`
_OF_A_CUT = (("reject_below", "accept_above"),)


def with_lines(plan: Plan, lines: Sequence[Line]) -> Plan:
    """Return the plan with other accept lines where *lines* say so."""
    if not lines:
        return plan
    bounds = [*plan.gates, *plan.constraints]
    for line in lines:
        for place in line.places:
            bounds[place] = _moved(bounds[place], line)
    method, gates = plan.method, tuple(bounds[: len(plan.gates)])
    if isinstance(method, Constrained):
        method = replace(method, constraints=tuple(bounds[len(plan.gates) :]))
    return replace(plan, gates=gates, method=method, cut=_cut(plan.cut, lines))


def crossing(plan: Plan) -> Iterator[str]:
    """Tell of lines that cross: no number could pass them."""
    for gate in (*plan.gates, *plan.constraints):
        yield from _crossing(gate, gate.on.key, MUST_NOT_CROSS)
    if plan.cut:
        yield from _crossing(plan.cut, CUT, _OF_A_CUT)


def _crossing(bounds: Gate | Cut, name: str, pairs: Sequence[tuple[str, str]]) -> Iterator[str]:
    for below, above in pairs:
        low, high = getattr(bounds, below), getattr(bounds, above)
        if isinstance(low, float) and isinstance(high, float) and low > high:
            yield f"{name}: lines cross, {below} {low:.12g} is over {above} {high:.12g}"


def _moved(gate: Gate, line: Line) -> Gate:
    if line.line == "accept_below":
        return replace(gate, accept_below=line.value)
    return replace(gate, accept_above=line.value)


def _cut(cut: Cut | None, lines: Sequence[Line]) -> Cut | None:
    values = [line.value for line in lines if line.on == CUT]
    return replace(cut, accept_above=values[-1]) if cut and values else cut

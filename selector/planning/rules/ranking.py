"""Rules about ranking: scales too wide, other tastes, criteria that never decide or cost much."""

from __future__ import annotations

import math
from collections.abc import Iterator

from selector.planning.planner import Planned
from selector.planning.rules.placed import (
    Broken,
    axes,
    bounds,
    composite,
    numbers,
    output_of,
    percent,
    ranks_alone,
    steps,
)
from selector.policy.document import Loc
from selector.policy.order import seconds
from selector.policy.plan import Criterion, Ref
from selector.types import Output

LEAST_REACH = 0.05  # of a scale; a term that uses less of it weighs a twentieth of what is written
LEAST_OF_RANGE = 0.1  # likewise, where nobody chose the scale and it is the output's whole range
DEAR_S = 0.5  # a candidate; from there on a request of a dozen waits for it and for little else
MANY = 16  # candidates of a request, to tell what it comes to


def wide_scale(planned: Planned) -> Iterator[Broken]:
    """A term of whose scale candidates use next to nothing."""
    if ranks_alone(planned):
        return  # whatever its scale
    for loc, term in composite(planned):
        output, scale = output_of(planned, term.of), term.scale
        if scale.knots:
            continue  # it was fitted to what candidates have
        low, high = output.usual or (output.low, output.high)
        if low is None or high is None or _asks_for_others(planned, term.of, low, high):
            continue
        reach = (scale.clip(high) - scale.clip(low)) / (scale.high - scale.low)
        whole = (scale.low, scale.high) == (output.low, output.high)
        if reach < (LEAST_OF_RANGE if whole else LEAST_REACH):
            have = "real pictures have" if output.usual else "it can be"
            yield Broken(
                loc,
                f"{term.of.key}: {have} {low:.12g} to {high:.12g}, {percent(reach)} of its scale "
                f"from {scale.low:.12g} to {scale.high:.12g}; its weight hardly counts. Give a "
                "'scale' whose ends are about these.",
            )


def _asks_for_others(planned: Planned, ref: Ref, low: float, high: float) -> bool:
    """Return whether gates refuse some of what is usual: then what is left is not known."""
    mine = [bound.gate for bound in bounds(planned) if bound.ref == ref]
    least = [at for gate in mine for at in numbers(gate, ("reject_below", "at_least")).values()]
    most = [at for gate in mine for at in numbers(gate, ("reject_above",)).values()]
    return any(at > low for at in least) or any(at < high for at in most)


def photographic_taste(planned: Planned) -> Iterator[Broken]:
    """A judge that learned from photographs, in a policy for pictures that are none."""
    if planned.policy.style != "stylised":
        return
    refs: list[tuple[Loc, Ref]] = [((*one.loc, "on"), one.ref) for one in bounds(planned)]
    refs += [((*loc, "of"), part.of) for loc, part in composite(planned)]
    refs += [((*loc, "of"), part.of) for loc, part in (*axes(planned), *steps(planned))]
    for loc, ref in refs:
        if "photographs" in planned.measures[ref.instance].favours:
            yield Broken(
                loc,
                f"{ref.key}: scores photographs above drawings as good. Drop it, or acknowledge "
                "why it is right here.",
            )


def dear_front(planned: Planned) -> Iterator[Broken]:
    """A dear measure that ranks in a place where nobody can be spared it."""
    if planned.plan.mode == "exhaustive":
        return  # nobody is spared anything
    first = list(steps(planned))[:1]
    told: set[str] = set()
    for loc, part in (*axes(planned), *first):
        name = part.of.instance
        cost = seconds(planned.plan.instances[name], {})
        if cost < DEAR_S or name in told:
            continue
        told.add(name)
        what, cheaper = ("the first criterion", _LATER) if first else ("an axis", _PICK)
        yield Broken(
            loc,
            f"{part.of.key}: {what} is measured on every candidate that no gate refuses, at "
            f"{cost:.2g} s each: {MANY * cost:.2g} s for {MANY}. {cheaper} Move it there, or "
            "acknowledge why it is worth that.",
        )


_LATER = (
    "A later criterion is only asked of those that the earlier ones can't tell apart, a term of a "
    "weighted sum only of those that can still win."
)
_PICK = "A term, of 'pick' or of a weighted sum, is only asked of those that can still win."


def unreachable(planned: Planned) -> Iterator[Broken]:
    """A criterion that leaves nothing to those after it, or that itself decides nothing."""
    criteria = list(steps(planned))
    for place, (loc, step) in enumerate(criteria, start=1):
        output = output_of(planned, step.of)
        width = _width(step, output)
        if step.eps >= width:
            yield Broken(
                (*loc, "eps"),
                f"{step.of.key}: eps {step.eps:.12g} is as wide as what candidates differ by "
                f"({width:.12g}), so it never decides. Give a smaller 'eps', or drop the criterion.",
            )
        elif place < len(criteria) and not step.eps and not _ties(step, output):
            yield Broken(
                loc,
                f"{step.of.key}: only equal numbers pass it without an 'eps', so what stands after "
                "it hardly ever decides. Give an 'eps' within which candidates count as equal.",
            )


def _width(step: Criterion, output: Output) -> float:
    """Return by how much two pictures can differ on a criterion, bad ones included."""
    low, high = output.low, output.high
    if output.usual and output.higher_is_better:
        high = output.usual[1]
    elif output.usual:
        low = output.usual[0]
    low = step.scale.low if low is None else step.scale.clip(low)
    high = step.scale.high if high is None else step.scale.clip(high)
    return high - low


def _ties(step: Criterion, output: Output) -> bool:
    """Return whether many candidates are equal on a criterion: whole, absent, or cut off alike."""
    if output.whole or output.optional:
        return True
    low, high = output.usual or (-math.inf, math.inf)
    cut_off = step.scale.low > low or step.scale.high < high
    return (output.usual is not None and cut_off) or low == output.low

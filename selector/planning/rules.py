"""The rules of the linter: each looks at a planned policy and yields where it is broken, and how."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from selector.planning.placed import axes, bounds, composite, output_of, steps
from selector.planning.planner import Planned
from selector.policy import grammar
from selector.policy.document import Loc
from selector.policy.plan import Criterion, Ref, Scale, Term
from selector.types import Output

LEAST_REACH = 0.05  # of a scale; a term that uses less of it weighs a twentieth of what is written
MOST_REVIEW = 0.98  # of all probabilities of being good; a person would see nearly every image
FLOORS = ("reject_below", "accept_above", "at_least")  # what passes is not under these
CEILINGS = ("reject_above", "accept_below")  # nor over these


class Broken(NamedTuple):
    """Where a rule is broken, and how."""

    loc: Loc
    said: str


def masked(planned: Planned) -> Iterator[Broken]:
    """A defect that is only weighted: a high score elsewhere makes up for it."""
    bounded = {bound.ref for bound in bounds(planned)}
    weighed: list[tuple[Loc, Term | Criterion]] = [*composite(planned), *axes(planned)]
    for loc, part in weighed:
        detected = planned.plan.instances[part.of.instance].kind == "detector"
        if detected and part.of not in bounded:
            yield Broken(
                (*loc, "of"),
                f"{part.of.key}: only weighed against the rest, so that a high score elsewhere "
                "hides a defect. Add a gate on it.",
            )


def within_prompt(planned: Planned) -> Iterator[Broken]:
    """An absolute bound on a score that compares only candidates of one prompt."""
    for bound in bounds(planned):
        if bound.output.within_prompt:
            yield Broken(
                (*bound.loc, "on"),
                f"{bound.ref.key}: compares only candidates of one prompt; a bound on it means "
                "something else for each prompt. Rank by it instead.",
            )
    relative = [
        one.of.key for _, one in composite(planned) if output_of(planned, one.of).within_prompt
    ]
    if planned.plan.cut and relative:
        yield Broken(
            ("cut",),
            f"cut: {', '.join(relative)} compares only candidates of one prompt, and so does the "
            "quality that is made of it. Drop the cut, or that term.",
        )


def idle_gate(planned: Planned) -> Iterator[Broken]:
    """A bound at the very end of what can be measured."""
    for loc, gate, ref, output in bounds(planned):
        if output.optional and gate.if_absent != "pass":
            continue  # it bounds whether there is anything
        floors = {key: at for key, at in _numbers(gate, FLOORS).items() if at == output.low}
        ceilings = {key: at for key, at in _numbers(gate, CEILINGS).items() if at == output.high}
        for key, at in (floors | ceilings).items():
            side = "lower" if key in floors else "higher"
            yield Broken(
                (*loc, key),
                f"{key}: {ref.key} is never {side} than {at:.12g}, so this bound does nothing. "
                "Move it, or drop it.",
            )


def impossible_gate(planned: Planned) -> Iterator[Broken]:
    """Bounds that no value meets all at once."""
    ends: dict[Ref, tuple[float, float]] = {}
    for loc, gate, ref, output in bounds(planned):
        low, high = ends.get(ref, (-math.inf, math.inf))
        exact = _numbers(gate, ("equals",)).values()
        low = max([low, *_numbers(gate, FLOORS).values(), *exact])
        high = min([high, *_numbers(gate, CEILINGS).values(), *exact])
        if _nothing_between(low, high, output):
            whole = ", being a whole number" if output.whole else ""
            yield Broken(
                (*loc, "on"),
                f"{ref.key}: nothing meets all bounds on it: from {low:.12g} up to "
                f"{high:.12g}{whole}. Move one of them.",
            )
            low, high = -math.inf, math.inf  # told once
        ends[ref] = low, high
    yield from _all_alike(planned)


def _nothing_between(low: float, high: float, output: Output) -> bool:
    if output.whole and math.isfinite(low) and math.isfinite(high):
        return math.ceil(low) > math.floor(high)
    return low > high


def _all_alike(planned: Planned) -> Iterator[Broken]:
    distinct = planned.plan.distinct
    if distinct is None:
        return
    high = output_of(planned, distinct.by).high
    if high is not None and distinct.within >= high:
        yield Broken(
            ("distinct", "within"),
            f"within: no two candidates are further than {high:.12g} apart, so only one is ever "
            "accepted. Give a smaller distance.",
        )


def wide_scale(planned: Planned) -> Iterator[Broken]:
    """A term of whose scale real pictures use next to nothing."""
    terms = list(composite(planned))
    if len(terms) == 1 and planned.plan.cut is None:
        return  # alone, it ranks whatever its scale
    for loc, term in terms:
        output = output_of(planned, term.of)
        low, high = output.usual or (output.low, output.high)
        if low is None or high is None:
            continue
        reach = _overlap(term.scale, low, high)
        if reach < LEAST_REACH:
            yield Broken(
                loc,
                f"{term.of.key}: real pictures have {low:.3g} to {high:.3g}, {_percent(reach)} of "
                f"its scale from {term.scale.low:.3g} to {term.scale.high:.3g}; its weight hardly "
                "counts. Give a 'scale' with nearer ends.",
            )


def _overlap(scale: Scale, low: float, high: float) -> float:
    """Return how much of a scale lies between two raw values."""
    return max(0.0, scale.clip(high) - scale.clip(low)) / (scale.high - scale.low)


def _percent(share: float) -> str:
    return f"{100 * share:.2g} %"


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


def unreachable(planned: Planned) -> Iterator[Broken]:
    """A criterion that leaves nothing to those after it, or that itself decides nothing."""
    criteria = list(steps(planned))
    for place, (loc, step) in enumerate(criteria, start=1):
        width = step.scale.high - step.scale.low
        if step.eps >= width:
            yield Broken(
                (*loc, "eps"),
                f"{step.of.key}: eps {step.eps:.12g} is as wide as its scale ({width:.12g}), so it "
                "never decides. Give a smaller 'eps', or drop the criterion.",
            )
        elif place < len(criteria) and not step.eps and not output_of(planned, step.of).whole:
            yield Broken(
                loc,
                f"{step.of.key}: only equal numbers pass it without an 'eps', so what stands after "
                "it hardly ever decides. Give an 'eps' within which candidates count as equal.",
            )


def costs(planned: Planned) -> Iterator[Broken]:
    """Costs under which a person's look is never worth it, or nearly always.

    Review is the cheapest for a probability of being good from review / false_reject up to
    1 - review / false_accept. Source: C. K. Chow, "On optimum recognition error and reject
    tradeoff", IEEE Transactions on Information Theory, 1970.
    """
    given = planned.policy.costs
    if given is None:
        return
    band = 1 - given.review / given.false_reject - given.review / given.false_accept
    if band <= 0:
        yield Broken(
            ("costs", "review"),
            f"review: at {given.review:.12g} it is never the cheapest; accepting or rejecting "
            "always costs less. Lower it, or say that mistakes cost more.",
        )
    elif band >= MOST_REVIEW:
        yield Broken(
            ("costs", "review"),
            f"review: at {given.review:.12g} it is the cheapest unless an image is good or bad "
            f"with near certainty (a band of {_percent(band)}). Raise it, or say that mistakes "
            "cost less.",
        )


def twin(planned: Planned) -> Iterator[Broken]:
    """Two names for the very same numbers."""
    first: dict[str, str] = {}
    for name, one in planned.plan.instances.items():
        other = first.setdefault(one.fingerprint, name)
        if other != name:
            named, twin_of = (name, other) if name in planned.policy.measures else (other, name)
            yield Broken(
                ("measures", named),
                f"{named}: measures the very same as {twin_of}. Refer to one of them only.",
            )


def unused(planned: Planned) -> Iterator[Broken]:
    """A measure that is named, and nothing refers to it."""
    for name in planned.policy.measures:
        if name not in planned.plan.instances:
            yield Broken(
                ("measures", name),
                f"{name}: nothing refers to it, so it is never measured. Use it, or drop it.",
            )


def _numbers(gate: grammar.Gate, keys: Iterable[str]) -> dict[str, float]:
    """Return those bounds that are numbers: neither left out, nor calibrated, nor expected."""
    return {key: at for key in keys if isinstance(at := getattr(gate, key), float)}


RULES: dict[str, Callable[[Planned], Iterator[Broken]]] = {
    "masked": masked,
    "within-prompt": within_prompt,
    "idle-gate": idle_gate,
    "impossible-gate": impossible_gate,
    "wide-scale": wide_scale,
    "photographic-taste": photographic_taste,
    "unreachable": unreachable,
    "costs": costs,
    "twin": twin,
    "unused": unused,
}

"""Rules about bounds: defects that none guards, bounds that never act, or that nothing passes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from selector.planning.planner import Planned
from selector.planning.rules.placed import (
    Bound,
    Broken,
    axes,
    bounds,
    composite,
    numbers,
    output_of,
    quality_cut,
    ranks_alone,
)
from selector.policy import grammar
from selector.policy.document import Loc
from selector.policy.plan import Criterion, Factor, Ref, Term
from selector.policy.values import CALIBRATED
from selector.types import Output

FAR_OFF = 3  # times; a product's own pictures may well lie somewhat beside what is usual
FLOORS = ("reject_below", "accept_above", "at_least")  # what passes is not under these
CEILINGS = ("reject_above", "accept_below")  # nor over these


def masked(planned: Planned) -> Iterator[Broken]:
    """A defect that is only weighted: a high score elsewhere makes up for it."""
    guarded = {bound.ref for bound in bounds(planned) if _guards(bound, planned)}
    guarded |= {factor.terms[0].of for factor in _factors(planned) if len(factor.terms) == 1}
    weighed: list[tuple[Loc, Term | Criterion]] = []
    if not ranks_alone(planned):
        weighed += composite(planned)
    if planned.plan.terms:  # without a pick, a person sees the whole front
        weighed += axes(planned)
    for loc, part in weighed:
        detected = planned.plan.instances[part.of.instance].kind == "detector"
        harm = detected or output_of(planned, part.of).harm
        if harm and part.of not in guarded:
            yield Broken(
                (*loc, "of"),
                f"{part.of.key}: only weighed against the rest, so that a high score elsewhere "
                "hides a defect. Bound it in a gate.",
            )


def _factors(planned: Planned) -> Sequence[Factor]:
    """Return the factors of the probability of being good; none makes up for another."""
    return planned.plan.probability.factors if planned.plan.probability else ()


def _guards(bound: Bound, planned: Planned) -> bool:
    """Return whether a bound keeps bad values from being accepted."""
    good = bound.output.higher_is_better
    keys = FLOORS if good else CEILINGS
    end = bound.output.low if good else bound.output.high
    if bound.gate.equals is not None or any(at != end for at in numbers(bound.gate, keys).values()):
        return True
    calibrated = any(getattr(bound.gate, key) == CALIBRATED for key in keys)
    return calibrated and planned.plan.if_uncertified == "review"


def backwards(planned: Planned) -> Iterator[Broken]:
    """Lines that refuse the good end of a judgement, and let its bad end pass."""
    lines: dict[Ref, list[Bound]] = {}
    for bound in bounds(planned):
        # What a filter measures somebody may want: white grounds are blown, soft light is not sharp.
        if planned.plan.instances[bound.ref.instance].kind != "filter":
            lines.setdefault(bound.ref, []).append(bound)
    for ref, of_one in lines.items():
        first = of_one[0]
        better = first.output.higher_is_better
        if better is None or any(_is_right(bound, better=better) for bound in of_one):
            continue
        where, end = ("higher", "lower") if better else ("lower", "higher")
        yield Broken(
            (*first.loc, "on"),
            f"{ref.key}: {where} is better, and this lets pass what is {end}, however bad. Bound "
            f"the {end} side, or say in the measure that {end} is better.",
        )


def _is_right(bound: Bound, *, better: bool) -> bool:
    """Return whether a bound holds the bad end off, or only asks whether there is anything."""
    gate, output = bound.gate, bound.output
    right, wrong = (FLOORS, CEILINGS) if better else (CEILINGS, FLOORS)
    if gate.equals is not None or any(getattr(gate, key) is not None for key in right):
        return True
    end = output.high if better else output.low
    given = [at for key in wrong if (at := getattr(gate, key)) is not None]
    return all(at == end for at in given)


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
    if quality_cut(planned) and relative:
        yield Broken(
            ("cut",),
            f"cut: {', '.join(relative)} compares only candidates of one prompt, and so does the "
            "quality that is made of it. Drop the cut, or that term.",
        )


def idle(planned: Planned) -> Iterator[Broken]:
    """What never does anything: bounds at the very end of what can be measured, and the like."""
    for loc, gate, ref, output in bounds(planned):
        if gate.on_failure == "reject" or (output.optional and gate.if_absent != "pass"):
            continue  # it bounds whether there is anything at all
        floors = {key: at for key, at in numbers(gate, FLOORS).items() if at == output.low}
        ceilings = {key: at for key, at in numbers(gate, CEILINGS).items() if at == output.high}
        for key, at in (floors | ceilings).items():
            side = "lower" if key in floors else "higher"
            yield Broken(
                (*loc, key),
                f"{key}: {ref.key} is never {side} than {at:.12g}, so this bound does nothing. "
                "Move it, or drop it.",
            )
    yield from _idle_cut(planned)
    yield from _idle_rescue(planned)


def _idle_cut(planned: Planned) -> Iterator[Broken]:
    cut = planned.policy.cut
    for key in ("reject_below", "accept_above"):
        if cut is not None and getattr(cut, key) == 0:
            yield Broken(
                ("cut", key),
                f"{key}: no {cut.of} is below 0, so it does nothing. Raise it, or drop it.",
            )


def _idle_rescue(planned: Planned) -> Iterator[Broken]:
    """Find an `on_empty: review` that has nobody to promote."""
    plan = planned.plan
    cut = planned.policy.cut
    cuts = cut is not None and cut.reject_below is not None
    if plan.on_empty == "review" and not cuts and not plan.constraints:
        yield Broken(
            ("on_empty",),
            "on_empty: without constraints and a rejecting cut, the first of the ranking is always "
            "accepted or reviewed, so there is never anybody left to promote. Say 'none' or "
            "'regenerate'.",
        )


def impossible(planned: Planned) -> Iterator[Broken]:
    """Bounds that no value, or hardly any, meets all at once."""
    ends: dict[Ref, tuple[float, float]] = {}
    for bound in bounds(planned):
        low, high = ends.get(bound.ref, (-math.inf, math.inf))
        exact = numbers(bound.gate, ("equals",)).values()
        low = max([low, *numbers(bound.gate, FLOORS).values(), *exact])
        high = min([high, *numbers(bound.gate, CEILINGS).values(), *exact])
        if said := _nobody_passes(bound, low, high):
            yield Broken((*bound.loc, "on"), f"{bound.ref.key}: {said}")
            low, high = -math.inf, math.inf  # told once
        ends[bound.ref] = low, high
    yield from _perfect_cut(planned)
    yield from _improbable_cut(planned)
    yield from _all_alike(planned)


def _nobody_passes(bound: Bound, low: float, high: float) -> str:
    """Return why hardly anything meets all bounds so far, from *low* to *high*; "" if it may."""
    output, gate = bound.output, bound.gate
    finite = math.isfinite(low) and math.isfinite(high)
    if low > high or (output.whole and finite and math.ceil(low) > math.floor(high)):
        whole = "whole number" if output.whole else "number"
        return f"no {whole} meets all bounds on it, {low:.12g} to {high:.12g}. Move one of them."
    at = next(iter(numbers(gate, ("equals",)).values()), None)
    if at is not None and not output.whole and at not in (output.low, output.high):
        return f"a measured number is hardly ever just {at:.12g}. Give a bound on each side."
    return _unlike_any(gate, output)


def _unlike_any(gate: grammar.Gate, output: Output) -> str:
    if output.usual is None:
        return ""
    under, over = output.usual
    least, most = (numbers(gate, (key,)).get(key) for key in ("reject_below", "reject_above"))
    if (least is not None and least > FAR_OFF * over) or (
        most is not None and most < under / FAR_OFF
    ):
        return (
            f"real pictures have {under:.12g} to {over:.12g}, so this refuses nearly all. "
            "Move the bound."
        )
    return ""


def _perfect_cut(planned: Planned) -> Iterator[Broken]:
    cut = quality_cut(planned)
    for key in ("reject_below", "accept_above"):
        if cut is not None and getattr(cut, key) == 1:
            yield Broken(
                ("cut", key),
                f"{key}: only a candidate that is best in everything has a quality of 1. Lower it.",
            )


def _improbable_cut(planned: Planned) -> Iterator[Broken]:
    """Find a line that no candidate is probable enough for, as labels have it."""
    cut, factors = planned.plan.cut, _factors(planned)
    most = math.prod(factor.curve[-1][1] for factor in factors)
    for key in ("reject_below", "accept_above"):
        line = getattr(cut, key) if cut and factors else None
        if line is not None and line > most:
            yield Broken(
                ("cut", key),
                f"{key}: as labels have it the best has a probability of being good of "
                f"{most:.3g}, so none meets {line:.12g}. Lower it, or measure what tells more.",
            )


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

"""How probable it is that a candidate is good: a factor for the verdict, and one for each fault."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from selector.calibration import curves, scales
from selector.calibration import drafting as draft
from selector.calibration.resolve import Learning, learned, scaled
from selector.calibration.said import Key
from selector.calibration.sample import Array
from selector.decision.composite import chance, quality
from selector.errors import CalibrationError
from selector.planning import plan_of
from selector.policy.calibration import Calibration, FactorOf, TermOf
from selector.policy.plan import Factor, Plan, Ref, Term

DEFECT = "defect"  # what measures of a fault call its degree


def factors_of(
    learning: Learning, made: Calibration, faults: Mapping[str, Ref]
) -> tuple[FactorOf, ...]:
    """Return the factors of the probability of being good.

    One tells from what the ranking adds up whether people find a candidate good; one for each
    fault that people looked for, from the output that measures it, whether it is there.

    Args:
        learning: What is learned from.
        made: What is known so far: scales and weights are those that will be written.
        faults: By fault, the output that tells of it.

    Raises:
        CalibrationError: All that was judged is good, or nothing.
    """
    plan = plan_of(learning.policy, made)
    called = draft.names(learning.policy, learning.plan)
    steps = plan.terms or _added_up(learning, plan)
    drafts = [draft.verdict(tuple(draft.terms(steps, called)), draft.LEVEL, "none")]
    drafts += [_of_fault(learning, fault, ref) for fault, ref in faults.items()]
    level = plan_of(learning.policy, made.model_copy(update={"probability": tuple(drafts)}))
    made_of = level.probability.factors if level.probability else ()
    return tuple(
        _curved(learning, one, factor) for one, factor in zip(drafts, made_of, strict=True)
    )


def outputs_of(
    plan: Plan, flaws: Iterable[str], given: Mapping[str, str]
) -> tuple[dict[str, Ref], tuple[str, ...]]:
    """Return the output that tells of each fault that people looked for, and of which none does.

    Args:
        plan: Whose measures may tell.
        flaws: The faults, as people's flags name them.
        given: By fault, the output as a person names it; goes before what is found by name.

    Raises:
        CalibrationError: What is given names no output, or a fault that nobody looked for.
    """
    looked_for = tuple(flaws)
    for fault in given:
        if fault not in looked_for:
            among = ", ".join(looked_for) or "none"
            raise CalibrationError(
                f"--fault: nobody looked for it (got {fault!r}; flags are of {among}). Name those."
            )
    found = {
        fault: _named(plan, given[fault]) if fault in given else _by_name(plan, fault)
        for fault in looked_for
    }
    unknown = tuple(fault for fault, ref in found.items() if ref is None)
    return {fault: ref for fault, ref in found.items() if ref is not None}, unknown


def _named(plan: Plan, text: str) -> Ref:
    for name, one in plan.instances.items():
        rest = text.removeprefix(name)
        output = next(iter(one.outputs)) if not rest and len(one.outputs) == 1 else rest[1:]
        if text.startswith(name) and output in one.outputs:
            return Ref(name, output)
    known = ", ".join(f"{name}.{output}" for name, one in plan.instances.items()
                      for output in one.outputs)  # fmt: skip
    raise CalibrationError(
        f"--fault: the policy has no such output (got {text!r}; it has {known})."
    )


def _by_name(plan: Plan, fault: str) -> Ref | None:
    """Return the output of the instance that is named like a fault, if one alone can be meant."""
    for name, one in plan.instances.items():
        if fault in {name, name.rpartition(".")[2]} and one.scope == "candidate":
            sided = [key for key, its in one.outputs.items() if its.higher_is_better is not None]
            if DEFECT in sided:
                return Ref(name, DEFECT)
            return Ref(name, sided[0]) if len(sided) == 1 else None
    return None


def _added_up(learning: Learning, plan: Plan) -> Sequence[Term]:
    """Return the steps of an order as terms, each with the weight that labels give it."""
    features = np.column_stack([scaled(learning, step) for step in plan.parts])
    found = learned(learning, features).weights
    return [
        Term(step.of, float(weight), step.scale, step.if_absent)
        for step, weight in zip(plan.parts, found, strict=True)
        if weight > 0
    ]


def _of_fault(learning: Learning, fault: str, ref: Ref) -> FactorOf:
    output = learning.plan.instances[ref.instance].outputs[ref.output]
    higher = output.higher_is_better is True
    try:
        found = scales.fit(learning.values(ref.key), learning.groups, higher_is_better=higher)
    except ValueError as error:
        raise CalibrationError(f"{ref.key}, of the fault {fault!r}: {error}.") from None
    term = TermOf(of=ref.key, weight=1.0, knots=found.knots)
    return FactorOf(of=fault, terms=(term,), curve=draft.LEVEL, method="none")


def _curved(learning: Learning, one: FactorOf, factor: Factor) -> FactorOf:
    """Return a factor with its curve, fitted on what was judged."""
    said: Mapping[Key, bool] = learning.judged.good
    if one.of in learning.judged.flaws:
        said = {key: not present for key, present in learning.judged.flaws[one.of].items()}
    at, good = learning.of(said)
    sums = np.fromiter(_sums(learning, factor), dtype=float)
    try:
        curve = curves.fit(sums[at], good, groups=learning.groups[at])
    except ValueError as error:
        raise CalibrationError(
            f"{learning.policy.name}: the probability, as far as {one.of!r} tells: {error}. "
            "Get labels of both kinds."
        ) from None
    return one.model_copy(update={"curve": curve.knots, "method": curve.method})


def _sums(learning: Learning, factor: Factor) -> Iterator[float]:
    weight = float(np.sum([term.weight for term in factor.terms]))
    columns = [learning.outcomes(term.of.key) for term in factor.terms]
    for row in zip(*columns, strict=True):
        shares = [chance(term, one) for term, one in zip(factor.terms, row, strict=True)]
        yield min(quality(shares, weight), 1.0)


def quality_curve(learning: Learning, sums: Array) -> curves.Curve:
    """Return how probable being good is by quality, of every candidate that was judged.

    Raises:
        CalibrationError: All that was judged is good, or nothing.
    """
    at, good = learning.of(learning.judged.good)
    try:
        return curves.fit(np.clip(sums[at], 0, 1), good, groups=learning.groups[at])
    except ValueError as error:
        raise CalibrationError(
            f"{learning.policy.name}: the lines by your costs: {error}. Get labels of both kinds."
        ) from None

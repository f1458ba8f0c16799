"""The parts of a policy become the parts of a plan, checked against what measures declare."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from selector.errors import PolicyError
from selector.measures import loader
from selector.measures.base import Measure
from selector.planning import models
from selector.planning.instances import Instances
from selector.policy import document, grammar, plan
from selector.policy.document import Loc, Problem, Spot
from selector.policy.plan import Plan, Ref
from selector.policy.policy import Policy
from selector.policy.values import CALIBRATED, EXPECT
from selector.types import Output

Source = Policy | Mapping[str, Any] | str | bytes | os.PathLike[str]


@dataclass(frozen=True)
class Planned:
    """A policy with its plan.

    Attributes:
        policy: What was written.
        plan: What can run; its gates, terms and so on stand in the order of the policy's.
        measures: The measure of each instance that the policy names.
    """

    policy: Policy
    plan: Plan
    measures: Mapping[str, Measure]


def plan_of(source: Source) -> Plan:
    """Return the plan of a policy; see `planned`."""
    return planned(source).plan


def planned(source: Source) -> Planned:
    """Return a policy with its plan.

    Args:
        source: What `Policy.load` takes.

    Raises:
        PolicyError: The policy can't be read, breaks the grammar, refers to what does not exist
            or does not fit, or asks for what is not built yet. Lists every problem.
    """
    try:
        policy = Policy.load(source)
    except PolicyError as error:
        if not isinstance(error.rest, Policy):
            raise
        policy = error.rest
    planner = _Planner(policy)
    made = planner.make()
    if problems := (*policy.left_out.problems, *planner.problems):
        raise PolicyError(document.in_order(problems))
    return Planned(policy, made, {name: one for name, _, one in planner.instances.made()})


def measure_of(instance: plan.Instance) -> Measure:
    """Return the measure of a planned instance; nothing is loaded yet.

    Raises:
        MeasureError: It is not here any more, or takes other parameters now.
    """
    return loader.construct(instance.use, instance.parameters)


_BOUNDS = ("reject_below", "reject_above", "accept_below", "accept_above", "equals", "at_least")
_NO_COMPOSITE = ("lexicographic", "pareto")
_NO_SCALE = plan.Scale(0.0, 1.0, higher_is_better=True)


class _Planner:
    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.problems: list[Problem] = []
        self.uncertified: list[str] = []
        self.instances = Instances(policy, self._tell_at)

    def make(self) -> Plan:
        policy = self.policy
        self.instances.declare()
        for text, spot in policy.left_out.references:
            self.instances.ref(text, spot)
        self._not_built_yet()
        gates = tuple(self._gate(gate, ("gates", at)) for at, gate in enumerate(policy.gates))
        method = self._method()
        cut, distinct = self._cut(), self._distinct()
        self._fits_method()
        instances = self.instances.planned(plan.refs_of(gates, method, distinct))
        self._licences()
        return Plan(
            policy=policy.name,
            version=policy.version,
            policy_hash=policy.hash,
            instances=instances,
            gates=gates,
            method=method,
            cut=cut,
            deliver=policy.deliver if isinstance(policy.deliver, int) else None,
            review_at_most=policy.review_at_most,
            distinct=distinct,
            on_empty=policy.on_empty,
            uncertified=tuple(self.uncertified),
            if_uncertified=policy.uncertified,
            journal=policy.journal or "where_set",
            timeout_s=policy.timeout_s,
            mode=policy.cascade.mode,
        )

    def _tell_at(self, spot: Spot, said: str) -> None:
        self.problems.append(Problem(spot, said))

    def _tell(self, loc: Loc, said: str) -> None:
        self._tell_at(self.policy.spot(*loc), said)

    def _not_built_yet(self) -> None:
        policy = self.policy
        later = (
            (("cascade", "audit"), bool(policy.cascade.audit), "an audit share", "Use 0"),
            (("cascade", "parallelism"), policy.cascade.parallelism, "parallelism", "Drop it"),
            (("cut", "of"), policy.cut and policy.cut.of == "probability",
             "a cut of the calibrated probability", "Cut 'quality'"),
        )  # fmt: skip
        for loc, asked, what, instead in later:
            if asked:
                self._tell(loc, f"{what} is not built yet. {instead} for now.")

    def _ref(self, text: str, loc: Loc) -> tuple[Ref, Output | None]:
        return self.instances.ref(text, self.policy.spot(*loc))

    # -- the parts --------------------------------------------------------------------------

    def _gate(self, gate: grammar.Gate, loc: Loc) -> plan.Gate:
        ref, output = self._ref(gate.on, (*loc, "on"))
        if output is not None:
            self._inside(gate, output, loc)
        return plan.Gate(
            on=ref,
            reject_below=gate.reject_below,
            reject_above=gate.reject_above,
            accept_below=self._line(gate.accept_below, f"accept_below of {gate.on}"),
            accept_above=self._line(gate.accept_above, f"accept_above of {gate.on}"),
            equals=_expectation(gate.equals),
            at_least=_expectation(gate.at_least),
            on_failure=gate.on_failure,
            if_absent=gate.if_absent,
        )

    def _inside(self, gate: grammar.Gate, output: Output, loc: Loc) -> None:
        """Tell of bounds that no value reaches: they refuse nothing ever, or everything."""
        for key in _BOUNDS:
            bound = getattr(gate, key)
            if isinstance(bound, float) and not output.holds(bound):
                self._tell(
                    (*loc, key),
                    f"{key}: beyond what {gate.on} can be, {output.span} {output.unit} "
                    f"(got {bound:.12g}). Give a bound in this range.",
                )

    def _line(self, line: float | str | None, what: str) -> float | None:
        if isinstance(line, str):
            self.uncertified.append(what)
            return None
        return line

    def _method(self) -> plan.Method:
        method, loc = self.policy.method, ("method",)
        if method.weighted_sum is not None:
            return plan.WeightedSum(self._terms(method.weighted_sum, (*loc, "weighted_sum")))
        if method.lexicographic is not None:
            steps = self._criteria(method.lexicographic, (*loc, "lexicographic"))
            return plan.Lexicographic(steps)
        if method.constrained is not None:
            at = (*loc, "constrained")
            bounds = [
                self._gate(gate, (*at, "constraints", place))
                for place, gate in enumerate(method.constrained.constraints)
            ]
            terms = self._terms(method.constrained.objective, (*at, "objective"))
            return plan.Constrained(terms, tuple(bounds))
        if method.pareto is None:
            return plan.Lexicographic(())  # it was left out, and the plan will not be used
        at = (*loc, "pareto")
        axes = self._criteria(method.pareto.objectives, (*at, "objectives"))
        return plan.Pareto(axes, self._terms(method.pareto.pick or (), (*at, "pick")))

    def _terms(self, terms: Sequence[grammar.Term], loc: Loc) -> tuple[plan.Term, ...]:
        weights = [
            term.until_then if isinstance(term.weight, str) else term.weight for term in terms
        ]
        total = sum(weight or 0.0 for weight in weights)
        made = []
        for at, (term, weight) in enumerate(zip(terms, weights, strict=True)):
            ref, scale = self._scaled(term, (*loc, at))
            share = (weight or 0.0) / total
            if not share > 0:
                self._tell(
                    (*loc, at),
                    f"{term.of}: counts for nothing beside the others. Give a larger weight.",
                )
            made.append(plan.Term(ref, share, scale, term.if_absent, term.on_failure))
        return tuple(made)

    def _criteria(
        self, steps: Sequence[grammar.Criterion | grammar.Objective], loc: Loc
    ) -> tuple[plan.Criterion, ...]:
        made = []
        for at, step in enumerate(steps):
            ref, scale = self._scaled(step, (*loc, at))
            eps = step.eps if isinstance(step, grammar.Criterion) else 0.0
            made.append(plan.Criterion(ref, scale, eps, step.if_absent, step.on_failure))
        return tuple(made)

    def _scaled(
        self, part: grammar.Term | grammar.Criterion | grammar.Objective, loc: Loc
    ) -> tuple[Ref, plan.Scale]:
        ref, output = self._ref(part.of, (*loc, "of"))
        if output is None:
            return ref, _NO_SCALE
        if output.optional and part.if_absent is None:
            self._tell(
                loc, f"{part.of}: may be absent. Give 'if_absent', the raw value it counts as."
            )
        if output.higher_is_better is None:
            self._tell(loc, f"{part.of}: neither more nor less of it is better. Use it in a gate.")
            return ref, _NO_SCALE
        ends = _ends(part.scale, output)
        if ends is None:
            self._tell(loc, f"{part.of}: has no bounds. Give 'scale: {{ends: [LOW, HIGH]}}'.")
            return ref, _NO_SCALE
        return ref, plan.Scale(*ends, higher_is_better=output.higher_is_better)

    def _cut(self) -> plan.Cut | None:
        cut = self.policy.cut
        if cut is None or cut.of == "probability":
            return None
        return plan.Cut(
            "quality", cut.reject_below, self._line(cut.accept_above, "cut.accept_above")
        )

    def _distinct(self) -> plan.Distinct | None:
        distinct = self.policy.distinct
        if distinct is None:
            return None
        ref, _ = self._ref(distinct.by, ("distinct", "by"))
        measure = self.instances.measures.get(ref.instance)
        if measure is not None and measure.scope != "set":
            self._tell(
                ("distinct", "by"),
                f"{distinct.by}: measures no distances between candidates. "
                "Use a measure of sets, such as filters.near_duplicates.",
            )
        return plan.Distinct(ref, distinct.within)

    def _licences(self) -> None:
        """Tell of models that a policy for commercial use can't have, where they were named."""
        if self.policy.licences == "any":
            return
        for name, spot, measure in self.instances.made():
            for said in models.not_commercial(name, measure):
                self._tell_at(spot, said)

    def _fits_method(self) -> None:
        policy, method = self.policy, self.policy.method
        kind = next((name for name in _NO_COMPOSITE if getattr(method, name) is not None), None)
        if kind and policy.cut and policy.cut.of == "quality":
            self._tell(
                ("cut", "of"),
                f"{kind} has no quality to cut. Use weighted_sum or constrained, or drop the cut.",
            )
        if method.pareto is not None and method.pareto.pick is None:
            for key in ("cut", "distinct", "review_at_most"):
                if getattr(policy, key) is not None:
                    self._tell(
                        (key,), f"{key}: has no effect on pareto without 'pick'. Add a pick."
                    )


def _ends(scale: grammar.Scale | None, output: Output) -> tuple[float, float] | None:
    if scale is not None:
        ends = scale.until_then if scale.ends == CALIBRATED else scale.ends
        return ends if isinstance(ends, tuple) else None
    if output.low is None or output.high is None:
        return None
    return output.low, output.high


def _expectation(given: float | str | None) -> float | str | None:
    return given.removeprefix(EXPECT) if isinstance(given, str) else given

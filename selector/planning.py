"""A policy and what its measures declare become a plan; every problem is told at once."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from selector.errors import MeasureError, PolicyError
from selector.measures import loader
from selector.measures.base import EVIDENCE_OF, Measure
from selector.policy import grammar, plan
from selector.policy.grammar import CALIBRATED
from selector.policy.plan import Plan, Ref
from selector.policy.policy import Policy
from selector.policy.problems import nearest
from selector.types import KINDS, Output

Source = Policy | Mapping[str, Any] | str | bytes | os.PathLike[str]
Loc = tuple[str | int, ...]


def plan_of(source: Source) -> Plan:
    """Return the plan of a policy.

    Args:
        source: What `Policy.load` takes.

    Raises:
        PolicyError: The policy can't be read, breaks the grammar, refers to what does not exist
            or does not fit, or asks for what is not built yet. Lists every problem.
    """
    told: tuple[str, ...] = ()
    try:
        policy = Policy.load(source)
    except PolicyError as error:
        if not isinstance(error.rest, Policy):
            raise
        policy, told = error.rest, error.problems
    planner = _Planner(policy)
    made = planner.make()
    if told or planner.problems:
        raise PolicyError(_by_line((*told, *planner.problems)))
    return made


def measure_of(instance: plan.Instance) -> Measure:
    """Return the measure of a planned instance; nothing is loaded yet.

    Raises:
        MeasureError: It is not here any more, or takes other parameters now.
    """
    return loader.construct(instance.use, instance.parameters)


_NOWHERE = Ref("", "")  # stands for a reference that could not be resolved
_NO_SCALE = plan.Scale(0.0, 1.0, higher_is_better=True)


@dataclass
class _Planner:
    policy: Policy
    measures: dict[str, Measure | None] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    uncertified: list[str] = field(default_factory=list)

    def make(self) -> Plan:
        policy = self.policy
        for name in policy.measures:
            self._instance(name, ("measures", name))
        self._not_built_yet()
        gates = tuple(self._gate(gate, ("gates", at)) for at, gate in enumerate(policy.gates))
        method = self._method()
        cut, distinct = self._cut(), self._distinct()
        self._fits_method(method)
        instances = self._instances(_refs(gates, method, distinct))
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
            journal=policy.journal,
            timeout_s=policy.timeout_s,
            mode=policy.cascade.mode,
        )

    def _tell(self, loc: Loc, said: str) -> None:
        self.problems.append(f"{self.policy.where(*loc)}: {said}")

    def _not_built_yet(self) -> None:
        policy = self.policy
        later = (
            (("cascade", "audit"), bool(policy.cascade.audit), "an audit share", "Use 0"),
            (("cascade", "parallelism"), policy.cascade.parallelism, "parallelism", "Drop it"),
            (("licences",), policy.licences == "commercial", "a bound on licences", "Use 'any'"),
            (("cut", "of"), policy.cut and policy.cut.of == "probability",
             "a cut of the calibrated probability", "Cut 'quality'"),
        )  # fmt: skip
        for loc, asked, what, instead in later:
            if asked:
                self._tell(loc, f"{what} is not built yet. {instead} for now.")

    # -- references -------------------------------------------------------------------------

    def _ref(self, text: str, loc: Loc) -> tuple[Ref, Output | None]:
        name, rest = self._split(text)
        measure = self._instance(name, loc)
        if measure is None:
            return _NOWHERE, None
        outputs = measure.outputs
        if not rest and len(outputs) != 1:
            self._tell(loc, f"{text}: has several outputs; name one of {', '.join(outputs)}.")
            return _NOWHERE, None
        output = rest or next(iter(outputs))
        if output not in outputs:
            self._tell(loc, f"{text}: no such output; {nearest(output, list(outputs))}")
            return _NOWHERE, None
        return Ref(name, output), outputs[output]

    def _split(self, text: str) -> tuple[str, str]:
        """Return the instance that *text* names, and the rest: its output, if it names one."""
        parts = text.split(".")
        if parts[0] in self.policy.measures:
            return parts[0], ".".join(parts[1:])
        packaged = parts[0] in grammar.KIND_FOLDERS
        whole = 2 if packaged or loader.exists(text) else len(parts) - 1
        if not packaged and loader.exists(text):
            whole = len(parts)
        whole = max(whole, 1)
        return ".".join(parts[:whole]), ".".join(parts[whole:])

    def _instance(self, name: str, loc: Loc) -> Measure | None:
        if name not in self.measures:
            use = self.policy.measures.get(name)
            try:
                if use is None:
                    self.measures[name] = loader.construct(name, {})
                else:
                    self.measures[name] = loader.construct(use.use, use.model_extra or {})
            except MeasureError as error:
                self._tell(loc, self._no_measure(name, str(error)))
                self.measures[name] = None
        return self.measures[name]

    def _no_measure(self, name: str, said: str) -> str:
        declared = list(self.policy.measures)
        if "." in name or not declared:
            return said
        return f"{name!r}: no such instance; {nearest(name, declared)}"

    def _instances(self, refs: Iterable[Ref]) -> dict[str, plan.Instance]:
        names = {ref.instance for ref in refs} - {""}
        while more := {needed for name in names for needed in self._evidence(name)} - names:
            names |= more
        made = [_planned(name, measure) for name in names if (measure := self.measures.get(name))]
        made.sort(key=lambda one: (KINDS.index(one.kind), one.cost.seconds, one.name))
        return {one.name: one for one in made}

    def _evidence(self, name: str) -> list[str]:
        measure = self.measures.get(name)
        if measure is None:
            return []
        needed = [need.removeprefix(EVIDENCE_OF) for need in measure.needs if _is_evidence(need)]
        loc: Loc = ("measures", name)
        return [one for one in needed if self._instance(one, loc) is not None]

    # -- the parts --------------------------------------------------------------------------

    def _gate(self, gate: grammar.Gate, loc: Loc) -> plan.Gate:
        ref, _ = self._ref(gate.on, (*loc, "on"))
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
            raise RuntimeError("the grammar lets exactly one method be given")
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
        measure = self.measures.get(ref.instance)
        if measure is not None and measure.scope != "set":
            self._tell(
                ("distinct", "by"),
                f"{distinct.by}: measures no distances between candidates. "
                "Use a measure of sets, such as filters.near_duplicates.",
            )
        return plan.Distinct(ref, distinct.within)

    def _fits_method(self, method: plan.Method) -> None:
        policy = self.policy
        composite = isinstance(method, plan.WeightedSum | plan.Constrained)
        if policy.cut and policy.cut.of == "quality" and not composite:
            self._tell(
                ("cut", "of"),
                f"{method.kind} has no quality to cut. Use weighted_sum or constrained, or drop it.",
            )
        if isinstance(method, plan.Pareto) and not method.pick:
            for key in ("cut", "distinct", "review_at_most"):
                if getattr(policy, key) is not None:
                    self._tell(
                        (key,), f"{key}: has no effect on pareto without 'pick'. Add a pick."
                    )


def _refs(
    gates: Iterable[plan.Gate], method: plan.Method, distinct: plan.Distinct | None
) -> list[Ref]:
    refs = [gate.on for gate in gates]
    match method:
        case plan.WeightedSum(terms=terms):
            refs += [part.of for part in terms]
        case plan.Lexicographic(criteria=criteria):
            refs += [part.of for part in criteria]
        case plan.Constrained(objective=terms, constraints=bounds):
            refs += [part.of for part in terms] + [bound.on for bound in bounds]
        case plan.Pareto(objectives=criteria, pick=terms):
            refs += [part.of for part in criteria] + [part.of for part in terms]
    return refs + ([distinct.by] if distinct else [])


def _planned(name: str, measure: Measure) -> plan.Instance:
    return plan.Instance(
        name=name,
        use=loader.path_of(type(measure)),
        kind=measure.kind,
        scope=measure.scope,
        version=measure.version,
        fingerprint=measure.fingerprint(),
        parameters=measure.model_dump(mode="json"),
        outputs=dict(measure.outputs),
        needs=tuple(sorted(measure.needs)),
        cost=measure.cost,
    )


def _ends(scale: grammar.Scale | None, output: Output) -> tuple[float, float] | None:
    if scale is not None:
        ends = scale.until_then if scale.ends == CALIBRATED else scale.ends
        return ends if isinstance(ends, tuple) else None
    if output.low is None or output.high is None:
        return None
    return output.low, output.high


def _expectation(given: float | str | None) -> float | str | None:
    return given.removeprefix(grammar.EXPECT) if isinstance(given, str) else given


def _is_evidence(need: str) -> bool:
    return need.startswith(EVIDENCE_OF)


def _by_line(problems: Iterable[str]) -> list[str]:
    def line(said: str) -> tuple[str, int]:
        origin, _, rest = said.partition(":")
        digits = rest.partition(":")[0]
        return origin, int(digits) if digits.isdigit() else 0

    return sorted(problems, key=line)

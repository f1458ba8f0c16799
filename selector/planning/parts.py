"""The parts of a policy become the parts of a plan, checked against what measures declare."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from selector.planning.calibrated import Answers
from selector.planning.instances import Instances
from selector.policy import grammar, plan
from selector.policy.calibration import FactorOf, TermOf
from selector.policy.document import Loc
from selector.policy.lines import CUT
from selector.policy.plan import Ref
from selector.policy.policy import Policy
from selector.policy.values import CALIBRATED, EXPECT
from selector.types import Output

_BOUNDS = ("reject_below", "reject_above", "accept_below", "accept_above", "equals", "at_least")
_OF_A_CUT = ("reject_below", "accept_above")
_NO_SCALE = plan.Scale(0.0, 1.0, higher_is_better=True)


class Parts:
    """Makes gates, method, cut and distinct of a plan; tells of what does not fit.

    Attributes:
        uncertified: Lines that wait for a calibration, in words, as far as parts were made.
        dropped: Which terms count for nothing as labels have it, by their places in the policy.
    """

    def __init__(
        self,
        policy: Policy,
        instances: Instances,
        tell: Callable[[Loc, str], None],
        *,
        answers: Answers,
    ) -> None:
        """Make none yet.

        Args:
            policy: What was written.
            instances: Resolves what it refers to.
            tell: Takes every problem: where, and what is wrong.
            answers: Says the numbers that are calibrated.
        """
        self.uncertified: list[str] = []
        self.dropped: dict[int, Ref] = {}
        self._policy = policy
        self._instances = instances
        self._tell = tell
        self._answers = answers
        self._absent: dict[Ref, float] = {}

    def gates(self) -> tuple[plan.Gate, ...]:
        """Return the bounds that are asked before ranking."""
        return tuple(self._gate(gate, ("gates", at)) for at, gate in enumerate(self._policy.gates))

    def _gate(self, gate: grammar.Gate, loc: Loc) -> plan.Gate:
        ref, output = self._ref(gate.on, (*loc, "on"))
        if output is not None:
            self._inside(gate, output, loc)
        if gate.on == CUT and CALIBRATED in (gate.accept_below, gate.accept_above):
            self._tell(
                (*loc, "on"),
                f"{CUT}: a calibrated line of what is called so can't be told from the cut's. "
                "Call it otherwise.",
            )
        return plan.Gate(
            on=ref,
            reject_below=gate.reject_below,
            reject_above=gate.reject_above,
            accept_below=self._line(gate.accept_below, gate.on, "accept_below"),
            accept_above=self._line(gate.accept_above, gate.on, "accept_above"),
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

    def _line(self, line: float | str | None, on: str, name: str) -> float | None:
        if not isinstance(line, str):
            return line
        found = self._answers.line(on, name)
        if found is None and name != "reject_below":
            self.uncertified.append(plan.line_words(on, name))
        return found

    def method(self) -> plan.Method:
        """Return the way to rank."""
        method, loc = self._policy.method, ("method",)
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
        weights = [self._weight(term) for term in terms]
        total = sum(weights)
        if terms and not total:
            self._answers.tell("weights: all are 0, so nothing ranks. Calibrate again.")
            total = 1.0
        made = []
        for at, (term, weight) in enumerate(zip(terms, weights, strict=True)):
            ref, scale = self._scaled(term, (*loc, at))
            share = weight / total
            if term.weight == CALIBRATED and weight == 0:
                self.dropped[at] = ref
                continue
            if not share > 0:
                self._tell(
                    (*loc, at),
                    f"{term.of}: counts for nothing beside the others. Give a larger weight.",
                )
            made.append(plan.Term(ref, share, scale, term.if_absent, term.on_failure))
        return tuple(made)

    def _weight(self, term: grammar.Term) -> float:
        if not isinstance(term.weight, str):
            return term.weight
        found = self._answers.weight(term.of)
        return (term.until_then or 0.0) if found is None else found

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
        if part.if_absent is not None:
            self._absent[ref] = part.if_absent
        calibrated = part.scale is not None and part.scale.ends == CALIBRATED
        if knots := self._answers.knots(part.of) if calibrated else ():
            return ref, self._answers.scale(part.of, knots, output)
        ends = _ends(part.scale, output)
        if ends is None:
            self._tell(loc, f"{part.of}: has no bounds. Give 'scale: {{ends: [LOW, HIGH]}}'.")
            return ref, _NO_SCALE
        return ref, plan.Scale(*ends, higher_is_better=output.higher_is_better)

    def cut(self) -> tuple[plan.Cut | None, plan.Probability | None]:
        """Return the bound on the composite or on the probability, if there is one, and that.

        To be made after the method, whose `if_absent` the probability shares.
        """
        cut = self._policy.cut
        if cut is None:
            return None, None
        answers, waits = self._answers, len(self.uncertified)
        low, high = (self._line(getattr(cut, name), CUT, name) for name in _OF_A_CUT)
        if cut.reject_below == CALIBRATED and low is None and cut.accept_above is None:
            # It alone says what is accepted: without a number the cut would let all pass.
            self.uncertified.append(plan.line_words(CUT, "reject_below"))
        made = plan.Cut(cut.of, low, high)
        if cut.of == "quality":
            return made, None
        if not answers.factors:
            self.uncertified[waits:] = ["cut of the probability"]  # whatever its lines are
            return None, None
        return made, plan.Probability(tuple(map(self._factor, answers.factors)))

    def _factor(self, factor: FactorOf) -> plan.Factor:
        total = sum(term.weight for term in factor.terms)
        terms = tuple(self._likely(term, total) for term in factor.terms)
        return plan.Factor(terms, factor.curve)

    def _likely(self, term: TermOf, total: float) -> plan.Term:
        answers = self._answers
        ref, output = self._instances.ref(term.of, answers.spot, answers.tell_at)
        if output is None:
            return plan.Term(ref, 1.0, _NO_SCALE)
        measure = self._instances.measures[ref.instance]
        if measure is not None and measure.scope == "set":
            answers.tell(f"{term.of}: looks at all candidates together. Calibrate again.")
        scale = answers.scale(term.of, term.knots, output)
        return plan.Term(ref, term.weight / total, scale, self._absent.get(ref))

    def distinct(self) -> plan.Distinct | None:
        """Return what keeps alike pictures from being delivered together, if anything does."""
        distinct = self._policy.distinct
        if distinct is None:
            return None
        ref, _ = self._ref(distinct.by, ("distinct", "by"))
        measure = self._instances.measures.get(ref.instance)
        if measure is not None and (measure.scope != "set" or measure.kind == "scorer"):
            self._tell(
                ("distinct", "by"),
                f"{distinct.by}: measures no distances between candidates. "
                "Use a measure of sets, such as filters.near_duplicates.",
            )
        return plan.Distinct(ref, distinct.within)

    def _ref(self, text: str, loc: Loc) -> tuple[Ref, Output | None]:
        return self._instances.ref(text, self._policy.spot(*loc))


def _ends(scale: grammar.Scale | None, output: Output) -> tuple[float, float] | None:
    if scale is not None:
        ends = scale.until_then if scale.ends == CALIBRATED else scale.ends
        return ends if isinstance(ends, tuple) else None
    if output.low is None or output.high is None:
        return None
    return output.low, output.high


def _expectation(given: float | str | None) -> float | str | None:
    return given.removeprefix(EXPECT) if isinstance(given, str) else given

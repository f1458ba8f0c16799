"""The bars of a report: one for each number that the policy refers to, the same on every card."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from selector.policy.plan import Criterion, Gate, Lexicographic, Pareto, Plan, Ref, Scale, Term
from selector.report.axes import Span, span
from selector.report.words import Vocabulary, number
from selector.report.zones import Zone, asks, bounds, zones
from selector.types import Output, Score, Selection

QUALITY = "quality"  # the name of the composite's bar
PROBABILITY = "probability"  # what a cut may be of instead
COMPOSITE = Output("", 0.0, 1.0, higher_is_better=True, words="quality, all in all", usual=(0, 1))
LIKELY = replace(COMPOSITE, words="probability of being good")


@dataclass(frozen=True, slots=True)
class Bar:
    """What the bars of one output have in common.

    Attributes:
        name: What the policy calls it: "instance.output".
        words: What it is in everyday words.
        unit: Its unit as the measure declares it.
        suffix: The unit as it stands behind a number.
        span: What the bar runs over.
        zones: Its zones in percent, in the order in which they are drawn.
        lines: Where zones end, in percent.
        asks: What the policy asks of it, in words.
        counts: What it counts in the ranking, in words; "" if it does not.
    """

    name: str
    words: str
    unit: str
    suffix: str
    span: Span
    zones: tuple[Zone, ...]
    lines: tuple[float, ...]
    asks: tuple[str, ...]
    counts: str

    @property
    def ends(self) -> str:
        """From where to where it runs, in words."""
        low, high = number(self.span.low), number(self.span.high)
        ends = f"{low} to {high}"
        return f"{ends}, logarithmic; smaller values at its left end" if self.span.log else ends


@dataclass(frozen=True, slots=True)
class Use:
    """What a policy uses one number for.

    Attributes:
        gates: The bounds on it.
        expect: What the request expects.
        counts: What it counts in the ranking, in words; "" if it does not.
        points: What should lie on its bar besides: ends of scales, the candidates' values.
    """

    gates: Sequence[Gate]
    expect: Mapping[str, float]
    counts: str
    points: Sequence[float] = ()


def bars(selection: Selection, plan: Plan) -> tuple[Bar, ...]:
    """Return a bar for the quality, and for each output that *plan* judges or ranks by, in order.

    All candidates of *selection* have their values on them.
    """
    vocabulary, expect = Vocabulary.of(plan), selection.expect
    gates = (*plan.gates, *plan.constraints)
    ranked = ranked_by(plan)
    likely = plan.probability.terms if plan.probability else ()
    used = (*ranked, *likely)
    keys = dict.fromkeys([one.on.key for one in gates] + [one.of.key for one in used])
    found = []
    for key in keys:
        parts = [one for one in used if one.of.key == key]
        ends = [end for one in parts for end in (one.scale.low, one.scale.high)]
        counts = [_counts(one) for one in ranked if one.of.key == key]
        counts += [f"tells of the {LIKELY.words}"] * any(one.of.key == key for one in likely)
        found.append(
            _bar(
                key,
                vocabulary,
                Use(
                    [gate for gate in gates if gate.on.key == key],
                    expect,
                    "; ".join(counts),
                    [*ends, *_values(selection, key)],
                ),
            )
        )
    decision = selection.decision
    composites = [_quality(plan)] if decision.quality or decision.at_most else []
    composites += [_probability(plan)] if plan.probability else []
    return (*composites, *found)


def _quality(plan: Plan) -> Bar:
    inside = isinstance(plan.method, Pareto)
    counts = "picks among those that dominance leaves equal" if inside else "decides it"
    use = Use(_lines(plan, QUALITY), {}, counts)
    return _bar(QUALITY, Vocabulary({QUALITY: COMPOSITE}), use)


def _probability(plan: Plan) -> Bar:
    use = Use(_lines(plan, PROBABILITY), {}, "")
    return _bar(PROBABILITY, Vocabulary({PROBABILITY: LIKELY}), use)


def _lines(plan: Plan, of: str) -> list[Gate]:
    """Return the cut as a bound on what it is of."""
    cut = plan.cut
    if cut is None or cut.of != of:
        return []
    lines = (cut.reject_below, cut.accept_above)
    return (
        [Gate(Ref(of, ""), reject_below=lines[0], accept_above=lines[1])]
        if any(line is not None for line in lines)
        else []
    )


def ranked_by(plan: Plan) -> tuple[Term | Criterion, ...]:
    """Return all that *plan* ranks by."""
    match plan.method:
        case Lexicographic(criteria=found) | Pareto(objectives=found):
            return (*plan.terms, *found)
    return plan.terms


def _values(selection: Selection, key: str) -> list[float]:
    outcomes = (row.get(key) for row in selection.outcomes.values())
    return [float(one.value) for one in outcomes if isinstance(one, Score)]


def _bar(key: str, vocabulary: Vocabulary, use: Use) -> Bar:
    output = vocabulary.outputs[key]
    suffix = vocabulary.unit(key)
    given = [line for gate in use.gates for line in bounds(gate, use.expect)]
    over = span(output, given, use.points)
    raw = [zone for gate in use.gates for zone in zones(gate, use.expect, whole=output.whole)]
    drawn = _drawn(over, raw)
    return Bar(
        name=key,
        words=vocabulary.words(key),
        unit=vocabulary.whole_unit(key),
        suffix=suffix,
        span=over,
        zones=drawn,
        lines=tuple(sorted({end for zone in drawn for end in (zone.start, zone.end)} - {0, 100})),
        asks=tuple(ask for gate in use.gates for ask in asks(gate, use.expect, suffix)),
        counts=use.counts,
    )


def _drawn(over: Span, raw: Iterable[Zone]) -> tuple[Zone, ...]:
    """Return zones in percent of the bar; what is refused comes last and lies on top."""
    ordered = sorted(raw, key=lambda zone: zone.standing == "refused")
    placed = [Zone(over.at(zone.start), over.at(zone.end), zone.standing) for zone in ordered]
    return tuple(zone for zone in placed if zone.start < zone.end)


def _counts(one: Term | Criterion) -> str:
    scale = _scale(one.scale)
    if isinstance(one, Term):
        return f"{number(100 * one.weight)} % of the quality; {scale}"
    near = f"; closer than {number(one.eps)} counts as equal" if one.eps else ""
    return f"compared; {scale}{near}"


def _scale(scale: Scale) -> str:
    return f"worst at {number(scale.worst)}, best at {number(scale.best)}"

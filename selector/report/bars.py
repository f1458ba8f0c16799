"""The bars of a report: one for each number that the policy refers to, the same on every card."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from selector.policy.plan import Criterion, Cut, Gate, Lexicographic, Pareto, Plan, Scale, Term
from selector.report.axes import Span, Zone, span
from selector.report.words import Vocabulary, number
from selector.types import Output, Score, Selection

QUALITY = "quality"  # the name of the composite's bar
COMPOSITE = Output("", 0.0, 1.0, higher_is_better=True, words="quality, all in all", usual=(0, 1))
HALF = 0.5  # of a whole number: as far as it reaches to each side


@dataclass(frozen=True, slots=True)
class Part:
    """A zone as it is drawn: in percent of the bar."""

    start: float
    width: float
    standing: str


@dataclass(frozen=True, slots=True)
class Bar:
    """What the bars of one output have in common.

    Attributes:
        name: What the policy calls it: "instance.output".
        words: What it is in everyday words.
        unit: Its unit as the measure declares it.
        suffix: The unit as it stands behind a number.
        span: What the bar runs over.
        parts: Its zones, in the order in which they are drawn.
        lines: Where the policy's lines are, in percent.
        asks: What the policy asks of it, in words.
        counts: What it counts in the ranking, in words; "" if it does not.
    """

    name: str
    words: str
    unit: str
    suffix: str
    span: Span
    parts: tuple[Part, ...]
    lines: tuple[float, ...]
    asks: tuple[str, ...]
    counts: str

    @property
    def ends(self) -> str:
        """From where to where it runs, in words."""
        low, high = number(self.span.low), number(self.span.high)
        ends = f"{low} to {high}"
        return f"{ends}, logarithmic; smaller values at its left end" if self.span.log else ends


def bars(selection: Selection, plan: Plan) -> tuple[Bar, ...]:
    """Return a bar for the quality, and for each output that *plan* judges or ranks by, in order.

    All candidates of *selection* have their values on them.
    """
    vocabulary, expect = Vocabulary.of(plan), selection.expect
    gates = (*plan.gates, *plan.constraints)
    ranked: list[Term | Criterion] = [*plan.terms, *_criteria(plan)]
    keys = dict.fromkeys([one.on.key for one in gates] + [one.of.key for one in ranked])
    found = [
        _bar(
            key,
            vocabulary,
            [_lines(gate, expect) for gate in gates if gate.on.key == key],
            [one for one in ranked if one.of.key == key],
            _values(selection, key),
        )
        for key in keys
    ]
    return tuple([_quality(plan.cut), *found] if selection.decision.quality else found)


def _quality(cut: Cut | None) -> Bar:
    lines = Lines() if cut is None else Lines(cut.reject_below, accept_above=cut.accept_above)
    return _bar(QUALITY, Vocabulary({QUALITY: COMPOSITE}), [lines], [], [])


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a gate or of the cut, expectations filled in."""

    reject_below: float | None = None
    reject_above: float | None = None
    accept_below: float | None = None
    accept_above: float | None = None
    equals: float | None = None
    unknown: str = ""

    @property
    def bounds(self) -> list[float]:
        """All lines that there are."""
        given = (
            self.reject_below, self.reject_above, self.accept_below, self.accept_above, self.equals,
        )  # fmt: skip
        return [float(one) for one in given if one is not None]

    def asks(self, suffix: str) -> list[str]:
        """Return what they ask, in words."""
        said = {
            "refused below": self.reject_below,
            "refused above": self.reject_above,
            "accepted up to": self.accept_below,
            "accepted from": self.accept_above,
            "wanted exactly": self.equals,
        }
        known = [f"{how} {number(at)}{suffix}" for how, at in said.items() if at is not None]
        return known + ([self.unknown] if self.unknown else [])

    def zones(self, *, whole: bool) -> list[Zone]:
        """Return what they make of every value; what is refused comes last and lies on top."""
        low, high = float("-inf"), float("inf")
        found = []
        if self.accept_above is not None:
            found.append(Zone(low, self.accept_above, "review"))
        if self.accept_below is not None:
            found.append(Zone(self.accept_below, high, "review"))
        if self.reject_below is not None:
            found.append(Zone(low, self.reject_below, "refused"))
        if self.reject_above is not None:
            found.append(Zone(self.reject_above, high, "refused"))
        if self.equals is not None:
            reach = HALF if whole else 0.0
            found.append(Zone(low, self.equals - reach, "refused"))
            found.append(Zone(self.equals + reach, high, "refused"))
        return found


def _lines(gate: Gate, expect: Mapping[str, float]) -> Lines:
    equals, least = _number(gate.equals, expect), _number(gate.at_least, expect)
    names = [one for one in (gate.equals, gate.at_least) if isinstance(one, str)]
    missing = [name for name in names if name not in expect]
    low = [one for one in (gate.reject_below, least) if one is not None]
    return Lines(
        max(low, default=None),
        gate.reject_above,
        gate.accept_below,
        gate.accept_above,
        equals,
        f"compared with expect.{missing[0]}, which this request did not give" if missing else "",
    )


def _number(given: float | str | None, expect: Mapping[str, float]) -> float | None:
    return expect.get(given) if isinstance(given, str) else given


def _criteria(plan: Plan) -> tuple[Criterion, ...]:
    match plan.method:
        case Lexicographic(criteria=found) | Pareto(objectives=found):
            return found
    return ()


def _values(selection: Selection, key: str) -> list[float]:
    outcomes = (row.get(key) for row in selection.outcomes.values())
    return [float(one.value) for one in outcomes if isinstance(one, Score)]


def _bar(
    key: str,
    vocabulary: Vocabulary,
    lines: list[Lines],
    ranked: list[Term | Criterion],
    values: list[float],
) -> Bar:
    output = vocabulary.outputs[key]
    suffix = vocabulary.unit(key)
    bounds = [bound for one in lines for bound in one.bounds]
    ends = [end for one in ranked for end in (one.scale.low, one.scale.high)]
    over = span(output, bounds, [*ends, *values])
    zones = [zone for one in lines for zone in one.zones(whole=output.whole)]
    return Bar(
        name=key,
        words=vocabulary.words(key),
        unit=output.unit,
        suffix=suffix,
        span=over,
        parts=_parts(over, zones),
        lines=tuple(sorted({over.at(bound) for bound in bounds})),
        asks=tuple(ask for one in lines for ask in one.asks(suffix)),
        counts="; ".join(map(_counts, ranked)),
    )


def _parts(over: Span, zones: Iterable[Zone]) -> tuple[Part, ...]:
    ordered = sorted(zones, key=lambda zone: zone.standing == "refused")
    placed = ((over.at(zone.low), over.at(zone.high), zone.standing) for zone in ordered)
    return tuple(
        Part(start, round(end - start, 2), standing)
        for start, end, standing in placed
        if start < end
    )


def _counts(one: Term | Criterion) -> str:
    scale = _scale(one.scale)
    if isinstance(one, Term):
        return f"{number(100 * one.weight)} % of the quality; {scale}"
    apart = f"; closer than {number(one.eps)} counts as equal" if one.eps else ""
    return f"compared; {scale}{apart}"


def _scale(scale: Scale) -> str:
    return f"worst at {number(scale.worst)}, best at {number(scale.best)}"

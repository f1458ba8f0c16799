"""The parts of a planned policy, each with where it was written: what the linter looks at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypeVar

from selector.planning.planner import Planned
from selector.policy import grammar
from selector.policy.document import Loc
from selector.policy.plan import Criterion, Cut, Lexicographic, Pareto, Ref, Term
from selector.types import Output

T = TypeVar("T")


class Broken(NamedTuple):
    """Where a rule is broken, and how."""

    loc: Loc
    said: str


class Bound(NamedTuple):
    """A gate or constraint as it was written, with where it stands and what it is on."""

    loc: Loc
    gate: grammar.Gate
    ref: Ref
    output: Output


def bounds(planned: Planned) -> Iterator[Bound]:
    """Return all gates and constraints."""
    policy, plan = planned.policy, planned.plan
    constrained = policy.method.constrained
    constraints = constrained.constraints if constrained else ()
    written = [
        *_placed(("gates",), policy.gates),
        *_placed(("method", "constrained", "constraints"), constraints),
    ]
    ready = (*plan.gates, *plan.constraints)
    for (loc, gate), one in zip(written, ready, strict=True):
        yield Bound(loc, gate, one.on, output_of(planned, one.on))


def composite(planned: Planned) -> Iterator[tuple[Loc, Term]]:
    """Return the terms of the weighted sum, if there is one."""
    method = planned.policy.method
    within: Loc = ("method", "weighted_sum")
    within = ("method", "constrained", "objective") if method.constrained else within
    within = ("method", "pareto", "pick") if method.pareto else within
    count = len(planned.plan.terms) + len(planned.dropped)
    kept = [at for at in range(count) if at not in planned.dropped]
    return (((*within, at), term) for at, term in zip(kept, planned.plan.terms, strict=True))


def ranks_alone(planned: Planned) -> bool:
    """Return whether one term makes the whole ranking: then it is weighed against nothing."""
    return len(planned.plan.terms) == 1 and quality_cut(planned) is None


def quality_cut(planned: Planned) -> Cut | None:
    """Return the bound on the quality, if there is one; one on the probability is none."""
    cut = planned.plan.cut
    return cut if cut and cut.of == "quality" else None


def axes(planned: Planned) -> Iterator[tuple[Loc, Criterion]]:
    """Return the axes of a Pareto order, if it is one."""
    method = planned.plan.method
    parts = method.objectives if isinstance(method, Pareto) else ()
    return _placed(("method", "pareto", "objectives"), parts)


def steps(planned: Planned) -> Iterator[tuple[Loc, Criterion]]:
    """Return the criteria of a lexicographic order, if it is one."""
    method = planned.plan.method
    parts = method.criteria if isinstance(method, Lexicographic) else ()
    return _placed(("method", "lexicographic"), parts)


def _placed(within: Loc, parts: Iterable[T]) -> Iterator[tuple[Loc, T]]:
    return (((*within, at), part) for at, part in enumerate(parts))


def output_of(planned: Planned, ref: Ref) -> Output:
    """Return what a measure declares of an output."""
    return planned.plan.instances[ref.instance].outputs[ref.output]


def numbers(gate: grammar.Gate, keys: Iterable[str]) -> dict[str, float]:
    """Return those bounds that are numbers: neither left out, nor calibrated, nor expected."""
    return {key: at for key in keys if isinstance(at := getattr(gate, key), float)}


def percent(share: float) -> str:
    """Return a share in words."""
    return f"{100 * share:.3g} %"

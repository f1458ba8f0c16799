"""Lines to paste into a policy: for each number of a measure the use that fits it best."""

from __future__ import annotations

import json
from collections.abc import Iterator

from selector.measures import loader
from selector.measures.base import Measure
from selector.types import Output

CLOSE = 3  # copies are a third as far apart as nineteen of twenty pictures are, or nearer


def lines(path: str, measure: Measure) -> list[str]:
    """Return lines of YAML: the instance if it needs parameters, and one line for each output.

    Bounds are where nineteen of twenty real pictures lie, or what can occur: somewhere to begin.
    """
    given = dict(type(measure).example)
    name = path.rpartition(".")[2] if given else path
    uses = [_use(f"{name}.{output}", it, measure) for output, it in measure.outputs.items()]
    return [*_instance(name, path, given), *uses]


def _instance(name: str, path: str, given: dict[str, object]) -> Iterator[str]:
    if given:
        yield f"measures: {{{name}: {json.dumps({'use': path} | given, ensure_ascii=False)}}}"


def _use(name: str, output: Output, measure: Measure) -> str:
    if measure.scope == "set" and measure.kind != "scorer":  # those of sets tell who is better
        apart = output.usual[0] if output.usual else 0
        return f"distinct: {{by: {name}, within: {apart // CLOSE:g}}}"
    judged = measure.kind == "scorer" or output.within_prompt
    if judged and output.higher_is_better is not None:
        return _term(name, output)
    return _gate(name, output, measure)


def _term(name: str, output: Output) -> str:
    low, high = _ends(output)
    absent = f", if_absent: {low if output.higher_is_better else high:g}" * output.optional
    return f"- {{of: {name}, weight: 1, scale: {{ends: [{low:g}, {high:g}]}}{absent}}}"


def _gate(name: str, output: Output, measure: Measure) -> str:
    if output.whole and output.higher_is_better is None and not output.usual:
        return f"- {{on: {name}, equals: expect.{_word(measure)}}}"
    listed = ", ".join(f"{word}: {bound:g}" for word, bound in _bounds(output).items())
    return f"- {{on: {name}, {listed}}}"


def _bounds(output: Output) -> dict[str, float]:
    """Return the bounds that something can be beyond; at least one, in the middle if need be."""
    low, high = _inner(output)
    sides = {"reject_below": (low, output.low), "reject_above": (high, output.high)}
    if output.higher_is_better is not None:
        del sides["reject_above" if output.higher_is_better else "reject_below"]
    kept = {word: bound for word, (bound, end) in sides.items() if bound != end}
    return kept or {next(iter(sides)): sum(_ends(output)) / 2}


def _word(measure: Measure) -> str:
    return loader.path_of(type(measure)).rpartition(".")[2]


def _inner(output: Output) -> tuple[float, float]:
    """Return where bounds go, both in the middle where no place is known."""
    if output.usual:
        return output.usual
    low, high = _ends(output)
    middle = (low + high) / 2
    return (low, high) if output.higher_is_better is None else (middle, middle)


def _ends(output: Output) -> tuple[float, float]:
    """Return where most values lie, or what can occur; made up where nothing is known."""
    if output.usual:
        return output.usual
    low = output.low if output.low is not None else (output.high or 1.0) - 1.0
    return low, output.high if output.high is not None else low + 1.0

"""One number of a candidate moved until its verdict turns, found by deciding again and again."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Literal

from selector.replay.again import Lacking
from selector.replay.what_if import Numbers, State, WhatIf, beyond
from selector.types import VerdictName

HALVINGS = 80  # a double has 53 bits; near zero there are more, which nobody reads
DIGITS = range(3, 17)  # that a number is told with: as few as do

How = Literal["at least", "at most", "above", "below", "exactly"]
Goal = Callable[[State], bool]


@dataclass(frozen=True, slots=True)
class Change:
    """One number that would have to be another.

    Attributes:
        key: "instance.output", or "quality".
        was: What it was; None where it failed.
        how: On which side of *value* it would have to be.
        value: The line, to the last digit.
        about: The same in fewer digits, on the side where it holds; it was tried too.
    """

    key: str
    was: float | None
    how: How
    value: float
    about: float


@dataclass(frozen=True, slots=True)
class Turn:
    """What would turn a verdict.

    Attributes:
        verdict: What it would be then; None where that can't be told.
        changes: All of these together; each alone is needed.
        calls: By instance, what would have to be measured first to tell, at least.
        distance: How far the numbers would have to move, each in units of its usual span.
        at: The numbers at which it was tried.
    """

    verdict: VerdictName | None
    changes: tuple[Change, ...]
    calls: Mapping[str, int] = field(default_factory=dict)
    distance: float = 0.0
    at: Numbers = field(default_factory=dict, compare=False)


def single(what: WhatIf, key: str, goal: Goal) -> Iterator[Turn]:
    """Give the nearest values of one number, up and down, that turn the verdict or leave it open."""
    for up in (True, False):
        told = False
        before = what.numbers[key]
        for at in points(what, key, up=up):
            state = what.state({key: at})
            opens = isinstance(state, Lacking)
            if goal(state) or (opens and not told):
                is_it = (lambda one: isinstance(one, Lacking)) if opens else goal
                yield _turn(what, key, _narrowed(what, key, (before, at), is_it), opens=opens)
                told = told or opens
                if not opens:
                    break
            before = at


def points(what: WhatIf, key: str, *, up: bool) -> list[float]:
    """Return where the verdict may change on one side of what a number is, the nearest first."""
    output, was = what.outputs.get(key), what.numbers[key]
    whole = bool(output and output.whole)
    lines = what.lines(key)
    ends = (output.low, output.high) if output else (None, None)
    near = [
        each
        for line in [*lines, *(one for one in ends if one is not None)]
        for each in (line, beyond(line, up=True, whole=whole), beyond(line, up=False, whole=whole))
    ]
    found = {
        each
        for each in near
        if (each > was if up else each < was)
        and (output is None or output.holds(each))
        and (not whole or each == int(each))
    }
    return sorted(found, reverse=not up)


def _narrowed(
    what: WhatIf, key: str, between: tuple[float, float], is_it: Goal
) -> tuple[float, float]:
    """Return the last value at which it is not so and the first at which it is."""
    output = what.outputs.get(key)
    before, at = between
    for _ in range(HALVINGS):
        middle = (before + at) / 2
        if output and output.whole:
            middle = float(math.floor(middle)) if at > before else float(math.ceil(middle))
        if middle in {before, at}:
            break
        if is_it(what.state({key: middle})):
            at = middle
        else:
            before = middle
    return before, at


def _turn(what: WhatIf, key: str, between: tuple[float, float], *, opens: bool) -> Turn:
    _, at = between
    state = what.state({key: at})

    def holds(value: float) -> bool:
        found = what.state({key: value})
        return isinstance(found, Lacking) if opens else found == state

    return Turn(
        None if isinstance(state, Lacking) else state,
        (changed(what, key, between, holds),),
        dict(state.least) if isinstance(state, Lacking) else {},
        abs(at - what.numbers[key]) / what.span(key),
        {key: at},
    )


def changed(
    what: WhatIf, key: str, between: tuple[float, float], holds: Callable[[float], bool]
) -> Change:
    """Return a change in words: "at most 0.31", or "below 0.31" where that itself is a line.

    Args:
        what: Whose number.
        key: Which.
        between: The last value at which it does not hold, and the first at which it does.
        holds: Whether it does at a value.
    """
    before, at = between
    up, output = at > before, what.outputs.get(key)
    was = what.numbers.get(key)
    if any(gate.equals == at for gate in what.bounds(key)):
        return Change(key, was, "exactly", at, at)
    if at not in what.lines(key) and before in what.lines(key) and not (output and output.whole):
        return Change(key, was, "above" if up else "below", before, before)
    return Change(key, was, "at least" if up else "at most", at, short(at, holds, up=up))


def short(value: float, holds: Callable[[float], bool], *, up: bool) -> float:
    """Return *value* in as few digits as do: rounded to the side where it holds, and tried."""
    exact = Decimal(repr(value))  # as a person would write it
    for digits in DIGITS:
        unit = Decimal(1).scaleb(exact.adjusted() - digits + 1)
        about = float(exact.quantize(unit, ROUND_CEILING if up else ROUND_FLOOR))
        if about == value or holds(about):
            return about
    return value

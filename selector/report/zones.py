"""The policy's bounds on one number: what they make of every value, and how they are said."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from selector.decision.gates import filled
from selector.foreign import isolated
from selector.policy.plan import Gate
from selector.report.words import number

HALF = 0.5  # of a whole number: bounds lie between two of them
LOWEST, HIGHEST = -math.inf, math.inf


@dataclass(frozen=True, slots=True)
class Zone:
    """From where to where, in raw units or in percent of a bar, and what becomes of values there."""

    start: float
    end: float
    standing: Literal["refused", "review"]

    @property
    def width(self) -> float:
        """How much of the bar it takes."""
        return round(self.end - self.start, 2)


def zones(gate: Gate, expect: Mapping[str, float], *, whole: bool = False) -> list[Zone]:
    """Return what a bound makes of values, in raw units; where two speak, the later one holds.

    Args:
        gate: The bound.
        expect: What the request expects; a bound that names what is not there leaves everything
            to a person.
        whole: Whether only whole numbers occur. Zones then end halfway between two of them.
    """
    bound, unsaid = filled(gate, expect)
    at_least = _numbers(bound.reject_below, bound.at_least, bound.equals)
    at_most = _numbers(bound.reject_above, bound.equals)
    return [
        *([Zone(LOWEST, HIGHEST, "review")] if unsaid else []),
        *(Zone(LOWEST, _under(one, whole=whole), "review") for one in _numbers(gate.accept_above)),
        *(Zone(_over(one, whole=whole), HIGHEST, "review") for one in _numbers(gate.accept_below)),
        *(Zone(LOWEST, _under(one, whole=whole), "refused") for one in at_least),
        *(Zone(_over(one, whole=whole), HIGHEST, "refused") for one in at_most),
    ]


def asks(gate: Gate, expect: Mapping[str, float], suffix: str = "") -> list[str]:
    """Return what a bound asks, in words, with *suffix* behind its numbers."""
    bound, unsaid = filled(gate, expect)
    said = {
        "refused below": _numbers(bound.reject_below, bound.at_least),
        "refused above": _numbers(bound.reject_above),
        "accepted up to": _numbers(bound.accept_below),
        "accepted from": _numbers(bound.accept_above),
        "wanted exactly": _numbers(bound.equals),
    }
    known = [f"{how} {number(at)}{suffix}" for how, lines in said.items() for at in lines]
    return known + ([_unsaid(gate, expect)] if unsaid else [])


def bounds(gate: Gate, expect: Mapping[str, float]) -> list[float]:
    """Return all numbers that a value is held against."""
    bound, _ = filled(gate, expect)
    return _numbers(
        bound.reject_below, bound.reject_above, bound.accept_below, bound.accept_above,
        bound.equals, bound.at_least,
    )  # fmt: skip


def _numbers(*given: float | str | None) -> list[float]:
    return [float(one) for one in given if isinstance(one, int | float)]


def _unsaid(gate: Gate, expect: Mapping[str, float]) -> str:
    named: Iterable[str] = (one for one in (gate.equals, gate.at_least) if isinstance(one, str))
    name = next(one for one in named if one not in expect)
    return f"for a person, as this request did not say {isolated(f'expect.{name}')}"


def _under(bound: float, *, whole: bool) -> float:
    """Return where what is less than *bound* ends."""
    return math.ceil(bound) - HALF if whole else bound


def _over(bound: float, *, whole: bool) -> float:
    """Return where what is more than *bound* begins."""
    return math.floor(bound) + HALF if whole else bound

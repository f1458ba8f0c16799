"""Outputs, numbers and moments as people say and write them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_CEILING, Decimal

from selector.foreign import apart, isolated, shortened, visible
from selector.policy.plan import Plan
from selector.types import Output

HUGE, TINY = 1e15, 1e-9  # beyond these a number is easier to read with an exponent
SMALL, LARGE = 0.01, 1000
ISOLATE, POP = "\u2068", "\u2069"  # around text that has a direction of its own
WORDS, UNIT = 130, 30  # characters of what a measure calls its output


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What the outputs of a plan are called in everyday words.

    Attributes:
        outputs: By "instance.output"; empty where there is no plan.
    """

    outputs: Mapping[str, Output] = field(default_factory=dict)

    @classmethod
    def of(cls, plan: Plan | None) -> Vocabulary:
        """Return the vocabulary of *plan*, of all outputs of its instances."""
        instances = {} if plan is None else plan.instances
        return cls(
            {
                f"{name}.{output}": about
                for name, one in instances.items()
                for output, about in one.outputs.items()
            }
        )

    def words(self, key: str) -> str:
        """Return what an output is called; where nobody said, the policy's name for it."""
        about = self.outputs.get(key)
        words = shortened(visible(about.words if about else ""), WORDS)
        return apart(words) or isolated(key)

    def unit(self, key: str) -> str:
        """Return " px": a unit that reads well behind a number; "" for what takes a sentence."""
        unit = self.outputs[key].unit if key in self.outputs else ""
        brief = unit and " " not in unit and unit != "share" and unit not in self.words(key)
        return f" {apart(shortened(visible(unit), UNIT))}" if brief else ""

    def whole_unit(self, key: str) -> str:
        """Return the unit as the measure declares it, harmless."""
        return apart(shortened(visible(self.outputs[key].unit), WORDS))


def number(value: float, beside: float | None = None) -> str:
    """Return a number with as many digits as people need, and enough to tell it from *beside*."""
    if not math.isfinite(value):
        return _signed(str(value))
    digits = 2 if abs(value) < SMALL else 3
    if LARGE <= abs(value) < HUGE:
        digits = len(str(int(abs(value))))
    if beside is not None and value != beside:
        same = (n for n in range(digits, 17) if f"{value:.{n}g}" != f"{beside:.{n}g}")
        digits = next(same, 17)
    return _plain(value, digits)


def whole(value: float) -> str:
    """Return a finite number with all the digits that it has: of a bound none may be left out."""
    digits = (n for n in range(1, 17) if float(f"{value:.{n}g}") == value)
    return _plain(value, next(digits, 17))


def bounded(value: float, beside: float | None = None) -> str:
    """Return a quality that can be no higher: with three digits, rounded up so that it holds.

    With more of them where that would hide that it is lower than *beside*.
    """
    said = Decimal(f"{value:.9f}").quantize(Decimal("0.001"), ROUND_CEILING)
    hides = beside is not None and value < beside <= float(said)
    return number(value, beside) if hides else f"{said}"


def _plain(value: float, digits: int) -> str:
    if value and not TINY <= abs(value) < HUGE:
        return _signed(f"{value:.{digits}g}")
    rounded = Decimal(f"{value:.{digits}g}")
    text = f"{rounded:,f}"
    return _signed(text.rstrip("0").rstrip(".") if "." in text else text)


def _signed(text: str) -> str:
    return text.replace("-", "−")


def seconds(value: float) -> str:
    """Return a duration in seconds, with its unit."""
    return "under 0.01 s" if value < SMALL else f"{value:,.2f} s"


def listed(words: Iterable[str]) -> str:
    """Return "this, that and those", each once."""
    *most, last = dict.fromkeys(words)
    return f"{', '.join(most)} and {last}" if most else last


def counted(count: int, noun: str) -> str:
    """Return "1 candidate", "2 candidates"."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def moment(iso: str) -> str:
    """Return a moment of ISO 8601 as people write it; what is none, as it is."""
    try:
        at = datetime.fromisoformat(iso)
    except ValueError:
        return visible(iso)
    zone = at.tzname() or ""
    return f"{at.day} {at:%B %Y, %H:%M} {zone}".strip()


def capital(text: str) -> str:
    """Return *text* with a capital at its beginning; a name by which it begins stays as it is."""
    if not text.startswith(ISOLATE):
        return text[:1].upper() + text[1:]
    foreign, _, _ = text[1:].partition(POP)
    is_name = " " not in foreign  # b.value, of a measure that has no words for it
    return text if is_name else ISOLATE + text[1:2].upper() + text[2:]


def closed(text: str) -> str:
    """Return *text* with a full stop, unless it ends like a sentence already."""
    return text if text.rstrip(f"{POP}”\"') ").endswith((".", "!", "?", "…")) else f"{text}."

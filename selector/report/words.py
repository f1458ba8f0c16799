"""Names and numbers as people say and write them; foreign text made harmless to read."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from selector.policy.plan import Plan
from selector.types import Output

JOINERS = "\u200c\u200d"  # Persian and emoji need them
HUGE, TINY = 1e15, 1e-9  # beyond these a number is easier to read with an exponent
SMALL, LARGE = 0.01, 1000
NAME = 80  # characters of a name inside a sentence


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
        return (about.words if about else "") or isolated(key)

    def unit(self, key: str) -> str:
        """Return " px": a unit that reads well behind a number; "" for what takes a sentence."""
        about = self.outputs.get(key)
        unit = about.unit if about else ""
        short = unit and " " not in unit and unit != "share" and unit not in self.words(key)
        return f" {unit}" if short else ""


def number(value: float, beside: float | None = None) -> str:
    """Return a number with as many digits as people need, and enough to tell it from *beside*."""
    if not math.isfinite(value):
        return str(value)
    digits = 2 if abs(value) < SMALL else 3
    if LARGE <= abs(value) < HUGE:
        digits = len(str(int(abs(value))))
    if beside is not None and value != beside:
        same = (n for n in range(digits, 17) if f"{value:.{n}g}" != f"{beside:.{n}g}")
        digits = next(same, 17)
    return _plain(value, digits)


def _plain(value: float, digits: int) -> str:
    if value and not TINY <= abs(value) < HUGE:
        return f"{value:.{digits}g}"
    rounded = Decimal(f"{value:.{digits}g}")
    text = f"{rounded:,f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace("-", "−")


def seconds(value: float) -> str:
    """Return a duration in seconds, with its unit."""
    return "under 0.01 s" if value < SMALL else f"{value:,.2f} s"


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
    """Return *text* with a capital at its beginning."""
    return text[:1].upper() + text[1:]


def visible(text: str) -> str:
    """Return a name with its control and direction characters written out: it can't pose."""
    return "".join(char if _harmless(char) else _escaped(char) for char in text)


def printable(text: str) -> str:
    """Return running text, lines and scripts of every direction kept, without control characters."""
    kept = "\n\t"
    return "".join(
        char if char in kept or unicodedata.category(char) not in {"Cc", "Cs"} else _escaped(char)
        for char in text
    )


def isolated(text: str, longest: int = NAME) -> str:
    """Return a foreign name for use inside a sentence: visible, short, of its own direction."""
    return f"\u2068{shortened(visible(text), longest)}\u2069"


def shortened(text: str, longest: int) -> str:
    """Return *text* without its middle if it is too long: its end tells it from its neighbours."""
    if len(text) <= longest:
        return text
    tail = longest // 2
    return f"{text[: longest - 1 - tail]}…{text[len(text) - tail :]}"


def _harmless(char: str) -> bool:
    return char in JOINERS or (unicodedata.category(char)[0] != "C" and char not in "\u2028\u2029")


def _escaped(char: str) -> str:
    return char.encode("unicode_escape").decode()

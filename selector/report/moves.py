"""What an alarm says, and the numbers of drift, in everyday words."""

from __future__ import annotations

from datetime import date

from selector.foreign import NAME, apart, shortened, visible
from selector.monitoring import Alarm
from selector.report.words import capital, number

SMALL = 0.001  # a share; below it one decimal of a percentage tells nothing
WORDS = {
    "mean": "the mean",
    "audited": "the mean",
    "margin": "the winner's margin",
    "failures": "the failure rate",
    "escalation": "the share of requests that need a person",
    "acceptance": "the share of requests with something accepted",
    "disagreement": "the share of audits that disagree",
    "overturn": "the share of verdicts that people overturn",
}


def sentence(alarm: Alarm, also: str = "") -> str:
    """Return what an alarm says, in a sentence without its full stop.

    Args:
        alarm: The alarm.
        also: What else it is an alarm against, in words.
    """
    way = "rose" if alarm.rises else "fell"
    of = f" of {named(alarm.of)}" if alarm.of else ""
    where = "" if alarm.level == "policy" else f", {alarm.level} {named(alarm.group)},"
    against = "the frozen reference" if alarm.voids else "the last four weeks"
    return (
        f"{capital(WORDS[alarm.kind])}{of}{where} {way} by {_size(abs(alarm.moved), is_rate=alarm.is_rate)} since {day(alarm.since)}, "
        f"from {valued(alarm.before, is_rate=alarm.is_rate)} to "
        f"{valued(alarm.after, is_rate=alarm.is_rate)}, against {against}{also}"
    )


def shift(moved: float, *, is_rate: bool) -> str:
    """Return how far something moved, with its sign; of a rate, in percentage points."""
    said = _size(abs(moved), is_rate=is_rate)
    is_nothing = float(said.partition(" ")[0].replace(",", "")) == 0
    return said if is_nothing else f"{'+' if moved > 0 else '−'}{said}"


def valued(value: float, *, is_rate: bool) -> str:
    """Return a value of a stream; a rate as a percentage."""
    return f"{_percent(value)} %" if is_rate else number(value)


def named(text: str) -> str:
    """Return a foreign name for use in a sentence; a plain one as it is."""
    return apart(shortened(visible(text), NAME))


def day(iso: str) -> str:
    """Return a day of ISO 8601 as people write it."""
    at = date.fromisoformat(iso)
    return f"{at.day} {at:%B %Y}"


def _size(size: float, *, is_rate: bool) -> str:
    return f"{_percent(size)} points" if is_rate else f"{size:,.2f} sd"


def _percent(share: float) -> str:
    """Return a share in percent; a small one with the digits that it needs."""
    return number(100 * share) if 0 < share < SMALL else f"{100 * share:.1f}"

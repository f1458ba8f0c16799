"""Recorded outcomes under the names of a plan: by fingerprint, never by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from selector.journal.light import Found, Recorded
from selector.types import Failure, Outcome

Table = dict[str, dict[str, Outcome]]


def matched(keys: Mapping[tuple[str, str], Sequence[str]], found: Iterable[Found]) -> Table:
    """Return outcomes by candidate and by what a plan calls them.

    Of several of one fingerprint, as two instances found them, what is no failure counts first,
    then the first by name: which of them was asked first is chance.

    Args:
        keys: What the plan calls each output, by fingerprint and output.
        found: The outcomes as they were recorded.
    """
    table: Table = {}
    by: dict[tuple[str, str], Found] = {}  # who found it
    for one in found:
        for key in keys.get((one.fingerprint, one.output), ()):
            row = table.setdefault(one.candidate, {})
            if key not in row or _sooner(one, by[one.candidate, key]):
                row[key], by[one.candidate, key] = one.outcome, one
    return table


def as_known(one: Recorded) -> Table:
    """Return the outcomes that the decision knew, by candidate and recorded name."""
    table: Table = {}
    for each in one.found:
        if not each.after:
            table.setdefault(each.candidate, {})[f"{each.instance}.{each.output}"] = each.outcome
    return table


def _sooner(one: Found, other: Found) -> bool:
    return _place(one) < _place(other)


def _place(one: Found) -> tuple[bool, str]:
    return isinstance(one.outcome, Failure), one.instance

"""Numbers that are not there: what failed, where there was nothing to measure, what was left out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from selector.foreign import noted
from selector.policy.plan import Plan
from selector.report.bars import ranked_by
from selector.report.reasons import cause
from selector.report.words import Vocabulary, number
from selector.types import Failure, NotApplicable, NotEvaluated, Outcome

THEN = {"reject": "is refused", "review": "goes to a person", "pass": "passes"}  # the worst first

Row = Mapping[str, Outcome]


@dataclass(frozen=True, slots=True)
class Absent:
    """Numbers that are not there, why, and what the policy makes of that."""

    words: tuple[str, ...]
    why: str
    then: str = ""


def failed(row: Row, told: Collection[str], words: Vocabulary) -> tuple[Absent, ...]:
    """Return what could not be measured, but for what is *told* already, by "instance.output"."""
    found = (
        (words.words(key), cause(one.reason), "")
        for key, one in row.items()
        if isinstance(one, Failure) and key not in told
    )
    return _together(found)


def nothing(row: Row, plan: Plan | None, words: Vocabulary) -> tuple[Absent, ...]:
    """Return where there was nothing to measure, and what *plan* makes of that."""
    found = (
        (words.words(key), noted(one.reason), "" if plan is None else _then(key, plan, words))
        for key, one in row.items()
        if isinstance(one, NotApplicable)
    )
    return _together(found)


def skipped(row: Row, words: Vocabulary) -> tuple[str, ...]:
    """Return what was not measured, because the answer did not depend on it."""
    unknown = (key for key, one in row.items() if isinstance(one, NotEvaluated))
    return tuple(dict.fromkeys(words.words(key) for key in unknown))


def _together(found: Iterable[tuple[str, str, str]]) -> tuple[Absent, ...]:
    """Return all that share a cause together."""
    groups: dict[tuple[str, str], list[str]] = {}
    for words, why, then in found:
        groups.setdefault((why, then), []).append(words)
    return tuple(
        Absent(tuple(dict.fromkeys(words)), why, then) for (why, then), words in groups.items()
    )


def _then(key: str, plan: Plan, words: Vocabulary) -> str:
    gates = (gate for gate in (*plan.gates, *plan.constraints) if gate.on.key == key)
    parts = [part for part in ranked_by(plan) if part.of.key == key]
    becomes = {gate.if_absent for gate in gates}
    becomes |= {part.on_failure for part in parts if part.if_absent is None}
    counts = [number(part.if_absent) for part in parts if part.if_absent is not None]
    said = [next(THEN[one] for one in THEN if one in becomes)] if becomes else []
    likely = plan.probability.terms if plan.probability else ()
    if any(term.of.key == key and term.if_absent is None for term in likely):
        said.append("counts as nothing wrong")
    said += [f"counts as {one}{words.unit(key)}" for one in dict.fromkeys(counts)]
    return ", ".join(said)

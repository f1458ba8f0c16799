"""Labels without repeats, and without what a rater took back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from selector.labels.cells import quoted
from selector.labels.label import Label, Pair, Said

SHOWN = 3  # contradictions that are named

Question = tuple[str, str, str, tuple[str, ...]]


def settled(labels: Iterable[Label]) -> tuple[tuple[Label, ...], tuple[str, ...]]:
    """Return labels of which each rater says one thing to each question, and what was left out.

    Equal labels are one. Where a rater answers a question twice, the later answer counts; where
    the times are not known and the answers differ, neither does. Answers without a rater are by
    different people: they are numbered. Attention checks may be asked again.
    """
    kept: dict[Question, Label | None] = {}
    checks: dict[Label, None] = {}
    told: list[Question] = []
    repeats = undecided = 0
    for label in _numbered(labels):
        if label.gold is not None:
            repeats += label in checks
            checks[label] = None
            continue
        key = _question(label)
        before = kept.get(key)
        if key not in kept:
            kept[key] = label
        elif before is None or label == before:
            repeats += before is not None
        elif _answer(label.said) == _answer(before.said):
            repeats += 1
            kept[key] = max(before, label, key=lambda one: one.created)
        elif label.created and before.created and label.created != before.created:
            told.append(key)
            kept[key] = max(before, label, key=lambda one: one.created)
        else:
            told.append(key)
            undecided += 1
            kept[key] = None
    found = (*(one for one in kept.values() if one is not None), *checks)
    return found, tuple(_left_out(repeats, told, undecided))


def _numbered(labels: Iterable[Label]) -> Iterable[Label]:
    counts: dict[Question, int] = {}
    for label in labels:
        if label.rater:
            yield label
            continue
        key = _question(label)
        counts[key] = counts.get(key, 0) + 1
        yield replace(label, rater=f"#{counts[key]}")


def _question(label: Label) -> Question:
    """Return what a rater was asked: of which candidates, however they were placed."""
    names = label.candidates
    return (label.request, label.rater, label.aspect, names if len(names) == 1 else _sorted(names))


def _sorted(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted(names))


def _answer(said: Said) -> Said | tuple[str, str]:
    """Return what was said, whichever side of a pair was the left one."""
    if isinstance(said, Pair) and said.prefers in {"left", "right"}:
        return ("prefers", said.left if said.prefers == "left" else said.right)
    return ("prefers", said.prefers) if isinstance(said, Pair) else said


def _left_out(repeats: int, told: Sequence[Question], undecided: int) -> Iterable[str]:
    if repeats:
        yield f"{repeats:,} repeated: the same rater said the same again; once counts."
    later = len(told) - undecided
    examples = "; ".join(
        f"{quoted(rater)} of {quoted(', '.join(names))}, request {quoted(request)}"
        for request, rater, _, names in told[:SHOWN]
    )
    if later:
        yield f"{later:,} taken back: the same rater said something else later, which counts."
    if undecided:
        yield (
            f"{undecided:,} contradictory: the same rater said two things, and no times tell which "
            "came later; neither counts."
        )
    if told:
        yield f"Who contradicted themselves, for example: {examples}."

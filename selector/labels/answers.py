"""What agreement is told of: single judgements by candidate, comparisons by pair of candidates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from selector.labels.label import Label, Pair, Ranking
from selector.labels.plain import kind_of
from selector.labels.votes import absolute

Form = Literal["verdict", "rating", "flag", "comparison"]
Item = tuple[str, ...]  # a request and one candidate, or two

FIRST, SECOND, TIE, BOTH_BAD = 0.0, 1.0, 2.0, 3.0  # of two candidates in the order of their names
PREFERENCES = {FIRST: "the one", SECOND: "the other", TIE: "tie", BOTH_BAD: "both bad"}


@dataclass(frozen=True, slots=True)
class Answers:
    """All that was said of one aspect in one form.

    Attributes:
        aspect: Of what.
        form: How.
        items: By item, what each rater said: numbers as `votes` has them, or of a pair which one.
    """

    aspect: str
    form: Form
    items: Mapping[Item, Mapping[str, float]]


def answers(labels: Iterable[Label]) -> tuple[Answers, ...]:
    """Return what was said, by aspect and form; attention checks are left out.

    A ranking is what it says of each two of its candidates.
    """
    found: dict[tuple[str, Form], dict[Item, dict[str, float]]] = {}
    for label in labels:
        if label.gold is None:
            form = form_of(label)
            items = found.setdefault((label.aspect, form), {})
            for item, value in said(label):
                items.setdefault(item, {})[label.rater] = value
    return tuple(Answers(*key, items) for key, items in sorted(found.items()))


def form_of(label: Label) -> Form:
    """Return the form of a label; pairs and rankings compare."""
    kind = kind_of(label.said)
    return "comparison" if kind in {"pair", "ranking"} else kind  # type: ignore[return-value] # one of the others


def said(label: Label) -> Iterable[tuple[Item, float]]:
    """Give what a label says of which items."""
    match label.said:
        case Pair(left=left, right=right, prefers=prefers):
            if prefers in {"left", "right"}:
                better = left if prefers == "left" else right
                value = FIRST if better == min(left, right) else SECOND
            else:
                value = TIE if prefers == "tie" else BOTH_BAD
            yield (label.request, *sorted((left, right))), value
        case Ranking(order=order):
            for better, worse in combinations(order, 2):
                value = FIRST if better < worse else SECOND
                yield (label.request, *sorted((better, worse))), value
        case _:
            value = absolute(label) or 0.0
            yield (label.request, label.candidates[0]), value

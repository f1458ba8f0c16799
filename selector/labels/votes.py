"""What each person said of each candidate, as numbers: absolute judgements alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from selector.labels.label import Flag, Label, Rating, Verdict

Candidate = tuple[str, str]  # its request and its id
Votes = Mapping[Candidate, Mapping[str, float]]


def votes(labels: Iterable[Label], aspect: str) -> Votes:
    """Return by request and candidate what each rater said, as a number.

    A verdict is 1 for good and 0 for not; a rating is in its own steps; a flag is 1 where the
    fault is there and 0 where it is not. Comparisons say nothing of one candidate alone, and
    attention checks are no judgements: both are left out.

    Args:
        labels: Of any kind and aspect.
        aspect: Those alone that are of it.
    """
    found: dict[Candidate, dict[str, float]] = {}
    for label in labels:
        if label.aspect == aspect and label.gold is None:
            value = absolute(label)
            if value is not None:
                key = (label.request, label.candidates[0])
                found.setdefault(key, {})[label.rater] = value
    return found


def absolute(label: Label) -> float | None:
    """Return what a label says of one candidate as a number; None if it compares several."""
    match label.said:
        case Verdict(good=good):
            return float(good)
        case Flag(present=present):
            return float(present)
        case Rating(value=value):
            return value
    return None

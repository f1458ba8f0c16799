"""What a candidate is worth, as far as people said: the mean of what each of them thinks."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from selector.labels import Flag, Label, Pair, Ranking
from selector.labels.votes import votes

Key = tuple[str, str]  # a request and a candidate
COMPARED = "people compared: worth is that of the label model, in which no judgement stands alone"


@dataclass(frozen=True)
class Worths:
    """What candidates are worth.

    Attributes:
        worth: By request and candidate, in the units of the label; where people only compared,
            that of the label model.
        ratings: What each rater said, in the same units; empty where people only compared.
        aspects: Of what each label is, of all that were given.
        left_out: What to know of it, in words.
    """

    worth: Mapping[Key, float]
    ratings: Mapping[Key, Mapping[str, float]]
    aspects: tuple[str, ...]
    left_out: tuple[str, ...] = field(default=())


def worths(labels: Iterable[Label], aspect: str) -> Worths:
    """Return what candidates are worth by the labels of one aspect.

    Verdicts and ratings are taken as they are; where a fault is flagged, 0 is its presence. Where people compared, the label model makes all
    that was said into one number, from -∞ to ∞, 0 in the middle.

    Args:
        labels: Of any aspect and kind.
        aspect: Those alone that are of it.
    """
    given = tuple(labels)
    asked = [one for one in given if one.aspect == aspect and one.gold is None]
    aspects = tuple(one.aspect for one in given)
    if any(isinstance(one.said, Pair | Ranking) for one in asked):
        from selector.labels.model import fit

        return Worths(dict(fit(asked, aspect).worth), {}, aspects, (COMPARED,))
    present = votes([one for one in asked if isinstance(one.said, Flag)], aspect)
    ratings = dict(votes([one for one in asked if not isinstance(one.said, Flag)], aspect))
    for key, by in present.items():  # a fault that is there makes it worth less
        ratings[key] = {who: 1 - said for who, said in by.items()}
    worth = {key: math.fsum(one.values()) / len(one) for key, one in ratings.items()}
    return Worths(worth, ratings, aspects)

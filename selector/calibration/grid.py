"""Requests as rows of a matrix: whatever is asked per request is then asked of all at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

FILLED = 0.5  # of the judgements that raters could have made of a request's candidates


def grid(values: Array, groups: Array) -> Array:
    """Return one row a request, nan where a request has fewer candidates than the largest.

    Args:
        values: Shape (candidates,).
        groups: The number of each candidate's request, from 0; those of one lie together or not.

    Returns:
        Shape (requests, most candidates), float64; candidates in their order.

    >>> grid(np.array([1.0, 2.0, 3.0]), np.array([0, 0, 1]))
    array([[ 1.,  2.],
           [ 3., nan]])
    """
    rows = int(groups.max()) + 1 if len(groups) else 0
    made = np.full((rows, int(np.bincount(groups).max()) if rows else 0), np.nan)
    made[groups, places(groups)] = values
    return made


def places(groups: Array) -> Array:
    """Return which of its request each candidate is, from 0; shape (candidates,)."""
    order = np.argsort(groups, kind="stable")
    starts = np.concatenate([[0], np.cumsum(np.bincount(groups))])[:-1]
    found = np.empty(len(groups), dtype=int)
    found[order] = np.arange(len(groups)) - starts[groups[order]]
    return found


def judgements(ratings: Sequence[Mapping[str, float]], groups: Array) -> Array:
    """Return who said what: one slice a request, one row a candidate, one column a rater.

    The raters of a request are in the order of their names. Where hardly anybody judged a whole
    request, as in a crowd, a column is the first, the second… judgement of each candidate instead.

    Args:
        ratings: Of each candidate by rater; shape (candidates,).
        groups: The number of each candidate's request, from 0.

    Returns:
        Shape (requests, most candidates, most raters of a request), nan where nothing was said.
    """
    named = _columns(ratings, groups)
    some = [columns for columns in named if columns]
    said = sum(len(one) for one in ratings)
    possible = sum(len(columns) for columns, one in zip(named, ratings, strict=True) if one)
    if possible and said < FILLED * possible:
        some = [{who: at for at, who in enumerate(sorted(one))} for one in ratings]
        named = some
    wide = max((len(columns) for columns in some), default=0)
    shape = grid(np.zeros(len(groups)), groups).shape
    made = np.full((*shape, wide), np.nan)
    for group, place, one, columns in zip(groups, places(groups), ratings, named, strict=True):
        for who, value in one.items():
            made[group, place, columns[who]] = value
    return made


def _columns(ratings: Sequence[Mapping[str, float]], groups: Array) -> list[dict[str, int]]:
    """Return for each candidate which column is whose in its request."""
    names: dict[int, set[str]] = {}
    for group, one in zip(groups.tolist(), ratings, strict=True):
        names.setdefault(group, set()).update(one)
    columns = {
        group: {who: at for at, who in enumerate(sorted(all_))} for group, all_ in names.items()
    }
    return [columns[group] for group in groups.tolist()]

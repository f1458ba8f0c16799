"""Candidates with what was measured and what people said, as arrays: what calibration works on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


@dataclass(frozen=True, eq=False)
class Sample:
    """Labelled candidates, those of one request one after the other.

    Attributes:
        requests: The request of each candidate; shape (candidates,) like all that follows.
        candidates: Its id.
        scores: By output, what was measured, higher or lower as the output is; nan where it failed
            or there was nothing to measure.
        worth: What people say it is worth, more is better: the mean over raters, in the units of
            the label (a rating's steps; 0 to 1 for verdicts); nan where nobody said anything.
        ratings: Each single judgement of it by rater, in the same units.
        generators: What made it; "" where that is not known. Likewise *segments*.
    """

    requests: tuple[str, ...]
    candidates: tuple[str, ...]
    scores: Mapping[str, Array]
    worth: Array
    ratings: tuple[Mapping[str, float], ...] = ()
    generators: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()
    left_out: tuple[str, ...] = field(default=(), compare=False)

    def __len__(self) -> int:
        return len(self.requests)

    @cached_property
    def groups(self) -> Array:
        """The number of each candidate's request, from 0 in the order of appearance."""
        places: dict[str, int] = {}
        return np.array([places.setdefault(one, len(places)) for one in self.requests], dtype=int)

    def of(self, outputs: Sequence[str]) -> Array:
        """Return the scores of these outputs, shape (candidates, outputs).

        Raises:
            KeyError: One is not there.
        """
        return np.column_stack([self.scores[name] for name in outputs])

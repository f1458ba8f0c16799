"""Candidates that people judged, request by request, and ways to choose among them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from selector.calibration.assessment import Kind
from selector.calibration.efficiency import Gains, gains
from selector.calibration.grid import grid, judgements
from selector.calibration.sample import Sample

Array = npt.NDArray[Any]


@dataclass(frozen=True, eq=False)
class Way:
    """A way to choose: how it scores each candidate, higher is better; shape (candidates,)."""

    name: str
    kind: Kind
    score: Array
    fair: bool = True


@dataclass(frozen=True, eq=False)
class Labelled:
    """Candidates that people judged, request by request.

    Attributes:
        sample: These alone.
        groups: The number of each one's request.
        worth: Shape (requests, most candidates).
        ratings: Shape (requests, most candidates, most raters).
    """

    sample: Sample
    groups: Array
    worth: Array
    ratings: Array

    @classmethod
    def of(cls, sample: Sample) -> Labelled:
        """Return those of a sample that anybody judged."""
        kept = only(sample, ~np.isnan(sample.worth))
        said = kept.ratings or tuple({} for _ in kept.requests)
        groups = kept.groups
        return cls(kept, groups, grid(kept.worth, groups), judgements(said, groups))

    def matrix(self, score: Array) -> Array:
        """Return a score request by request."""
        return grid(score, self.groups)

    def gains(self, way: Way) -> Gains:
        """Return what a way to choose gains."""
        return gains(self.worth, self.matrix(way.score))


def only(sample: Sample, kept: Array) -> Sample:
    """Return a sample of these candidates alone; *kept* has the shape (candidates,)."""

    def of(texts: Sequence[Any]) -> tuple[Any, ...]:
        return tuple(one for one, stays in zip(texts, kept, strict=True) if stays) if texts else ()

    return replace(
        sample,
        requests=of(sample.requests),
        candidates=of(sample.candidates),
        scores={name: column[kept] for name, column in sample.scores.items()},
        worth=sample.worth[kept],
        ratings=of(sample.ratings),
        generators=of(sample.generators),
        segments=of(sample.segments),
    )

"""From strict to lax: the one path along which all accept lines of a policy are certified."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from selector.calibration import curves
from selector.calibration.lines import Open, Place
from selector.errors import CalibrationError

Array = npt.NDArray[Any]
Row = tuple[float | None, ...]  # of a candidate, what each line looks at

STEPS = 32  # with more, neighbours differ by a label or two
FINEST = 256  # values of an output that a line may stand at


@dataclass(frozen=True)
class Told:
    """What the output of a line tells of being good.

    Attributes:
        values: Of the output, from strict to lax.
        chances: How probable being good is at each; never rises.
    """

    values: Array
    chances: Array

    def at(self, chance: float) -> float:
        """Return the laxest value where being good is at least so probable; else the strictest."""
        enough = int((self.chances >= chance).sum())
        return float(self.values[max(enough - 1, 0)])

    def of(self, value: float | None) -> float:
        """Return how probable being good is at a value; what is not looked at has nothing bad."""
        if value is None:
            return 1.0
        by = np.argsort(self.values)
        return float(np.interp(value, self.values[by], self.chances[by]))


def laxest(lines: Sequence[Open], rows: Iterable[Row]) -> Place:
    """Return the place at which all these candidates meet every line."""
    columns = list(zip(*rows, strict=True)) or [()] * len(lines)
    return tuple(
        line.near((min if line.rises else max)(_known(column), default=0.0))
        for line, column in zip(lines, columns, strict=True)
    )


def alone(line: Open, values: Sequence[float]) -> list[Place]:
    """Return where one line may stand: at quantiles of what it would let through at the laxest."""
    shares = np.linspace(1, 0, STEPS) if line.rises else np.linspace(0, 1, STEPS)
    found: Array = np.quantile(values, shares, method="nearest") if len(values) else np.empty(0)
    return list(dict.fromkeys((line.near(float(one)),) for one in found))


def together(lines: Sequence[Open], told: Sequence[Told], rows: Sequence[Row]) -> list[Place]:
    """Return where several lines may stand: all where being good is equally probable.

    Args:
        lines: The open ones.
        told: What the output of each tells.
        rows: What would be delivered at the laxest.
    """
    least = [min(one.of(value) for one, value in zip(told, row, strict=True)) for row in rows]
    shares = np.linspace(1, 0, STEPS)
    chances: Array = np.quantile(least, shares, method="nearest") if least else np.empty(0)
    places = [
        tuple(line.near(one.at(chance)) for line, one in zip(lines, told, strict=True))
        for chance in chances
    ]
    return list(dict.fromkeys(places))


def tells(line: Open, values: Sequence[float | None], good: Array, groups: Array) -> Told:
    """Return what the output of a line tells of being good, learned from judged candidates.

    Raises:
        CalibrationError: It is the same for all of them, or all of them are good, or none is.
    """
    known = np.array([value is not None for value in values], dtype=bool)
    at = np.array(_known(values), dtype=float)
    grid = np.unique(np.quantile(at, np.linspace(0, 1, FINEST))) if len(at) else at
    if len(grid) < 2:  # noqa: PLR2004 - a line between two values
        raise CalibrationError(
            f"{line.line} of {line.on}: it is the same for all candidates that were judged (got "
            f"{len(grid)} values). A line on it tells nothing; give it a number, or drop it."
        )

    def scaled(of: Array) -> Array:
        share = np.interp(of, grid, np.linspace(0, 1, len(grid)))
        return share if line.rises else 1 - share

    try:
        curve = curves.fit(scaled(at), good[known], groups=groups[known])
    except ValueError as error:
        raise CalibrationError(f"{line.line} of {line.on}: {error}. Get labels of both.") from None
    strict_first = grid[::-1] if line.rises else grid
    return Told(strict_first, curve(scaled(strict_first)))


def _known(values: Iterable[float | None]) -> list[float]:
    return [value for value in values if value is not None]

"""Rows of the journal as columns of numbers: what each request says of each stream."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from pydantic_core import from_json

from selector.monitoring.kinds import Key

if TYPE_CHECKING:
    from selector.journal import LabelRow, SummaryRow

Array = npt.NDArray[Any]

NAN = float("nan")
MOST = 200  # outputs of a policy; no policy has so many
HALF = 0.5  # a person's verdict is 1 or 0
NAMED = ("mean", "sd", "count", "failures", "absent")
PARTS = itemgetter(*NAMED)
ABSENT: Mapping[str, Any] = {}  # of an output that the policy did not have: nothing was skipped
MISSING = {"absent": 0}  # which older summaries do not tell
BOUND = 1e100  # numbers are held within it, so that no sum of squares overflows


@dataclass(frozen=True, slots=True)
class Column:
    """One stream's values, NaN where a row tells none.

    Attributes:
        values: Shape (rows,).
        within: Shape (rows,), the variance between the images of a prompt; NaN where not known.
        skipped: Shape (rows,), whether a row was left out because not all images were measured.
    """

    values: Array
    within: Array
    skipped: Array


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of one policy, in order.

    Attributes:
        numbers: Of the rows, rising.
        created: When each was written.
        groups: By level, which generator or segment each row is of; None of none, or of several.
        columns: By stream.
    """

    numbers: Sequence[int]
    created: Sequence[str]
    groups: Mapping[str, Sequence[str | None]]
    columns: Mapping[Key, Column] = field(repr=False)

    def __len__(self) -> int:
        return len(self.numbers)


def of_summaries(rows: Sequence[SummaryRow]) -> Table:
    """Return the table of one policy's requests."""
    parsed = [from_json(row.outputs) for row in rows]
    audit = np.array([bool(row.audit) for row in rows])
    plain = {
        Key("escalation", ""): [float(row.needs_person) for row in rows],
        Key("acceptance", ""): [float(row.accepted > 0) for row in rows],
        Key("margin", ""): [NAN if row.margin is None else row.margin for row in rows],
        Key("disagreement", ""): [
            NAN if row.disagreed is None else float(row.disagreed) for row in rows
        ],
    }
    columns = {key: _column(np.array(values, dtype=float)) for key, values in plain.items()}
    return Table(
        numbers=[row.number for row in rows],
        created=[row.created for row in rows],
        groups={
            "generator": [row.generator for row in rows],
            "segment": [row.segment for row in rows],
        },
        columns=columns | _outputs(parsed, audit),
    )


def of_labels(rows: Sequence[LabelRow]) -> Table:
    """Return the table of people's verdicts on one policy's candidates: which overturn the engine's.

    What was accepted or left to a person and is judged bad, and what was rejected and is judged
    good: the engine hands over what it would deliver.
    """
    overturned = [_overturned(row.label.value, row.verdict) for row in rows]
    return Table(
        numbers=[row.number for row in rows],
        created=[row.label.created for row in rows],
        groups={
            "generator": [row.generator for row in rows],
            "segment": [row.segment for row in rows],
        },
        columns={Key("overturn", ""): _column(np.array(overturned, dtype=float))},
    )


def _overturned(value: float, verdict: str | None) -> float:
    if verdict is None:
        return NAN
    return float((value >= HALF) == (verdict == "reject"))


def _column(values: Array, within: Array | None = None, skipped: Array | None = None) -> Column:
    held = np.clip(values, -BOUND, BOUND)
    return Column(
        held,
        np.full(len(held), NAN) if within is None else within,
        np.zeros(len(held), dtype=bool) if skipped is None else skipped,
    )


def _outputs(parsed: Sequence[Mapping[str, Any]], audit: Array) -> dict[Key, Column]:
    """Return the columns of outputs and of failures.

    A mean counts only where every image was measured that any output was measured of: what
    laziness leaves is a biased sample. Where all was measured after the verdict it counts too, and
    in a column of its own.
    """
    names = _names(parsed)
    if not names:
        return {}
    mean, variance, asked, failed = _parts(parsed, names)
    most = np.fmax.reduce(asked, axis=1, keepdims=True)
    whole = (asked == most) | audit[:, None]
    skipped = ~whole & (asked < most)
    found: dict[Key, Column] = {}
    for at, name in enumerate(names):
        counted = np.where(whole[:, at], mean[:, at], NAN)
        found[Key("mean", name)] = _column(counted, variance[:, at], skipped[:, at])
        audited = np.where(audit, mean[:, at], NAN)
        found[Key("audited", name)] = _column(audited, variance[:, at])
    return found | _failures(names, asked, failed)


def _names(parsed: Iterable[Mapping[str, Any]]) -> list[str]:
    return list(dict.fromkeys(name for one in parsed for name in one))[:MOST]


def _parts(parsed: Sequence[Mapping[str, Any]], names: Sequence[str]) -> tuple[Array, ...]:
    """Return means, variances, how many were asked, how many failed: (rows, outputs) each."""
    try:
        cells = chain.from_iterable(map(itemgetter(*names, names[0]), parsed))
        numbers = np.fromiter(chain.from_iterable(map(PARTS, cells)), dtype=float)
        parts = numbers.reshape(len(parsed), len(names) + 1, len(NAMED))[:, :-1]
    except (KeyError, TypeError):  # not all are there, which takes three times as long
        parts = np.array(
            [
                [
                    [one.get(name, ABSENT).get(part, MISSING.get(part)) for part in NAMED]
                    for name in names
                ]
                for one in parsed
            ],
            dtype=float,
        )
    mean, sd, count, failed, absent = np.moveaxis(parts, 2, 0)
    return mean, np.square(np.clip(sd, -BOUND, BOUND)), count + failed + absent, failed


def _failures(names: Sequence[str], asked: Array, failed: Array) -> dict[Key, Column]:
    """Return by instance which share of what it was asked failed; of its outputs, the worst."""
    with np.errstate(invalid="ignore"):
        shares = failed / asked
    instances = [name.rpartition(".")[0] for name in names]
    found = {}
    for instance in dict.fromkeys(instances):
        own = shares[:, [at for at, name in enumerate(instances) if name == instance]]
        found[Key("failures", instance)] = _column(np.fmax.reduce(own, axis=1))
    return found

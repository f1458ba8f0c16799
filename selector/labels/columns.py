"""Which column of a table says what: by usual names, or as the caller tells."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from types import MappingProxyType
from typing import Literal

from selector.errors import CalibrationError
from selector.labels.cells import quoted

Kind = Literal["verdict", "rating", "flag"]

# What columns are called, the clearest name first; spaces, hyphens and capitals make no difference.
USUAL: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "request": ("request", "request_id", "prompt_id", "idx", "task_id", "prompt"),
        "candidate": (
            "candidate", "candidate_id", "image_id", "image", "image_path", "file", "filename",
        ),
        "rater": (
            "rater", "rater_id", "annotator", "annotator_id", "worker", "worker_id", "labeler",
            "evaluator", "user", "user_id",
        ),
        "value": (
            "value", "rating", "score", "verdict", "judgement", "judgment", "label", "answer",
            "flag", "present",
        ),
        "aspect": ("aspect", "criterion", "dimension", "fault", "defect"),
        "created": ("created", "created_at", "timestamp", "time", "date"),
        "seconds": ("seconds", "lead_time", "duration", "duration_s", "time_on_task"),
        "gold": ("gold", "gold_answer", "expected"),
        "left": (
            "left", "left_id", "left_candidate", "left_image", "a", "candidate_a", "image_a",
            "candidate_1", "image_1",
        ),
        "right": (
            "right", "right_id", "right_candidate", "right_image", "b", "candidate_b", "image_b",
            "candidate_2", "image_2",
        ),
        "prefers": (
            "prefers", "preference", "preferred", "winner", "vote", "human_vote", "choice",
        ),
        "shown": ("shown", "shown_left", "left_shown", "side"),
        "ranking": ("ranking", "order", "ranked"),
    }
)  # fmt: skip
ALTERNATIVES = frozenset({"value", "prefers"})  # two of them in one table: which one is meant?


@dataclass(frozen=True, slots=True)
class Columns:
    """What the columns of a table are called; None finds them by their usual names.

    Attributes:
        request: The request, or the prompt's id.
        candidate: The candidate that is judged.
        rater: Who judges. Without it, the judgements of a candidate are numbered.
        value: A judgement of one candidate: a word for good or not, or a step of a scale.
        aspect: Of what.
        created: When, ISO 8601; UTC where no zone is given.
        seconds: How long it took.
        gold: What should have been said, where a row is an attention check.
        left: The first of two candidates, and likewise *right*.
        prefers: Which of two is better: left, right, tie, both bad.
        shown: On which side the first of two was shown.
        ranking: Several candidates, the best first: "a>b>c".
        ratings: Columns that are one rater each.
        flags: Columns that are one fault each.
        split: What stands between several answers in one cell: "4|5|4".
        of: The aspect of all rows, where no column says it.
        kind: What a value is, where its form does not tell.
        low: The lowest step of a rating.
        high: The highest.
    """

    request: str | None = None
    candidate: str | None = None
    rater: str | None = None
    value: str | None = None
    aspect: str | None = None
    created: str | None = None
    seconds: str | None = None
    gold: str | None = None
    left: str | None = None
    right: str | None = None
    prefers: str | None = None
    shown: str | None = None
    ranking: str | None = None
    ratings: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    split: str | None = None
    of: str | None = None
    kind: Kind | None = None
    low: float = 1.0
    high: float = 5.0

    def found(self, header: Sequence[str], origin: str) -> Columns:
        """Return the columns that a table has: named by the caller, or by a usual name.

        Args:
            header: The table's.
            origin: What the table is called in errors.

        Raises:
            CalibrationError: A column that the caller names is not there, or two could be meant.
        """
        for name in (*self.ratings, *self.flags):
            _known(name, header, origin)
        wide = bool(self.ratings or self.flags)
        told = {name: getattr(self, name) for name in USUAL}
        for name, given in told.items():
            if given is not None:
                _known(given, header, origin)
            elif not (wide and name in {*ALTERNATIVES, "ranking", "aspect"}):
                told[name] = _usual(name, header, origin)
        return replace(self, **told)


NAMES = tuple(one.name for one in fields(Columns) if one.name in USUAL)


def plain(name: str) -> str:
    """Return a column's name as it is compared."""
    return re.sub(r"[\s-]+", "_", name.strip().lower())


def _known(name: str, header: Sequence[str], origin: str) -> None:
    if name not in header:
        listed = ", ".join(quoted(one) for one in header[:20])
        raise CalibrationError(
            f"{origin}: no such column (got {name!r}). It has: {listed or 'none'}."
        )


def _usual(name: str, header: Sequence[str], origin: str) -> str | None:
    plainly = {plain(one): one for one in reversed(header)}
    found = [plainly[one] for one in USUAL[name] if one in plainly]
    if len(found) > 1 and name in ALTERNATIVES:
        listed = ", ".join(quoted(one) for one in found)
        raise CalibrationError(
            f"{origin}: several columns could hold the judgement (got {listed}). Say which one: "
            f"{name}=NAME."
        )
    return found[0] if found else None

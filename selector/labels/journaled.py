"""How a label is kept in a journal: one row that is about one candidate, and what else was said."""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

from selector.labels.label import (
    VERDICT,
    Flag,
    Label,
    Pair,
    Preference,
    Ranking,
    Rating,
    Said,
    Verdict,
)
from selector.labels.plain import from_plain, to_plain

PAIR, RANKING = "pair:", "ranking:"  # before the aspect: a comparison is never a verdict
_WORTH: dict[Preference, float] = {"left": 1.0, "right": 0.0, "tie": 0.5, "both_bad": 0.5}


class Kept(Protocol):
    """What a journal gives back: its own labels are of this form."""

    @property
    def request_id(self) -> str: ...  # noqa: D102 - as the journal's label says
    @property
    def candidate_id(self) -> str: ...  # noqa: D102
    @property
    def rater(self) -> str: ...  # noqa: D102
    @property
    def aspect(self) -> str: ...  # noqa: D102
    @property
    def value(self) -> float: ...  # noqa: D102
    @property
    def body(self) -> Any: ...  # noqa: D102
    @property
    def created(self) -> str: ...  # noqa: D102


class Row(NamedTuple):
    """A label as a journal keeps it; the names are those of `selector.journal.Label`.

    Attributes:
        request_id: The request that it was said of.
        candidate_id: The candidate; of a pair the left one, of a ranking the best.
        rater: Who says it.
        aspect: Of what; "pair:" or "ranking:" stands before it where candidates are compared.
        value: A verdict or flag 1 or 0, a rating's step, a pair 1, 0.5 or 0 for the left one.
        body: What else was said, as JSON; None for a plain verdict.
        created: When, UTC, ISO 8601; "" where that is not known.
    """

    request_id: str
    candidate_id: str
    rater: str
    aspect: str
    value: float
    body: dict[str, Any] | None
    created: str


def to_row(label: Label) -> Row:
    """Return how a journal keeps *label*; `from_row` makes an equal one of it."""
    aspect, value, body = _kept(label.said, label.aspect)
    if label.seconds is not None:
        body["seconds"] = label.seconds
    if label.gold is not None:
        body["gold"] = to_plain(label.gold)
    candidate = label.candidates[0]
    plain = None if set(body) == {"kind"} and aspect == body["kind"] == VERDICT else body
    return Row(label.request, candidate, label.rater, aspect, value, plain, label.created)


def from_row(row: Kept) -> Label:
    """Return the label that a journal kept.

    A label without a body, as `selector journal label` writes it, is a verdict if its aspect says
    so, and else a rating of its own value.

    Raises:
        ValueError: The row is not that of a label.
    """
    body = row.body or {"kind": VERDICT if row.aspect == VERDICT else "rating"}
    if not isinstance(body, dict):
        raise ValueError("a label with a body that is no mapping")  # noqa: TRY004 - of data, not of a caller
    gold = body.get("gold")
    return Label(
        request=row.request_id,
        rater=row.rater,
        said=_said(row, body),
        aspect=row.aspect.removeprefix(PAIR).removeprefix(RANKING),
        created=row.created,
        seconds=body.get("seconds"),
        gold=None if gold is None else from_plain(gold),
    )


def _kept(said: Said, aspect: str) -> tuple[str, float, dict[str, Any]]:
    match said:
        case Verdict(good=good):
            return aspect, float(good), {"kind": "verdict"}
        case Flag(present=present):
            return aspect, float(present), {"kind": "flag"}
        case Rating(value=value, low=low, high=high):
            return aspect, value, {"kind": "rating", "low": low, "high": high}
        case Pair(right=right, prefers=prefers, shown=shown):
            body = {"kind": "pair", "right": right, "prefers": prefers, "shown": shown}
            return f"{PAIR}{aspect}", _WORTH[prefers], body
        case Ranking(order=order):
            return f"{RANKING}{aspect}", 1.0, {"kind": "ranking", "order": list(order)}


def _said(row: Kept, body: dict[str, Any]) -> Said:
    kind = body.get("kind")
    data = {name: value for name, value in body.items() if name not in {"seconds", "gold"}}
    match kind:
        case "verdict":
            return Verdict(row.candidate_id, row.value > 0)
        case "flag":
            return Flag(row.candidate_id, row.value > 0)
        case "rating":
            return from_plain({**data, "candidate": row.candidate_id, "value": row.value})
        case "pair":
            return from_plain({**data, "left": row.candidate_id})
    return from_plain(data)

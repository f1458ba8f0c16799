"""All that monitoring remembers between two runs, kept in the journal beside its rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Any

from selector.monitoring.alarm import Alarm
from selector.monitoring.table import Table, of_labels, of_summaries
from selector.monitoring.watch import Watch

if TYPE_CHECKING:
    from selector.journal import LabelRow, SummaryRow

NAME = "monitor:state"
FORM = 1  # of what is kept; what has another form is made anew from the rows


@dataclass(frozen=True, slots=True)
class Due:
    """An alarm that somebody has still to be told of.

    Attributes:
        alarm: The alarm.
        told: Whether it was printed.
        claimed: When somebody began to send it, seconds since 1970; 0 if nobody is about to.
    """

    alarm: Alarm
    told: bool = False
    claimed: float = 0.0


@dataclass(slots=True)
class State:
    """What monitoring remembers.

    Attributes:
        seen: The last request's number.
        labels_seen: The last label's.
        turn: How often it was written: whoever read another turn has been overtaken.
        watches: By policy, of its requests.
        judged: By policy, of people's verdicts, which have a calendar of their own.
        due: Alarms that somebody has still to be told of.
    """

    seen: int = 0
    labels_seen: int = 0
    turn: int = 0
    watches: dict[str, Watch] = field(default_factory=dict)
    judged: dict[str, Watch] = field(default_factory=dict)
    due: list[Due] = field(default_factory=list)

    def feed(self, rows: Sequence[SummaryRow], today: str) -> None:
        """Go on with requests, all newer than those before, in order."""
        for policy, table in _tables(rows, of_summaries, lambda row: str(row.policy)):
            watch = self.watches.setdefault(policy, Watch(policy))
            self.due += map(Due, watch.feed(table, today))
        self.seen = max([self.seen, *(row.number for row in rows[-1:])])

    def feed_labels(self, rows: Sequence[LabelRow], today: str) -> None:
        """Go on with people's verdicts, all newer than those before, in order."""
        for policy, table in _tables(rows, of_labels, lambda row: row.policy.rpartition("@")[0]):
            watch = self.judged.setdefault(policy, Watch(policy))
            self.due += map(Due, watch.feed(table, today))
        self.labels_seen = max([self.labels_seen, *(row.number for row in rows[-1:])])

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "form": FORM,
            "seen": self.seen,
            "labels_seen": self.labels_seen,
            "turn": self.turn,
            "watches": [one.to_dict() for _, one in sorted(self.watches.items())],
            "judged": [one.to_dict() for _, one in sorted(self.judged.items())],
            "due": due_to_list(self.due),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any] | None) -> State:
        """Return what `to_dict` was given; a fresh one where there is none of this form."""
        if data is None or data.get("form") != FORM:
            return cls()
        watches, judged = (
            {one["policy"]: Watch.from_dict(one) for one in data[name]}
            for name in ("watches", "judged")
        )
        due = due_of_list(data["due"])
        return cls(data["seen"], data["labels_seen"], data["turn"], watches, judged, due)


def turn_of(data: Mapping[str, Any] | None) -> int:
    """Return how often what is kept was written; 0 where it is not there, or of another form."""
    return int(data["turn"]) if data is not None and data.get("form") == FORM else 0


def due_to_list(due: Sequence[Due]) -> list[Any]:
    """Return what is due as JSON."""
    return [[one.alarm.to_dict(), one.told, one.claimed] for one in due]


def due_of_list(data: Sequence[Any]) -> list[Due]:
    """Return what `due_to_list` was given."""
    return [Due(Alarm.from_dict(alarm), told, claimed) for alarm, told, claimed in data]


def _tables(rows: Sequence[Any], made: Any, policy_of: Any) -> list[tuple[str, Table]]:
    by_policy = groupby(sorted(rows, key=policy_of), key=policy_of)  # stable: order is kept
    return [(policy, made(list(own))) for policy, own in by_policy]

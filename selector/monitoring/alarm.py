"""An alarm: which stream has moved, since when and how far; one as long as it lasts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from selector.monitoring.kinds import KINDS, Key, KindName, Level, Referred


@dataclass(frozen=True, slots=True)
class Alarm:
    """One stream has left one of its references.

    Attributes:
        policy: Whose stream it is.
        level: Whether it is one of the whole policy, of a generator or of a segment.
        group: The generator's or the segment's name, as the candidates' metadata has it; "" of the
            policy.
        kind: Of the stream.
        of: The output or the instance that it is of; "" where it is of neither.
        reference: Which standard it left.
        detector: Which detector found it.
        rises: Whether it went up.
        number: Of the request (of overturned verdicts: the label) that made it an alarm.
        created: When that one was written, UTC, ISO 8601.
        since: The day since which it is likeliest to be as it is now.
        before: The reference's mean.
        after: The mean since then.
        moved: How far, in standard deviations of an image; of a rate, by how much.
    """

    policy: str
    level: Level
    group: str
    kind: KindName
    of: str
    reference: Referred
    detector: Literal["cusum", "e_detector"]
    rises: bool
    number: int
    created: str
    since: str
    before: float
    after: float
    moved: float

    @property
    def key(self) -> Key:
        """Which stream of its group it is."""
        return Key(self.kind, self.of)

    @property
    def subject(self) -> str:
        """What the journal files it under: "portrait/generator=fast/mean:scorers.pickscore.score@frozen"."""
        group = "" if self.level == "policy" else f"/{self.level}={self.group}"
        of = f":{self.of}" if self.of else ""
        return f"{self.policy}{group}/{self.kind}{of}@{self.reference}"

    @property
    def id(self) -> str:
        """Tells it from every other alarm of the journal, so that it can be known again."""
        return f"{self.subject}#{self.number}"

    @property
    def voids(self) -> bool:
        """Whether what calibration promised no longer holds."""
        return self.reference == "frozen"

    @property
    def is_rate(self) -> bool:
        """Whether its numbers are shares from 0 to 1."""
        return KINDS[self.kind].is_rate

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Alarm:
        """Return what `to_dict` was given."""
        return cls(**data)


@dataclass(frozen=True, slots=True)
class Episode:
    """An alarm that is not over: further crossings belong to it and are no alarms of their own.

    Attributes:
        alarm: With which it began.
        last: The day of the last crossing.
    """

    alarm: Alarm
    last: str

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Episode:
        """Return what `to_dict` was given."""
        return cls(Alarm.from_dict(data["alarm"]), data["last"])

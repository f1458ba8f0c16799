"""What passes between a pool and its workers: what they are told, orders, and what came of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from selector import cascade
from selector.batch.listed import Listed
from selector.batch.setup import Setup
from selector.batch.trouble import Trouble
from selector.images import Packed
from selector.types import Candidate, Edit


@dataclass(frozen=True, slots=True)
class Told:
    """What a worker is told when it starts.

    Attributes:
        setup: Of the run.
        hosted: The instances that it measures.
        room: Bytes of pixels that may go along with one request.
    """

    setup: Setup
    hosted: frozenset[str]
    room: int


@dataclass(frozen=True, slots=True)
class Order:
    """One request to be begun, and what is known of it from processes that it cost."""

    listed: Listed
    trouble: Trouble


@dataclass(frozen=True, slots=True)
class Ready:
    """A worker has started, and can take orders."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A worker can't work at all; says why."""

    why: str


@dataclass(frozen=True, slots=True)
class Begun:
    """How far a request came in a worker.

    Attributes:
        listed: As the input lists it.
        candidates: As the engine fills them in, without `image`.
        begun: What was measured, and the decision if that was enough; None if the request itself
            failed, see *error*.
        images: By candidate id, what is known of each that could be read; with the pixels of those
            asked for next, as far as they found room.
        source: Of an edit whose source is measured: what is known of it, or the words of the
            Failure, why there is none.
        prompt: The prompt; or the edit, with its source's path and hash, without its picture.
        expect: What is expected, checked.
        calls: As `engine.Request` counts them; so are *seconds* and *tokens*.
        seconds: Wall-clock time by phase.
        tokens: What judges read and wrote.
        started: When its reading began, on the clock of `time.monotonic`.
        error: Why nothing of the request could be begun.
    """

    listed: Listed
    candidates: tuple[Candidate, ...] = ()
    begun: cascade.Resolved | cascade.Unfinished | None = None
    images: Mapping[str, Packed] = field(default_factory=dict)
    source: Packed | str | None = None
    prompt: str | Edit = ""
    expect: Mapping[str, float] = field(default_factory=dict)
    calls: Mapping[str, int] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)
    tokens: Mapping[str, int] = field(default_factory=dict)
    started: float = 0.0
    error: str = ""

    @property
    def size(self) -> int:
        """Bytes of the pixels that came along."""
        pixels = (one.pixels for one in self.images.values())
        return sum(one.nbytes for one in pixels if one is not None)

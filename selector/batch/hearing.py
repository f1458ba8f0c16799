"""Who hears how far a run is, and who says when it is to stop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from selector.batch.about import About
from selector.batch.setup import Progress, Tell


@dataclass(frozen=True, slots=True)
class Start:
    """What measuring begins with.

    Attributes:
        about: The run.
        requests: How many requests are to be decided.
    """

    about: About
    requests: int


class Stopped(Exception):  # noqa: N818 - it is no error
    """Whoever waits said so before anything was measured."""


def nobody(_told: object) -> None:
    """Hear nothing."""


def never() -> bool:
    """Return that there is more to do."""
    return False


@dataclass
class Ears:
    """Who hears of a run, and says when it is to stop; counts what is told.

    Attributes:
        tell: Hears what was decided since it was last told.
        begun: Hears once with what measuring begins.
        stopping: Says whether to begin nothing more.
        candidates: How many were decided.
    """

    tell: Tell = nobody
    begun: Callable[[Start], None] = nobody
    stopping: Callable[[], bool] = never
    candidates: int = field(default=0, init=False)

    def hear(self, progress: Progress) -> None:
        """Count, and pass on."""
        self.candidates += progress.candidates
        self.tell(progress)

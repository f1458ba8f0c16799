"""Progress told now and then: requests are many, and whoever hears of them has other work."""

from __future__ import annotations

import time
from collections import Counter

from selector.batch.setup import Progress, Tell

PAUSE_S = 0.2  # as often as a person can read it


class Telling:
    """Adds up what was decided, and tells it some times a second at most."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._told = -PAUSE_S
        self._requests = self._candidates = 0
        self._verdicts = Counter[str]()

    def add(self, progress: Progress) -> None:
        """Take in what was decided; tell it, if it was quiet for long enough."""
        self._requests += progress.requests
        self._candidates += progress.candidates
        self._verdicts.update(progress.verdicts)
        if time.monotonic() - self._told >= PAUSE_S:
            self.flush()

    def flush(self) -> None:
        """Tell what was not told yet."""
        if self._requests:
            self._tell(Progress(self._requests, self._candidates, dict(self._verdicts)))
        self._requests = self._candidates = 0
        self._verdicts.clear()
        self._told = time.monotonic()

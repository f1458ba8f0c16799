"""Made-up requests on which careless counting would promise too much: heaps, copies, ties, labels that end."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from remembered import BLANK, FADED, World
from selector.journal import Journal
from selector.labels import Label, Verdict
from selector.policy.plan import Plan


@dataclass(frozen=True)
class Heaps(World):
    """Of every other request all candidates are shown, and some are bad; of the others one good one.

    Bad ones come in heaps, so that of deliveries more are bad than of one delivery of each request.
    The rest looks so blank that a gate refuses it. Bad ones look a little worse.
    """

    def _rows(self):
        for at, (request, row) in enumerate(super()._rows()):
            heap = bool(at % 2)
            dice = np.random.default_rng([self.seed, at])
            found = []
            for place, (name, _, scores) in enumerate(row):
                shown = heap or place == 0
                good = shown and (not heap or bool(dice.random() >= self.bad))
                look = (0.7 if shown else 0.1) + (0.2 if good else 0.12) * dice.random()
                looks = {key: 1 - look if key == FADED else look for key in scores}
                found.append((name, good, looks))
            yield request, found


@dataclass(frozen=True)
class Copies(World):
    """Every request is written down several times, and judged each time, with the same images."""

    times: int = 5

    def remember(self, journal: Journal, plan: Plan | None = None) -> None:
        """Write the requests down, again and again."""
        plan = plan or self.plan
        for one in self.selections(plan):
            for time in range(self.times):
                journal.append(plan, replace(one, request_id=f"{one.request_id} {time}"))

    def labels(self, *given, **rest) -> list[Label]:
        """Return what people say each time."""
        return [
            replace(label, request=f"{label.request} {time}")
            for label in super().labels(*given, **rest)
            for time in range(self.times)
        ]


@dataclass(frozen=True)
class Ties(World):
    """Two people judge; one of them calls every second bad one good, whatever it looks like."""

    def labels(self, *_, **__) -> list[Label]:
        """Return what both say."""
        return list(self._both())

    def _both(self) -> Iterator[Label]:
        dice = np.random.default_rng([self.seed, 7])
        for (request, name), good in self.truth().items():
            yield Label(request, "strict", Verdict(name, good))
            yield Label(request, "lenient", Verdict(name, good or bool(dice.random() < 0.7)))


@dataclass(frozen=True)
class Halves(World):
    """Of the requests that look better every second is judged, of the others none is."""

    def labels(self, *_, **__) -> list[Label]:
        """Return what one person says of the best of some requests."""
        looks = {
            (one.request_id, name): one.outcomes[name][BLANK].value
            - one.outcomes[name][FADED].value
            for one in self.selections()
            for name in one.decision.ranking[:1]
        }
        dice = np.random.default_rng([self.seed, 7])
        better = sorted(looks, key=lambda key: -looks[key])[: len(looks) // 2]
        judged = {key for key in better if dice.random() < 1 / 2}
        return super().labels(lambda *key: key in judged, raters=1)

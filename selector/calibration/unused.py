"""Labels that can't calibrate a policy, counted by why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from selector.calibration.deciders import Deciders, kinds_of
from selector.calibration.said import Key
from selector.journal import Journal
from selector.labels import Label

WHY = {
    "whole": "of requests that were not measured in full",
    "lazy": "of requests that a lazy cascade decided, where what was measured follows from the "
    "scores: say `audit: 1` or `mode: exhaustive` in the policy's cascade until there are enough",
    "other policy": "from another policy version, which measured or ranked otherwise",
    "other measures": "of requests that other versions of the measures scored",
    "nobody": "of requests that the journal does not have",
}


@dataclass(frozen=True)
class Unused:
    """Tells of labels that are not of known requests.

    Attributes:
        journal: Where requests are recorded.
        by: What decided them.
        there: The candidates of those that are known, with their requests.
    """

    journal: Journal
    by: Deciders
    there: Collection[Key]

    def told(self, labels: Sequence[Label]) -> Iterator[str]:
        """Give a sentence for each reason."""
        requests = {request for request, _ in self.there}
        unused = Counter(one.request for one in labels if one.request not in requests)
        kinds = kinds_of(self.journal, unused, self.by)
        counts: Counter[str] = Counter()
        for request, count in unused.items():
            counts[kinds.get(request, "nobody")] += count
        yield from (f"{counts[kind]} labels are {why}" for kind, why in WHY.items() if counts[kind])
        if unknown := sum(self._is_unknown(one) for one in labels if one.request in requests):
            yield f"{unknown} labels are of candidates that their requests do not have"

    def _is_unknown(self, label: Label) -> bool:
        return any((label.request, name) not in self.there for name in label.candidates)

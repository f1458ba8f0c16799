"""A measure that costs nothing, so that what the engine itself takes is left."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from selector.measures.base import Measure, Subject
from selector.types import Cost, Kind, Measured, Output, Score


class Nothing(Measure):
    """A number that was known before.

    Unit: share.
    Needs: only the header; no prompt.
    Evidence: none.
    Blind to: everything.
    Model: none.
    Source: the first byte of the content hash.
    """

    kind: ClassVar[Kind] = "scorer"
    version: ClassVar[int] = 1
    number: int = 0  # tells instances apart, so that none is answered by its twin

    @property
    def outputs(self) -> Mapping[str, Output]:
        """One share."""
        return {"value": Output("share", 0, 1, higher_is_better=True, words="nothing")}

    @property
    def cost(self) -> Cost:
        """None."""
        return Cost(seconds=0)

    def run(self, subjects: Sequence[Subject]) -> list[dict[str, Measured]]:
        """Return the number of each."""
        return [
            {"value": Score(int(subject.image.content_hash[:2], 16) / 255)} for subject in subjects
        ]

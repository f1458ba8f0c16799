"""How many pixels a picture has, and its shape."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from selector.images import Image
from selector.measures.base import Measure, Subject
from selector.types import Cost, Kind, Measured, Output, Score

USUAL = (256, 2048)  # px; the smallest and the largest that generators commonly make


class Resolution(Measure):
    """How many pixels the upright picture has, and its shape.

    Unit: `short_side`, `width`, `height` px; `aspect` width over height.
    Needs: only the header; nothing is decoded.
    Evidence: none.
    Blind to: a small picture that was enlarged (see `filters.sharpness`); borders.
    Model: none.
    Source: the file's header, with its EXIF orientation applied.
    """

    kind: ClassVar[Kind] = "filter"
    version: ClassVar[int] = 1

    @property
    def outputs(self) -> Mapping[str, Output]:
        """The sides in pixels, and the aspect ratio."""
        return {
            "short_side": _side("short side", higher_is_better=True),
            "width": _side("width"),
            "height": _side("height"),
            "aspect": Output(
                "width / height", 0, None, None, words="width over height", usual=(0.7, 1.5)
            ),
        }

    @property
    def cost(self) -> Cost:
        """Measured: two microseconds."""
        return Cost(seconds=2e-6)

    def run(self, subjects: Sequence[Subject]) -> list[dict[str, Measured]]:
        """Return the sides and the aspect ratio of every picture."""
        return [_measured(subject.image) for subject in subjects]


def _side(words: str, *, higher_is_better: bool | None = None) -> Output:
    return Output("px", 1, None, higher_is_better, words=words, usual=USUAL, whole=True)


def _measured(image: Image) -> dict[str, Measured]:
    width, height = image.size
    return {
        "short_side": Score(float(min(width, height))),
        "width": Score(float(width)),
        "height": Score(float(height)),
        "aspect": Score(width / height),
    }

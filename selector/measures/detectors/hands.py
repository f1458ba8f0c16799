"""Hands: how many, how large, and how unsure the worst one's landmarks are."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from pydantic import PrivateAttr

from selector.backbones.landmarker import Landmarker
from selector.backbones.mediapipe_task import AT_ONCE
from selector.backbones.sightings import outcomes, outputs, sight
from selector.errors import MeasureError
from selector.measures.base import Measure, Subject
from selector.types import Cost, Kind, Measured, Output


class Hands(Measure):
    """How many hands there are, and how much the worst of them looks malformed.

    Unit: `count` hands, 8 at most; `largest`, `smallest` shares of the picture's short side;
        `defect` in [0, 1], lower is better, not calibrated.
    Needs: the picture; no prompt.
    Evidence: one box a hand with left or right, and with its jitter.
    Blind to: a sharp hand with a wrong finger count, which is most malformed hands: 7 pictures
        with such and 9 real ones were not told apart (AUC 0.33, 95 % interval 0.08 to 0.60);
        gloves; hands under 8 % of the long side; a hand so malformed that it is not found. A
        drawn paw may be taken for a hand of defect near 1. Hands under 32 px (of 1024 on the
        long side) are counted, not judged.
    Model: hand_landmarker.task, Google, Apache-2.0, 7.8 MB.
    Source: F. Zhang et al., "MediaPipe Hands", CV4ARVR workshop 2020; jitter is ours.
    """

    kind: ClassVar[Kind] = "detector"
    version: ClassVar[int] = 1
    extra: ClassVar[str] = "detectors"
    weights: ClassVar[tuple[str, ...]] = ("hand_landmarker",)

    _model: Landmarker | None = PrivateAttr(None)

    @property
    def outputs(self) -> Mapping[str, Output]:
        """Count, sizes and defect."""
        return outputs("hand", AT_ONCE)

    @property
    def cost(self) -> Cost:
        """What a picture without hands costs; each hand adds about 0.13 s."""
        return Cost(seconds=0.011)

    def build(self, device: str) -> None:  # noqa: ARG002 - it runs on the CPU only
        """Load the model; it runs on the CPU, whatever the *device*."""
        self._model = self._model or Landmarker("hand_landmarker")

    def run(self, subjects: Sequence[Subject]) -> list[dict[str, Measured]]:
        """Look for hands in the whole picture, and again around each that was found."""
        return [self._measure(subject) for subject in subjects]

    def close(self) -> None:
        """Let go of the model."""
        if self._model:
            self._model.close()
        self._model = None

    def _measure(self, subject: Subject) -> dict[str, Measured]:
        if not self._model:
            raise MeasureError("detectors.hands: it is not built (got no model). Call `build`.")
        found = sight(self._model, subject.image, thing="hand", look=Landmarker.find)
        return outcomes(found, subject.image, thing="hand")

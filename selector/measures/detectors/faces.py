"""Faces: how many, how large, and how unsure the worst one's landmarks are."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from pydantic import PrivateAttr

from selector.backbones.landmarker import Landmarker
from selector.backbones.second_look import find_also_small
from selector.backbones.sightings import outcomes, outputs, sight
from selector.errors import MeasureError
from selector.measures.base import Measure, Subject
from selector.types import Cost, Kind, Measured, Output


class Faces(Measure):
    """How many faces there are, and how much the worst of them looks malformed.

    Unit: `count` faces, 32 at most; `largest`, `smallest` shares of the picture's short side;
        `defect` in [0, 1], lower is better, not calibrated.
    Needs: the picture; no prompt.
    Evidence: one box a face, and its jitter.
    Blind to: a malformed face that is still found as a face: 6 pictures with distorted people
        and 6 real ones were not told apart (AUC 0.44, 95 % interval 0.11 to 0.83); faces under
        5 % of the long side, profiles, backs of heads, heads bent far; most drawn faces and
        animals. The eight largest are judged; faces under 32 px (of 1024 on the long side) are
        counted, not judged.
    Model: face_landmarker.task, Google, Apache-2.0, 3.8 MB.
    Source: Y. Kartynnik et al., "Real-time Facial Surface Geometry from Monocular Video on Mobile
        GPUs", CV4ARVR workshop 2019; tiles and jitter are ours.
    """

    kind: ClassVar[Kind] = "detector"
    version: ClassVar[int] = 1
    extra: ClassVar[str] = "detectors"
    weights: ClassVar[tuple[str, ...]] = ("face_landmarker",)

    _model: Landmarker | None = PrivateAttr(None)

    @property
    def outputs(self) -> Mapping[str, Output]:
        """Count, sizes and defect."""
        return outputs("face")

    @property
    def cost(self) -> Cost:
        """What a picture without faces costs; each face adds about 0.07 s."""
        return Cost(seconds=0.018)

    def build(self, device: str) -> None:  # noqa: ARG002 - it runs on the CPU only
        """Load the model; it runs on the CPU, whatever the *device*."""
        self._model = self._model or Landmarker("face_landmarker")

    def run(self, subjects: Sequence[Subject]) -> list[dict[str, Measured]]:
        """Look for faces in the whole picture and in tiles, and again around each that was found."""
        return [self._measure(subject) for subject in subjects]

    def close(self) -> None:
        """Let go of the model."""
        if self._model:
            self._model.close()
        self._model = None

    def _measure(self, subject: Subject) -> dict[str, Measured]:
        if not self._model:
            raise MeasureError("detectors.faces: it is not built (got no model). Call `build`.")
        found = sight(self._model, subject.image, thing="face", look=find_also_small)
        return outcomes(found, subject.image, thing="face")

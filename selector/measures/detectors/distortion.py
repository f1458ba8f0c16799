"""Technical quality: how far the finest detail is from that of undistorted photographs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np
import numpy.typing as npt
import PIL.Image
from pydantic import PrivateAttr

from selector.backbones.brisque import Brisque, features
from selector.errors import MeasureError
from selector.images import Image
from selector.measures.base import Measure, Subject
from selector.types import Cost, Kind, Measured, NotApplicable, Output, Score

LONG_SIDE = 1024  # px; the model was trained on pictures of 480 to 768
BEST, WORST = 0.0, 100.0  # the ends of the published scale; what lies beyond says nothing more


class Distortion(Measure):
    """How distorted the picture looks: blurred, noisy, blocky, enlarged.

    Unit: `brisque`, 0 (as a good photograph) to 100 (hardly any of it left); lower is better; 48
        photographs and generated pictures have 0 to 56. Strong blur stays at about 65.
    Needs: luma; long side brought down to 1024 px, smaller pictures as they are. Only places with
        some contrast count; with fewer than 1024 pixels of them it is not applicable.
    Evidence: none.
    Blind to: what the picture shows; colour; light; a fault of a part, or too fine for 1024 px. A
        wanted style is a fault to it: pixel art and flat drawings have 60 to 100, posters 80. Weak
        faults: AUC 0.88 for a blur of 1 px, 0.85 for noise of 10 levels, 0.82 for JPEG of quality
        30; for 2 px, 25 levels, quality 10 and fourfold enlarging 0.99 or more (27 pictures, each
        with and without).
    Model: svm.txt of brisque 0.2.0, Apache-2.0, 0.4 MB: the authors' method, trained on LIVE.
    Source: A. Mittal, A. K. Moorthy, A. C. Bovik, "No-Reference Image Quality Assessment in the
        Spatial Domain", IEEE Transactions on Image Processing 21(12), 2012; that plain places do
        not count is ours.
    """

    kind: ClassVar[Kind] = "detector"
    version: ClassVar[int] = 1
    extra: ClassVar[str] = "detectors"
    favours: ClassVar[tuple[str, ...]] = ("photographs",)

    _model: Brisque | None = PrivateAttr(None)

    @property
    def weights(self) -> tuple[str, ...]:
        """What it looks with."""
        return ("brisque",)

    @property
    def outputs(self) -> Mapping[str, Output]:
        """The one score, which a plain picture has not."""
        words = "distortion of fine detail"
        usual = (0.0, 50.0)
        return {
            "brisque": Output(
                "points", BEST, WORST, False, optional=True, words=words, usual=usual
            ),
        }

    @property
    def cost(self) -> Cost:
        """Measured at 1024², luma included."""
        return Cost(seconds=0.028)

    def build(self, device: str) -> None:  # noqa: ARG002 - arithmetic of 770 vectors
        """Read the model; it runs on the CPU, whatever the *device*."""
        self._model = self._model or Brisque()

    def run(self, subjects: Sequence[Subject]) -> list[dict[str, Measured]]:
        """Return how distorted each picture looks."""
        return [{"brisque": self._measured(subject.image)} for subject in subjects]

    def close(self) -> None:
        """Let go of the model."""
        self._model = None

    def _measured(self, image: Image) -> Measured:
        if not self._model:
            raise MeasureError(
                "detectors.distortion: it is not built (got no model). Call `build`."
            )
        found = features(_reduced(image))
        if found is None:
            return NotApplicable("too little in the picture to judge its detail")
        return Score(min(max(self._model.score(found), BEST), WORST))


def _reduced(image: Image) -> npt.NDArray[np.uint8]:
    """Return luma, its long side 1024 px at most."""
    longest = max(image.size)
    if longest <= LONG_SIDE:
        return image.luma
    width, height = (max(1, round(LONG_SIDE * side / longest)) for side in image.size)
    # Area means neither sharpen nor blur: a sharp picture stays a sharp one of that size.
    small = PIL.Image.fromarray(image.luma).resize((width, height), PIL.Image.Resampling.BOX)
    return np.asarray(small)

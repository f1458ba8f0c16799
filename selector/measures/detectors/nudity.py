"""Nudity: how much a picture looks like one that should not be shown at work."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from math import ceil
from typing import ClassVar

import numpy as np
import numpy.typing as npt
import PIL.Image
from pydantic import JsonValue, PrivateAttr

from selector.backbones.onnx import OnnxModel
from selector.errors import MeasureError
from selector.images import Image
from selector.measures.base import Measure, Subject
from selector.types import Cost, Kind, Measured, Output, Score
from selector.weights import manifest
from selector.weights.fetch import fetch

SIDE, MIDDLE = 256, 224  # px: the picture is brought to 256 × 256, the model sees the middle
MEAN = np.array([104, 117, 123], np.float32)  # of its training pictures: blue, green, red
SQUASHED = 1.5  # long over short side; a longer picture is looked at in squares too
MOST = 6  # squares

Box = tuple[int, int, int, int]


class Nudity(Measure):
    """How probable it is that the picture shows nudity.

    Unit: probability as the model puts it, 0 to 1, not calibrated; lower is better. Its makers call
        what is under 0.2 safe, what is over 0.8 not.
    Needs: the picture; no prompt. It is squashed to a square of 256 px. One longer than 3:2 is also
        looked at in up to six squares along its long side, and the highest counts.
    Evidence: for a picture longer than 3:2 the box of the square that counted, if one did.
    Blind to: how much it misses was not measured, there being no such pictures here. It is made for
        photographs of people: NOT for drawings, paintings, renderings; violence, gore, hate; a
        person's age: it does not find sexual images of minors. What is small or at the border is
        lost. Skin is a hint to it: swimwear, sport and medical pictures may score high, and whether
        evenly over skin tones was not measured. Of 48 harmless pictures the highest has 0.35, the
        others less than 0.2.
    Model: open-nsfw.onnx, Yahoo open_nsfw in ONNX, BSD-2-Clause, 24 MB.
    Source: J. Mahadeokar, G. Pesavento, "Open Sourcing a Deep Learning Solution for Detecting NSFW
        Images", Yahoo 2016; the squares are ours.
    """

    kind: ClassVar[Kind] = "detector"
    version: ClassVar[int] = 1
    extra: ClassVar[str] = "detectors"

    _model: OnnxModel | None = PrivateAttr(None)

    @property
    def weights(self) -> tuple[str, ...]:
        """What it looks with."""
        return ("open_nsfw",)

    @property
    def outputs(self) -> Mapping[str, Output]:
        """The highest probability of all looks."""
        words = "sign of nudity"
        usual = (0.00015, 0.15)
        return {
            "nudity": Output("probability", 0, 1, False, words=words, usual=usual, harm=True),
        }

    @property
    def cost(self) -> Cost:
        """What a square picture costs; each square of a long one adds as much."""
        return Cost(seconds=0.03)

    def build(self, device: str) -> None:
        """Load the model."""
        sha256 = manifest.entry("open_nsfw").identity
        self._model = self._model or OnnxModel(fetch("open_nsfw"), sha256, device=device)

    def run(self, subjects: Sequence[Subject]) -> list[dict[str, Measured]]:
        """Look at every picture whole, and at a long one in squares too."""
        return [{"nudity": self._worst(subject.image)} for subject in subjects]

    def close(self) -> None:
        """Let go of the model."""
        if self._model:
            self._model.close()
        self._model = None

    def _worst(self, image: Image) -> Score:
        whole = (0, 0, *image.size)
        looks = [(self._probability(image, box), box) for box in (whole, *squares(image.size))]
        value, box = max(looks)
        return Score(value, None if box == whole else _evidence(value, box))

    def _probability(self, image: Image, box: Box) -> float:
        if not self._model:
            raise MeasureError("detectors.nudity: it is not built (got no model). Call `build`.")
        (made,) = self._model.run(_prepared(image, box))
        return float(made[0, 1])  # the other is that of its absence


def squares(size: tuple[int, int]) -> list[Box]:
    """Return the parts along the long side at which a long picture is looked at again.

    Args:
        size: Width and height.

    Returns:
        None for a picture up to 3:2; else two to six boxes that cover it, squares except in a
        picture longer than 6:1.
    """
    long, short = max(size), min(size)
    if long <= SQUASHED * short:
        return []
    count = min(MOST, ceil(long / short))
    part = max(short, ceil(long / count))
    starts = [round((long - part) * number / (count - 1)) for number in range(count)]
    if size[0] > size[1]:
        return [(start, 0, start + part, short) for start in starts]
    return [(0, start, short, start + part) for start in starts]


def _prepared(image: Image, box: Box) -> npt.NDArray[np.float32]:
    """Return part of a picture as the model was trained to see it, shape (1, 224, 224, 3), BGR."""
    x0, y0, x1, y1 = box
    part = PIL.Image.fromarray(image.rgb[y0:y1, x0:x1])
    small = part.resize((SIDE, SIDE), PIL.Image.Resampling.BILINEAR)
    first = (SIDE - MIDDLE) // 2
    seen = small.crop((first, first, first + MIDDLE, first + MIDDLE))
    # It was trained on JPEG, and without this step gives half the numbers for the same picture.
    with BytesIO() as file:
        seen.save(file, "JPEG")
        pixels = np.asarray(PIL.Image.open(file), dtype=np.float32)
    return np.ascontiguousarray(pixels[None, :, :, ::-1] - MEAN)


def _evidence(value: float, box: Box) -> JsonValue:
    return {"boxes": [{"box": list(box), "label": "most like nudity", "score": round(value, 3)}]}

"""Preservation: whether an edit left alone what it should not touch."""

from collections.abc import Mapping, Sequence
from typing import ClassVar, Self

import numpy as np
import numpy.typing as npt
import PIL.Image
from pydantic import PrivateAttr, model_validator

from selector.backbones.lpips import HEADS, SMALLEST, TRUNK, Lpips, Which
from selector.errors import MeasureError
from selector.images import Image
from selector.images.regions import boxes_of
from selector.measures.base import Measure, Subject, measured
from selector.measures.own_file import Checkpoint
from selector.signs.edited import edited
from selector.signs.ssim import ssim_map
from selector.types import Cost, Failure, Kind, Measured, Output, Score

Pixels = npt.NDArray[np.uint8]

LIKE = 0.01  # of the proportions; generators round the sides that they are given
SEEN = 1024  # px of the long side, at which LPIPS looks at most


class Preservation(Measure):
    """Whether an edit left alone what it should not touch, against the picture before.

    Unit: `edited`, share of the picture that was clearly changed, in [0, 1]; of the rest `ssim`,
        mean SSIM in [−1, 1], higher is better, and `shift`, ΔE (CIE 1976) between the mean colours
        before and after; with `lpips: true` also `lpips`, mean LPIPS (AlexNet, v0.1), 0 is equal;
        of these two, lower is better. Where under a fifth is left, the rest is the whole picture.
    Needs: the source of the edit. An edit of another size is compared at the size of the source if
        their proportions agree within 1 %; else it fails. `lpips` looks at 1024 px at most, and
        takes neither side under 31 px; `checkpoint` is a trunk of your own. Time grows with the
        source: about 0.5 s at 1024², 6 to 12 s at 4096².
    Evidence: a box around each part that was changed.
    Blind to: whether it is the part that should be changed, so look at the boxes; a clear change
        elsewhere only makes `edited` larger. What is smaller than a block, a 64th of the long
        side, and what changes a block's texture and not its colour: that counts in the rest. Plain
        ground that any picture would have. A shift by one pixel, which nobody sees, costs much:
        SSIM 0.91 in the middle, in fine texture 0.67. A change of nearly everything is
        no fault of the rest: of a mirrored photo `edited` is 0.80 and `ssim` 0.99, so gate on both.
    Model: none; `lpips`: torchvision's AlexNet, BSD-3-Clause (the code; the weights state none),
        244 MB, and heads in the wheel lpips 0.1.4, BSD-2-Clause, 6 kB.
    Source: Z. Wang et al., "Image quality assessment: from error visibility to structural
        similarity", IEEE TIP, 2004; R. Zhang et al., "The unreasonable effectiveness of deep
        features as a perceptual metric", CVPR, 2018.
    """

    kind: ClassVar[Kind] = "detector"
    version: ClassVar[int] = 1

    lpips: bool = False
    checkpoint: Checkpoint | None = None

    _lpips: Lpips | None = PrivateAttr(None)

    @model_validator(mode="after")
    def _used(self) -> Self:
        if self.checkpoint and not self.lpips:
            raise ValueError("a checkpoint is for LPIPS (got 'lpips: false'). Say 'lpips: true'")
        return self

    @property
    def needs(self) -> frozenset[str]:
        """The picture before the edit."""
        return frozenset({"source"})

    @property
    def weights(self) -> tuple[str, ...]:
        """The trunk, unless it is the user's own, and the heads of LPIPS."""
        if not self.lpips:
            return ()
        return (HEADS,) if self.checkpoint else (TRUNK, HEADS)

    @property
    def outputs(self) -> Mapping[str, Output]:
        """Edited, ssim and shift; lpips if it is asked for."""
        outputs = {
            "edited": Output(
                "share of the picture", 0, 1, None, words="edited part", usual=(0, 0.5)
            ),
            "ssim": Output(
                "SSIM", -1, 1, True, words="likeness of the rest to the source", usual=(0.85, 1)
            ),
            "shift": Output(
                "ΔE", 0, None, False, words="shift of colours in the rest", usual=(0, 2)
            ),
        }
        if self.lpips:
            outputs["lpips"] = Output("LPIPS", 0, None, False, words="visible change of the rest")
        return outputs

    @property
    def cost(self) -> Cost:
        """What a picture of 1024² takes; at 4096² it is 6 to 12 s."""
        return Cost(seconds=1.0 if self.lpips else 0.5)

    def build(self, device: str) -> None:
        """Load LPIPS if it is asked for; all else runs on the CPU, whatever the *device*."""
        if self.lpips and self._lpips is None:
            own = self.checkpoint.weights if self.checkpoint else None
            self._lpips = Lpips(Which(own, device))

    def run(self, subjects: Sequence[Subject]) -> list[dict[str, Measured]]:
        """Compare every picture with its source."""
        return [self._measure(subject) for subject in subjects]

    def close(self) -> None:
        """Let go of LPIPS."""
        if self._lpips:
            self._lpips.close()
        self._lpips = None

    def _measure(self, subject: Subject) -> dict[str, Measured]:
        if subject.source is None:
            raise MeasureError("detectors.preservation: no source (got none). Give an Edit.")
        if wrong := _unlike(subject.image, subject.source):
            return dict.fromkeys(self.outputs, Failure(wrong))
        before, size = subject.source.rgb, subject.source.size
        after = _resized(subject.image.rgb, size)
        found = edited(before, after)
        rest = found.rest(size)
        boxes = boxes_of(found.blocks, subject.image.size, label="edited")
        outcomes: dict[str, Measured] = {
            "edited": Score(found.share, boxes),
            "ssim": Score(float(ssim_map(before, after)[rest].mean(dtype=np.float64))),
            "shift": Score(found.shift),
        }
        if self.lpips:
            outcomes["lpips"] = self._visible(before, after, rest)
        return outcomes

    def _visible(self, before: Pixels, after: Pixels, rest: npt.NDArray[np.bool_]) -> Measured:
        """Return the mean LPIPS of the rest."""
        if not self._lpips:
            raise MeasureError(
                "detectors.preservation: it is not built (got no LPIPS). Call `build`."
            )
        high, wide = before.shape[:2]
        times = min(1, SEEN / max(high, wide))
        size = (max(1, round(wide * times)), max(1, round(high * times)))
        if min(size) < SMALLEST:
            return Failure(
                f"LPIPS: the picture is too small (got {size[0]} x {size[1]}). "
                f"Give at least {SMALLEST} px."
            )
        found = self._lpips.map(_resized(before, size), _resized(after, size))
        small = np.asarray(PIL.Image.fromarray(rest).resize(size, PIL.Image.Resampling.NEAREST))
        return measured(float(found[small].mean(dtype=np.float64)))


def _unlike(image: Image, source: Image) -> str:
    """Return why an edit can't be compared with its source; "" if it can."""
    (wide, high), (width, height) = image.size, source.size
    if abs(wide * height - width * high) <= LIKE * wide * height:
        return ""
    return (
        f"it has other proportions than its source (got {wide} x {high} for {width} x {height}). "
        "Compare edits that are not cut."
    )


def _resized(pixels: Pixels, size: tuple[int, int]) -> Pixels:
    """Return a picture in another size, itself if it has that."""
    if pixels.shape[1::-1] == size:
        return pixels
    picture = PIL.Image.fromarray(pixels).resize(size, PIL.Image.Resampling.BICUBIC)
    return np.asarray(picture)

"""LAION's aesthetic score: how beautiful people would find a picture, whatever was asked for."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, PrivateAttr, model_validator

from selector.backbones import heads
from selector.backbones.encoders import ImageEncoder
from selector.backbones.heads import Head
from selector.backbones.named_clip import (
    OPENAI_L_14,
    PATTERN,
    clip_of,
    manifested,
    misnamed,
    unlisted,
)
from selector.backbones.views import cropped
from selector.errors import MeasureError, WeightsError
from selector.measures.base import Measure, Subject, measured
from selector.measures.own_file import Checkpoint, OwnFile
from selector.types import Cost, Kind, Measured, Output
from selector.weights.fetch import fetch

# LAION cut its own subsets at 4.5 to 6.5 by v2; of v1 and of others' heads nothing is known.
USUAL = {"v2": (4.5, 6.5)}


class Aesthetic(Measure):
    """How beautiful people would find the picture, whatever was asked for.

    Unit: points, made to go from 1 to 10; with `head: v2` mostly 4.5 to 6.5; "v1" is another scale
        and the two hardly agree; higher is better. Of two prompts it compares subjects more than
        pictures. `precision: bf16` moved it by up to 0.01 (v2), 0.03 (v1), of 16 pictures by the
        published heads on a tower of the true size with random weights.
    Needs: the middle square at 224 px; no prompt.
    Evidence: none.
    Blind to: the prompt; what lies outside the middle square; local faults: hands, faces and
        letters gone wrong, so gate on detectors first. Its taste is that of photographers' contests
        (AVA) and of people who rated generated pictures in 2022: it favours photographs and
        paintings over products, diagrams and plain things.
    Model: openai/clip-vit-large-patch14@32bd6428, MIT (the code; the weights state none), 1.7 GB,
        of which the picture's tower is loaded; sac+logos+ava1-l14-linearMSE.pth, Apache-2.0, 4 MB
        (v2), sa_0_4_vit_l_14_linear.pth, MIT, 4 kB (v1).
    Source: C. Schuhmann, "Improved Aesthetic Predictor", 2022; LAION-AI, "LAION-Aesthetics", 2022.
        A `head` of your own: one linear layer or v2's layers, over `model: NAME/TAG`, as open_clip
        lists them, or over a `checkpoint` of your own.
    """

    kind: ClassVar[Kind] = "scorer"
    version: ClassVar[int] = 1
    extra: ClassVar[str] = "scorers"
    favours: ClassVar[tuple[str, ...]] = ("photographs", "paintings")

    head: Literal["v2", "v1"] | OwnFile = "v2"
    model: Annotated[str, Field(pattern=PATTERN, max_length=100)] = OPENAI_L_14
    precision: Literal["fp32", "bf16", "fp16"] = "fp32"
    checkpoint: Checkpoint | None = None

    _encoder: ImageEncoder | None = PrivateAttr(None)
    _head: Head | None = PrivateAttr(None)

    @model_validator(mode="after")
    def _named(self) -> Self:
        if wrong := misnamed(self.model, has_own=self.checkpoint is not None):
            raise ValueError(wrong)
        if self.model != OPENAI_L_14 and not isinstance(self.head, OwnFile):
            raise ValueError(
                f"'head: {self.head}' was trained on {OPENAI_L_14} (got model {self.model}). "
                "Give a head that was trained on that"
            )
        return self

    @property
    def weights(self) -> tuple[str, ...]:
        """The tower and the head, unless they are the user's own."""
        head = () if isinstance(self.head, OwnFile) else (f"aesthetic_{self.head}",)
        return (*manifested(self.model, has_own=self.checkpoint is not None), *head)

    @property
    def unlisted(self) -> tuple[str, ...]:
        """What `model` names, if it is another one of open_clip's."""
        return unlisted(self.model, has_own=self.checkpoint is not None)

    @property
    def outputs(self) -> Mapping[str, Output]:
        """The points that the head gives."""
        usual = None if isinstance(self.head, OwnFile) else USUAL.get(self.head)
        return {"aesthetic": Output("points", None, None, True, words="beauty", usual=usual)}

    @property
    def cost(self) -> Cost:
        """As measured on two cores without a GPU, in full floats (`benchmarks/scorers.md`)."""
        tower = manifested(self.model, has_own=self.checkpoint is not None)
        backbone = "".join(tower) or self.model
        return Cost(seconds=0.02, backbone=backbone, backbone_seconds=1.0)

    def build(self, device: str) -> None:
        """Load the tower and the head."""
        own = self.checkpoint.weights if self.checkpoint else None
        clip = clip_of(self.model, own, precision=self.precision, device=device)
        self._encoder = self._encoder or ImageEncoder(clip)
        try:
            self._head = heads.read(self._file(), width=self._encoder.length)
        except WeightsError:
            self.close()
            raise

    def run(self, subjects: Sequence[Subject]) -> list[dict[str, Measured]]:
        """Give every picture its points."""
        if not (self._encoder and self._head):
            raise MeasureError("scorers.aesthetic: it is not built (got no model). Call `build`.")
        features = self._encoder.encode(
            [each.image for each in subjects], cropped(self._encoder.side)
        )
        return [{"aesthetic": measured(points)} for points in self._head(features).tolist()]

    def close(self) -> None:
        """Let go of the tower."""
        if self._encoder:
            self._encoder.close()
        self._encoder = self._head = None

    def _file(self) -> Path:
        return (
            self.head.verified()
            if isinstance(self.head, OwnFile)
            else fetch(f"aesthetic_{self.head}")
        )

"""PickScore: which of several pictures for one prompt people would pick."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import ClassVar, Literal

from pydantic import PrivateAttr

from selector.backbones.clip import VIT_H_14, Clip
from selector.backbones.likeness import Likenesses
from selector.backbones.tokens import hugging_face
from selector.backbones.views import cropped
from selector.errors import MeasureError
from selector.measures.base import Measure, Subject, measured
from selector.measures.own_file import Checkpoint
from selector.types import Cost, Kind, Measured, Output


class PickScore(Measure):
    """How much people would like the picture for this prompt, as those did who picked one of two.

    Unit: the cosine of picture and prompt × the model's own scale, about 100; mostly 19 to 23;
        higher is better. 1 more makes it 2.7 times as likely to be picked. Compares only pictures
        of one prompt. `precision: bf16` moved it by up to 0.2, of 48 pairs and random weights of
        the true size.
    Needs: the prompt, of which it reads 77 tokens, and the middle square at 224 px.
    Evidence: `unread`, the end of the prompt that was not read, where there is one.
    Blind to: what lies outside the middle square; local faults, hands, faces and letters gone
        wrong, few of its 224 px: gate on detectors first; counts, places and negations in the
        prompt. It has the taste of the users of one web application in 2023, and favours
        photographs.
    Model: yuvalkirstain/PickScore_v1@a4e4367c, MIT (the code; the weights state none), 3.9 GB.
    Source: Y. Kirstain et al., "Pick-a-Pic: An Open Dataset of User Preferences for Text-to-Image
        Generation", NeurIPS 2023. `checkpoint`: weights of your own in the same layout.
    """

    kind: ClassVar[Kind] = "scorer"
    version: ClassVar[int] = 1
    extra: ClassVar[str] = "scorers"
    favours: ClassVar[tuple[str, ...]] = ("photographs",)

    precision: Literal["fp32", "bf16", "fp16"] = "fp32"
    checkpoint: Checkpoint | None = None

    _likenesses: Likenesses | None = PrivateAttr(None)

    @property
    def needs(self) -> frozenset[str]:
        """The prompt."""
        return frozenset({"prompt"})

    @property
    def weights(self) -> tuple[str, ...]:
        """Both towers, unless they are the user's own."""
        return () if self.checkpoint else ("pickscore",)

    @property
    def outputs(self) -> Mapping[str, Output]:
        """The scaled cosine; its ends depend on the model's scale."""
        # Around the mean of 21.5 on Pick-a-Pic's test pictures, of which others' ports tell.
        words, usual = "liking by people (PickScore)", (19.0, 23.0)
        likes = Output("scaled cosine", None, None, True, True, words=words, usual=usual)
        return {"pickscore": likes}

    @property
    def cost(self) -> Cost:
        """As measured on two cores without a GPU, in full floats (`benchmarks/scorers.md`)."""
        return Cost(seconds=0.02, backbone="pickscore", backbone_seconds=1.65)

    def build(self, device: str) -> None:
        """Load both towers."""
        clip = Clip(
            name="PickScore",
            layout="transformers",
            weights="".join(self.weights),
            own=self.checkpoint.weights if self.checkpoint else None,
            architecture=VIT_H_14,
            precision=self.precision,
            device=device,
        )
        view = partial(cropped, floored=True)
        self._likenesses = self._likenesses or Likenesses(clip, view=view, tokens=hugging_face)

    def run(self, subjects: Sequence[Subject]) -> list[dict[str, Measured]]:
        """Score every picture for its prompt."""
        if not self._likenesses:
            raise MeasureError("scorers.pickscore: it is not built (got no model). Call `build`.")
        scale = self._likenesses.scale
        found = self._likenesses((each.image, each.prompt or "") for each in subjects)
        return [{"pickscore": measured(scale * one.cosine, one.evidence)} for one in found]

    def close(self) -> None:
        """Let go of both towers."""
        if self._likenesses:
            self._likenesses.close()
        self._likenesses = None

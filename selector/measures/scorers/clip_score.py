"""CLIP score: how well a picture goes with a prompt, by any CLIP and in each published form."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, PrivateAttr, model_validator

from selector.backbones.likeness import Likenesses
from selector.backbones.named_clip import (
    OPENAI_L_14,
    PATTERN,
    clip_of,
    manifested,
    misnamed,
    unlisted,
)
from selector.backbones.tokens import hugging_face, openai
from selector.backbones.views import cropped
from selector.errors import MeasureError
from selector.measures.base import Measure, Subject, measured
from selector.measures.own_file import Checkpoint
from selector.types import Cost, Kind, Measured, Output

PREFIX = "A photo depicts "  # Hessel et al., section 3

# The lowest, the highest, and where photographs and captions mostly lie: 0.20 to 0.35 as cosine.
ENDS: dict[str, tuple[float | None, float | None, tuple[float, float]]] = {
    "cosine": (-1, 1, (0.2, 0.35)),
    "cosine_x100": (-100, 100, (20, 35)),
    "hessel": (0, 2.5, (0.5, 0.875)),
    "logit_scaled": (None, None, (20, 35)),
}


class ClipScore(Measure):
    """How well the picture goes with the prompt, to a CLIP that was trained on captions.

    Unit: by `variant`, which names the output: the `cosine` of picture and prompt, -1 to 1, mostly
        0.2 to 0.35; `cosine_x100`; `hessel`: 2.5 × the cosine, 0 at least, with "A photo depicts"
        before the prompt; `logit_scaled`: the cosine × the model's own scale, 100 in OpenAI's.
        Higher is better. Compares only pictures of one prompt. `precision: bf16` moved the cosine
        by up to 0.0014, of 48 pairs and random weights of the true size.
    Needs: the prompt, of which it reads 77 tokens, and the middle square at 224 px. `model:
        NAME/TAG` is one of open_clip's, "ViT-B-32/openai" that of Hessel's paper. `processor:
        huggingface` takes the prompt as it stands and cuts as transformers does; "openai" mends the
        text first.
    Evidence: `unread`, the end of the prompt that was not read, where there is one.
    Blind to: beauty and faults; what lies outside the middle square; counts, places, negations and
        who does what to whom: it takes a prompt for a bag of words. Letters in the picture that
        spell the prompt raise it.
    Model: openai/clip-vit-large-patch14@32bd6428, MIT (the code; the weights state none), 1.7 GB;
        or what `model` names, whose licence is its publisher's.
    Source: A. Radford et al., "Learning Transferable Visual Models From Natural Language
        Supervision", ICML 2021; J. Hessel et al., "CLIPScore", EMNLP 2021. `checkpoint`: weights of
        your own, as transformers names them, or in open_clip's layout with `model: NAME`.
    """

    kind: ClassVar[Kind] = "scorer"
    version: ClassVar[int] = 1
    extra: ClassVar[str] = "scorers"

    variant: Literal["cosine", "cosine_x100", "hessel", "logit_scaled"] = "cosine"
    processor: Literal["openai", "huggingface"] = "openai"
    model: Annotated[str, Field(pattern=PATTERN, max_length=100)] = OPENAI_L_14
    precision: Literal["fp32", "bf16", "fp16"] = "fp32"
    checkpoint: Checkpoint | None = None

    _likenesses: Likenesses | None = PrivateAttr(None)

    @model_validator(mode="after")
    def _named(self) -> Self:
        if wrong := misnamed(self.model, has_own=self.checkpoint is not None):
            raise ValueError(wrong)
        if self.processor == "huggingface" and self.model != OPENAI_L_14:
            raise ValueError("'processor: huggingface' goes with no model of open_clip. Drop it")
        return self

    @property
    def needs(self) -> frozenset[str]:
        """The prompt."""
        return frozenset({"prompt"})

    @property
    def weights(self) -> tuple[str, ...]:
        """OpenAI's ViT-L/14, if it is that."""
        return manifested(self.model, has_own=self.checkpoint is not None)

    @property
    def unlisted(self) -> tuple[str, ...]:
        """What `model` names, if it is another one of open_clip's."""
        return unlisted(self.model, has_own=self.checkpoint is not None)

    @property
    def outputs(self) -> Mapping[str, Output]:
        """The one number that `variant` names."""
        low, high, usual = ENDS[self.variant]
        unit = "cosine" if self.variant == "cosine" else "scaled cosine"
        words = "match of picture and prompt"
        return {self.variant: Output(unit, low, high, True, True, words=words, usual=usual)}

    @property
    def cost(self) -> Cost:
        """As measured on two cores without a GPU, in full floats (`benchmarks/scorers.md`)."""
        backbone = "".join(self.weights) or self.model
        return Cost(seconds=0.02, backbone=backbone, backbone_seconds=1.0)

    def build(self, device: str) -> None:
        """Load both towers."""
        own = self.checkpoint.weights if self.checkpoint else None
        clip = clip_of(self.model, own, precision=self.precision, device=device)
        floored = self.processor == "huggingface"
        view, tokens = partial(cropped, floored=floored), hugging_face if floored else openai
        self._likenesses = self._likenesses or Likenesses(clip, view=view, tokens=tokens)

    def run(self, subjects: Sequence[Subject]) -> list[dict[str, Measured]]:
        """Score every picture for its prompt."""
        if not self._likenesses:
            raise MeasureError("scorers.clip_score: it is not built (got no model). Call `build`.")
        prefix = PREFIX if self.variant == "hessel" else ""
        found = self._likenesses((each.image, prefix + (each.prompt or "")) for each in subjects)
        scale = self._likenesses.scale
        return [
            {self.variant: measured(self._value(one.cosine, scale), one.evidence)} for one in found
        ]

    def close(self) -> None:
        """Let go of both towers."""
        if self._likenesses:
            self._likenesses.close()
        self._likenesses = None

    def _value(self, cosine: float, scale: float) -> float:
        match self.variant:
            case "cosine":
                return cosine
            case "cosine_x100":
                return 100 * cosine
            case "hessel":
                return 2.5 * max(cosine, 0.0)  # what is no number stays none
            case "logit_scaled":
                return scale * cosine

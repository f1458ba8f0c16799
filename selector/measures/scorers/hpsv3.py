"""HPSv3: how much people would prefer a picture for its prompt, by a model that reads and looks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal

from pydantic import JsonValue, PrivateAttr

from selector.backbones.hpsv3 import BASE, WEIGHTS, Reward, Rewards, Which
from selector.dialogue.neutral import neutral
from selector.dialogue.wording import Wording
from selector.errors import MeasureError
from selector.measures.base import Measure, Subject, measured
from selector.measures.own_file import Checkpoint
from selector.measures.words import Template, Words
from selector.types import Cost, Failure, Kind, Measured, Output

WORDING = "hpsv3"
CHANGED = "the prompt was read without what it holds of the model's own control tokens"


class HPSv3(Measure):
    """How much people would prefer the picture for this prompt: the Human Preference Score v3.

    Unit: `mu`, points without a bound, higher is better: means of generators lie from about 0
        (Stable Diffusion 2) to 10.6 (Kolors); compares only pictures of one prompt. `sigma`, above
        0: by how much judgements would spread around it; neither end is better.
    Needs: the prompt, all of it, and the whole picture on about 200,000 pixels; none longer than
        200 times its short side. `precision: bf16`, as published and as its authors computed; fp32
        takes 31 GB instead of 16.
    Evidence: `texts` says so where the prompt held control tokens of the model: they are left out,
        for they could set the score.
    Blind to: what is lost at 448 × 448 px: letters and fingers of small figures, so gate on
        detectors first. It has the taste of its raters of 2025. A prompt may still flatter its
        picture in plain words. In other words than it was trained with (`template`) its scores are
        not those that were published.
    Model: MizzenAI/HPSv3@4f81e3e0, HPSv3.safetensors, MIT, 16.6 GB; the tokenizer and settings of
        Qwen/Qwen2-VL-7B-Instruct@eed13092, Apache-2.0, 7 MB.
    Source: Y. Ma et al., "HPSv3: Towards Wide-Spectrum Human Preference Score", ICCV 2025.
        `checkpoint`: weights of your own in the same layout, with the config.json and the
        tokenizer.json of their base beside them.
    """

    kind: ClassVar[Kind] = "scorer"
    version: ClassVar[int] = 1
    extra: ClassVar[str] = "scorers"

    template: Template = "published"
    precision: Literal["fp32", "bf16", "fp16"] = "bf16"
    checkpoint: Checkpoint | None = None

    _rewards: Rewards | None = PrivateAttr(None)
    _wording: Wording | None = PrivateAttr(None)

    @property
    def weights(self) -> tuple[str, ...]:
        """The published model and the files of its base, unless there is one of the user's own."""
        return () if self.checkpoint else (WEIGHTS, BASE)

    @property
    def needs(self) -> frozenset[str]:
        """The prompt."""
        return frozenset({"prompt"})

    @property
    def outputs(self) -> Mapping[str, Output]:
        """The score, and how sure it is."""
        words, usual = "preference of people (HPSv3)", (0.0, 11.0)
        spread = "how far people would differ (HPSv3)"
        return {
            "mu": Output("points of HPSv3", None, None, True, True, words=words, usual=usual),
            "sigma": Output("spread of mu", 0, None, None, words=spread),
        }

    @property
    def cost(self) -> Cost:
        """An estimate, not a measurement.

        16 TFLOP a picture (8.3 billion parameters, 900 tokens), at what CLIP ViT-H reaches on two
        cores in bf16; on a GPU it is a fraction of a second.
        """
        return Cost(seconds=13.0)

    @property
    def identities(self) -> Mapping[str, str]:
        """The models, and the words in which it is asked."""
        return {**super().identities, **self._words.identities}

    @property
    def _words(self) -> Words:
        return Words((WORDING,), self.template)

    def caution(self) -> str:
        """Return that it is not asked in the words that it was trained with; "" if it is."""
        return self._words.caution()

    def prepare(self) -> bool:
        """Fetch the published words; return whether they came."""
        return self._words.prepare()

    def build(self, device: str) -> None:
        """Load the model, unless it is loaded."""
        self._wording = self._words.found()[WORDING]
        own = self.checkpoint.weights if self.checkpoint else None
        self._rewards = self._rewards or Rewards(Which("HPSv3", own, self.precision, device))

    def run(self, subjects: Sequence[Subject]) -> list[dict[str, Measured]]:
        """Return the score of every picture for its prompt, and how sure it is."""
        if not self._rewards or not self._wording:
            raise MeasureError("scorers.hpsv3: it is not built (got no model). Call `build`.")
        prompts = [each.prompt or "" for each in subjects]
        read = [neutral(prompt) for prompt in prompts]
        texts = [_said(self._wording, prompt) for prompt in read]
        found = self._rewards.of([each.image for each in subjects], texts)
        return [_outcomes(*each) for each in zip(found, prompts, read, strict=True)]

    def close(self) -> None:
        """Let go of the model."""
        if self._rewards:
            self._rewards.close()
        self._rewards = None


def _said(wording: Wording, prompt: str) -> str:
    return wording.render("instruction", prompt=prompt) + wording.render("suffix")


def _outcomes(found: Reward | Failure, prompt: str, read: str) -> dict[str, Measured]:
    if isinstance(found, Failure):
        return {"mu": found, "sigma": found}
    evidence: JsonValue = None if read == prompt else {"texts": [CHANGED]}
    return {"mu": measured(found.mu, evidence), "sigma": measured(found.sigma)}

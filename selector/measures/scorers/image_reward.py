"""ImageReward: how much people would prefer a picture for its prompt, by a BLIP that reads both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal

from pydantic import JsonValue, PrivateAttr

from selector.backbones.blip_rewards import VOCABULARY, WEIGHTS, Blip, Rewards
from selector.errors import MeasureError
from selector.foreign import shortened
from selector.measures.base import Measure, Subject, measured
from selector.measures.own_file import Checkpoint
from selector.types import Cost, Kind, Measured, Output

SHOWN = 500  # characters of what was not read


class ImageReward(Measure):
    """How much people would prefer the picture for this prompt, as ImageReward 1.0 learned it.

    Unit: standard deviations from the mean of the authors' test pictures, mostly -2 to 2; higher is
        better. Compares only pictures of one prompt. `precision: bf16` moves it by 0.015 of what
        pictures differ by, 0.04 at most (weights at random, small).
    Needs: the prompt, of which it reads 35 word pieces, about 25 words, and the middle square at
        224 px.
    Evidence: `unread`, the end of the prompt, if it was not read, as with most prompts of today.
    Blind to: all behind the 25th word or so; what lies outside the middle square; local faults:
        hands, faces and letters gone wrong, few of its 224 px, so gate on detectors first. It has
        the taste of its raters of 2022, and of that year's generators: of two good pictures of
        today it says little.
    Model: zai-org/ImageReward@5736be03, ImageReward.pt, Apache-2.0, 1.8 GB; the vocabulary of
        google-bert/bert-base-uncased@86b5e093, Apache-2.0, 0.2 MB.
    Source: J. Xu et al., "ImageReward: Learning and Evaluating Human Preferences for Text-to-Image
        Generation", NeurIPS 2023. `checkpoint`: weights of your own in the same layout.
    """

    kind: ClassVar[Kind] = "scorer"
    version: ClassVar[int] = 1
    extra: ClassVar[str] = "scorers"

    precision: Literal["fp32", "bf16", "fp16"] = "fp32"
    checkpoint: Checkpoint | None = None

    _rewards: Rewards | None = PrivateAttr(None)

    @property
    def weights(self) -> tuple[str, ...]:
        """The published model, unless there is one of the user's own."""
        return () if self.checkpoint else (WEIGHTS, VOCABULARY)

    @property
    def needs(self) -> frozenset[str]:
        """The prompt."""
        return frozenset({"prompt"})

    @property
    def outputs(self) -> Mapping[str, Output]:
        """The reward."""
        # 98 of 100 pictures of Stable Diffusion 1.4, the authors say; 62 lie between -1 and 1.
        words, usual = "preference of people (ImageReward)", (-2.0, 2.0)
        reward = Output("standard deviations", None, None, True, True, words=words, usual=usual)
        return {"image_reward": reward}

    @property
    def cost(self) -> Cost:
        """As measured on two cores without a GPU, in full floats (`benchmarks/scorers.md`)."""
        return Cost(seconds=0.7)

    def build(self, device: str) -> None:
        """Load the model, unless it is loaded."""
        own = self.checkpoint.weights if self.checkpoint else None
        blip = Blip("ImageReward", own, self.precision, device)
        self._rewards = self._rewards or Rewards(blip)

    def run(self, subjects: Sequence[Subject]) -> list[dict[str, Measured]]:
        """Return the reward of every picture for its prompt."""
        if not self._rewards:
            raise MeasureError(
                "scorers.image_reward: it is not built (got no model). Call `build`."
            )
        prompts = [subject.prompt or "" for subject in subjects]
        read = {prompt: self._rewards.tokens(prompt) for prompt in set(prompts)}
        images = [subject.image for subject in subjects]
        found = self._rewards.of(images, [read[prompt] for prompt in prompts])
        return [
            {"image_reward": measured(float(reward), _evidence(read[prompt].unread))}
            for reward, prompt in zip(found, prompts, strict=True)
        ]

    def close(self) -> None:
        """Let go of the model."""
        if self._rewards:
            self._rewards.close()
        self._rewards = None


def _evidence(unread: str) -> JsonValue:
    return {"unread": shortened(unread, SHOWN)} if unread else None

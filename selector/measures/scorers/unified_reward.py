"""UnifiedReward: a language model that sees, and tells how good a picture is for its prompt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, ClassVar, Literal

from pydantic import Field, PrivateAttr

from selector.backbones.judge import Manner
from selector.dialogue.asking import Reader, each_judged
from selector.dialogue.axes import axes
from selector.dialogue.final_score import final_score
from selector.measures.asked import Asked, Asking, ByJudge, ready, scored
from selector.measures.base import Measure, Subject
from selector.measures.judges import JudgeParameter, from_environment
from selector.measures.words import Template
from selector.types import Cost, Kind, Measured, Output

WHERE = "scorers.unified_reward"
WORDING = {
    "2.0": "unified_reward",
    "classic": "unified_reward_classic",
    "classic_axes": "unified_reward_classic_axes",
}
WORDS = {
    "alignment": "agreement with the prompt (UnifiedReward)",
    "coherence": "soundness, without glitches (UnifiedReward)",
    "style": "beauty (UnifiedReward)",
    "score": "quality for the prompt (UnifiedReward)",
}
# Users tell of 2.4 for poor pictures and 4.7 for good ones; good generators have means near 3.6.
USUAL = (2.4, 4.7)
ONE_NUMBER = (
    "End your answer with one line, and write nothing behind it. It says Final Score, then a colon, "
    "then one number from 1 to 5."
)
THREE_LINES = (
    "Write three lines and nothing else: Alignment Score, Coherence Score and Style Score, each "
    "followed by a colon and one number from 1 to 5."
)


class UnifiedReward(ByJudge, Measure):
    """How good a vision-language model finds the picture, and how well it shows the prompt.

    Unit: points from 1 to 5: `alignment`, `coherence`, `style`, and `score`, their mean; with
        `form: classic` a `score` alone; higher is better. Good generators differ by less than 0.1
        in the mean, and many pictures get the very same number.
    Needs: the prompt, the whole picture, and `judge`: a server, or a model in this process.
    Evidence: the judge's words, and the tokens that it read and wrote.
    Blind to: what is small, as the model sees few tokens of a picture: gate on detectors first. It
        can be talked round: lettering in the picture reaches it, and so does the prompt. Another
        model than it was trained as answers in the same form, and means something else.
    Model: yours. Made for CodeGoat24/UnifiedReward-2.0 (2 to 72 B; `form: 2.0`), MIT by its cards,
        and for the first UnifiedReward (`classic`, `classic_axes`). Nothing here was measured with
        one of them.
    Source: Y. Wang et al., "Unified Reward Model for Multimodal Understanding and Generation", 2025.
        Temperature 0, and the picture without loss, where the authors' client sends a JPEG.
    """

    kind: ClassVar[Kind] = "scorer"
    version: ClassVar[int] = 1
    yours: ClassVar[str] = "a judge"
    batch: ClassVar[int] = 64

    form: Literal["2.0", "classic", "classic_axes"] = "2.0"
    judge: JudgeParameter | None = Field(default_factory=from_environment)
    template: Template = "published"
    thinking: bool | None = False
    max_tokens: Annotated[int, Field(ge=16, le=32768)] = 1024

    _asked: Asked | None = PrivateAttr(None)

    @property
    def needs(self) -> frozenset[str]:
        """The prompt."""
        return frozenset({"prompt"})

    @property
    def outputs(self) -> Mapping[str, Output]:
        """Three scores and their mean, or one."""
        names = ("score",) if self.form == "classic" else tuple(WORDS)
        usual = USUAL if self.form == "2.0" else None
        return {
            name: Output("points", 1, 5, True, words=WORDS[name], usual=usual) for name in names
        }

    @property
    def cost(self) -> Cost:
        """Estimated, not measured: 7 B on a server, a picture of 1024² and a short answer."""
        return Cost(seconds=1.0, tokens=1700)

    def run(self, subjects: Sequence[Subject]) -> list[dict[str, Measured]]:
        """Ask about every picture, all at once."""
        asked, read = ready(self._asked, WHERE), READERS[self.form]
        questions = [
            asked.put(WORDING[self.form], (each.image.rgb,), each.prompt or "", read)
            for each in subjects
        ]
        reminder = ONE_NUMBER if self.form == "classic" else THREE_LINES
        found = each_judged(asked.judge, questions, reminder=reminder)
        return [scored(one, self.outputs) for one in found]

    @property
    def _asking(self) -> Asking:
        manner = Manner(self.max_tokens, self.thinking)
        return Asking(WHERE, self.judge, manner, (WORDING[self.form],), self.template)


def _axes(text: str) -> Mapping[str, float]:
    found = axes(text)
    return {
        "alignment": found.alignment,
        "coherence": found.coherence,
        "style": found.style,
        "score": found.score,
    }


def _final(text: str) -> Mapping[str, float]:
    return {"score": final_score(text)}


READERS: Mapping[str, Reader[Mapping[str, float]]] = {
    "2.0": _axes,
    "classic": _final,
    "classic_axes": _axes,
}

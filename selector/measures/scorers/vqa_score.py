"""VQAScore: how probable it is that a vision-language model says Yes, the picture shows this."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, ClassVar, Literal, Self

import numpy as np
from pydantic import Field, PrivateAttr, model_validator

from selector.backbones.clip_t5 import Answers, ClipT5
from selector.backbones.clip_t5_network import FloatArray
from selector.backbones.clip_t5_text import Words as Tokens
from selector.backbones.judge import First, Manner, Question
from selector.dialogue.first_word import likeliest
from selector.dialogue.neutral import neutral
from selector.errors import MeasureError
from selector.foreign import visible
from selector.measures.asked import Asked, Asking, ByJudge
from selector.measures.base import Measure, Subject, measured
from selector.measures.judges import InProcess, JudgeParameter, from_environment
from selector.measures.words import Template, Words
from selector.types import TOKENS, Cost, Failure, Kind, Measured, Output, Score

WHERE = "scorers.vqa_score"
WORDING = "vqa_score"  # what stands before the question in the form clip_t5
PLACE = "{prompt}"
ASKED = {
    "p_yes": 'Does this figure show "{prompt}"? Please answer Yes or No.',
    "clip_t5": 'Does this figure show "{prompt}"? Please answer yes or no.',
}
OUTPUTS = {"p_yes": "p_yes", "clip_t5": "vqa_score"}
YES = "Yes"  # exactly: "yes" and " Yes" are other tokens
OTHERWISE = 0.05  # for other spellings of it, and ten times its own: this judge writes it so
SURELY_NOT = 1e-3  # what can't have more than this has none


class VqaScore(ByJudge, Measure):
    """How well the picture shows what the prompt says, by a model that answers questions about it.

    Unit: a probability, 0 to 1, higher is better, by `form`. `p_yes`: of the token "Yes", as
        VQAScore is defined for the models of today. `clip_t5`: `vqa_score`, the square root of that
        of "Yes" times that of the end behind it, as the paper's program has it; mostly 0.3 to 0.9.
        The two can't be compared, nor two judges. Long prompts have lower ones: compares only
        pictures of one prompt.
    Needs: the prompt, the whole picture, and a judge. `p_yes`: a server that tells probabilities, or
        a model in this process. `clip_t5`: `judge: {folder: …}` that holds a CLIP-T5: config.json,
        its weights and those of openai/clip-vit-large-patch14-336 as safetensors, Flan-T5's
        tokenizer.json; it reads 2048 tokens. `question` is another question about {prompt}.
    Evidence: with what the answer would begin, or both probabilities; `tokens`.
    Blind to: beauty, and faults that the prompt does not speak of. Of a prompt with ten parts it
        says nothing about each. A prompt that says which answer to give may be obeyed: only special
        tokens are taken out of it. The same goes for lettering in the picture.
    Model: yours. Published: zhiqiulin/clip-flant5-xxl (11 B) and -xl (3 B), Apache-2.0 by their
        code. Nothing here was measured with one of them.
    Source: Z. Lin et al., "Evaluating Text-to-Visual Generation with Image-to-Text Generation", ECCV
        2024; linzhiqiu/t2v_metrics@335e4c2c (`clip_t5`) and its successors (`p_yes`).
    """

    kind: ClassVar[Kind] = "scorer"
    version: ClassVar[int] = 1
    batch: ClassVar[int] = 64
    yours: ClassVar[str] = "a judge"

    form: Literal["p_yes", "clip_t5"] = "p_yes"
    question: Annotated[str, Field(max_length=1000)] = ""
    judge: JudgeParameter | None = Field(default_factory=from_environment)
    template: Template = "published"
    thinking: Literal[False] | None = False

    _asked: Asked | None = PrivateAttr(None)
    _read: _Read | None = PrivateAttr(None)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.question and PLACE not in self.question:
            raise ValueError(f"'question' needs {PLACE}, where the prompt stands")
        if self.form == "clip_t5" and self.judge and not isinstance(self.judge, InProcess):
            raise ValueError("'form: clip_t5' runs in this process. Write 'judge: {folder: …}'")
        return self

    @property
    def needs(self) -> frozenset[str]:
        """The prompt."""
        return frozenset({"prompt"})

    @property
    def outputs(self) -> Mapping[str, Output]:
        """The one number that `form` names."""
        usual = (0.3, 0.9) if self.form == "clip_t5" else None
        words = "match of picture and prompt (VQAScore)"
        probability = Output("probability", 0, 1, True, True, words=words, usual=usual)
        return {self._output: probability}

    @property
    def cost(self) -> Cost:
        """Estimated, not measured: a picture of 1024² on a server; a CLIP-T5 of 3 B on a CPU."""
        return Cost(seconds=0.5, tokens=1500) if self.form == "p_yes" else Cost(seconds=40)

    def build(self, device: str) -> None:
        """Look whether the judge is there, or load it."""
        if self.form == "p_yes":
            super().build(device)
        else:
            self._read = self._read or self._opened(device)

    def run(self, subjects: Sequence[Subject]) -> list[dict[str, Measured]]:
        """Ask about every picture."""
        prompts = [neutral(subject.prompt or "") for subject in subjects]
        asked = [self._question.replace(PLACE, prompt) for prompt in prompts]
        return [{self._output: one} for one in self._said(subjects, asked)]

    def close(self) -> None:
        """Let go of the judge."""
        super().close()
        if self._read:
            self._read.close()
        self._read = None

    def _said(self, subjects: Sequence[Subject], asked: Sequence[str]) -> list[Measured]:
        if self._asked:
            pairs = zip(subjects, asked, strict=True)
            questions = [Question((one.image.rgb, text)) for one, text in pairs]
            return [_p_yes(first) for first in self._asked.judge.first(questions)]
        if self._read:
            return [_vqa_score(one) for one in self._read.of(subjects, asked)]
        raise MeasureError(f"{WHERE}: it is not built (got no judge). Call `build`.")

    def _opened(self, device: str) -> _Read:
        system = Words((WORDING,), self.template).found()[WORDING].render().strip()
        if not isinstance(self.judge, InProcess):
            raise MeasureError(f"{WHERE}: no model is named. Give 'judge' a folder.")
        given = self.judge
        folder, content = given.brought(), given.identity["content"]
        return _Read(ClipT5(folder, content, given.precision, device), system)

    @property
    def _output(self) -> str:
        return OUTPUTS[self.form]

    @property
    def _question(self) -> str:
        return self.question or ASKED[self.form]

    @property
    def _asking(self) -> Asking:
        names = (WORDING,) if self.form == "clip_t5" else ()
        return Asking(WHERE, self.judge, Manner(1, thinking=self.thinking), names, self.template)


class _Read:
    """A CLIP-T5 that is loaded, and the words before its questions."""

    def __init__(self, which: ClipT5, system: str) -> None:
        self._answers = Answers(which)
        self._system = system
        try:
            known = {"end": self._answers.end, "vocabulary": self._answers.vocabulary}
            self._tokens = Tokens(which.folder, **known)
        except BaseException:
            self.close()
            raise

    def of(self, subjects: Sequence[Subject], asked: Sequence[str]) -> FloatArray:
        """Return the logarithms of the probabilities of each token of Yes, shape (N, tokens)."""
        sides = {text: self._tokens.sides(self._system, text) for text in set(asked)}
        images = [subject.image for subject in subjects]
        return self._answers.of(images, [sides[text] for text in asked], self._tokens.text(YES))

    def close(self) -> None:
        """Let go of it."""
        self._answers.close()


def _p_yes(first: First | Failure) -> Measured:
    if isinstance(first, Failure):
        return first
    begins, spent = likeliest(first), {TOKENS: first.tokens}
    if spelling := _other_spelling(first):
        told = f"the judge begins with “{visible(spelling)}” where “{YES}” was expected"
        return Failure(f"{told}: its token for it is another", {"texts": [begins], **spent})
    if (chance := first.probabilities.get(YES)) is not None:
        return Score(min(chance, 1.0), {"texts": [begins], **spent})
    told = f"“{YES}” is not among the tokens that the judge tells of: at most {first.floor:.2g}"
    if first.floor <= SURELY_NOT:
        return Score(0.0, {"texts": [told, begins], **spent})
    return Failure(f"{told}, which is too rough to be a score", {"texts": [begins], **spent})


def _other_spelling(first: First) -> str:
    """Return how the judge mostly spells Yes, if that is nearly never as expected; "" if it is."""
    others = {
        token: chance
        for token, chance in first.probabilities.items()
        if token != YES and token.strip(" ▁Ġ\n").lower() == YES.lower()
    }
    if sum(others.values()) <= max(OTHERWISE, 10 * first.probabilities.get(YES, 0.0)):
        return ""
    return max(others, key=lambda token: others[token])


def _vqa_score(logs: FloatArray) -> Measured:
    """Return the root of the product: of two tokens the square root."""
    yes, end = np.exp(logs[[0, -1]]).tolist()
    told = f"probability of “{YES}” {yes:.3g}, of the end behind it {end:.3g}"
    return measured(float(np.exp(logs.mean(dtype=np.float64))), {"texts": [told]})

"""UnifiedReward-Edit: a language model that sees, and tells how well an instruction was followed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, ClassVar, Literal

from pydantic import Field, PrivateAttr

from selector.backbones.judge import Manner, Question
from selector.dialogue.asking import Reader, each_judged
from selector.dialogue.edit_marks import marks
from selector.measures.asked import Asked, Asking, ByJudge, no_edit, ready, scored
from selector.measures.base import Measure, Subject
from selector.measures.judges import JudgeParameter, from_environment
from selector.measures.words import Template
from selector.types import Cost, Kind, Measured, Output

WHERE = "scorers.unified_reward_edit"
Task = Literal["following", "quality"]
WORDING = {"following": "unified_reward_edit", "quality": "unified_reward_edit_quality"}
WORDS = {
    "following": "obedience to the instruction (UnifiedReward-Edit)",
    "restraint": "nothing changed beyond the instruction (UnifiedReward-Edit)",
    "naturalness": "naturalness (UnifiedReward-Edit)",
    "cleanness": "freedom from artifacts (UnifiedReward-Edit)",
    "score": "quality of the edit (UnifiedReward-Edit)",
}
NAMES = {"following": ("following", "restraint"), "quality": ("naturalness", "cleanness")}
BEST = 25
REMINDER = (
    "Write one JSON object and nothing else. It has two keys: reasoning, a short text, and score, "
    "a list of exactly two numbers from 0 to 25."
)


class UnifiedRewardEdit(ByJudge, Measure):
    """How well a vision-language model finds that an edit does what was asked, and nothing else.

    Unit: points from 0 to 25, higher is better. `following`: the instruction is followed.
        `restraint`: nothing else was changed; the authors call it overediting, and there too 25 is
        none. With `task: quality` instead `naturalness` and `cleanness`, 25 without artifacts.
        `score` is the mean of the two.
    Needs: the instruction and the source, with `task: quality` neither; the whole picture; and
        `judge`: a server, or a model in this process.
    Evidence: the judge's words, and the tokens that it read and wrote.
    Blind to: what is small; a shift by a few pixels, a slight change of colours: detectors.
        preservation compares pixels. It can be talked round by the instruction and by lettering in
        either picture. Another model than it was trained as means something else.
    Model: yours. Made for CodeGoat24/UnifiedReward-Edit (2 to 72 B), MIT by its cards. Nothing here
        was measured with one of them.
    Source: Y. Wang et al., "Unified Reward Model for Multimodal Understanding and Generation", 2025;
        the questions after M. Ku et al., "VIEScore", ACL 2024. Temperature 0.
    """

    kind: ClassVar[Kind] = "scorer"
    version: ClassVar[int] = 1
    yours: ClassVar[str] = "a judge"
    batch: ClassVar[int] = 64

    task: Task = "following"
    judge: JudgeParameter | None = Field(default_factory=from_environment)
    template: Template = "published"
    thinking: bool | None = False
    max_tokens: Annotated[int, Field(ge=16, le=32768)] = 1024

    _asked: Asked | None = PrivateAttr(None)

    @property
    def needs(self) -> frozenset[str]:
        """Both halves of an edit; its quality shows in the picture alone."""
        return frozenset({"instruction", "source"} if self.task == "following" else ())

    @property
    def outputs(self) -> Mapping[str, Output]:
        """Two marks and their mean."""
        names = (*NAMES[self.task], "score")
        return {name: Output("points", 0, BEST, True, words=WORDS[name]) for name in names}

    @property
    def cost(self) -> Cost:
        """Estimated, not measured: 8 B on a server, pictures of 1024² and a short answer."""
        return Cost(seconds=1.5, tokens=3300 if self.task == "following" else 1900)

    def run(self, subjects: Sequence[Subject]) -> list[dict[str, Measured]]:
        """Ask about every edit, all at once."""
        asked = ready(self._asked, WHERE)
        lacks = [no_edit(each) if self.needs else None for each in subjects]
        whole = [each for each, lack in zip(subjects, lacks, strict=True) if lack is None]
        found = iter(
            each_judged(asked.judge, [self._put(asked, each) for each in whole], reminder=REMINDER)
        )
        return [scored(lack or next(found), self.outputs) for lack in lacks]

    def _put(self, asked: Asked, subject: Subject) -> tuple[Question, Reader[Mapping[str, float]]]:
        before = (subject.source.rgb,) if self.needs and subject.source else ()
        said = (subject.instruction or "") if self.needs else ""
        read = READERS[self.task]
        return asked.put(WORDING[self.task], (*before, subject.image.rgb), said, read)

    @property
    def _asking(self) -> Asking:
        manner = Manner(self.max_tokens, self.thinking)
        return Asking(WHERE, self.judge, manner, (WORDING[self.task],), self.template)


def _following(text: str) -> Mapping[str, float]:
    found = marks(text)
    return {"following": found.first, "restraint": found.second, "score": found.score}


def _quality(text: str) -> Mapping[str, float]:
    found = marks(text)
    return {"naturalness": found.first, "cleanness": found.second, "score": found.score}


READERS: Mapping[Task, Reader[Mapping[str, float]]] = {
    "following": _following,
    "quality": _quality,
}

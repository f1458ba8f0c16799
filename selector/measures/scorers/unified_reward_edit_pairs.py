"""UnifiedReward-Edit on pairs: which of several edits a language model that sees prefers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, ClassVar, Literal

from pydantic import Field, PrivateAttr

from selector.backbones.judge import Manner, Question
from selector.dialogue.asking import Reader
from selector.dialogue.edit_scores import edit_scores
from selector.dialogue.preference import preferred
from selector.measures.asked import Asked, Asking, ByJudge, no_edit, ready
from selector.measures.base import Measure, Subject
from selector.measures.comparisons import (
    MOST,
    WINS,
    Preference,
    better,
    compared,
    no_contest,
    wins_of,
)
from selector.measures.judges import JudgeParameter, from_environment
from selector.measures.words import Template
from selector.types import Cost, Kind, Measured, Output, Scope

WHERE = "scorers.unified_reward_edit_pairs"
WORDING = {"rank": "unified_reward_edit_rank", "score": "unified_reward_edit_score"}
ONE_SENTENCE = (
    "Write one sentence and nothing else. It says that Edited Image 1 is better, or that Edited "
    "Image 2 is better, or, of both images, that they are equally good."
)
TWO_LINES = (
    "Write two lines and nothing else: Edited Image 1, a colon and its score, then Edited Image 2, "
    "a colon and its score. A score is one number; a bad one has a minus sign."
)


class UnifiedRewardEditPairs(ByJudge, Measure):
    """How often a vision-language model prefers the edit to the others of its set.

    Unit: `wins`, share of its comparisons, 0 to 1, half a win for no preference; with `task: score`
        also `score`, the mean of the signed numbers that it got, without ends, negative for bad.
        Higher is better. They compare only edits of one set: the best of a poor set wins.
    Needs: the instruction, the source, the whole pictures of a set, and `judge`: a server, or a
        model in this process. Asks N × (N − 1) questions, each pair in both orders; of more than
        `at_most` candidates none. Alone in its set: not applicable.
    Evidence: the result against each other member, by its content hash, and the numbers; with
        `task: rank` the judge's words of three comparisons; the tokens that it read and wrote. Two orders that disagree are no
        preference, and are told apart from one that is said. Comparisons that can't be read are
        left out, and counted.
    Blind to: how good the set is; what is small; a shift by a few pixels, a slight change of
        colours. It can be talked round by the instruction and by lettering in the pictures.
    Model: yours. Made for CodeGoat24/UnifiedReward-Edit (2 to 72 B), MIT by its cards. Nothing here
        was measured with one of them.
    Source: Y. Wang et al., "Unified Reward Model for Multimodal Understanding and Generation", 2025.
        Temperature 0. That a pair is asked twice and must agree is ours.
    """

    kind: ClassVar[Kind] = "scorer"
    version: ClassVar[int] = 1
    scope: ClassVar[Scope] = "set"
    yours: ClassVar[str] = "a judge"

    task: Literal["rank", "score"] = "rank"
    at_most: Annotated[int, Field(ge=2, le=MOST)] = 8
    judge: JudgeParameter | None = Field(default_factory=from_environment)
    template: Template = "published"
    thinking: bool | None = False
    max_tokens: Annotated[int, Field(ge=16, le=32768)] = 1024

    _asked: Asked | None = PrivateAttr(None)

    @property
    def needs(self) -> frozenset[str]:
        """Both halves of an edit."""
        return frozenset({"instruction", "source"})

    @property
    def outputs(self) -> Mapping[str, Output]:
        """The share of comparisons won, and the mean of the scores that were given."""
        wins = {WINS: wins_of("UnifiedReward-Edit")}
        if self.task == "rank":
            return wins
        words = "quality of the edit, against the others (UnifiedReward-Edit)"
        return wins | {
            "score": Output("points", None, None, True, True, optional=True, words=words)
        }

    @property
    def cost(self) -> Cost:
        """Estimated, not measured: for one of four candidates, 8 B on a server, pictures of 1024²."""
        return Cost(seconds=6.0, tokens=14000)

    def run(self, subjects: Sequence[Subject]) -> list[dict[str, Measured]]:
        """Compare all members of one set, every two in both orders."""
        asked, outputs, edit = ready(self._asked, WHERE), self.outputs, subjects[0]
        if none := no_contest(len(subjects), self.at_most) or no_edit(edit):
            return [dict.fromkeys(outputs, none) for _ in subjects]
        source = [edit.source.rgb] if edit.source else []
        shown = [each.image.rgb for each in subjects]
        said, read = edit.instruction or "", READERS[self.task]

        def put(first: int, second: int) -> tuple[Question, Reader[Preference]]:
            pictures = (*source, shown[first], shown[second])
            return asked.put(WORDING[self.task], pictures, said, read)

        names = [each.image.content_hash for each in subjects]
        reminder = ONE_SENTENCE if self.task == "rank" else TWO_LINES
        return compared(asked.judge, names, put, reminder=reminder, outputs=outputs)

    @property
    def _asking(self) -> Asking:
        manner = Manner(self.max_tokens, self.thinking)
        return Asking(WHERE, self.judge, manner, (WORDING[self.task],), self.template)


def _ranked(text: str) -> Preference:
    return Preference(preferred(text))


def _scored(text: str) -> Preference:
    first, second = edit_scores(text)
    return Preference(better(first, second), {"score": first}, {"score": second})


READERS: Mapping[str, Reader[Preference]] = {"rank": _ranked, "score": _scored}

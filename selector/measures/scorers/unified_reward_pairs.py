"""UnifiedReward on pairs: which of several pictures for one prompt a language model that sees prefers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Annotated, ClassVar, Literal

from pydantic import Field, PrivateAttr

from selector.backbones.judge import Manner, Question
from selector.dialogue.asking import Reader
from selector.dialogue.preference import preferred
from selector.dialogue.shares import shares
from selector.measures.asked import Asked, Asking, ByJudge, ready
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

WHERE = "scorers.unified_reward_pairs"
WORDING = {"2.0": "unified_reward_pair", "classic": "unified_reward_classic_pair"}
WORDS = {
    "alignment": "agreement with the prompt, against the others (UnifiedReward)",
    "coherence": "soundness, against the others (UnifiedReward)",
    "style": "beauty, against the others (UnifiedReward)",
    "score": "quality for the prompt, against the others (UnifiedReward)",
}
SIX_LINES = (
    "Write three blocks and nothing else: Alignment Score, Coherence Score and Style Score. Each is "
    "three lines: its name with a colon, then Image 1 with a colon and a number, then Image 2 with "
    "a colon and a number. Numbers go from 0 to 1, and the two of a block are 1 together."
)
ONE_SENTENCE = (
    "Write one sentence and nothing else. It says that Image 1 is better, or that Image 2 is better, "
    "or, of both images, that they are equally good."
)


class UnifiedRewardPairs(ByJudge, Measure):
    """How often a vision-language model prefers the picture to the others of its set.

    Unit: `wins`, share of its comparisons, 0 to 1, half a win for no preference; and with `form:
        2.0` the mean shares of a point, 0 to 1, half where it is as good as the others:
        `alignment`, `coherence`, `style`, `score` (their mean). Higher is better. They compare only
        pictures of one set: the best of a poor set wins.
    Needs: the prompt, the whole pictures of a set, and `judge`: a server, or a model in this
        process. Asks N × (N − 1) questions, each pair in both orders; of more than `at_most`
        candidates none. Alone in its set: not applicable.
    Evidence: the result against each other member, by its content hash, and the shares; with `form:
        classic` the judge's words of three comparisons; the tokens that it read and wrote. Two orders that disagree are no
        preference, and are told apart from one that is said. Comparisons that can't be read are
        left out, and counted.
    Blind to: how good the set is; what is small: gate on detectors first. It can be talked round by
        the prompt and by lettering in the pictures.
    Model: yours. Made for CodeGoat24/UnifiedReward-2.0 (2 to 72 B; `form: 2.0`), MIT by its cards,
        and for the first UnifiedReward (`classic`). Nothing here was measured with one of them.
    Source: Y. Wang et al., "Unified Reward Model for Multimodal Understanding and Generation", 2025.
        Temperature 0. That a pair is asked twice and must agree is ours.
    """

    kind: ClassVar[Kind] = "scorer"
    version: ClassVar[int] = 1
    scope: ClassVar[Scope] = "set"
    yours: ClassVar[str] = "a judge"

    form: Literal["2.0", "classic"] = "2.0"
    at_most: Annotated[int, Field(ge=2, le=MOST)] = 8
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
        """The share of comparisons won, and the mean shares that were given."""
        wins = {WINS: wins_of("UnifiedReward")}
        if self.form == "classic":
            return wins
        return wins | {
            name: Output("mean share", 0, 1, True, True, optional=True, words=words)
            for name, words in WORDS.items()
        }

    @property
    def cost(self) -> Cost:
        """Estimated, not measured: for one of four candidates, 7 B on a server, pictures of 1024²."""
        return Cost(seconds=4.5, tokens=9300)

    def run(self, subjects: Sequence[Subject]) -> list[dict[str, Measured]]:
        """Compare all members of one set, every two in both orders."""
        asked, outputs = ready(self._asked, WHERE), self.outputs
        if none := no_contest(len(subjects), self.at_most):
            return [dict.fromkeys(outputs, none) for _ in subjects]
        shown = [each.image.rgb for each in subjects]
        said, read = subjects[0].prompt or "", READERS[self.form]

        def put(first: int, second: int) -> tuple[Question, Reader[Preference]]:
            return asked.put(WORDING[self.form], (shown[first], shown[second]), said, read)

        names = [each.image.content_hash for each in subjects]
        reminder = ONE_SENTENCE if self.form == "classic" else SIX_LINES
        return compared(asked.judge, names, put, reminder=reminder, outputs=outputs)

    @property
    def _asking(self) -> Asking:
        manner = Manner(self.max_tokens, self.thinking)
        return Asking(WHERE, self.judge, manner, (WORDING[self.form],), self.template)


def _shared(text: str) -> Preference:
    found = shares(text)
    first, second = (_with_mean({axis: pair[at] for axis, pair in found.items()}) for at in (0, 1))
    return Preference(better(first["score"], second["score"]), first, second)


def _with_mean(given: Mapping[str, float]) -> dict[str, float]:
    return {**given, "score": fmean(given.values())}


def _ranked(text: str) -> Preference:
    return Preference(preferred(text))


READERS: Mapping[str, Reader[Preference]] = {"2.0": _shared, "classic": _ranked}

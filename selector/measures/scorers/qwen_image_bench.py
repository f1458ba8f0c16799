"""Qwen-Image-Bench: a language model that sees goes through checklists of up to five dimensions."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Annotated, ClassVar, Literal, get_args

import numpy as np
import PIL.Image
from pydantic import AfterValidator, Field, JsonValue, PrivateAttr

from selector.backbones.judge import Manner, Question
from selector.dialogue.asking import Read, Reader, each_judged, unechoed
from selector.dialogue.checklist import HIERARCHY, Dimension, read, total
from selector.dialogue.neutral import neutral
from selector.dialogue.wording import Wording
from selector.images import Image
from selector.images.srgb import Pixels
from selector.measures.asked import Asked, Asking, ByJudge, counted_once, ready
from selector.measures.base import Measure, Subject
from selector.measures.judges import JudgeParameter, from_environment
from selector.measures.words import Template
from selector.types import TOKENS, Cost, Failure, Kind, Measured, NotApplicable, Output, Score

WHERE = "scorers.qwen_image_bench"
WORDING = "qwen_image_bench"
PICTURE = "<image>"  # where the picture stands in the wording
SIDE = 1024
TOTAL, JUDGE = "total", "Qwen-Image-Bench"
REMINDER = (
    "Write one JSON object and nothing else, no Markdown around it. Its keys are the headings of the "
    "checklist, under each the names of its criteria, and under each of these score: 0, 1, 2 or N/A."
)

Name = Literal[
    "quality", "aesthetics", "alignment", "real_world_fidelity", "creative_generation"
]  # fmt: skip


def named(*words: str) -> str:
    """Return names of the checklist as the name of an output: "quality_realism"."""
    return "_".join(re.sub("[^a-z0-9]+", "_", word.lower()) for word in words)


LEVEL1 = {named(level1): level1 for level1 in HIERARCHY}
DIMENSIONS: tuple[Name, ...] = get_args(Name)


def _once_each(given: tuple[Name, ...]) -> tuple[Name, ...]:
    if len(set(given)) < len(given):
        raise ValueError("expected each dimension once")
    return tuple(sorted(given, key=DIMENSIONS.index))


class QwenImageBench(ByJudge, Measure):
    """How many criteria of its checklists a vision-language model finds met by the picture.

    Unit: points from 0 to 100, higher is better: `total`, the mean of the dimensions; one a
        dimension, the mean of its parts; one a part, as `quality_realism`, the mean of its
        criteria. A criterion gets 0 where it fails, 60 where it passes, 100 where it excels. The
        best generators have means of 58 to 65.
    Needs: the prompt, the whole picture, and `judge`: a server, or a model in this process. Where a
        side is longer than 1024 px the picture is squeezed to 1024 × 1024, whatever its shape, as
        the authors do: that moves what it says of proportions.
    Evidence: the points of each criterion, and the tokens of each dimension.
    Blind to: criteria that it thinks not applicable, which are left out: a total may rest on few,
        and nothing left is not applicable. Without the benchmark's own data it is asked about every
        dimension, also those that the prompt does not call for. It can be talked round by the
        prompt and by lettering in the picture.
    Model: yours. Made for Qwen/Qwen-Image-Bench, 27 B, Apache-2.0. It thinks: up to `max_tokens` for
        each dimension, so ask it last. Nothing here was measured with it.
    Source: Qwen team, "Qwen-Image-Bench", 2026. Temperature 0. A dimension that can't be read fails,
        and with it the total, which the authors take over the others.
    """

    kind: ClassVar[Kind] = "scorer"
    version: ClassVar[int] = 1
    yours: ClassVar[str] = "a judge"
    batch: ClassVar[int] = 64

    dimensions: Annotated[
        tuple[Name, ...], Field(min_length=1, max_length=5), AfterValidator(_once_each)
    ] = DIMENSIONS
    judge: JudgeParameter | None = Field(default_factory=from_environment)
    template: Template = "published"
    thinking: bool | None = True
    max_tokens: Annotated[int, Field(ge=64, le=32768)] = 4096

    _asked: Asked | None = PrivateAttr(None)

    @property
    def needs(self) -> frozenset[str]:
        """The prompt."""
        return frozenset({"prompt"})

    @property
    def outputs(self) -> Mapping[str, Output]:
        """The total, the dimensions, and their parts."""
        found = {TOTAL: _points("quality by checklists")}
        for dimension in self.dimensions:
            level1 = LEVEL1[dimension]
            found[dimension] = _points(level1.lower())
            found |= {named(level1, part): _points(part.lower()) for part in HIERARCHY[level1]}
        return found

    @property
    def cost(self) -> Cost:
        """Estimated, not measured: 27 B on a server that thinks for 1,500 tokens a dimension."""
        asked = len(self.dimensions)
        return Cost(seconds=4.0 * asked, tokens=3500 * asked)

    def run(self, subjects: Sequence[Subject]) -> list[dict[str, Measured]]:
        """Ask about every dimension of every picture, all at once."""
        asked = ready(self._asked, WHERE)
        words = asked.words[WORDING]
        questions = [
            _put(words, each, LEVEL1[dimension])
            for each in subjects
            for dimension in self.dimensions
        ]
        found = iter(each_judged(asked.judge, questions, reminder=REMINDER))
        return [
            _outcomes({dimension: next(found) for dimension in self.dimensions}) for _ in subjects
        ]

    @property
    def _asking(self) -> Asking:
        manner = Manner(self.max_tokens, self.thinking, repetition_penalty=1.05, seed=42)
        return Asking(WHERE, self.judge, manner, (WORDING,), self.template)


def _points(words: str) -> Output:
    return Output("points", 0, 100, True, optional=True, words=f"{words} ({JUDGE})")


def _put(words: Wording, subject: Subject, level1: str) -> tuple[Question, Reader[Dimension]]:
    said = neutral(subject.prompt or "")
    fields = {"prompt": said, "level1_dim": level1, "format_checklist": words.parts[level1]}
    before, behind = words.around(PICTURE, "user", **fields)
    parts: tuple[str | Pixels, ...] = (before, subject.image.view(_squeezed), behind)
    shown = tuple(part for part in parts if len(part))
    return Question(shown, words.render("system")), unechoed(partial(read, level1=level1), said)


def _squeezed(image: Image) -> Pixels:
    """Return the picture as the authors show it, shape (H, W, 3), sides of at most 1024."""
    if max(image.size) <= SIDE:
        return image.rgb
    picture = PIL.Image.fromarray(image.rgb)
    return np.asarray(picture.resize((SIDE, SIDE), PIL.Image.Resampling.LANCZOS))


def _outcomes(found: Mapping[str, Read[Dimension] | Failure]) -> dict[str, Measured]:
    outcomes: dict[str, Measured] = {TOTAL: _total(found)}
    for name, one in found.items():
        outcomes |= counted_once(_dimension(LEVEL1[name], one))
    return outcomes


def _total(found: Mapping[str, Read[Dimension] | Failure]) -> Measured:
    """Return the mean of all dimensions: over fewer than were asked about it is another number."""
    for name, one in found.items():
        if isinstance(one, Failure):
            return Failure(f"{name}: {one.reason}")
    read = [one for one in found.values() if isinstance(one, Read)]
    return _score(total(one.value for one in read))


def _dimension(level1: str, found: Read[Dimension] | Failure) -> dict[str, Measured]:
    """Return the outcomes of one dimension, its own first."""
    own, parts = named(level1), {part: named(level1, part) for part in HIERARCHY[level1]}
    if isinstance(found, Failure):
        return dict.fromkeys((own, *parts.values()), found)
    scores = found.value.level2_scores
    evidence: JsonValue = {"texts": _criteria(found.value), TOKENS: found.tokens}
    return {own: _score(found.value.level1_score, evidence)} | {
        name: _score(scores.get(part)) for part, name in parts.items()
    }


def _criteria(found: Dimension) -> list[JsonValue]:
    """Return a line for each part, with the points of its criteria."""
    return [
        f"{part}: " + ", ".join(f"{name} {_written(points)}" for name, points in below.items())
        for part, below in found.level3_scores.items()
    ]


def _written(points: float | None) -> str:
    return "not applicable" if points is None else f"{points:g}"


def _score(points: float | None, evidence: JsonValue = None) -> Measured:
    if points is None:
        return NotApplicable("the judge finds none of its criteria applicable", evidence)
    return Score(points, evidence)

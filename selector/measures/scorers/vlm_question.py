"""A question of your own that a vision-language model answers: yes or no, a rating, a count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import partial
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, JsonValue, PrivateAttr, model_validator

from selector.backbones.judge import First, Manner, Question
from selector.dialogue import own_question
from selector.dialogue.asking import Read, each_judged
from selector.dialogue.first_word import likeliest, share_of_yes
from selector.dialogue.own_question import LEAST, MANY, MOST, REMINDER, Form
from selector.dialogue.unreadable import UnreadableError
from selector.errors import MeasureError
from selector.foreign import NAME, printable, shortened, visible
from selector.measures.asked import Asked, Asking, ByJudge, counted_once, ready, told
from selector.measures.base import Measure, Subject
from selector.measures.judges import JudgeParameter, from_environment
from selector.signs.marked_boxes import Box, around, marked, part
from selector.types import (
    EVIDENCE_OF,
    TOKENS,
    Cost,
    Failure,
    Kind,
    Measured,
    NotApplicable,
    Output,
    Score,
    tokens_of,
)

WHERE = "scorers.vlm_question"
NAMES: Mapping[Form, str] = {"yes_no": "yes", "rating": "rating", "count": "count"}
RANGES: Mapping[Form, tuple[str, float, float]] = {
    "yes_no": ("share of yes", 0, 1),
    "rating": (f"points of {MOST}", LEAST, MOST),
    "count": ("things", 0, MANY),
}
USUALLY: Mapping[Form, str] = {"yes_no": "bad", "rating": "good", "count": "neither"}
SAID = {
    "yes": "yes to",
    "rating": "rating of",
    "count": "answer to",
    "lowest": "lowest answer to",
    "highest": "highest answer to",
}
ENDS = ("lowest", "highest")  # of several answers of which neither is worse
WORDS = 110  # characters of the question, where a report names the output
OF_CROP = 100  # characters of what was said about each
AT_ONCE = 8  # pictures whose crops are cut out together: as many as a server takes, not all at once
BRIEF, THOUGHT = 256, 4096  # tokens of an answer, and of one after a thought


class VlmQuestion(ByJudge, Measure):
    """What a vision-language model of yours answers to your own question about the picture.

    Unit: by `answer`. `yes_no`: `yes`, from 0 to 1: how probable Yes is before it is written, among
        Yes and No; with `graded: false` 1 or 0, as written. `rating`: whole numbers, 1 to 5.
        `count`: whole numbers, 0 to 100. `high_is` says which end is bad, good, or that neither is;
        left out, yes is bad, a high rating good, a count neither. Not calibrated: a model may be
        sure and wrong. `precision: bf16`, or another batch, moves a share a little.
    Needs: `question`, and a judge: `judge`, else SELECTOR_JUDGE_URL and SELECTOR_JUDGE_MODEL. In the
        question {prompt} or {instruction} stands for the request's. The picture is shown at
        `long_side` px at most. With `crops_of: detectors.hands` it is asked about each box of that
        evidence alone, `margin` around it, and the worst answer counts (`counts: best`: the best);
        where neither end is bad, `lowest` and `highest` are told. No box: not applicable. It is
        asked not to think first; `thinking: true` goes with `graded: false`.
    Evidence: how the judge's answer would begin, or its words; with `crops_of` each box and what was
        said about it; `tokens`.
    Blind to: whatever the judge is blind to, which was not measured here: ask it about fifty
        pictures that you know, first. Counts above four or so, left and right, small print. More
        than the 8 largest boxes. A prompt is fenced in and said to be a stranger's, and lettering
        in the picture to be no answer: a weak model may obey either all the same.
    Model: yours.
    Source: your judge, asked in this project's words. Its answer is read strictly; what can't be read
        is asked for once more, and is then a failure, never a number.
    """

    kind: ClassVar[Kind] = "scorer"
    version: ClassVar[int] = 1
    batch: ClassVar[int] = 64
    yours: ClassVar[str] = "a judge"
    example: ClassVar[Mapping[str, Any]] = {"question": "Is an injury visible?"}

    question: Annotated[str, Field(min_length=1, max_length=4000)]
    answer: Form = "yes_no"
    high_is: Literal["bad", "good", "neither"] | None = None
    graded: bool = True
    crops_of: Annotated[str, Field(max_length=200)] = ""
    margin: Annotated[float, Field(ge=0, le=2)] = 0.3
    counts: Literal["worst", "best"] = "worst"
    long_side: Annotated[int, Field(ge=64, le=4096)] = 1024
    thinking: bool | None = False
    judge: JudgeParameter | None = Field(default_factory=from_environment)

    _asked: Asked | None = PrivateAttr(None)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if not self.question.strip():
            raise ValueError("'question' is empty. Ask something")
        if field := own_question.unknown(self.question):
            raise ValueError(_misspelt(field))
        if self._is_graded and self.thinking:
            raise ValueError("'thinking' would begin with a thought. Write 'graded: false' with it")
        if self.counts == "best" and self._high_is == "neither":
            raise ValueError("'counts: best' needs 'high_is: bad' or 'high_is: good'")
        return self

    @property
    def needs(self) -> frozenset[str]:
        """What of the request the question names, and the evidence whose boxes it is about."""
        boxes = {EVIDENCE_OF + self.crops_of} if self.crops_of else set()
        return own_question.fields(self.question) | boxes

    @property
    def outputs(self) -> Mapping[str, Output]:
        """The answer; the lowest and the highest of several of which neither is worse."""
        unit, low, high = RANGES[self.answer]
        about = f"“{own_question.gist(visible(self.question), WORDS)}”"
        better = {"bad": False, "good": True, "neither": None}[self._high_is]
        return {
            name: Output(
                unit, low, high, better, optional=bool(self.crops_of), harm=self._high_is == "bad",
                whole=self.answer != "yes_no",
                words=f"{SAID[name]} {about}",
            )
            for name in self._names
        }  # fmt: skip

    @property
    def cost(self) -> Cost:
        """A guess, of a server near by and a picture of 1024²; measured rates replace it."""
        return Cost(seconds=0.5, tokens=1500)

    def run(self, subjects: Sequence[Subject]) -> list[dict[str, Measured]]:
        """Ask about every picture."""
        size = AT_ONCE if self.crops_of else self.batch
        parts = (subjects[start : start + size] for start in range(0, len(subjects), size))
        return [counted_once(found) for each in parts for found in self._measured(each)]

    @property
    def _asking(self) -> Asking:
        room = THOUGHT if self.thinking else BRIEF
        return Asking(WHERE, self.judge, Manner(room, thinking=self.thinking))

    @property
    def _is_graded(self) -> bool:
        return self.graded and self.answer == "yes_no"

    @property
    def _high_is(self) -> str:
        return self.high_is or USUALLY[self.answer]

    @property
    def _names(self) -> tuple[str, ...]:
        several = self.crops_of and self._high_is == "neither"
        return ("lowest", "highest") if several else (NAMES[self.answer],)

    def _measured(self, subjects: Sequence[Subject]) -> list[dict[str, Measured]]:
        asks = [self._ask(subject) for subject in subjects]
        put = [
            (question, _texts(subject))
            for subject, ask in zip(subjects, asks, strict=True)
            for question in (ask.questions if isinstance(ask, _Ask) else ())
        ]
        replies = iter(self._replies(put) if put else ())
        return [
            self._outcomes(ask, [next(replies) for _ in ask.questions])
            if isinstance(ask, _Ask)
            else dict.fromkeys(self._names, ask)
            for ask in asks
        ]

    def _ask(self, subject: Subject) -> _Ask | Failure | NotApplicable:
        """Return what is asked about a picture, or why nothing is."""
        image = subject.image
        if not self.crops_of:
            return _Ask((), (self._question(subject, (0, 0, *image.size)),))
        try:
            boxes = marked(self.crops_of, subject.evidence[self.crops_of], image)
        except MeasureError as error:
            return Failure(str(error))
        if not boxes:
            return NotApplicable(f"{self.crops_of} left no box to ask about")
        parts = (around(box, image, self.margin) for box in boxes)
        return _Ask(tuple(boxes), tuple(self._question(subject, each) for each in parts))

    def _question(self, subject: Subject, box: Box) -> Question:
        shown = part(subject.image, box, self.long_side)
        return own_question.question(shown, self.question, self.answer, _texts(subject))

    def _replies(
        self, put: Sequence[tuple[Question, Mapping[str, str]]]
    ) -> list[Read[float] | Failure]:
        judge = ready(self._asked, WHERE).judge
        if self._is_graded:
            return [_graded(one) for one in judge.first([question for question, _ in put])]
        read = partial(own_question.reader, self.question, self.answer)
        asked = [(question, read(texts)) for question, texts in put]
        return each_judged(judge, asked, reminder=REMINDER[self.answer])

    def _outcomes(self, ask: _Ask, replies: Sequence[Read[float] | Failure]) -> dict[str, Measured]:
        said = [one for one in replies if isinstance(one, Read)]
        if len(said) < len(replies):
            return dict.fromkeys(self._names, _failed(ask, replies))
        values = [float(one.value) for one in said]
        evidence = _evidence(ask.boxes, said) if ask.boxes else told(said[0])
        if self._names == ENDS:
            return {"lowest": Score(min(values), evidence), "highest": Score(max(values), evidence)}
        high = (self._high_is == "bad") == (self.counts == "worst")
        return {self._names[0]: Score((max if high else min)(values), evidence)}


@dataclass(frozen=True, slots=True)
class _Ask:
    """What is asked about one picture: a question for each box, or one about the whole."""

    boxes: tuple[Box, ...]
    questions: tuple[Question, ...]


def _misspelt(field: str) -> str:
    known = [f"{{{name}}}" for name in own_question.FIELDS]
    near = get_close_matches(field.lower(), known, 1, cutoff=0.5)
    meant = f"did you mean {near[0]}?" if near else f"there are {' and '.join(known)} only."
    return (
        f"'question' names {shortened(visible(field), NAME)}, which no request has; {meant} "
        "Whatever else is in braces, write without them"
    )


def _texts(subject: Subject) -> Mapping[str, str]:
    return {"prompt": subject.prompt or "", "instruction": subject.instruction or ""}


def _graded(first: First | Failure) -> Read[float] | Failure:
    if isinstance(first, Failure):
        more = " Or write 'graded: false'." if "prob" in first.reason else ""  # logprobs, it says
        return Failure(first.reason + more, first.evidence)
    try:
        return Read(share_of_yes(first), likeliest(first), first.tokens)
    except UnreadableError as error:
        why = f"unreadable answer: {error}. A judge that thinks first all the same needs 'graded: false' and 'thinking: true'"
        return Failure(why, {"texts": [likeliest(first)], TOKENS: first.tokens})


def _failed(ask: _Ask, replies: Sequence[Read[float] | Failure]) -> Failure:
    """Return the first failure, with the tokens of all."""
    at, first = next((at, one) for at, one in enumerate(replies, 1) if isinstance(one, Failure))
    if not ask.boxes:
        return first
    spent = [one.tokens if isinstance(one, Read) else tokens_of(one) for one in replies]
    shown = first.evidence if isinstance(first.evidence, dict) else {}
    return Failure(f"crop {at}: {first.reason}", shown | {TOKENS: sum(spent)})


def _evidence(boxes: Sequence[Box], said: Sequence[Read[float]]) -> dict[str, JsonValue]:
    pairs = list(enumerate(zip(boxes, said, strict=True), 1))
    return {
        "boxes": [
            {"box": list(box), "label": f"crop {number}", "score": round(one.value, 3)}
            for number, (box, one) in pairs
        ],
        "texts": [
            f"crop {number}: {shortened(printable(one.text), OF_CROP)}"
            for number, (_, one) in pairs
        ],
        TOKENS: sum(one.tokens for one in said),
    }

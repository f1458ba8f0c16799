"""A question put to somebody's own HTTP service: their classifier, or a VLM behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from threading import Semaphore
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field, JsonValue, PrivateAttr

from selector.backbones.daemons import started
from selector.backbones.keys import key_in
from selector.backbones.posting import Endpoint, allowed
from selector.backbones.service import Reply, ask
from selector.errors import MeasureError
from selector.foreign import shortened, visible
from selector.images import Image
from selector.measures.base import ELSEWHERE, Measure, Subject
from selector.signs.marked_boxes import Box, around, marked, part
from selector.types import EVIDENCE_OF, Cost, Failure, Kind, Measured, NotApplicable, Output, Score

WORDS = 60  # characters of the question, where a report names the output
ASIDE = ("key_from", "timeout_s", "at_once")  # they change no number


class Service(Measure):
    """What a service of your own answers to a question about the picture.

    Unit: `score`, 0 to 1 as the service puts it, 1 for "yes"; lower is better, or higher with
        `yes_is: good`.
    Needs: `url` and `question`. Sends `POST {"question": TEXT, "image": BASE64 OF A PNG}`, long side
        at most `long_side` px, no metadata, and takes `{"score": NUMBER, "text": OPTIONAL TEXT}`.
        https, or http on this machine; no redirect; 64 KB at most. `key_from` names the environment
        variable with a bearer token, which is kept nowhere; the address is kept in plans, journals
        and reports: put no secret into it. With `crops_of: detectors.hands` it is asked about each
        box of that evidence alone, `margin` around it, and the worst answer counts; no box: not
        applicable.
    Evidence: the service's words; with `crops_of` each box and its score.
    Blind to: whatever the service is blind to, which was not measured here; more than the 8 largest
        boxes; a change behind the address, unless `revision` is changed with it.
    Model: yours.
    Source: your service. Any trouble with it is a failure and never a number: the policy's
        `on_failure` says what then.
    """

    kind: ClassVar[Kind] = "detector"
    version: ClassVar[int] = 1
    yours: ClassVar[str] = "a service"
    example: ClassVar[Mapping[str, Any]] = {
        "url": "https://vision.example.com/score",
        "question": "Is an injury visible?",
    }

    url: Annotated[str, AfterValidator(allowed)]
    question: Annotated[str, Field(min_length=1, max_length=4000)]
    yes_is: Literal["bad", "good"] = "bad"
    crops_of: Annotated[str, Field(max_length=200)] = ""
    margin: Annotated[float, Field(ge=0, le=2)] = 0.3
    long_side: Annotated[int, Field(ge=64, le=4096)] = 1024
    revision: Annotated[str, Field(max_length=100)] = ""
    key_from: Annotated[str, Field(pattern=r"^([A-Za-z_][A-Za-z0-9_]*)?$")] = ""
    timeout_s: Annotated[float, Field(gt=0, le=600)] = 20.0
    at_once: Annotated[int, Field(ge=1, le=32)] = 4

    _endpoint: Endpoint | None = PrivateAttr(None)

    @property
    def needs(self) -> frozenset[str]:
        """The evidence whose boxes are asked about, if any."""
        return frozenset({EVIDENCE_OF + self.crops_of} if self.crops_of else ())

    @property
    def outputs(self) -> Mapping[str, Output]:
        """The answer, or the worst of several."""
        good, optional = self.yes_is == "good", bool(self.crops_of)
        words = f"yes to “{shortened(visible(self.question), WORDS)}”"
        return {"score": Output("share of yes", 0, 1, good, optional=optional, words=words)}

    @property
    def cost(self) -> Cost:
        """A guess; measured rates replace it."""
        return Cost(seconds=1.0)

    @property
    def steady_within(self) -> float:
        """More than that of any model here: it runs on whatever it runs on."""
        return ELSEWHERE

    def fingerprint(self) -> str:
        """Return the name of the numbers, which depend neither on the key nor on the patience."""
        defaults = {name: type(self).model_fields[name].default for name in ASIDE}
        return Measure.fingerprint(self.model_copy(update=defaults))

    def build(self, device: str) -> None:  # noqa: ARG002 - it runs elsewhere
        """Read the key; nothing is asked yet."""
        self._endpoint = Endpoint(
            self.url, key_in(self.key_from, where="detectors.service"), self.timeout_s
        )

    def run(self, subjects: Sequence[Subject]) -> list[dict[str, Measured]]:
        """Ask about every picture, several at once."""
        turns = Semaphore(self.at_once)
        asked = [started(partial(self._in_turn, turns, each)) for each in subjects]
        return [{"score": each.result()} for each in asked]

    def close(self) -> None:
        """Forget the key."""
        self._endpoint = None

    def _in_turn(self, turns: Semaphore, subject: Subject) -> Measured:
        with turns:
            return self._measured(subject)

    def _measured(self, subject: Subject) -> Measured:
        # Not left to the runner: it would ask again about the pictures beside the one that failed.
        try:
            return self._crops(subject) if self.crops_of else self._whole(subject.image)
        except MeasureError as error:
            return Failure(str(error))

    def _whole(self, image: Image) -> Measured:
        reply = self._ask(image, (0, 0, *image.size))
        return Score(reply.score, {"texts": [reply.text]} if reply.text else None)

    def _crops(self, subject: Subject) -> Measured:
        image = subject.image
        boxes = marked(self.crops_of, subject.evidence[self.crops_of], image)
        if not boxes:
            return NotApplicable(f"{self.crops_of} left no box to ask about")
        replies = [self._ask(image, around(box, image, self.margin)) for box in boxes]
        worst = max if self.yes_is == "bad" else min
        return Score(worst(each.score for each in replies), _evidence(boxes, replies))

    def _ask(self, image: Image, box: Box) -> Reply:
        if not self._endpoint:
            raise MeasureError("detectors.service: it is not built (got no key). Call `build`.")
        return ask(self._endpoint, self.question, part(image, box, self.long_side))


def _evidence(boxes: list[Box], replies: list[Reply]) -> JsonValue:
    marks: list[JsonValue] = [
        {"box": list(box), "label": f"crop {number}", "score": round(reply.score, 3)}
        for number, (box, reply) in enumerate(zip(boxes, replies, strict=True), 1)
    ]
    texts: list[JsonValue] = [
        f"crop {number}: {reply.text}" for number, reply in enumerate(replies, 1) if reply.text
    ]
    return {"boxes": marks, "texts": texts}

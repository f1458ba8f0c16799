"""How a measure asks a judge: whom, in which words, and what its numbers owe to both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import JsonValue

from selector.backbones.judge import Judge, Manner, Question
from selector.dialogue.asking import Held, Read, Reader, on_a_line, unechoed
from selector.dialogue.neutral import neutral
from selector.dialogue.wording import Wording
from selector.errors import MeasureError
from selector.foreign import shortened
from selector.images.srgb import Pixels
from selector.measures import judges
from selector.measures.base import ELSEWHERE, LONG, MODEL, SHORT_MODEL, Subject, measured
from selector.measures.judges import InProcess, JudgeParameter
from selector.measures.own_file import OwnFile
from selector.measures.words import Template, Words
from selector.types import TOKENS, Failure, Measured

REASON = 500  # characters of a judge's own words that are kept


@dataclass(frozen=True, slots=True)
class Asking:
    """Whom a measure asks, how, and in which words. Making one opens and fetches nothing.

    A measure makes it of its parameters; `ByJudge` answers by it what every measure is asked.

    Attributes:
        where: The measure as a policy names it, for messages: "scorers.unified_reward".
        judge: Whom it asks; None if nobody is named.
        manner: How that is to answer.
        names: The wordings that it asks in; () for a measure that has words of its own.
        template: Whose wordings: those that the models learned from, this project's, a file.
    """

    where: str
    judge: JudgeParameter | None
    manner: Manner
    names: tuple[str, ...] = ()
    template: Template = "published"

    @property
    def identities(self) -> dict[str, str]:
        """Each wording that would be asked in now, and whose it is."""
        return self._words.identities

    @property
    def unlisted(self) -> tuple[str, ...]:
        """The judge's model, where one is loaded whose licence nobody knows here."""
        return judges.unlisted(self.judge)

    @property
    def steady_within(self) -> float:
        """By what share of the usual span its answer to one question may be another elsewhere."""
        if not isinstance(self.judge, InProcess):
            return ELSEWHERE
        return MODEL if self.judge.precision == LONG else SHORT_MODEL

    def missing(self) -> str:
        """Return which file or folder is not where it should be, and what to do; "" if none."""
        words = self.template.missing() if isinstance(self.template, OwnFile) else ""
        return words or (judges.missing(self.judge) if self.judge else "")

    def caution(self) -> str:
        """Return that nobody is named, or that the words are not what models learned; "" if fine."""
        nobody = "" if self.judge else judges.missing(None)
        return " And ".join(filter(None, (nobody, self._words.caution())))

    def prepare(self) -> bool:
        """Fetch the published wordings; return whether any came."""
        return self._words.prepare()

    def opened(self, device: str) -> Asked:
        """Return the judge, ready to be asked, and the wordings.

        Raises:
            MeasureError: No judge is named, or it is not there.
            WeightsError: Its files, or the wording's, are not what they should be.
        """
        found = self._words.found()
        return Asked(judges.opened(self.judge, self.manner, device=device, where=self.where), found)

    @property
    def _words(self) -> Words:
        return Words(self.names, self.template)


@dataclass(frozen=True, slots=True)
class Asked:
    """A judge that is ready, and the words to ask it in.

    Attributes:
        judge: Whom.
        words: By name.
    """

    judge: Judge
    words: Mapping[str, Wording]

    def put(
        self, name: str, pictures: Sequence[Pixels], said: str, read: Reader[Held]
    ) -> tuple[Question, Reader[Held]]:
        """Return a question, and how its answer is to be read.

        Args:
            name: The wording, which comes behind the pictures.
            pictures: In their order.
            said: What the picture should show, or what was to be changed, in anybody's words.
                Special tokens in it are taken out: they would end its turn, or the judge's.
            read: Reads any answer to this wording.
        """
        heard = neutral(said)
        question = Question((*pictures, self.words[name].render(prompt=heard)))
        return question, unechoed(read, heard)

    def close(self) -> None:
        """Let go of the judge."""
        self.judge.close()


class ByJudge:
    """What every measure that asks a judge says and does of it: `class Mine(ByJudge, Measure)`.

    It holds nothing itself. The measure names whom it asks as `_asking`, and has a private
    attribute `_asked` for the judge while that is open.
    """

    _asked: Asked | None

    @property
    def _asking(self) -> Asking:
        raise NotImplementedError(f"{type(self).__name__}._asking: say whom it asks, and how.")

    @property
    def unlisted(self) -> tuple[str, ...]:
        """The judge's model, where one is loaded here whose licence nobody knows."""
        return self._asking.unlisted

    @property
    def identities(self) -> Mapping[str, str]:
        """The wordings that it asks in."""
        return self._asking.identities

    @property
    def steady_within(self) -> float:
        """That of a model in its precision; more for a judge behind an address."""
        return self._asking.steady_within

    def missing(self) -> str:
        """Return which file or folder is not where it should be, and what to do; "" if none."""
        return self._asking.missing()

    def caution(self) -> str:
        """Return what to know of the judge and of the wording; "" if nothing."""
        return self._asking.caution()

    def prepare(self) -> bool:
        """Fetch the published wordings; return whether any came."""
        return self._asking.prepare()

    def build(self, device: str) -> None:
        """Open the judge, unless it is open."""
        self._asked = self._asked or self._asking.opened(device)

    def close(self) -> None:
        """Let go of the judge."""
        if self._asked:
            self._asked.close()
        self._asked = None


def ready(asked: Asked | None, where: str) -> Asked:
    """Return what `opened` gave.

    Raises:
        MeasureError: The measure *where* was not built.
    """
    if asked is None:
        raise MeasureError(f"{where}: it is not built (got no judge). Call `build`.")
    return asked


def no_edit(subject: Subject) -> Failure | None:
    """Return what of an edit is not there, so that nothing can be asked about it."""
    if not (subject.instruction or "").strip():
        return Failure("the edit has no instruction, so nobody knows what should have changed")
    if subject.source is None:
        return Failure("the edit has no source, so nobody knows what was changed")
    return None


def told(read: Read[Any]) -> dict[str, JsonValue]:
    """Return the evidence of an answer: the judge's own words, and the tokens that it took."""
    return {"texts": [shortened(on_a_line(read.text), REASON)], TOKENS: read.tokens}


def scored(
    found: Read[Mapping[str, float]] | Failure, outputs: Iterable[str]
) -> dict[str, Measured]:
    """Return the outcomes of one answer that gives every output its number, or of none."""
    if isinstance(found, Failure):
        return counted_once(dict.fromkeys(outputs, found))
    evidence = told(found)
    return counted_once({name: measured(found.value[name], evidence) for name in outputs})


def counted_once(outcomes: Mapping[str, Measured]) -> dict[str, Measured]:
    """Return the outcomes of one answer with its tokens at the first alone: they are added up."""
    return {name: _silent(one) if at else one for at, (name, one) in enumerate(outcomes.items())}


def _silent(outcome: Measured) -> Measured:
    if not isinstance(outcome.evidence, dict) or TOKENS not in outcome.evidence:
        return outcome
    rest = {key: value for key, value in outcome.evidence.items() if key != TOKENS}
    return replace(outcome, evidence=rest or None)

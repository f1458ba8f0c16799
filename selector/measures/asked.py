"""How a measure asks a judge: whom, in which words, and what its numbers owe to both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from selector.backbones.judge import Judge, Manner, Question
from selector.dialogue import wording as wordings
from selector.dialogue.asking import Read
from selector.dialogue.neutral import neutral
from selector.dialogue.wording import Wording
from selector.foreign import printable, shortened
from selector.images.srgb import Pixels
from selector.measures import judges
from selector.measures.judges import JudgeParameter
from selector.measures.own_file import OwnFile
from selector.types import TOKENS, Failure, Measured

Template: TypeAlias = Literal["published", "own"] | OwnFile

REASON = 500  # characters of a judge's own words that are kept


@dataclass(frozen=True, slots=True)
class Asking:
    """Whom a measure asks, how, and in which words. Making one opens and fetches nothing.

    A measure makes it of its parameters, and answers by it what every measure is asked: its
    `identities`, what is `missing`, its `caution`, `prepare`, `unlisted`, and `build`.

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
        if isinstance(self.template, OwnFile):
            return {f"wording:{name}": f"yours:{self.template.sha256}" for name in self.names}
        found = (wordings.wording(name, template=self.template) for name in self.names)
        return {f"wording:{one.name}": f"{one.origin}:{one.sha256}" for one in found}

    @property
    def unlisted(self) -> tuple[str, ...]:
        """The judge's model, where one is loaded whose licence nobody knows here."""
        return judges.unlisted(self.judge)

    def missing(self) -> str:
        """Return what is not where it should be, and what to do; "" if nothing."""
        return judges.missing(self.judge)

    def caution(self) -> str:
        """Return whether it would ask in other words than the models learned; "" if not."""
        if self.template != "published":
            return ""
        return next(filter(None, map(wordings.caution, self.names)), "")

    def prepare(self) -> bool:
        """Fetch the published wordings; return whether any came."""
        if self.template != "published":
            return False
        return any([wordings.bring(name) for name in self.names])  # each, whatever came

    def opened(self, device: str) -> Asked:
        """Return the judge, ready to be asked, and the wordings.

        Raises:
            MeasureError: No judge is named, or it is not there.
            WeightsError: Its files, or the wording's, are not what they should be.
        """
        found = {name: self._wording(name) for name in self.names}
        return Asked(judges.opened(self.judge, self.manner, device=device, where=self.where), found)

    def _wording(self, name: str) -> Wording:
        if isinstance(self.template, OwnFile):
            return wordings.wording(name, file=self._file(self.template))
        return wordings.wording(name, template=self.template)

    def _file(self, own: OwnFile) -> tuple[Path, str]:
        return own.location, own.sha256


@dataclass(frozen=True, slots=True)
class Asked:
    """A judge that is ready, and the words to ask it in.

    Attributes:
        judge: Whom.
        words: By name.
    """

    judge: Judge
    words: Mapping[str, Wording]

    def question(self, name: str, pictures: Sequence[Pixels], said: str) -> Question:
        """Return a question: the pictures, then the wording *name* about what its user *said*.

        Special tokens in what was said are taken out: they would end its turn, or the judge's.
        """
        return Question((*pictures, self.words[name].render(prompt=neutral(said))))

    def close(self) -> None:
        """Let go of the judge."""
        self.judge.close()


def told(read: Read[object]) -> dict[str, object]:
    """Return the evidence of an answer: the judge's own words, and the tokens that it took."""
    return {"texts": [shortened(printable(read.text), REASON)], TOKENS: read.tokens}


def failing(names: Sequence[str], failure: Failure) -> dict[str, Measured]:
    """Return a failure of every output; only the first has the evidence, whose tokens are summed."""
    return {name: failure if not at else Failure(failure.reason) for at, name in enumerate(names)}

"""Puts questions to a judge and reads the answers strictly; what is unreadable is asked once more."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from pydantic import JsonValue

from selector.backbones.judge import Judge, Question, Said
from selector.dialogue.neutral import neutral
from selector.dialogue.thought import answer
from selector.dialogue.unreadable import UnreadableError
from selector.foreign import printable
from selector.types import TOKENS, Failure

SHOWN = 200  # characters of an unreadable answer that are kept
LEAST = 3  # words of a repetition: "Yes" and "score 4" may be in a prompt by chance
REPEATED = 2000  # characters of it that are shown to the judge again
WORD = re.compile(r"[^\W_]+")

Held = TypeVar("Held")
Reader = Callable[[str], Held]


@dataclass(frozen=True, slots=True)
class Read(Generic[Held]):
    """An answer that was read.

    Attributes:
        value: What it says.
        text: In its own words, without its thought; untrusted.
        tokens: How many the judge read and wrote for it, a first answer that was unreadable
            included.
    """

    value: Held
    text: str
    tokens: int


@dataclass(frozen=True, slots=True)
class _Unread:
    said: Said
    why: str


def judged(
    judge: Judge, questions: Sequence[Question], read: Reader[Held], *, reminder: str
) -> list[Read[Held] | Failure]:
    """Return what a judge says to each question, or why nobody knows.

    What can't be read is asked once more, with the answer and the reminder; what can't be read
    then is a Failure with its first 200 characters as evidence. It is never guessed.

    Args:
        judge: Whom to ask.
        questions: All of them at once: a judge answers several together faster.
        read: Reads an answer without its thought; raises UnreadableError.
        reminder: Which form the answer must have, said more strictly than in the question.
    """
    return each_judged(judge, [(each, read) for each in questions], reminder=reminder)


def each_judged(
    judge: Judge, asked: Sequence[tuple[Question, Reader[Held]]], *, reminder: str
) -> list[Read[Held] | Failure]:
    """Return the same as `judged` of questions whose answers are read by readers of their own."""
    said = judge.ask([question for question, _ in asked])
    found = [_tried(one, read) for one, (_, read) in zip(said, asked, strict=True)]
    again = [
        (at, one, _reminded(asked[at][0], one, reminder))
        for at, one in enumerate(found)
        if isinstance(one, _Unread)
    ]
    second = judge.ask([question for _, _, question in again]) if again else []
    for (at, first, _), one in zip(again, second, strict=True):
        found[at] = _paid(_tried(one, asked[at][1]), first.said.tokens)
    return [_failed(one) if isinstance(one, _Unread) else one for one in found]


def unechoed(read: Reader[Held], said: str) -> Reader[Held]:
    """Return a reader for the answer to a question that quotes what somebody *said*.

    It reads as *read* does, but takes no answer that says just what the quoted text says when it is
    read as one, and none that says otherwise, or nothing, without the lines that it has from there:
    nobody could tell the judge's word from a repetition.
    """
    claimed, words = _value(read, said), _words(said)

    def wary(text: str) -> Held:
        value = read(text)
        own = _own(text, words)
        if value == claimed or (own != text and _value(read, own) != value):
            raise UnreadableError("it says what the prompt itself says")
        return value

    return wary


def _value(read: Reader[Held], text: str) -> Held | None:
    try:
        return read(text)
    except UnreadableError:
        return None


def _own(text: str, words: str) -> str:
    """Return an answer without the object, and the lines, that stand among *words* too."""
    begins, ends = text.find("{"), text.rfind("}") + 1
    if begins < ends and _repeats(text[begins:ends], words):
        text = text[:begins] + text[ends:]
    return "\n".join(line for line in text.split("\n") if not _repeats(line, words))


def _repeats(said: str, words: str) -> bool:
    """Return whether what is *said* has a number in it, and stands in full among *words*."""
    mine = _words(said)
    return len(mine.split()) >= LEAST and any(map(str.isdigit, mine)) and mine in words


def _words(text: str) -> str:
    """Return the words and numbers of a text, each between blanks, without what is around them."""
    return f" {' '.join(WORD.findall(text.lower()))} "


def _tried(said: Said | Failure, read: Reader[Held]) -> Read[Held] | Failure | _Unread:
    if isinstance(said, Failure):
        return said
    try:
        if not said.whole:
            # Half a number, or half a list, reads like a whole one.
            raise UnreadableError("cut off before its end")  # noqa: TRY301 - one place tells why
        text = answer(said.text)
        return Read(read(text), text, said.tokens)
    except UnreadableError as error:
        return _Unread(said, str(error))


def _reminded(question: Question, unread: _Unread, reminder: str) -> Question:
    """Return the question once more; what the judge repeats of a prompt can't act in its turn."""
    before = neutral(_without_thought(unread.said.text))[:REPEATED].strip()
    now = f"This answer can't be used: {unread.why}. {reminder}"
    return replace(question, answered=(*question.answered, (before or "…", now)))


def _paid(found: Read[Held] | Failure | _Unread, tokens: int) -> Read[Held] | Failure | _Unread:
    """Return the outcome of a second try, with the tokens of the first."""
    match found:
        case Read():
            return replace(found, tokens=found.tokens + tokens)
        case _Unread(said):
            return replace(found, said=replace(said, tokens=said.tokens + tokens))
        case Failure(evidence=dict(evidence)):
            spent = evidence.get(TOKENS)
            more = spent if isinstance(spent, int) else 0
            return replace(found, evidence={**evidence, TOKENS: more + tokens})
        case _:
            return replace(found, evidence={TOKENS: tokens})


def _failed(unread: _Unread) -> Failure:
    evidence: JsonValue = {
        "texts": [on_a_line(unread.said.text[:SHOWN])],
        TOKENS: unread.said.tokens,
    }
    return Failure(f"unreadable answer: {unread.why}", evidence)


def on_a_line(text: str) -> str:
    """Return what a judge said as it may stand among evidence: printable, its lines in one."""
    return " / ".join(
        filter(None, (" ".join(line.split()) for line in printable(text).split("\n")))
    )


def _without_thought(text: str) -> str:
    try:
        return answer(text)
    except UnreadableError:  # it never came to an end, and is too long to be said again
        return ""

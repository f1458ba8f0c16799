"""The grounds of a verdict as sentences, made from what the policy's outputs mean."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from selector.report.words import Vocabulary, isolated, number, printable, shortened
from selector.types import Reason

LONGEST = 600  # characters of a note
TIE = 0.005  # of quality; nothing that is measured here is as exact as that


@dataclass(frozen=True, slots=True)
class Sentence:
    """One ground of a verdict in words.

    Attributes:
        lead: What it means for the candidate: "Refused".
        text: Why.
        name: What the policy calls the number that it is about; "" where there is none.
    """

    lead: str
    text: str
    name: str = ""


def sentence(reason: Reason, words: Vocabulary) -> Sentence:
    """Return one reason as a sentence."""
    lead, say = SAID[reason.kind]
    key = _key(reason)
    said = key in words.outputs  # else the text has to use the policy's name itself
    return Sentence(lead, say(reason, words), key if said else "")


def _key(reason: Reason) -> str:
    return ".".join(part for part in (reason.instance, reason.output) if part)


def _note(reason: Reason) -> str:
    return shortened(printable(reason.note).strip(), LONGEST)


def _is(reason: Reason, words: Vocabulary) -> str:
    """Return "shorter side is 96 px", with digits enough to tell it from its bound."""
    key = _key(reason)
    value = number(reason.value or 0.0, reason.bound)
    return f"{words.words(key)} is {value}{words.unit(key)}"


def _line(reason: Reason, words: Vocabulary) -> str:
    return number(reason.bound or 0.0, reason.value) + words.unit(_key(reason))


def _is_below(reason: Reason) -> bool:
    return (reason.value or 0.0) < (reason.bound or 0.0)


def _refused(reason: Reason, words: Vocabulary) -> str:
    if not reason.output:
        return f"the picture could not be read. {_note(reason)}"
    if reason.value is None or reason.bound is None:
        return _absent(reason, words)
    line = _line(reason, words)
    if reason.note.startswith("expected exactly"):
        return f"{_is(reason, words)}; the policy wants exactly {line}."
    side = "below" if _is_below(reason) else "above"
    return f"{_is(reason, words)}; the policy refuses {side} {line}."


def _absent(reason: Reason, words: Vocabulary) -> str:
    said = _note(reason).removeprefix("not applicable: ")
    return f"{words.words(_key(reason))} can't be told: {said}."


def _band(reason: Reason, words: Vocabulary) -> str:
    if reason.value is None:
        return _absent(reason, words)
    if reason.bound is None:
        return f"{_is(reason, words)}; {_note(reason)}."
    line = _line(reason, words)
    allowed = f"from {line} on" if _is_below(reason) else f"up to {line}"
    return f"{_is(reason, words)}; the policy accepts {allowed}."


def _cut(reason: Reason, words: Vocabulary) -> str:
    return f"{_is(reason, words)}; the policy's cut is {_line(reason, words)}."


def _copy(reason: Reason, _: Vocabulary) -> str:
    return f"it holds the same bytes as {isolated(reason.note.removeprefix('same bytes as '))}."


def _duplicate(reason: Reason, words: Vocabulary) -> str:
    twin = isolated(reason.note.removeprefix("of "))
    if reason.value is None or reason.bound is None:
        return f"it looks like {twin}."
    return (
        f"it looks like {twin}, which is accepted: they are {number(reason.value, reason.bound)} "
        f"apart, and the policy wants more than {_line(reason, words)}."
    )


def _outranked(reason: Reason, _: Vocabulary) -> str:
    rank, _semicolon, rest = reason.note.partition(";")
    text = f"{rank.strip()}, and enough better ones were found"
    if reason.value is not None and reason.bound is not None:
        ours, theirs = number(reason.value, reason.bound), number(reason.bound, reason.value)
        text = f"{rank.strip()}; its quality is {ours}, the last one chosen has {theirs}"
    if not rest and reason.margin is not None and reason.margin > -TIE:
        rest = "practically a tie"
    return f"{text}; {rest.strip()}." if rest else f"{text}."


def _failure(reason: Reason, words: Vocabulary) -> str:
    return f"{words.words(_key(reason))} could not be measured: {_note(reason)}"


def _only_note(reason: Reason, _: Vocabulary) -> str:
    return f"{_note(reason)}."


def _front(_: Reason, __: Vocabulary) -> str:
    return "no other is better in everything; the policy leaves the choice among such to a person."


SAID: dict[str, tuple[str, Callable[[Reason, Vocabulary], str]]] = {
    "refused": ("Refused", _refused),
    "infeasible": ("Not allowed", _refused),
    "cut": ("Below the cut", _cut),
    "copy": ("A copy", _copy),
    "duplicate": ("A double", _duplicate),
    "outranked": ("Not needed", _outranked),
    "failure": ("Not measured", _failure),
    "band": ("In doubt", _band),
    "front": ("A person should choose", _front),
    "uncertified": ("A person should confirm", _only_note),
    "promoted": ("Best of the rest", _only_note),
}

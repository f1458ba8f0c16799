"""The grounds of a verdict as sentences, made from what the policy's outputs mean."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from selector.foreign import isolated, noted
from selector.report.bars import PROBABILITY, QUALITY
from selector.report.words import Vocabulary, bounded, closed, listed, number
from selector.runner import DEADLINE
from selector.types import Reason

TIE = 0.005  # of quality; nothing that is measured here is as exact as that
# How a note begins that tells of a quality that is not measured in full, and how that is said.
OPEN = {
    "this at most; ": "at most ",
    "this at least; ": "at least ",
    "this as predicted; ": "put at ",
}
COMPOSITES = {QUALITY: "its quality", PROBABILITY: "its probability of being good"}


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


@dataclass(frozen=True, slots=True)
class Around:
    """What sentences about one candidate need to know besides the reasons.

    Attributes:
        words: What outputs are called.
        exact: The bounds that the policy wants exactly, with the output that each is on.
        least: Whether the candidate's quality counts at its worst what failed.
        most: Whether it counts at its best what was not measured.
        chosen: Whether the request accepted any.
    """

    words: Vocabulary
    exact: frozenset[tuple[str, float]] = frozenset()
    least: bool = False
    most: bool = False
    chosen: bool = True


def sentences(reasons: Iterable[Reason], around: Around) -> tuple[Sentence, ...]:
    """Return reasons as sentences; what failed for the same cause is told together."""
    said: dict[object, list[Reason]] = {}
    for reason in dict.fromkeys(reasons):
        cause = reason.note if reason.kind == "failure" else reason
        said.setdefault((reason.kind, cause), []).append(reason)
    return tuple(
        _failures(group, around) if len(group) > 1 else sentence(group[0], around)
        for group in said.values()
    )


def sentence(reason: Reason, around: Around) -> Sentence:
    """Return one reason as a sentence."""
    lead, say = SAID[reason.kind]
    key = key_of(reason)
    told = key in around.words.outputs  # else the text has to use the policy's name itself
    return Sentence(lead, say(reason, around), key if told else "")


def key_of(reason: Reason) -> str:
    """Return the output that a reason is about: "instance.output"."""
    return ".".join(part for part in (reason.instance, reason.output) if part)


def cause(note: str) -> str:
    """Return why something failed, harmless."""
    return "time ran out" if note == DEADLINE.reason else noted(note)


def _failures(reasons: list[Reason], around: Around) -> Sentence:
    words = listed([around.words.words(key_of(one)) for one in reasons])
    alone = sentence(reasons[0], around)
    return replace(alone, text=f"{words} could not be measured: {cause(reasons[0].note)}", name="")


def _is(reason: Reason, around: Around, how: str = "") -> str:
    """Return "shorter side is 96 px", with digits enough to tell it from its bound."""
    key = key_of(reason)
    value = number(reason.value or 0.0, reason.bound)
    what = COMPOSITES.get(key) or around.words.words(key)
    return f"{what} is {how}{value}{around.words.unit(key)}"


def _line(reason: Reason, around: Around) -> str:
    return number(reason.bound or 0.0, reason.value) + around.words.unit(key_of(reason))


def _is_below(reason: Reason) -> bool:
    return (reason.value or 0.0) < (reason.bound or 0.0)


def _refused(reason: Reason, around: Around) -> str:
    if not reason.output:
        return f"the picture could not be read. {noted(reason.note)}"
    if reason.value is None or reason.bound is None:
        return _absent(reason, around)
    line = _line(reason, around)
    if (key_of(reason), reason.bound) in around.exact:
        return f"{_is(reason, around)}; the policy wants exactly {line}."
    if reason.note:
        return closed(f"{_is(reason, around)}; {noted(reason.note)}")
    side = "below" if _is_below(reason) else "above"
    return f"{_is(reason, around)}; the policy refuses {side} {line}."


def _absent(reason: Reason, around: Around) -> str:
    return f"{around.words.words(key_of(reason))} can't be told ({noted(reason.note)})."


def _band(reason: Reason, around: Around) -> str:
    if reason.value is None:
        return _absent(reason, around)
    how, note = so_far(reason)
    least = "at least " if around.least and key_of(reason) == QUALITY else how
    said = _is(reason, around, least)
    if reason.bound is None:
        return closed(f"{said}; {noted(note)}")
    line = _line(reason, around)
    allowed = f"from {line} on" if _is_below(reason) else f"up to {line}"
    return f"{said}; the policy accepts {allowed}."


def _cut(reason: Reason, around: Around) -> str:
    # With all at its best that failed or was not measured.
    most = "at most " if around.least or around.most else ""
    if key_of(reason) == PROBABILITY:
        most = so_far(reason)[0]
    return f"{_is(reason, around, most)}; the policy's cut is {_line(reason, around)}."


def _copy(reason: Reason, _: Around) -> str:
    return (
        f"it holds the same bytes as {isolated(reason.other)}." if reason.other else _note(reason)
    )


def _duplicate(reason: Reason, around: Around) -> str:
    if not reason.other or reason.value is None or reason.bound is None:
        return _note(reason)
    return (
        f"it looks like {isolated(reason.other)}, which ranks before it: they are "
        f"{number(reason.value, reason.bound)} apart, and the policy wants more than "
        f"{_line(reason, around)}."
    )


def _outranked(reason: Reason, around: Around) -> str:
    how, note = so_far(reason)
    said = [noted(note)]
    if reason.value is not None and reason.bound is not None:
        how = how or ("at least " if around.least else "")
        ours, theirs = value_of(reason), number(reason.bound, reason.value)
        last = "chosen" if around.chosen else "taken"
        said.append(f"its quality is {how}{ours}, the last one {last} has {theirs}")
    if is_a_tie(reason):
        said.append("practically a tie")
    return closed("; ".join(one for one in said if one))


def so_far(reason: Reason) -> tuple[str, str]:
    """Return how a quality is known that is not measured in full, "at most ", and the note's rest."""
    for begins, how in OPEN.items():
        if reason.note.startswith(begins):
            return how, reason.note.removeprefix(begins)
    return "", reason.note


def value_of(reason: Reason) -> str:
    """Return the quality of a reason, with digits enough to tell it from its bound."""
    value = reason.value or 0.0
    is_bound = so_far(reason)[0] == "at most "
    return bounded(value, reason.bound) if is_bound else number(value, reason.bound)


def is_a_tie(reason: Reason) -> bool:
    """Return whether so little decided that another measurement might decide otherwise.

    False for a true tie, of which the reason itself says how it was decided, and for a bound:
    what was not measured may be much worse.
    """
    if reason.kind != "outranked" or reason.margin is None or so_far(reason)[0]:
        return False
    return 0 < abs(reason.margin) < TIE


def _failure(reason: Reason, around: Around) -> str:
    return f"{around.words.words(key_of(reason))} could not be measured: {cause(reason.note)}"


def _note(reason: Reason) -> str:
    return closed(noted(reason.note))


def _only_note(reason: Reason, _: Around) -> str:
    return _note(reason)


def _front(_: Reason, __: Around) -> str:
    return (
        "no other beats it without being worse in something; the policy leaves the choice among "
        "such to a person."
    )


SAID: dict[str, tuple[str, Callable[[Reason, Around], str]]] = {
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

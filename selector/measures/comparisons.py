"""Every member of a set against every other, in both orders, by a judge that compares two."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import permutations
from typing import Literal

from pydantic import JsonValue

from selector.backbones.judge import Judge, Question
from selector.dialogue.asking import Read, Reader, each_judged, on_a_line
from selector.foreign import shortened
from selector.measures.asked import counted_once
from selector.measures.base import measured
from selector.types import TOKENS, Failure, Measured, NotApplicable, Output, tokens_of

WINS = "wins"
MOST = 32  # members at the very most: 992 questions, and evidence that stays small
NAMED = 12  # hex digits of a content hash
QUOTED, WORDS = 3, 300  # answers that are shown, and characters of each
POINTS = {"won": 1.0, "lost": 0.0, "no preference": 0.5, "orders disagree": 0.5}

Result = Literal["won", "lost", "no preference", "orders disagree", "unread"]


@dataclass(frozen=True, slots=True)
class Preference:
    """What a judge says of two pictures, in the order in which they were shown.

    Attributes:
        preferred: 1 for the first, 2 for the second, 0 for neither.
        first: What it gives the first, by output; {} if it gives no numbers.
        second: What it gives the second.
    """

    preferred: Literal[0, 1, 2]
    first: Mapping[str, float] = field(default_factory=dict)
    second: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Meeting:
    """One member against another, both orders taken together."""

    other: str
    result: Result
    numbers: Mapping[str, float]
    note: str  # the judge's words where it gives no numbers, or why nothing could be read


Answer = Read[Preference] | Failure
Put = Callable[[int, int], tuple[Question, Reader[Preference]]]


def wins_of(words: str) -> Output:
    """Return what the share of comparisons won is, by a judge whom *words* name."""
    return Output(
        "share of comparisons won", 0, 1, True, True, optional=True,
        words=f"share of comparisons won ({words})",
    )  # fmt: skip


def better(first: float, second: float) -> Literal[0, 1, 2]:
    """Return which of two numbers is higher; 0 if they differ by no more than rounding."""
    if abs(first - second) < 1e-9:  # noqa: PLR2004 - means of decimals
        return 0
    return 1 if first > second else 2


def no_contest(members: int, at_most: int) -> Measured | None:
    """Return why so many members are not compared; None if they are."""
    if members == 1:
        return NotApplicable("alone in its set")
    if members > at_most:
        return Failure(
            f"too many to compare: {members} candidates are {members * (members - 1)} questions "
            f"(got more than {at_most} candidates). Refuse more before, or raise 'at_most'."
        )
    return None


def compared(
    judge: Judge, members: Sequence[str], put: Put, *, reminder: str, outputs: Iterable[str]
) -> list[dict[str, Measured]]:
    """Return how each member does against all others.

    Two orders that disagree are no preference: a judge that prefers a place prefers nobody. A pair
    of which one order can't be read is left out; with fewer than half of its pairs a member fails.

    Args:
        judge: Whom to ask.
        members: Content hashes, which name them in the evidence.
        put: Makes the question of two members by their places, the one shown first first.
        reminder: As `judged` takes it.
        outputs: `wins`, and what the answers give each picture.
    """
    orders = list(permutations(range(len(members)), 2))
    answers = each_judged(judge, [put(*order) for order in orders], reminder=reminder)
    table = dict(zip(orders, answers, strict=True))
    names = list(outputs)
    return [_outcomes(_meetings(at, members, table), _paid(at, table), names)
            for at in range(len(members))]  # fmt: skip


def _meetings(
    at: int, members: Sequence[str], table: Mapping[tuple[int, int], Answer]
) -> list[_Meeting]:
    others = sorted((name, other) for other, name in enumerate(members) if other != at)
    return [_meeting(name[:NAMED], table[at, other], table[other, at]) for name, other in others]


def _meeting(other: str, shown_first: Answer, shown_second: Answer) -> _Meeting:
    for order in (shown_first, shown_second):
        if isinstance(order, Failure):
            return _Meeting(other, "unread", {}, order.reason)
    there, back = shown_first.value, shown_second.value  # type: ignore[union-attr] # none failed
    numbers = {name: (own + back.second[name]) / 2 for name, own in there.first.items()}
    said = "" if numbers else f"Image 1, against {other}: {on_a_line(shown_first.text)}"  # type: ignore[union-attr]
    return _Meeting(other, _result(there.preferred, back.preferred), numbers, said)


def _result(there: int, back: int) -> Result:
    match there, back:
        case 1, 2:
            return "won"
        case 2, 1:
            return "lost"
        case 0, 0:
            return "no preference"
        case _:
            return "orders disagree"


def _paid(at: int, table: Mapping[tuple[int, int], Answer]) -> int:
    """Return the tokens of the questions that showed a member first: so each counts once."""
    mine = [answer for (first, _), answer in table.items() if first == at]
    return sum(one.tokens if isinstance(one, Read) else tokens_of(one) for one in mine)


def _outcomes(meetings: list[_Meeting], tokens: int, names: list[str]) -> dict[str, Measured]:
    read = [each for each in meetings if each.result != "unread"]
    evidence = _evidence(meetings, tokens)
    if 2 * len(read) < len(meetings):
        why = next(each.note for each in meetings if each.result == "unread")
        said = f"{len(read)} of {len(meetings)} comparisons could be read: {why}"
        return counted_once(dict.fromkeys(names, Failure(said, evidence)))
    found = {WINS: _mean([POINTS[each.result] for each in read])}
    found |= {name: _mean([each.numbers[name] for each in read]) for name in read[0].numbers}
    return counted_once({name: measured(found[name], evidence) for name in names})


def _mean(given: Sequence[float]) -> float:
    return sum(given) / len(given)  # infinite where a judge names absurd numbers: `fmean` raises


def _evidence(meetings: list[_Meeting], tokens: int) -> JsonValue:
    read = [each for each in meetings if each.result != "unread"]
    quoted = [shortened(each.note, WORDS) for each in read if each.note][:QUOTED]
    listed: list[JsonValue] = [
        {"with": each.other, "result": each.result}
        | {name: round(value, 4) for name, value in each.numbers.items()}
        for each in meetings
    ]
    texts: list[JsonValue] = [_summary(meetings), *quoted]
    return {"texts": texts, "comparisons": listed, TOKENS: tokens}


def _summary(meetings: list[_Meeting]) -> str:
    counts = dict.fromkeys((*POINTS, "unread"), 0)
    for each in meetings:
        counts[each.result] += 1
    told = [
        f"won {counts['won']} of {len(meetings)}",
        f"lost {counts['lost']}",
        f"no preference in {counts['no preference'] + counts['orders disagree']}",
    ]
    if counts["orders disagree"]:
        told[-1] += f", of which {counts['orders disagree']} as the two orders disagree"
    if counts["unread"]:
        why = next(each.note for each in meetings if each.result == "unread")
        told.append(f"left out {counts['unread']} ({shortened(why, WORDS)})")
    return "; ".join(told)

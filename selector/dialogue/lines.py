"""Numbers in an answer, on lines that begin with the label that was asked for."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping

from selector.dialogue.neutral import neutral
from selector.dialogue.thought import answer
from selector.dialogue.unreadable import UnreadableError

# Bold marks become blanks, as do tokens of a model's own: "4*5" never turns into 45.
ASCII = str.maketrans("０１２３４５６７８９：＝．，；（）／−–‒’*", "0123456789:=.,;()/---' ")
NUMBER = r"[+-]?(?:[0-9]{1,30}(?:\.[0-9]{0,40})?|\.[0-9]{1,40})(?:[eE][+-]?[0-9]{1,4})?"
BULLETS = r"(?:(?:[-+•·#]{1,6}|[0-9]{1,2}[.)]) ?){0,3}"
QUOTES = re.compile(r"[\[<>`'\"“”‘„«»]")
# Words that take back what stands above, on a line that then names a number once more.
RECANTS = re.compile(
    r"\b(?:correction|correct(?:ed|ing)|revis(?:ion|ed)|actually|wait|on reflection|oops|i mean"
    r"|on second thoughts?|scratch that|(?:no|rather|sorry) ?[,:;.!-])|\A(?:no|rather|sorry)\b",
    re.IGNORECASE,
)
PLACEHOLDERS = frozenset("xyz")  # of an output format that is repeated before it is filled in


def lines(text: str) -> list[str]:
    """Return the lines of an answer, as they are to be read.

    What was thought is gone, and so are bold marks and tokens of the model's own; signs, digits,
    colons and commas are ASCII, and blanks are single. Nothing but a line feed ends a line: a
    quoted prompt can't smuggle one in by a rarer character.

    Raises:
        UnreadableError: It was still thinking.
    """
    plain = neutral(answer(text), " ").translate(ASCII)
    return [" ".join(line.split()) for line in plain.split("\n")]


def labelled(text: str, label: str) -> list[tuple[str, str]]:
    """Return what stands behind each label, on all lines that begin with one.

    A line may hold several. A label in the middle of other words, in quotes or behind ">" is
    talked about and says nothing: "The caption reads 'Style Score: 5'". A number behind words that
    take back is none of these: "Correction: Style Score: 2" leaves no other to be believed.

    Args:
        text: An answer.
        label: A regular expression with one group, which names the label; a colon or "=" follows.

    Raises:
        UnreadableError: A line takes back what was said; it was still thinking.
    """
    first = re.compile(rf"{BULLETS}(?={label} ?[:=])", re.IGNORECASE)
    each = re.compile(rf"\b{label} ?[:=]", re.IGNORECASE)
    found: list[tuple[str, str]] = []
    for line in lines(text):
        if begins := first.match(line):
            parts = each.split(line[begins.end() :])
            found += zip(map(str.lower, parts[1::2]), parts[2::2], strict=True)
        elif _recants(line, label):
            raise UnreadableError("it takes back what it said")
    return found


def _recants(line: str, label: str) -> bool:
    """Return whether *line* corrects itself, and then gives a label a number, or heads some."""
    taken_back = RECANTS.search(line)
    if not taken_back:
        return False
    again = re.compile(rf"\b{label} ?(?:[:=]|is|should be) ?(?:{NUMBER}|\Z)", re.IGNORECASE)
    told = again.search(line, taken_back.end())
    return told is not None and not QUOTES.search(line, 0, told.start())


def numbers(found: Iterable[tuple[str, str]], *, of: int = 0) -> dict[str, float]:
    """Return the number behind each label; X, Y and Z of a repeated format say nothing.

    Raises:
        UnreadableError: Anything but one number stands behind a label, or the same label has two
            different ones: which of them is meant, nobody knows.
    """
    told: dict[str, float] = {}
    for label, text in found:
        if text.strip(" .,;|[]<>").lower() in PLACEHOLDERS:
            continue
        value = number(text, of=of)
        if told.setdefault(label, value) != value:
            raise UnreadableError(f"two different numbers for {label}")
    return told


def number(text: str, *, of: int = 0) -> float:
    """Return the number that *text* is, read in full: sign, decimals, exponent.

    A full stop, a comma, a semicolon or a bar may follow, and no word: of "4 or 5", "4,5", "4-5"
    and "4 and a half" none is 4.

    Args:
        text: What stands behind a label.
        of: The top of the scale: "4/5" and "4 out of 5" are then 4. 0 for neither.

    Raises:
        UnreadableError: It is anything else, not finite, or longer than any number needs to be.

    >>> number(" 4/5.", of=5), number("1e1"), number("-.5")
    (4.0, 10.0, -0.5)
    """
    bare = text.strip().rstrip(" .,;|")
    if of:
        bare = re.sub(rf" ?(?:/|out of) ?{of}\Z", "", bare)
    if not re.fullmatch(NUMBER, bare):
        raise UnreadableError("not a number where one was asked for")
    value = float(bare)
    if not math.isfinite(value):
        raise UnreadableError("a number that is not finite")
    return value


def between(told: Mapping[str, float], name: str, low: float, high: float) -> float:
    """Return the number called *name*.

    Raises:
        UnreadableError: There is none, or it is below *low* or above *high*.
    """
    if name not in told:
        raise UnreadableError(f"no {name}")
    if not low <= told[name] <= high:
        raise UnreadableError(f"{name} is not between {low:g} and {high:g}")
    return told[name]

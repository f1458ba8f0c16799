"""Reads which of two images a judge prefers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from selector.dialogue.lines import lines
from selector.dialogue.unreadable import UnreadableError

IMAGE = r"(?:the )?(?:edited )?image [12]"
# What may stand before a verdict. All else may take it back: "if", "it is wrong that", a quote.
OPENING = (
    r"(?:(?:[-+•·#]+|and|so|but|however|yet|actually|thus|therefore|hence|consequently|overall"
    r"|finally|clearly|at first|in conclusion|in summary|to conclude|to sum up|on balance|on reflection|all in all"
    r"|in my (?:opinion|view|judgement)|i (?:think|believe|would say|conclude) ?(?:that)?|conclusion"
    r"|(?:final )?(?:answer|verdict|judgement|output|decision)"
    rf"|compared (?:with|to) {IMAGE}|(?:although|though|while|whereas) [^,]*,)[,:]? )*"
)
MUCH = r"(?:(?:clearly|slightly|much|far|significantly|noticeably|marginally|overall) )?"
# A reason may follow, unless it turns round: "because it is sharper, but image 2 is better".
TURNS = r"\b(?:better|best|equally|prefer|but|however|though|although|yet|while)"
END = rf"(?: overall)?(?:,? (?:because|since|due to|as its?) (?:(?!{TURNS}).)*)?"
BETTER = re.compile(
    rf"{OPENING}(?:the )?(?:edited )?image (?P<winner>[12]) is {MUCH}(?:the )?better"
    r"(?: (?:one|image|edit|edited image|choice|option))?"
    r"(?: of the two| (?:than|compared (?:with|to)) (?:the other(?: (?:one|image))?"
    rf"|(?:the )?(?:edited )?image (?!(?P=winner))[12]))?{END}"
)
EQUAL = re.compile(
    rf"{OPENING}(?:(?:both(?: of)?(?: the)?|the(?: two)?|these(?: two)?|they)"
    r"(?: (?:edited )?(?:images|edits|ones))?(?: are)? equally (?:good|bad|well done)"
    rf"|(?:(?:it|this|that|the result) is |it's )?a (?:clear )?tie){END}"
)
# A sentence that sounds like a verdict, and so has to be one that can be read.
COMPARES = re.compile(r"\b(?:better|best|worse|equally|wins?|winner|prefer\w*|superior|tied?)\b")
NAMES = re.compile(r"\b(?:images?|edits?|both|neither|either|they|two|tied?|one)\b")
RECANTS = re.compile(
    r"(?:no|not|nor|wait|actually|however|but|or|correction|hmm+|rather|on second thoughts?|sorry"
    r"|(?:that|this)(?:'s| is|) (?:not|wrong|false|incorrect|isn't|untrue))\b"
)


def preferred(text: str) -> Literal[0, 1, 2]:
    """Return which image is better, 1 or 2; 0 where both are said to be equally good.

    What counts is the last sentence that compares the two. It has to say "image 1 is better", with
    nothing that denies, limits, quotes or doubts it: "isn't better", "better in colour", "if".
    That both are good, or that nothing is said, is no tie.

    Raises:
        UnreadableError: There is no such sentence, the last one is no plain verdict, or it is taken
            back; it was still thinking.
    """
    verdict: str | None = None
    for sentence in _sentences(text):
        if better := BETTER.fullmatch(sentence):
            verdict = better["winner"]
        elif EQUAL.fullmatch(sentence):
            verdict = "0"
        elif RECANTS.match(sentence) or (COMPARES.search(sentence) and NAMES.search(sentence)):
            verdict = None
    if verdict is None:
        raise UnreadableError("no plain verdict at the end")
    return {"0": 0, "1": 1, "2": 2}[verdict]  # type: ignore[return-value] # of three literals


def _sentences(text: str) -> Iterator[str]:
    """Yield the sentences, in lower case; a line that ends with a colon goes on in the next.

    A question mark stays, as a question is no verdict.
    """
    joined = re.sub(r":\s*\n", ": ", "\n".join(lines(text)).lower())
    for sentence in re.finditer(r"[^.;!?\n]+\??", joined):
        if plain := " ".join(sentence[0].split()):
            yield plain

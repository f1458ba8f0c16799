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
# A line that introduces what others say, in the next.
INTRODUCES = re.compile(r"(:|\b(?:reads?|says?|said|states?|claims?|written|writes?))[ ,]*\n\s*")
# A sentence that sounds like a verdict, and so has to be one that can be read.
COMPARES = re.compile(r"\b(?:better|best|worse|equally|wins?|winner|prefer\w*|superior|tied?)\b")
NAMES = re.compile(r"\b(?:images?|edits?|both|neither|either|they|two|tied?|one)\b")
RECANTS = re.compile(
    r"(?:no|not|nor|neither|nope|nah|wait|actually|however|but|or|correction|hmm+|rather|sorry"
    r"|(?:on )?second thoughts?|false|wrong|incorrect|oops|scratch|strike|i mean|i meant|i take"
    r"|i disagree|i was|(?:that|this)(?:'s| is|) (?:not|wrong|false|incorrect|isn't|untrue))\b"
)
# What speaks of the verdict itself, wherever in a sentence it does.
RETURNS = re.compile(
    r"\b(?:answer|choice|verdict|decision|(?:is|was|are|were) (?:wrong|false|incorrect|untrue"
    r"|mistaken))\b"
)


def preferred(text: str) -> Literal[0, 1, 2]:
    """Return which image is better, 1 or 2; 0 where both are said to be equally good.

    What counts is the last sentence that compares the two. It has to say "image 1 is better", with
    nothing that denies, limits, quotes or doubts it: "isn't better", "better in colour", "if".
    That both are good, or that nothing is said, is no tie. A verdict does not outlast a sentence
    that names the other image, or comes back to the answer: it may take the verdict back.

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
        elif _clears(sentence, verdict):
            verdict = None
    if verdict is None:
        raise UnreadableError("no plain verdict at the end")
    return {"0": 0, "1": 1, "2": 2}[verdict]  # type: ignore[return-value] # of three literals


def _clears(sentence: str, verdict: str | None) -> bool:
    """Return whether a sentence that is no verdict leaves none of the one before it."""
    named = set(re.findall(r"\bimage ([12])\b", sentence))
    return bool(
        RECANTS.match(sentence)
        or RETURNS.search(sentence)
        or (COMPARES.search(sentence) and NAMES.search(sentence))
        or named - {verdict}
    )


def _sentences(text: str) -> Iterator[str]:
    """Yield the sentences, in lower case; a line that ends with a colon, or with "reads", goes
    on in the next.

    A question mark stays, as a question is no verdict.
    """
    joined = INTRODUCES.sub(r"\1 ", "\n".join(lines(text)).lower())
    for sentence in re.finditer(r"[^.;!?\n]+\??", joined):
        if plain := " ".join(sentence[0].split()):
            yield plain

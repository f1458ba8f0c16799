"""Reads the short replies to a question of one's own: yes or no, a rating, a count."""

from __future__ import annotations

import re

from selector.dialogue.lines import lines
from selector.dialogue.unreadable import UnreadableError

NUMERALS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen"),
    *("nineteen", "twenty"),
)
# Words that take back, or blur, what was said before.
AMOUNTS = (
    rf"{'|'.join(NUMERALS)}|half|halves|quarter|third|tens|dozens?|hundreds?|thousands?"
    "|[mbtr]+illions?|percent|minus|plus|point|couple|pairs?|several|few"
)
DENIES = "no|not|none|never|neither|nor|nothing|nobody|nope|false|incorrect|[a-z]+n't|cannot"
DOUBTS = (
    "maybe|perhaps|possibly|probably|likely|unlikely|might|may|could|unsure|uncertain|unclear"
    "|can't|cannot|couldn't|wait|actually|rather|instead|correction|mistaken|sorry"
    "|second thoughts?|(?:i|it|that|this) ?(?:was|am|is|'m|'s) wrong"
)
LIMITS = (
    "but|however|although|though|except|unless|if|partly|partially|somewhat|almost|nearly|hardly"
    "|barely|apart|aside|other than|only|just"
)
BLURS = "approximately|approx|about|around|roughly|maximum|minimum|max|min|most|least|tops"
NONE_AT_ALL = r"(?<![0-9.])0+(?:\.0+)? ?%|\bzero\b"
# What a "no" does not say of anything that was asked about, unless the sentence denies it.
SEEN = r"visible|evident|apparent|present|can be seen|there (?:is|are)"
NO_PLAIN_RATING = rf"{AMOUNTS}|{DOUBTS}|no ?(?:[,.;!\n]|\Z)"
OTHERS = "a|an|and|or|to|more|less|fewer|so|of|missing|extra|additional|hidden|lost|too"

OTHERS_SAY = "(?:prompt|caption|text|title|description|instruction|question|sign|label) "
SAID = r"(?:(?:final |the |my )?(?:answer|rating|score|count|number) ?(?:[:=]|is) ?)?"
ENDS = r"(?:\Z|[.,;:!\n]| - |—)"
YES_OR_NO = re.compile(rf"{SAID}(['\"]?)(yes|no)\1{ENDS}(.*)", re.DOTALL)
RATED = r"([+-]?[0-9]{1,3})(?:\.0{1,3})?"
REASONS = r"((?:[.!]?(?:\Z|\n)|[,;:] | - |—| \().*)"
COUNTED = re.compile(
    rf"{SAID}(?:(?:there (?:is|are)|i (?:can )?(?:see|count)|it (?:has|shows)"
    rf"|(?:this|the) (?!{OTHERS_SAY})[a-z]+ (?:has|shows)) )?(?:exactly )?"
    rf"([0-9]{{1,4}}|{'|'.join(NUMERALS)}|none(?! [a-z]))"
    r"((?: (?:visible|distinct|clear|whole|human))?(?: [a-z]+)?)"
    r"(?: (?:are |is )?(?:visible|shown|here|altogether|in total))?"
    r"(?: (?:on|in|at) (?:this|the|that) [a-z]+)?[.! \n]*"
)


def yes_no(text: str) -> bool:
    """Return whether the reply is yes: its first word says so, and no other takes it back.

    "Yes, a wound is visible." is yes; "No, it isn't." is no. Of "Yes, but …", "Yes and no", "No
    doubt", "Not yes", "Probably" and "I can't see a hand" none is either.

    Raises:
        UnreadableError: It is neither, or not plainly one of both; it was still thinking.
    """
    reply = _plain(text)
    first = YES_OR_NO.fullmatch(reply)
    if not first:
        raise UnreadableError("neither yes nor no")
    yes = first[2] == "yes"
    against = f"{DENIES if yes else 'yes'}|{DOUBTS}|{LIMITS}"
    if "?" in reply or _speaks(first[3], against) or _contradicts(yes, first[3]):
        raise UnreadableError(f"a {first[2]} that is not plain")
    return yes


def rating(text: str, low: int, high: int) -> int:
    """Return the whole number from *low* to *high* that the reply begins with, in digits.

    "4", "Rating: 4", "4/5" and "4 out of 5" are 4, and reasons may follow as long as they name no
    other number, in digits or in words, and don't doubt it. Nothing is rounded.

    Raises:
        UnreadableError: It begins with anything else, is out of range, or not plain; it was still
            thinking.
    """
    begins = re.fullmatch(
        rf"{SAID}{RATED}(?: ?(?:/|out of) ?{high})?{REASONS}", _plain(text), re.DOTALL
    )
    if not begins:
        raise UnreadableError("no rating at its beginning")
    if re.search("[0-9%?]", begins[2]) or _speaks(begins[2], NO_PLAIN_RATING):
        raise UnreadableError("a rating that is not plain")
    value = int(begins[1])
    if not low <= value <= high:
        raise UnreadableError(f"no whole number from {low} to {high}")
    return value


def count(text: str) -> int:
    """Return the one number of things that the reply names: digits up to 9999, words up to twenty.

    It is one short sentence: "5", "five fingers", "There are 5 fingers.", "None." Of "4 or 5",
    "about five", "a thumb and four fingers" and "four… no, five" none is a count.

    Raises:
        UnreadableError: It is anything else; it was still thinking.
    """
    told = COUNTED.fullmatch(_plain(text))
    blurred = f"{OTHERS}|{AMOUNTS}|{BLURS}|{DENIES}|{DOUBTS}|{LIMITS}"
    if not told or _speaks(told[2], blurred):
        raise UnreadableError("no plain count")
    number = "zero" if told[1] == "none" else told[1]
    return NUMERALS.index(number) if number in NUMERALS else int(number)


def _contradicts(yes: bool, rest: str) -> bool:  # noqa: FBT001 - private
    """Return whether the reasons behind a yes name none, or a sentence behind a no sees it."""
    if yes:
        return re.search(NONE_AT_ALL, rest) is not None
    sentences = re.split(r"[.;\n]", rest)
    return any(_speaks(one, SEEN) and not _speaks(one, DENIES) for one in sentences)


def _plain(text: str) -> str:
    return "\n".join(lines(text)).strip().lower()


def _speaks(text: str, words: str) -> bool:
    return re.search(rf"(?<![a-z])(?:{words})(?![a-z'])", text) is not None

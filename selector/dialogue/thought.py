"""What a judge answered, once what it thought before is taken away."""

from __future__ import annotations

import re

from selector.dialogue.unreadable import UnreadableError

MARK = re.compile(r"[<◁\[](/?)(?:seed:)?think(?:ing)?[>▷\]]", re.IGNORECASE)


def answer(text: str) -> str:
    """Return what stands behind the last end of a thought; all of it if nothing was thought.

    A model thinks aloud in the format that it was asked for, so nothing of that may be read.

    Raises:
        UnreadableError: A thought begins and does not end: the answer never came.

    >>> answer("<think>A 5? No.</think> Style Score: 2")
    ' Style Score: 2'
    """
    begins = ends = 0
    for mark in MARK.finditer(text):
        if mark[1]:
            ends = mark.end()
        else:
            begins = mark.end()
    if begins > ends:
        raise UnreadableError("it was still thinking")
    return text[ends:]

"""Finds the texts in quotes in a prompt that are to be written, and not those it refuses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TypeAlias

LONGEST = 200  # characters of one text; a longer one is no order for lettering
REACH = 80  # characters around a text that may refuse it

# Letters of the scripts that have apostrophes: those of "don't" and "the dogs' bowl" are no
# quotes. Chinese and Japanese put a quote right between two letters.
_LETTER = r"0-9A-Za-z\u00c0-\u05ff\u1e00-\u1fff"
# A straight quote after a digit is a sign of inches, unless it closes a text.
_QUOTED = re.compile(
    r'(?<!\d)"(?=\S)(?P<a>[^"]*)(?<=\S)"'
    r"|[“„](?P<b>[^“”„]*)(?:”|(?<=\S)“)"
    r"|«(?P<c>[^«»]*)»|»(?=\S)(?P<d>[^«»]*)(?<=\S)[«»]"
    r"|‹(?P<e>[^‹›]*)›|›(?=\S)(?P<f>[^‹›]*)(?<=\S)[‹›]"
    r"|「(?P<g>[^「」]*)」|『(?P<h>[^『』]*)』"
    rf"|(?<![{_LETTER}])‘(?P<i>[^‘\n]*?)’(?![{_LETTER}])"
    rf"|(?<![{_LETTER}'])'(?P<j>(?![\s']|\d0s\b|t(?:is|was|il)\b|em\b|n\b)"
    rf"[^\n]{{1,{LONGEST}}}?)(?<![\s'])'(?![{_LETTER}'])"
)
# "no", "remove", "in the style of"; but what is not to be removed is wanted.
_REFUSAL = (
    r"no|not|without|never|cannot|dont|\w{2,7}n['’]t|avoid(?:ing)?|exclud(?:e|ing)|omit(?:ting)?"
    r"|(?<!not )(?<!n['’]t )(?<!never )(?:remov|delet|eras|replac|chang)(?:e|ing)"
    r"|instead of|style of|inspired by|from"
)
# What may stand between that and the text, and leaves no doubt that it is meant.
_FILLER = (
    r"the|a|an|any|all|old|existing|its|of|mention|trace|that|with|like|such as|e\.g\.|for example"
    r"|write|writing|written|include|including|show|showing|display|print|put|add|use|using|have"
    r"|has|contain|containing|feature|render|spell|say|saying|says|reading|reads|called|named"
    r"|titled|film|movie|book|game|series|song|painting"
    r"|(?:word|text|sign|logo|label|caption|title|phrase|name|watermark|signature)s?|lettering"
    r"|letters"
)
_REFUSED_CHINESE = (
    r"(?:不要|不得|不能|不可|不许|不許|不写|不寫|不含|没有|沒有|禁止|避免|去掉|去除|移除|删除|刪除)"
    r"(?:出现|出現|写|寫|包含|含|显示|顯示|加|添加|任何|有|上|的|如|像|例如|比如"
    r"|文字|字样|字樣|字|词|詞|水印|标志|標誌){0,6}[:：]?"
)
_REFUSED_BEFORE = re.compile(
    rf"(?:\b(?:{_REFUSAL}):?(?:,? (?:{_FILLER})){{0,6}}:? ?|{_REFUSED_CHINESE})$", re.IGNORECASE
)
_REFUSED_AFTER = re.compile(
    r" ?(?:(?:signs?|logos?|labels?|text|lettering|words?|watermarks?) )?"
    r"(?:(?:must|should|shall|may|can|do|does|will|is|are) ?)?(?:not|n['’]t|never) (?:to )?"
    r"(?:appear|show|occur|(?:be )?(?:visible|shown|written|seen|present|included|displayed|printed"
    r"|allowed|wanted|there))\b"
    r"|(?:字样|字樣|文字|字)?(?:不要|不得|不能|不可|不应|不應)(?:出现|出現|显示|顯示)",
    re.IGNORECASE,
)
_JOINT = re.compile(
    r" ?[,/&、，和或与與及]? ?(?:(?:and|or|nor) )?(?:the )?(?:(?:word|text|name)s? )?"
)

Quote: TypeAlias = re.Match[str]


def quoted(prompt: str) -> Iterator[tuple[int, str]]:
    """Give the texts in quotes of any script that *prompt* does not refuse, and where they begin.

    What is refused, or wanted, is so with all that is listed with it: 'no "SALE", "OFF" or "NEW"'.
    """
    for run in _runs(prompt):
        if not is_refused(prompt, run[0].start()) and not _is_refused_after(prompt, run[-1].end()):
            yield from ((match.start(), text) for match in run if (text := _inside(match)))


def without_quotes(prompt: str) -> str:
    """Return *prompt*, as long as it was, where quote signs stand for whatever is in quotes."""
    return _QUOTED.sub(lambda match: '"' * len(match[0]), prompt)


def is_refused(prompt: str, begin: int) -> bool:
    """Return whether *prompt* does not want what begins at *begin*: it follows "no" or "remove"."""
    return bool(_REFUSED_BEFORE.search(prompt, max(0, begin - REACH), begin))


def _is_refused_after(prompt: str, end: int) -> bool:
    return bool(_REFUSED_AFTER.match(prompt, end, end + REACH))


def _runs(prompt: str) -> Iterator[list[Quote]]:
    """Give the quotes, those together that are one list."""
    run: list[Quote] = []
    for match in _QUOTED.finditer(prompt):
        if run and not _JOINT.fullmatch(prompt, run[-1].end(), match.start()):
            yield run
            run = []
        run.append(match)
    if run:
        yield run


def _inside(match: Quote) -> str:
    """Return the text in the quotes; "" if it is too long to be one."""
    text = " ".join(match[match.lastgroup or 0].split())
    return text if len(text) <= LONGEST else ""

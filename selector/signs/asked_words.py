"""Finds in a prompt the words that it wants to see written in the picture."""

from __future__ import annotations

import re
from collections.abc import Iterator

from selector.signs.quoted_words import is_refused, quoted, without_quotes
from selector.signs.spelled import letters

LONGEST_PROMPT = 10_000  # characters; what comes later is not read
MOST = 16  # texts; a prompt that asks for more is no order for lettering
_ESCAPED = {"&quot;": '"', "&#34;": '"', "&apos;": "'", "&#39;": "'", "＂": '"'}


_CARRIER = (
    r"(?:signs?|signboard|signage|billboard|banner|logo|label|sticker|poster|placard|plaque"
    r"|neon|board|chalkboard|blackboard|screen|card|cover|page|note|mug|cup|bottle|box|package"
    r"|packaging|shirt|t-shirt|tee|hoodie|hat|cap|badge|tattoo|graffiti|cake|flag|text|letters"
    r"|lettering|words?|title|headline|caption|inscription|slogan|message|storefront|door|wall)"
)
_INTRODUCED = re.compile(
    rf"\b(?:{_CARRIER}(?: lights?)?,? (?:(?:that|which) )?(?:says?|saying|reads?|reading"
    r"|titled|labell?ed|captioned|inscribed(?: with)?)"
    r"|titled|captioned|inscribed(?: with)?"
    r"|(?P<named>the (?:words?|letters|text|phrase|slogan|inscription|title|headline|caption)"
    r"|with (?:text|words|title|caption)|(?:text|caption|title|headline)(?=:)))"
    r"(?P<colon> ?:)? (?=[^\s\"'“‘«「『„])",
    re.IGNORECASE,
)
_WRITTEN_ON = re.compile(
    r"\bwith (?P<text>[^,.;:!?()\[\]{}\"\n]{1,80}?) (?:written|printed|painted|engraved|embroidered)\b"
)
_CLAUSE = re.compile(r"[^,.;:!?()\[\]{}\"“”«»「」『』\n]{1,80}")
_MOST_WORDS = 8
# What goes on about the picture and not about the text, unless a capital follows.
_GOES_ON = frozenset(
    {
        "above", "across", "against", "and", "are", "as", "at", "behind", "below", "beside", "by",
        "during", "for", "from", "hanging", "in", "is", "made", "near", "next", "on", "over",
        "painted", "printed", "surrounded", "that", "under", "which", "while", "who", "with",
        "written",
    }
)  # fmt: skip
_NO_TEXT = frozenset(
    {
        "a", "about", "an", "anything", "are", "at", "can", "her", "his", "in", "is", "it", "its",
        "nothing", "of", "on", "should", "someone", "something", "that", "the", "their", "this",
        "was", "will",
    }
)  # fmt: skip


def asked(prompt: str) -> tuple[str, ...]:
    """Return the texts that *prompt* asks for, in their order, each once.

    That is what stands in quotes of any script; what follows "a sign that says", "the word",
    "titled" and their like, up to the end of the clause; and capitalised words that are "written"
    on something. Where it is not clear that words are to be written, they are left out: so is what
    a prompt does not want. The prompt may hold anything; of a long one the first 10,000 characters
    are read, of many texts the first 16.
    """
    # Half a surrogate pair can't be written down, and evidence is.
    lines = prompt[:LONGEST_PROMPT].encode(errors="replace").decode().splitlines()
    plain = _unescaped("\n".join(" ".join(line.split()) for line in lines))
    rest = without_quotes(plain)
    found = sorted([*quoted(plain), *_introduced(rest), *_written(rest)])
    texts = dict.fromkeys(text for _, text in found if letters(text))
    return tuple(texts)[:MOST]


def _unescaped(prompt: str) -> str:
    for escaped, sign in _ESCAPED.items():
        prompt = prompt.replace(escaped, sign)
    return prompt


def _introduced(prompt: str) -> Iterator[tuple[int, str]]:
    for match in _INTRODUCED.finditer(prompt):
        clause = _CLAUSE.match(prompt, match.end())
        if clause is None or is_refused(prompt, match.start()):
            continue
        text = _text_of(
            clause[0].split(), must_stand_out=match["named"] is not None and not match["colon"]
        )
        if text:
            yield match.start(), text


def _written(prompt: str) -> Iterator[tuple[int, str]]:
    for match in _WRITTEN_ON.finditer(prompt):
        words = match["text"].split()
        if len(words) <= _MOST_WORDS and all(map(_stands_out, words)):
            yield match.start(), match["text"]


def _text_of(words: list[str], *, must_stand_out: bool) -> str:
    """Return the words to be written, of the clause that begins with them; "" if there are none."""
    if not words or (words[0] in _NO_TEXT) or (must_stand_out and not _stands_out(words[0])):
        return ""
    capitals = _stands_out(words[0])
    kept: list[str] = []
    for word, following in zip(words, [*words[1:], ""], strict=True):
        if kept and word in _GOES_ON and not (capitals and _stands_out(following)):
            break
        kept.append(word)
    return " ".join(kept) if len(kept) <= _MOST_WORDS else ""


def _stands_out(word: str) -> bool:
    return bool(word) and (word[0].isupper() or word[0].isdigit())

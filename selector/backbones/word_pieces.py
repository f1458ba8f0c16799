"""Turns a prompt into the word pieces that BERT reads, as its first published tokenizer does."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from selector.backbones.model_file import read
from selector.backbones.tokens import Tokens
from selector.errors import WeightsError

UNKNOWN, START, END = "[UNK]", "[CLS]", "[SEP]"
KNOWN = ("[PAD]", UNKNOWN, START, END, "[MASK]")  # every vocabulary has them
ADDED = ("[DEC]", "[ENC]")  # BLIP numbers them on behind the vocabulary
SPECIAL = (*KNOWN, *ADDED)
LONGEST = 100  # characters of a word; a longer one is unknown as a whole

_SPECIAL = re.compile("(" + "|".join(map(re.escape, SPECIAL)) + ")")
_SIGN = re.compile(r"[!-/:-@\[-`{-~]")  # of ASCII; Unicode calls $, + and ~ symbols, BERT does not
# The blocks that BERT takes for Chinese: each of their characters is a word.
_CHINESE = (
    (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F),
    (0x2B740, 0x2B81F), (0x2B820, 0x2CEAF), (0x2F800, 0x2FA1F),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class WordPieces:
    """A vocabulary of word pieces, for text in small letters without accents.

    Attributes:
        numbers: The number of each piece; "##s" continues a word.
    """

    numbers: Mapping[str, int]

    def tokens(self, prompt: str, *, context: int) -> Tokens:
        """Return what is read of *prompt*: [CLS], its pieces, [SEP]; never padded.

        The names of special tokens in a prompt are those tokens, as for the published tokenizer.

        Args:
            prompt: Any text.
            context: The most tokens that are read. `unread` begins with the first word that does
                not fit whole, though its first pieces may be read.
        """
        ids = [self.numbers[START]]
        for start, word in _words(prompt):
            ids.extend(number for part in _parts(word) for number in self._pieces(part))
            if len(ids) >= context:
                return Tokens((*ids[: context - 1], self.numbers[END]), prompt[start:].strip())
        return Tokens((*ids, self.numbers[END]), "")

    def _pieces(self, word: str) -> list[int]:
        """Return the numbers of the pieces of a word: each the longest that fits, from the front."""
        found: list[int] = []
        start = 0
        while start < len(word) <= LONGEST:
            mark = "##" if start else ""
            ends = range(len(word), start, -1)
            end = next((end for end in ends if mark + word[start:end] in self.numbers), None)
            if end is None:
                break
            found.append(self.numbers[mark + word[start:end]])
            start = end
        return found if start == len(word) else [self.numbers[UNKNOWN]]


def load(path: Path, size: int) -> WordPieces:
    """Return the vocabulary of a file with one piece a line, the two that BLIP adds behind them.

    Args:
        path: `vocab.txt` of a BERT in small letters.
        size: How many pieces the model knows, those two included.

    Raises:
        WeightsError: It can't be read, or is not the vocabulary of that model.
    """
    try:
        lines = read(path).decode().replace("\r\n", "\n").removesuffix("\n").split("\n")
    except UnicodeDecodeError:
        raise WeightsError(_misfit(path, "no text", size)) from None
    if len(lines) + len(ADDED) != size:
        raise WeightsError(_misfit(path, f"{len(lines)} lines", size))
    if lacking := sorted({*KNOWN} - {*lines}):
        raise WeightsError(_misfit(path, f"none that is {', '.join(lacking)}", size))
    return WordPieces({piece: number for number, piece in enumerate((*lines, *ADDED))})


def _misfit(path: Path, got: str, size: int) -> str:
    expected = f"{size - len(ADDED)} lines, a word piece each"
    return (
        f"{path}: it is not the vocabulary of this model (got {got}, expected {expected}). "
        "Take the vocab.txt that belongs to it."
    )


def _words(prompt: str) -> Iterator[tuple[int, str]]:
    """Yield each word in small letters, with where it begins; none that is behind is looked at."""
    at = 0
    for part in _SPECIAL.split(prompt):
        if part in SPECIAL:
            yield at, part
        else:
            yield from ((at + start, word) for start, word in _plain_words(part))
        at += len(part)


def _plain_words(text: str) -> Iterator[tuple[int, str]]:
    start, word = 0, ""
    for index, char in enumerate(text):
        for each in "".join(map(_cleaned, char.lower())):
            if not each.isspace():
                start = start if word else index
                word += each
            elif word:
                yield start, word
                word = ""
    if word:
        yield start, word


def _cleaned(char: str) -> str:
    """Return what stands for a character: nothing, a space, itself, itself as a word."""
    kind = unicodedata.category(char)
    if char in "\t\n\r" or kind == "Zs":
        return " "
    if char == "\ufffd" or kind.startswith("C"):  # unreadable; control characters and the like
        return ""
    is_chinese = any(first <= ord(char) <= last for first, last in _CHINESE)
    return f" {char} " if is_chinese else char


def _parts(word: str) -> list[str]:
    """Return a word without accents, every sign of punctuation apart."""
    if word in SPECIAL:
        return [word]
    letters = unicodedata.normalize("NFD", unicodedata.normalize("NFC", word).lower())
    parts = [""]
    for char in letters:
        kind = unicodedata.category(char)
        if _SIGN.match(char) or kind.startswith("P"):
            parts += [char, ""]
        elif kind != "Mn":
            parts[-1] += char
    return [part for part in parts if part]

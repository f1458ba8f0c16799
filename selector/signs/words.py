"""Says of each word that was read how little it looks like one, and which lines were asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from selector.backbones.dictionary import Language, is_known
from selector.backbones.ocr import Line
from selector.signs.spelled import found_in, is_ideographic, letters

SHORTEST = 3  # letters of a word; shorter ones are initials, units and ends of words
STRANGE = 4  # times that doubt counts for a word that no dictionary has
WANTED = 0.5  # more than this of the letters of a line are in a text that was asked for


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a line.

    Attributes:
        doubt: How little it looks like a readable word, in [0, 1].
        size: Its letters and digits.
        is_known: Whether a dictionary or the prompt has it; None where none can say.
    """

    doubt: float
    size: int
    is_known: bool | None


def words_of(line: Line, fine: Sequence[str], languages: tuple[Language, ...]) -> list[Word]:
    """Return the words of *line*; those in the texts *fine* are known.

    What can't be read is one word, in full doubt, of as many letters as have room in it.
    """
    if not line.text:
        long, short = line.sides
        return [Word(1.0, round(long / short), None)]
    return [_judged(word, line, fine=fine, languages=languages) for word in line.text.split()]


def doubt_of(words: Sequence[Word]) -> float:
    """Return the doubt over all letters of *words*, in [0, 1]."""
    return sum(word.doubt * word.size for word in words) / sum(word.size for word in words)


def is_wanted(line: Line, texts: Sequence[str]) -> bool:
    """Return whether most of *line* is in one of the *texts*, or in all of them one by one."""
    together = " ".join(texts)
    return any(found_in(text, line.text) > WANTED for text in (*texts, together))


def _judged(word: str, line: Line, *, fine: Sequence[str], languages: tuple[Language, ...]) -> Word:
    is_word = _is_word(word, fine, languages)
    doubt = (1 - line.score) * (STRANGE if is_word is False else 1)
    return Word(min(1.0, doubt), max(1, len(letters(word))), is_word)


def _is_word(word: str, fine: Sequence[str], languages: tuple[Language, ...]) -> bool | None:
    """Return whether *word* is a word; None for numbers, initials and other scripts."""
    alphabetic, digits = sum(map(str.isalpha, word)), sum(map(str.isdigit, word))
    if alphabetic < SHORTEST or digits >= alphabetic or is_ideographic(word):
        return None
    return any(letters(word) in letters(text) for text in fine) or is_known(word, languages)

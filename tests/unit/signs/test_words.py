"""What is said of each word, and which lines were asked for."""

import pytest

from selector.backbones.ocr import Line
from selector.signs.words import Word, doubt_of, is_wanted, words_of


def line(text: str, score: float = 0.9) -> Line:
    """Return *text* as it was read in a box of 80 × 20 px."""
    return Line(((0, 0), (80, 0), (80, 20), (0, 20)), text, score)


@pytest.mark.parametrize(
    ("text", "texts"),
    [
        ("OPEN", ["open"]),
        ("OPFN", ["OPEN"]),
        ("COFFEE", ["Starbucks Coffee"]),
        ("HOT DAILY SOUP", ["Hot", "daily", "soup"]),
        ("A B C", ["A", "B", "C"]),
        ("营业", ["营业中"]),
    ],
)
def test_what_mostly_is_in_a_text_is_wanted(text, texts):
    """A part of it, a try at it, and several texts in one line."""
    assert is_wanted(line(text), texts)


@pytest.mark.parametrize(
    ("text", "texts"),
    [
        ("shutterstock", ["STOP"]),
        ("shutterstock", ["S"]),
        ("depositphotos", ["PHOTO"]),
        ("Buy cheap pills any day", ["NY"]),
        ("REOPENED SOON", ["OPEN"]),
        ("DARK", ["MONDAY LUNCH"]),
        ("XY", ["a text with an x"]),
        ("", ["OPEN"]),
        ("OPEN", []),
    ],
)
def test_a_short_text_excuses_no_long_line(text, texts):
    """Less than most of the line, or just half of it, is in what was asked for."""
    assert not is_wanted(line(text), texts)


def test_a_strange_word_is_doubted_more():
    """Of words that are read as surely, one that no dictionary has is doubted fourfold."""
    coffee, eefofc = words_of(line("coffee eefofc"), [], ("en",))

    assert (coffee.is_known, eefofc.is_known) == (True, False)
    assert eefofc.doubt == pytest.approx(4 * coffee.doubt)
    assert words_of(line("eefofc"), ["Eefofc"], ("en",))[0].is_known


@pytest.mark.parametrize("text", ["19.99", "B2", "OK", "营业中", "5pm"])
def test_of_numbers_initials_and_chinese_no_dictionary_can_say(text):
    """They are neither known nor strange."""
    assert [word.is_known for word in words_of(line(text), [], ("en",))] == [None]


def test_what_cannot_be_read_is_in_full_doubt():
    """As many letters as its box has room for count."""
    assert words_of(line("", 0), [], ("en",)) == [Word(1.0, 4, None)]


def test_long_words_weigh_more():
    """The doubt over a line is that over its letters."""
    assert doubt_of([Word(1.0, 1, None), Word(0.0, 3, None)]) == 0.25

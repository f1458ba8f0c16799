"""Which words there are."""

import pytest

from selector.backbones.dictionary import is_known


@pytest.mark.parametrize(
    "word", ["coffee", "COFFEE", "Coffee,", "“coffee”", "don't", "Joe's", "don’t"]
)
def test_words_are_known_in_any_case_with_any_punctuation(word):
    """How a word is set does not matter."""
    assert is_known(word, ("en",))


@pytest.mark.parametrize("word", ["opfn", "RESTRAUNT", "EEFOFC", "qxz", ""])
def test_what_is_no_word_is_not_known(word):
    """Misspelt and jumbled words are in no dictionary."""
    assert not is_known(word, ("en",))


def test_two_words_without_the_space_between_them_are_known():
    """A narrow space that was not seen makes no strange word."""
    assert is_known("HOTTEA", ("en",))
    assert not is_known("HOTTAE", ("en",))


def test_another_language_has_other_words():
    """A French sign is made of words where French is asked for."""
    assert not is_known("boulangerie", ("en",))
    assert is_known("boulangerie", ("en", "fr"))
